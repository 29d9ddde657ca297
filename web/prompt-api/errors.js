/** Errors as the Prompt API's specification names them. */

import { EngineError } from '../common/errors.js';

/** Kinds of the engine's errors by what the specification calls them; any other is an OperationError. */
const NAMES = new Map([
  ['RequestError', 'NotSupportedError'],
  ['NoWebGpuError', 'NotSupportedError'],
  ['AdapterError', 'NotSupportedError'],
  ['BundleError', 'NetworkError'],
  ['DownloadError', 'NetworkError'],
  ['MissingFileError', 'NetworkError'],
  ['UnloadedError', 'InvalidStateError'],
  ['PictureError', 'EncodingError'],
]);

/**
 * An error as the specification names it; what is no EngineError stays as it is.
 * @param {unknown} error
 * @returns {unknown}
 */
export function domError(error) {
  if (!(error instanceof EngineError)) return error;
  if (error.name === 'ContextError') return quotaExceeded(error.message);
  const told = new DOMException(error.message, NAMES.get(error.name) ?? 'OperationError');
  return Object.assign(told, { cause: error });
}

/**
 * @param {string} message
 * @param {{quota: number, requested: number}} [figures]
 * @returns {DOMException}
 */
export function quotaExceeded(message, figures) {
  /** @type {any} */
  const Kind = /** @type {any} */ (globalThis).QuotaExceededError; // a class of its own in newer browsers
  return Kind ? new Kind(message, figures) : Object.assign(new DOMException(message, 'QuotaExceededError'), figures);
}

/** @param {string} message */
export function notSupported(message) {
  return new DOMException(message, 'NotSupportedError');
}
