Object.defineProperty(GPUAdapter.prototype, 'limits', {
  get: () => ({
    maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 26, maxStorageBuffersPerShaderStage: 8,
    maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 128, maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupsPerDimension: 65535,
  }),
});
