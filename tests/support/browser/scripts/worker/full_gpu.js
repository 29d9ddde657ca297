const { popErrorScope } = GPUDevice.prototype;
GPUDevice.prototype.popErrorScope = async function () {
  GPUDevice.prototype.popErrorScope = popErrorScope;
  await popErrorScope.call(this);
  return new GPUOutOfMemoryError('simulated');
};
