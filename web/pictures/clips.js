/** Videos of a request as the worker holds them: a list of frames, or a page that has them. A still picture is one frame. */

import { EngineError, errorOf } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';
import { decode } from './decode.js';
import { Picture } from './picture.js';

/** @typedef {import('./picture.js').Frame} Frame */
/** @typedef {import('./posting.js').Posted} Posted */

const HASHED_MAX = 2 ** 26; // bytes of a file that is read as a whole, to be known again

/**
 * @typedef {object} Clip
 * @property {number} total  frames
 * @property {number} fps  0 where it is not known
 * @property {(index: number) => Frame} frame  the same one for the same index
 * @property {() => void} end
 */

/**
 * @param {Posted} given
 * @param {number} number  in its request, for what is said of it
 * @returns {Clip}
 */
export function clipOf(given, number) {
  if ('port' in given) return new ServedClip(given, number);
  const [sources, fps] = 'frames' in given ? [given.frames, given.fps] : [[given], 0];
  const frames = sources.map((source) => new Picture(source, number));
  return { total: frames.length, fps, frame: (index) => frames[index], end: () => frames.forEach((frame) => frame.end()) };
}

/** A video whose frames the page has, and gives one at a time. */
class ServedClip {
  total;
  fps;
  #video;
  #number;
  /** @type {Map<number, Frame>} */
  #frames = new Map();
  /** @type {Promise<string> | undefined} */
  #hash;
  /** @type {(error: Error) => void} Ends the waiting for a frame; one is asked for at a time. */
  #giveUp = () => {};

  /**
   * @param {import('./seeking-video.js').PostedVideo} video
   * @param {number} number
   */
  constructor(video, number) {
    this.#video = video;
    this.#number = number;
    this.total = video.frames;
    this.fps = video.fps;
  }

  /** @param {number} index */
  frame(index) {
    const frame = this.#frames.get(index) ?? new ServedFrame(this, index);
    this.#frames.set(index, frame);
    return frame;
  }

  end() {
    this.#video.port.close();
    this.#giveUp(new EngineError('AbortError', 'The request that the video belongs to is over.'));
  }

  /** @returns {[number, number]} */
  get size() {
    return [this.#video.height, this.#video.width];
  }

  /** The sha256 of its file; nothing for a large one. */
  async hash() {
    const { file } = this.#video;
    if (file.size <= HASHED_MAX) this.#hash ??= file.arrayBuffer().then((data) => sha256(new Uint8Array(data)));
    return this.#hash;
  }

  /**
   * @param {number} index
   * @returns {Promise<import('./decode.js').Decoded>}
   */
  async decode(index) {
    const { port } = this.#video;
    /** @type {ImageBitmap} */
    const bitmap = await new Promise((resolve, reject) => {
      this.#giveUp = reject;
      port.onmessage = ({ data }) => data.fault ? reject(errorOf(data.fault)) : resolve(data.bitmap);
      port.postMessage(index);
    });
    return decode(bitmap, this.#number);
  }
}

/** One frame of it. */
class ServedFrame {
  /** @type {Frame['asked']} */
  asked = null;
  /** @type {Frame['pixels']} */
  pixels = null;
  passes = true;
  #clip;
  #index;

  /**
   * @param {ServedClip} clip
   * @param {number} index
   */
  constructor(clip, index) {
    this.#clip = clip;
    this.#index = index;
  }

  get size() {
    return this.#clip.size;
  }

  async hash() {
    const file = await this.#clip.hash();
    return file && `${file} at ${(this.#index + 0.5) / this.#clip.fps} s`;
  }

  async decode() {
    return this.#clip.decode(this.#index);
  }
}
