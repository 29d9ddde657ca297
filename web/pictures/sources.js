/**
 * From what a page gives as a picture to what can be posted to the worker: a file, or pixels as they are at this moment.
 * Nothing is fetched from another origin: no picture's address tells a third party what is asked here.
 */

import { EngineError } from '../common/errors.js';
import { AS_STORED } from './as-stored.js';
import { pictureError } from './faults.js';

/** @typedef {Blob | ImageBitmap | ImageData} Source  what the worker decodes; a bitmap is ours, to be closed */
/** @typedef {import('../types.js').PictureSource} PictureSource */

const BYTES_MAX = 2 ** 28; // of a picture's file
const EXPECTED = 'expected a data:, blob: or same-origin URL, a Blob or File, ImageData, or something that can be drawn: ' +
  'an <img>, a <canvas>, a <video>, an ImageBitmap';

/**
 * What can be posted of a picture. Pixels are taken at once: a canvas may be drawn on before this is done.
 * @param {PictureSource} given
 * @param {number} number  of the picture in its request, for what is said of it
 * @param {AbortSignal} [signal]  of the fetching
 * @returns {Promise<Source>}
 * @throws {EngineError} PictureError
 */
export async function sourceOf(given, number, signal) {
  if (typeof given === 'string' || given instanceof URL) return fetched(String(given), number, signal);
  const kind = Object.prototype.toString.call(given).slice('[object '.length, -1); // of this page or of a frame in it
  if (kind === 'Blob' || kind === 'File') return limited(/** @type {Blob} */ (given), number);
  if (kind === 'ImageData') return copied(/** @type {ImageData} */ (given), number);
  return drawn(given, number);
}

/**
 * @param {string} address
 * @param {number} number
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob>}
 */
async function fetched(address, number, signal) {
  const refuse = (/** @type {string} */ sentence, /** @type {unknown} */ cause = undefined) => pictureError(number, null, sentence, cause);
  if (/^data:/i.test(address)) return limited(fromDataUrl(address, refuse), number);
  const url = addressOf(address);
  if (!url || !/^(https?|blob):$/.test(url.protocol)) throw refuse(`has the address ${shortened(address)}, ${EXPECTED}`);
  if (url.origin !== location.origin) {
    throw refuse(`is from ${url.origin}, another origin than the page (${location.origin}), and is not fetched: nothing of a conversation ` +
      'goes to other servers. Give its bytes, as a Blob or a data: URL');
  }
  let response;
  try {
    response = await fetch(url, { mode: 'same-origin', signal }); // a redirect to another origin fails before it is followed
    if (response.ok) return limited(await response.blob(), number);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof EngineError) throw error;
    const remedy = url.protocol === 'blob:' ? 'a blob: URL lives until it is revoked, and the page\'s Content-Security-Policy has to admit blob: in connect-src'
      : 'check its address and the connection, and that it leads to no other origin';
    throw refuse(`cannot be fetched from ${shortened(address)}: ${remedy}`, error);
  }
  throw refuse(`cannot be fetched from ${shortened(address)}: status ${response.status}. Check its address`);
}

/** @param {string} address */
function addressOf(address) {
  try {
    return new URL(address, globalThis.document?.baseURI ?? location.href);
  } catch {
    return null;
  }
}

/**
 * The file in a data: URL (https://fetch.spec.whatwg.org/#data-url-processor), which not every page's policy lets it fetch.
 * @param {string} url
 * @param {(sentence: string) => EngineError} refuse
 * @returns {Blob}
 */
function fromDataUrl(url, refuse) {
  const comma = url.indexOf(',');
  const [type, ...parameters] = url.slice('data:'.length, comma).split(';');
  try {
    const body = url.slice(comma + 1).replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
    const bytes = parameters.at(-1)?.trim().toLowerCase() === 'base64' ? atob(body) : body;
    const file = new Uint8Array(bytes.length);
    for (let at = 0; at < file.length; at++) file[at] = bytes.charCodeAt(at);
    if (comma > 0) return new Blob([file], { type });
  } catch {
    // what is no base64 is told below
  }
  throw refuse('has a data: URL that holds no file, expected data:image/png;base64, and the file in base64');
}

/**
 * @param {Blob} blob
 * @param {number} number
 */
function limited(blob, number) {
  if (blob.size > BYTES_MAX) throw pictureError(number, blob, `is too large, expected at most ${BYTES_MAX / 2 ** 20} MiB: make it smaller`);
  return blob;
}

/**
 * @param {ImageData} pixels
 * @param {number} number
 */
function copied({ data, width, height }, number) {
  const kind = Object.prototype.toString.call(data);
  if (kind !== '[object Uint8ClampedArray]') throw pictureError(number, null, `is ImageData of ${kind.slice(8, -1)}, expected bytes: pixelFormat 'rgba-unorm8'`);
  if (!data.length) throw pictureError(number, null, 'is ImageData that was given away to another thread: give a copy of it');
  return new ImageData(new Uint8ClampedArray(data), width, height);
}

/**
 * What is seen of an element or a bitmap now.
 * @param {any} element
 * @param {number} number
 * @returns {Promise<ImageBitmap>}
 */
async function drawn(element, number) {
  const name = element?.localName ? `an element <${element.localName}>` : `of type ${element?.constructor?.name ?? typeof element}`;
  let bitmap;
  try {
    bitmap = await createImageBitmap(element, AS_STORED);
  } catch (error) {
    if (!(error instanceof DOMException)) throw pictureError(number, null, `is ${name}, ${EXPECTED}`, error);
    throw pictureError(number, null, `is ${name} that shows nothing yet, or nothing any more: wait until it has loaded, and do not close it before`, error);
  }
  if (readable(bitmap)) return bitmap;
  bitmap.close();
  throw pictureError(number, null, `is ${name} with contents of another origin, which the browser lets no page read: ` +
    'load them with the crossorigin attribute from a server that allows it, or give the file');
}

/** @param {ImageBitmap} bitmap */
function readable(bitmap) {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  try {
    context?.drawImage(bitmap, 0, 0);
    context?.getImageData(0, 0, 1, 1);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} address */
function shortened(address) {
  return address.length > 100 ? `${address.slice(0, 100)}…` : address;
}
