/**
 * A picture's pixels as the reference's loader gives them: its orientation applied, colour profiles and gamma ignored, white below
 * what is transparent. Rows come in strips, so that of a large picture only the browser's own copy is there as a whole.
 */

import { AS_STORED } from './as-stored.js';
import { pictureError } from './faults.js';
import { headerOf } from './file-header.js';

/** @typedef {import('./sources.js').Source} Source */

const PIXELS_MAX = 2 ** 27; // of a picture; 512 MiB while it is decoded
const STRIP = 2 ** 20; // pixels that are read back at a time

/** @type {Promise<boolean> | undefined} */
let faithful;

/** A decoded picture. */
export class Decoded {
  width;
  height;
  #pixels;

  /** @param {ImageBitmap | ImageData} pixels */
  constructor(pixels) {
    this.#pixels = pixels;
    this.width = pixels.width;
    this.height = pixels.height;
  }

  /**
   * All rows, in order.
   * @returns {Generator<Uint8ClampedArray, void, void>} RGBA of some rows, opaque; valid until the next
   */
  *strips() {
    const rows = Math.max(1, Math.floor(STRIP / this.width));
    yield* 'close' in this.#pixels ? drawn(this.#pixels, rows) : overWhite(this.#pixels, rows);
  }

  /** Free what the browser holds; what a page gave as a bitmap goes with it. */
  close() {
    if ('close' in this.#pixels) this.#pixels.close();
  }
}

/**
 * Decode what a page gave.
 * @param {Source} source
 * @param {number} number  of the picture in its request, for what is said of it
 * @param {Uint8Array<ArrayBuffer>} [file]  the bytes of a Blob
 * @returns {Promise<Decoded>}
 * @throws {import('../common/errors.js').EngineError} PictureError
 */
export async function decode(source, number, file) {
  const refuse = (/** @type {string} */ sentence, /** @type {unknown} */ cause = undefined) => pictureError(number, source, sentence, cause);
  const pixels = file ? await bitmapOf(file, refuse) : /** @type {ImageBitmap | ImageData} */ (source);
  const decoded = new Decoded(pixels);
  try {
    checkSize(decoded, refuse);
    if ('close' in pixels && !await (faithful ??= readsBackWhatIsDrawn())) {
      throw refuse('cannot be read: this browser changes what pages read back from a canvas, as a protection against fingerprinting. ' +
        'Allow this site to use canvas data and reload');
    }
  } catch (error) {
    decoded.close();
    throw error;
  }
  return decoded;
}

/**
 * @param {Uint8Array<ArrayBuffer>} file
 * @param {(sentence: string, cause?: unknown) => Error} refuse
 */
async function bitmapOf(file, refuse) {
  if (!file.length) throw refuse('is empty: choose another file');
  const header = headerOf(file);
  if (header) checkSize(header, refuse);
  if (header && !header.whole) throw refuse('is not complete: its file was cut off. Get it again, or choose another');
  if (header?.moves) throw refuse('is animated, expected a still picture: save one of its frames and give that');
  try {
    return await createImageBitmap(new Blob([file], header ? { type: header.type } : {}), AS_STORED);
  } catch (error) {
    throw refuse('cannot be decoded by this browser: it is damaged, or of a format other than PNG, JPEG, WebP, AVIF, GIF and BMP. ' +
      'Save it in one of these and try again', error);
  }
}

/**
 * @param {{width?: number, height?: number}} picture
 * @param {(sentence: string) => Error} refuse
 */
function checkSize({ width, height }, refuse) {
  if (width === undefined || height === undefined) return;
  if (!width || !height) throw refuse(`has no pixels: it is ${width} × ${height}`);
  if (width * height > PIXELS_MAX) {
    throw refuse(`is ${width} × ${height}, ${Math.round(width * height / 1e6)} million pixels, expected at most ${Math.floor(PIXELS_MAX / 1e6)} million: make it smaller`);
  }
}

/**
 * A bitmap's rows, drawn onto white.
 * @param {ImageBitmap} bitmap
 * @param {number} rows  of a strip
 */
function* drawn(bitmap, rows) {
  const { width, height } = bitmap;
  const context = canvasOf(width, Math.min(rows, height));
  context.fillStyle = '#fff';
  for (let top = 0; top < height; top += rows) {
    const now = Math.min(rows, height - top);
    context.fillRect(0, 0, width, now);
    context.drawImage(bitmap, 0, -top);
    yield context.getImageData(0, 0, width, now).data;
  }
}

/**
 * Straight alpha over white; equal to Pillow's `alpha_composite` for every value and alpha.
 * @param {ImageData} pixels
 * @param {number} rows  of a strip
 */
function* overWhite({ data, width, height }, rows) {
  for (let top = 0; top < height; top += rows) {
    const strip = data.slice(4 * width * top, 4 * width * (top + rows));
    for (let at = 0; at < strip.length; at += 4) {
      const alpha = strip[at + 3];
      if (alpha === 255) continue;
      const white = 255 * (255 - alpha) + 127;
      for (let channel = at; channel < at + 3; channel++) strip[channel] = Math.floor((strip[channel] * alpha + white) / 255);
      strip[at + 3] = 255;
    }
    yield strip;
  }
}

/**
 * A canvas that is read back more than it is drawn on, so that it stays with the CPU.
 * @param {number} width
 * @param {number} height
 */
function canvasOf(width, height) {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  if (!context) throw new Error(`the browser gives no canvas of ${width} × ${height}`);
  return context;
}

/** Whether a canvas gives back the pixels that were drawn on it: some browsers add noise to what a page reads. */
async function readsBackWhatIsDrawn() {
  const pattern = new ImageData(16, 16);
  pattern.data.forEach((_, at, data) => { data[at] = at % 4 === 3 ? 255 : at * 151 & 255; });
  const decoded = new Decoded(await createImageBitmap(pattern, AS_STORED));
  const [read] = decoded.strips();
  decoded.close();
  return read.every((value, at) => value === pattern.data[at]);
}
