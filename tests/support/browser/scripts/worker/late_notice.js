const notice = /** @type {any} */ (Object.getOwnPropertyDescriptor(GPUDevice.prototype, 'lost'));
Object.defineProperty(GPUDevice.prototype, 'lost', {
  get() {
    return notice.get.call(this).then((info) => new Promise((resolve) => { setTimeout(() => resolve(info), 3000); }));
  },
});
