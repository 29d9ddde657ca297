/**
 * A GPU that is lost where the page wants it: each device asks on the channel `lose` and is told after how many submissions, and how
 * many ms the notice of its loss comes late.
 */
const channel = new BroadcastChannel('lose');
let left = Infinity;
let late = 0;
const notice = /** @type {any} */ (Object.getOwnPropertyDescriptor(GPUDevice.prototype, 'lost'));
Object.defineProperty(GPUDevice.prototype, 'lost', {
  get() {
    return notice.get.call(this).then((info) => new Promise((resolve) => { setTimeout(() => resolve(info), late); }));
  },
});
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (options) {
  const device = await requestDevice.call(this, options);
  const { queue } = device;
  const { submit } = queue;
  queue.submit = (commands) => {
    submit.call(queue, commands);
    if (--left === 0) setTimeout(() => device.destroy()); // what is read behind it has been asked for by then
  };
  await new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      ({ left, late } = data);
      if (left === 0) device.destroy();
      channel.postMessage('told');
      resolve(undefined);
    };
    channel.postMessage('asks');
  });
  return device;
};
