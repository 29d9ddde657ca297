/** The GPU as this page finds it: adapter, device, limits, features, and every refusal as a sentence. */

import { findAdapter } from '../common/adapter.js';
import { EngineError } from '../common/errors.js';
import { BASELINE } from '../common/facts.js';

/** Features that faster kernels may use; asked for where the adapter has them. @type {GPUFeatureName[]} */
const WELCOME = ['shader-f16', 'subgroups', 'timestamp-query'];

/**
 * @typedef {object} Gpu
 * @property {GPUDevice} device
 * @property {string} adapter  what the browser says of the hardware
 * @property {string[]} features
 * @property {Record<string, number>} limits
 * @property {boolean} software  the adapter computes on the CPU
 */

/**
 * Open the GPU with everything the adapter allows.
 * @returns {Promise<Gpu>}
 * @throws {EngineError} NoWebGpuError, or AdapterError naming each limit that is too small
 */
export async function openGpu() {
  const adapter = await findAdapter();
  const features = WELCOME.filter((name) => adapter.features.has(name));
  const offered = /** @type {Record<string, number>} */ (/** @type {unknown} */ (adapter.limits));
  const limits = Object.fromEntries(Object.keys(BASELINE).map((name) => [name, offered[name]]));
  const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits: limits }).catch((error) => {
    throw new EngineError('AdapterError', `The GPU refused to open (${error.message}). Close other pages that use it and reload.`);
  });
  const { vendor, architecture, description, isFallbackAdapter: software = false } = adapter.info;
  return { device, adapter: [vendor, architecture, description].filter(Boolean).join(' ') || 'unnamed GPU', features, limits, software };
}

/**
 * The error that stands for a lost device.
 * @param {{message: string, reason?: string}} info
 */
export function lostError(info) {
  return new EngineError('DeviceLostError', 'The GPU was taken away from this page, by a driver reset, sleep or another program ' +
    `(${info.message || info.reason || 'no reason given'}). Send the message again: the model reloads by itself.`);
}

/**
 * Resolves with the error that stands for the loss of the device, when it is lost.
 * @param {GPUDevice} device
 */
export async function loss(device) {
  return lostError(await device.lost);
}

/**
 * Why the GPU failed: a refusal may be the first sign of a lost device, whose own notice follows.
 * @param {GPUDevice} device
 * @param {Error} error
 */
export async function cause(device, error) {
  const patience = new Promise((resolve) => { setTimeout(resolve, 1000); });
  return /** @type {Error} */ (await Promise.race([loss(device), patience.then(() => error)]));
}

/**
 * The error that stands for a command which the GPU did not take.
 * @param {GPUError} error
 * @param {string} what
 */
export function refusal(error, what = 'what the conversation needs') {
  if (error instanceof GPUOutOfMemoryError) {
    return new EngineError('MemoryError', `The GPU has no room for ${what}. Close other tabs and programs that use it, ` +
      'or choose a smaller model or a shorter conversation, and try again.', error.message);
  }
  return new EngineError('GpuError', `The GPU refused ${what}: ${error.message}. Reload the page.`);
}

/**
 * Run `make`, which creates GPU objects, and throw what the device reports about it.
 * @template T
 * @param {GPUDevice} device
 * @param {string} what  such as "612 MiB of buffers"
 * @param {() => T} make
 * @returns {Promise<T>}
 * @throws {EngineError} MemoryError when the GPU is full, GpuError for anything else
 */
export async function guarded(device, what, make) {
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  const made = make();
  const [memory, other] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = memory ?? other;
  if (error) throw await cause(device, refusal(error, what));
  return made;
}
