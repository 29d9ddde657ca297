/** A picture of a request as the worker holds it. */

import { sha256 } from '../common/sha256.js';
import { decode } from './decode.js';
import { pictureError } from './faults.js';

/** @typedef {import('./sources.js').Source} Source */

/**
 * @typedef {object} Frame  a still picture, or one of a video's
 * @property {{height: number, width: number} | null} asked  what it was resampled to last
 * @property {Uint8Array<ArrayBuffer> | null} pixels  RGBA of that size, unless they were let go
 * @property {boolean} passes  what is decoded of it is closed when another is: it was not the page's
 * @property {[number, number] | null} size  height and width where they are known without decoding
 * @property {() => Promise<string | undefined>} hash  tells its contents from others' in any request; nothing where that costs too much
 * @property {() => Promise<import('./decode.js').Decoded>} decode
 */

/** A file, or pixels. */
export class Picture {
  /** @type {Frame['asked']} */
  asked = null;
  /** @type {Frame['pixels']} */
  pixels = null;
  size = null;
  #source;
  #number;
  /** @type {Promise<string> | undefined} */
  #hash;

  /**
   * @param {Source} source
   * @param {number} number  in its request, for what is said of it
   */
  constructor(source, number) {
    this.#source = source;
    this.#number = number;
  }

  /** Whether it is a file. */
  get passes() {
    return this.#source instanceof Blob;
  }

  /** The sha256 of its file; nothing for what is none. */
  async hash() {
    if (this.passes) this.#hash ??= this.#file().then((file) => sha256(/** @type {Uint8Array<ArrayBuffer>} */ (file)));
    return this.#hash;
  }

  async decode() {
    return decode(this.#source, this.#number, await this.#file());
  }

  /** The request is over. */
  end() {
    if ('close' in this.#source) this.#source.close();
  }

  /** The bytes of its file; nothing for what is none. */
  async #file() {
    if (!(this.#source instanceof Blob)) return undefined;
    try {
      return new Uint8Array(await this.#source.arrayBuffer());
    } catch (error) {
      throw pictureError(this.#number, this.#source, 'cannot be read: the file was changed or taken away after it was chosen. Choose it again', error);
    }
  }
}
