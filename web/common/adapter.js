/** The GPU that the browser offers, or in a sentence why there is none that a model could run on. */

import { EngineError } from './errors.js';
import { BASELINE } from './facts.js';

const NO_WEBGPU = 'Use a current Chrome, Edge, Firefox or Safari on a machine with a GPU, and open the page over https or localhost.';

/**
 * @returns {Promise<GPUAdapter>}
 * @throws {EngineError} NoWebGpuError, or AdapterError naming each limit that is too small
 */
export async function findAdapter() {
  if (!navigator.gpu) throw new EngineError('NoWebGpuError', `This browser has no WebGPU, which the model runs on. ${NO_WEBGPU}`);
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new EngineError('NoWebGpuError', 'WebGPU is there, but the browser offers no GPU for it: it may be switched off, blocked or ' +
      `without a driver. Turn on hardware acceleration in the browser's settings and update the graphics driver. ${NO_WEBGPU}`);
  }
  const offered = /** @type {Record<string, number>} */ (/** @type {unknown} */ (adapter.limits));
  const short = Object.entries(BASELINE).filter(([name, least]) => !(offered[name] >= least));
  if (short.length) {
    const list = short.map(([name, least]) => `${name} is ${offered[name]}, at least ${least} is needed`).join('; ');
    throw new EngineError('AdapterError', `This GPU is too small for the model: ${list}. Use a machine with a larger GPU.`);
  }
  return adapter;
}
