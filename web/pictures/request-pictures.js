/**
 * The pictures of one request, for the engine's Python: `Pictures` of pyside/engine/pictures.py.
 *
 * One picture is decoded at a time. Pixels are held from `fit` to `upload`, as many as there is room for; what was let go, or is
 * known from an earlier request, is decoded again when it is to be uploaded.
 */

import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';
import { decode } from './decode.js';
import { pictureError } from './faults.js';
import { recall, remember } from './known.js';
import { Resampler } from './resample.js';

/** @typedef {import('./decode.js').Decoded} Decoded */
/** @typedef {import('./sources.js').Source} Source */
/** @typedef {{height: number, width: number}} Size */

const HELD_MAX = 2 ** 26; // bytes of pixels between `fit` and `upload`

export class RequestPictures {
  #pictures;
  #write;
  #ended = false;
  /** @type {{picture: Picture, decoded: Decoded} | null} The picture that was decoded last. */
  #open = null;

  /**
   * @param {Source[]} sources  in the order of their numbers
   * @param {(buffer: string, pixels: Uint8Array<ArrayBuffer>, offset: number) => void} write  to the GPU, queued; takes the pixels over
   */
  constructor(sources, write) {
    this.#pictures = sources.map((source, number) => new Picture(source, number));
    this.#write = write;
  }

  /**
   * @param {number} number
   * @returns {Promise<[number, number]>} height and width in pixels
   * @throws {EngineError} PictureError for what cannot be read or decoded
   */
  async size(number) {
    const picture = this.#pictures[number];
    const hash = await picture.hash();
    const known = hash && recall(hash);
    if (known) return known.size;
    const { height, width } = await this.#decoded(picture);
    if (hash) remember(hash, [height, width]);
    return [height, width];
  }

  /**
   * Resample a picture.
   * @param {number} number
   * @param {number} height
   * @param {number} width
   * @returns {Promise<string>} sha256 of height and width, each a little-endian u32, and RGBA [height, width, 4]
   * @throws {EngineError} PictureError
   */
  async fit(number, height, width) {
    const picture = this.#pictures[number];
    picture.asked = { height, width };
    picture.pixels = null;
    const hash = await picture.hash();
    return (hash && recall(hash)?.digests.get(`${height} × ${width}`)) ?? this.#resample(picture);
  }

  /**
   * Put what a picture was resampled to last into a buffer of the GPU: a word for each pixel, red in its lowest byte.
   * @param {number} number
   * @param {string} buffer
   * @param {number} offset  bytes
   */
  async upload(number, buffer, offset) {
    const picture = this.#pictures[number];
    if (!picture.pixels) await this.#resample(picture);
    const pixels = /** @type {Uint8Array<ArrayBuffer>} */ (picture.pixels);
    picture.pixels = null;
    this.#write(buffer, pixels, offset);
  }

  /** The request is over: what is still under way ends, and what pictures take is free again. */
  end() {
    this.#ended = true;
    this.#close();
    for (const { source } of this.#pictures) if ('close' in source) source.close();
    this.#pictures = [];
  }

  /**
   * @param {Picture} picture
   * @returns {Promise<string>} the digest
   */
  async #resample(picture) {
    const { height, width } = /** @type {Size} */ (picture.asked);
    const decoded = await this.#decoded(picture);
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
    const hash = await picture.hash();
    if (hash) remember(hash, [decoded.height, decoded.width]).digests.set(`${height} × ${width}`, digest);
    this.#close();
    this.#goOn();
    this.#hold(picture, pixels);
    return digest;
  }

  /**
   * A picture decoded; the one before is closed.
   * @param {Picture} picture
   */
  async #decoded(picture) {
    if (this.#open?.picture === picture) return this.#open.decoded;
    this.#close();
    const decoded = await decode(picture.source, picture.number, await picture.file());
    this.#open = { picture, decoded };
    if (this.#ended) this.#close();
    this.#goOn();
    return decoded;
  }

  #close() {
    if (this.#open?.picture.isFile) this.#open.decoded.close(); // a bitmap that the page gave is decoded once for all
    this.#open = null;
  }

  #goOn() {
    if (this.#ended) throw new EngineError('AbortError', 'The request that the picture belongs to is over.');
  }

  /**
   * Hold a picture's pixels, and let others go as far as needed.
   * @param {Picture} picture
   * @param {Uint8Array<ArrayBuffer>} pixels
   */
  #hold(picture, pixels) {
    let room = HELD_MAX - pixels.length;
    for (const other of this.#pictures) {
      room -= other.pixels?.length ?? 0;
      if (room < 0) other.pixels = null;
    }
    picture.pixels = pixels;
  }
}

/** One picture of a request. */
class Picture {
  source;
  number;
  /** @type {Size | null} What it was resampled to last. */
  asked = null;
  /** @type {Uint8Array<ArrayBuffer> | null} RGBA of that size, unless they were let go. */
  pixels = null;
  /** @type {Promise<string> | undefined} */
  #hash;

  /**
   * @param {Source} source
   * @param {number} number
   */
  constructor(source, number) {
    this.source = source;
    this.number = number;
  }

  /** Whether it has to be decoded; other sources are pixels already. */
  get isFile() {
    return this.source instanceof Blob;
  }

  /** The sha256 of its file; nothing for what is none. */
  async hash() {
    if (this.isFile) this.#hash ??= this.file().then((file) => sha256(/** @type {Uint8Array<ArrayBuffer>} */ (file)));
    return this.#hash;
  }

  /** The bytes of its file; nothing for what is none. */
  async file() {
    if (!(this.source instanceof Blob)) return undefined;
    try {
      return new Uint8Array(await this.source.arrayBuffer());
    } catch (error) {
      throw pictureError(this.number, this.source, 'cannot be read: the file was changed or taken away after it was chosen. Choose it again', error);
    }
  }
}
