const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (options) {
  const device = await requestDevice.call(this, options);
  new BroadcastChannel('lose').onmessage = () => device.destroy();
  return device;
};
