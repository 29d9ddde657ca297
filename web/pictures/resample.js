/**
 * The resampling of the reference: torchvision's antialiased bicubic on bytes, bit for bit.
 *
 * Integers throughout, so that every machine gives the same bytes: columns first, rounded to bytes, then rows. Formulas: pytorch,
 * aten/src/ATen/native/cpu/UpSampleKernel.cpp and UpSampleKernelAVXAntialias.h.
 */

const MOST_BITS = 22; // of a weight behind its point
const BELOW = 2 ** 15; // which the largest weight of an axis stays

/**
 * @typedef {object} Taps  what of a line makes each place of a resampled one
 * @property {Int32Array} first  [to] the first place that it reads
 * @property {Int32Array} count  [to] how many places it reads
 * @property {Int32Array} weights  [to, most] fixed-point numbers
 * @property {number} most  the most that any reads
 * @property {number} bits  of each weight behind its point
 */

/**
 * @param {number} from  places of a line
 * @param {number} to  places of the resampled line
 * @returns {Taps} the identity where both are equal
 */
export function tapsOf(from, to) {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const most = 2 * Math.ceil(2 * stretch) + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const exact = new Float64Array(to * most);
  let largest = 0;
  for (let place = 0; place < to; place++) {
    const centre = (place + 0.5) * scale;
    const begin = first[place] = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const taps = count[place] = Math.min(Math.trunc(centre + 2 * stretch + 0.5), from) - begin;
    const weights = exact.subarray(place * most, place * most + taps);
    let total = 0;
    for (let tap = 0; tap < taps; tap++) total += weights[tap] = cubic((begin + tap - centre + 0.5) / stretch);
    for (let tap = 0; tap < taps; tap++) largest = Math.max(largest, weights[tap] /= total);
  }
  let bits = 0;
  while (bits < MOST_BITS && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < BELOW) bits++;
  return { first, count, most, bits, weights: Int32Array.from(exact, (weight) => Math.trunc(weight * 2 ** bits + (weight < 0 ? -0.5 : 0.5))) };
}

/**
 * Keys' cubic convolution with a = -0.5 (Keys 1981, equation 15).
 * @param {number} x
 */
function cubic(x) {
  const far = Math.abs(x);
  if (far < 1) return (1.5 * far - 2.5) * far * far + 1;
  return far < 2 ? (((far - 5) * far + 8) * far - 4) * -0.5 : 0;
}

/** Makes a picture of another size from its rows, in order; no more rows are held than one row of the result reads. */
export class Resampler {
  #across;
  #down;
  #width;
  #into;
  #row = 0; // of the picture that comes next
  #place = 0; // row of the result that is made next
  #lines; // [depth, 3 width] the last rows, resampled across
  #sums; // [3 width]

  /**
   * @param {number} height  of the picture
   * @param {number} width
   * @param {number} toHeight  of the result
   * @param {number} toWidth
   * @param {Uint8Array} into  [toHeight, toWidth, 4] the result's RGBA; its alpha is 255
   */
  constructor(height, width, toHeight, toWidth, into) {
    this.#across = tapsOf(width, toWidth);
    this.#down = tapsOf(height, toHeight);
    this.#width = width;
    this.#into = into;
    this.#lines = new Uint8Array(this.#down.most * 3 * toWidth);
    this.#sums = new Int32Array(3 * toWidth);
  }

  /** @param {Uint8Array | Uint8ClampedArray} rgba  [any, width, 4] the next rows; alpha is not looked at */
  push(rgba) {
    const { first, count, most } = this.#down;
    const line = this.#sums.length;
    for (let at = 0; at < rgba.length; at += 4 * this.#width) {
      this.#resampleAcross(rgba, at, this.#row++ % most * line);
      while (this.#place < first.length && first[this.#place] + count[this.#place] <= this.#row) this.#resampleDown(this.#place++);
    }
  }

  /**
   * @param {Uint8Array | Uint8ClampedArray} rgba
   * @param {number} at  where the row begins
   * @param {number} to  where its line begins in #lines
   */
  #resampleAcross(rgba, at, to) {
    const { first, count, weights, most, bits } = this.#across;
    const lines = this.#lines;
    const half = 1 << bits - 1;
    for (let place = 0; place < first.length; place++) {
      let [red, green, blue] = [half, half, half];
      let pixel = at + 4 * first[place];
      let tap = place * most;
      for (const end = tap + count[place]; tap < end; tap++, pixel += 4) {
        const weight = weights[tap];
        red = red + Math.imul(weight, rgba[pixel]) | 0;
        green = green + Math.imul(weight, rgba[pixel + 1]) | 0;
        blue = blue + Math.imul(weight, rgba[pixel + 2]) | 0;
      }
      lines[to++] = byte(red >> bits);
      lines[to++] = byte(green >> bits);
      lines[to++] = byte(blue >> bits);
    }
  }

  /** @param {number} place  row of the result */
  #resampleDown(place) {
    const { first, count, weights, most, bits } = this.#down;
    const lines = this.#lines;
    const sums = this.#sums.fill(1 << bits - 1);
    for (let tap = 0; tap < count[place]; tap++) {
      const weight = weights[place * most + tap];
      const from = (first[place] + tap) % most * sums.length;
      for (let i = 0; i < sums.length; i++) sums[i] += Math.imul(weight, lines[from + i]);
    }
    const into = this.#into;
    let to = place * (sums.length / 3) * 4;
    for (let i = 0; i < sums.length; i += 3, to += 4) {
      into[to] = byte(sums[i] >> bits);
      into[to + 1] = byte(sums[i + 1] >> bits);
      into[to + 2] = byte(sums[i + 2] >> bits);
      into[to + 3] = 255;
    }
  }
}

/** @param {number} value */
function byte(value) {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
