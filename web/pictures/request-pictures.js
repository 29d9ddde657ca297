/**
 * The pictures of one request, for the engine's Python: `Pictures` of pyside/engine/pictures.py.
 *
 * One picture, or frame of a video, is decoded at a time. Pixels are held from `fit` to `upload`, as many as there is room for; what was
 * let go, or is known from an earlier request, is decoded again when it is to be uploaded.
 */

import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';
import { clipOf } from './clips.js';
import { recall, remember } from './known.js';
import { Resampler } from './resample.js';

/** @typedef {import('./decode.js').Decoded} Decoded */
/** @typedef {import('./picture.js').Frame} Frame */

const HELD_MAX = 2 ** 26; // bytes of pixels between `fit` and `upload`

export class RequestPictures {
  #clips;
  #write;
  #ended = false;
  /** @type {{frame: Frame, decoded: Decoded} | null} What was decoded last. */
  #open = null;
  /** @type {Set<Frame>} Those whose pixels are held, the first at the beginning. */
  #held = new Set();

  /**
   * @param {import('./posting.js').Posted[]} sources  in the order of their numbers
   * @param {(buffer: string, pixels: Uint8Array<ArrayBuffer>, offset: number) => void} write  to the GPU, queued; takes the pixels over
   */
  constructor(sources, write) {
    this.#clips = sources.map(clipOf);
    this.#write = write;
  }

  /**
   * How long a video is.
   * @param {number} number
   * @returns {Promise<[number, number]>} frames, and how many of them make a second; 0 where that is not known
   */
  async clip(number) {
    const { total, fps } = this.#clips[number];
    return [total, fps];
  }

  /**
   * @param {number} number
   * @param {number} [index]  of a video's frame
   * @returns {Promise<[number, number]>} height and width in pixels
   * @throws {EngineError} PictureError for what cannot be read or decoded
   */
  async size(number, index = 0) {
    const frame = this.#clips[number].frame(index);
    if (frame.size) return frame.size;
    const hash = await frame.hash();
    const known = hash && recall(hash);
    if (known) return known.size;
    const { height, width } = await this.#decoded(frame);
    if (hash) remember(hash, [height, width]);
    return [height, width];
  }

  /**
   * Resample a picture.
   * @param {number} number
   * @param {number} height
   * @param {number} width
   * @param {number} [index]  of a video's frame
   * @returns {Promise<string>} sha256 of height and width, each a little-endian u32, and RGBA [height, width, 4]
   * @throws {EngineError} PictureError
   */
  async fit(number, height, width, index = 0) {
    const frame = this.#clips[number].frame(index);
    frame.asked = { height, width };
    this.#letGo(frame);
    const hash = await frame.hash();
    return (hash && recall(hash)?.digests.get(`${height} × ${width}`)) ?? this.#resample(frame);
  }

  /**
   * Put what a picture was resampled to last into a buffer of the GPU: a word for each pixel, red in its lowest byte.
   * @param {number} number
   * @param {string} buffer
   * @param {number} offset  bytes
   * @param {number} [index]  of a video's frame
   */
  async upload(number, buffer, offset, index = 0) {
    const frame = this.#clips[number].frame(index);
    if (!frame.pixels) await this.#resample(frame);
    const pixels = /** @type {Uint8Array<ArrayBuffer>} */ (frame.pixels);
    this.#letGo(frame);
    this.#write(buffer, pixels, offset);
  }

  /** The request is over: what is still under way ends, and what pictures take is free again. */
  end() {
    this.#ended = true;
    this.#close();
    for (const clip of this.#clips) clip.end();
    this.#clips = [];
    this.#held.clear();
  }

  /**
   * @param {Frame} frame
   * @returns {Promise<string>} the digest
   */
  async #resample(frame) {
    const { height, width } = /** @type {NonNullable<Frame['asked']>} */ (frame.asked);
    const decoded = await this.#decoded(frame);
    const bytes = new Uint8Array(8 + 4 * height * width);
    new DataView(bytes.buffer).setUint32(0, height, true);
    new DataView(bytes.buffer).setUint32(4, width, true);
    const pixels = bytes.subarray(8);
    const resampler = new Resampler(decoded.height, decoded.width, height, width, pixels);
    for (const strip of decoded.strips()) {
      resampler.push(strip);
      await new Promise((resolve) => { setTimeout(resolve); }); // other messages are heard, such as that of the request's end
      this.#goOn();
    }
    const digest = await sha256(bytes);
    const hash = await frame.hash();
    if (hash) remember(hash, [decoded.height, decoded.width]).digests.set(`${height} × ${width}`, digest);
    this.#close();
    this.#goOn();
    this.#hold(frame, pixels);
    return digest;
  }

  /**
   * A picture decoded; the one before is closed.
   * @param {Frame} frame
   */
  async #decoded(frame) {
    if (this.#open?.frame === frame) return this.#open.decoded;
    this.#close();
    const decoded = await frame.decode();
    this.#open = { frame, decoded };
    if (this.#ended) this.#close();
    this.#goOn();
    return decoded;
  }

  #close() {
    if (this.#open?.frame.passes) this.#open.decoded.close(); // a bitmap that the page gave is decoded once for all
    this.#open = null;
  }

  #goOn() {
    if (this.#ended) throw new EngineError('AbortError', 'The request that the picture belongs to is over.');
  }

  /**
   * Hold a picture's pixels, and let others go as far as needed.
   * @param {Frame} frame
   * @param {Uint8Array<ArrayBuffer>} pixels
   */
  #hold(frame, pixels) {
    let room = HELD_MAX - pixels.length;
    for (const other of this.#held) {
      room -= other.pixels?.length ?? 0;
      if (room < 0) this.#letGo(other);
    }
    frame.pixels = pixels;
    this.#held.add(frame);
  }

  /** @param {Frame} frame */
  #letGo(frame) {
    frame.pixels = null;
    this.#held.delete(frame);
  }
}
