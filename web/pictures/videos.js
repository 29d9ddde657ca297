/** From what a page gives as a video to frames that can be posted to the worker, or asked for by it. */

import { bytes } from '../common/byte-count.js';
import { pictureError } from './faults.js';
import { SeekingVideo } from './seeking-video.js';
import { sourceOf } from './sources.js';

/** @typedef {import('../types.js').VideoSource} VideoSource */
/** @typedef {import('../types.js').PictureSource} PictureSource */
/** @typedef {import('./sources.js').Source} Source */
/** @typedef {{frames: Source[], fps: number}} PostedFrames */

const BYTES_MAX = 2 ** 28; // of a list of frames
const RATE_MAX = 1000;

/** A video that is a list of its frames, which are posted all together. */
export class FrameList {
  #frames;
  #fps;

  /**
   * @param {Source[]} frames
   * @param {number} fps  0: as the engine likes
   */
  constructor(frames, fps) {
    this.#frames = frames;
    this.#fps = fps;
  }

  /** @returns {PostedFrames} */
  post() {
    return { frames: this.#frames, fps: this.#fps };
  }

  close() {
    for (const frame of this.#frames) if ('close' in frame) frame.close();
  }
}

/**
 * @param {VideoSource} given
 * @param {unknown} fps  frames a second that it has, where the page says
 * @param {number} number  among the request's pictures
 * @param {AbortSignal} [signal]
 * @returns {Promise<FrameList | SeekingVideo>} to be closed
 * @throws {import('../common/errors.js').EngineError} PictureError
 */
export async function videoOf(given, fps, number, signal) {
  const rate = fps ?? 0;
  if (typeof rate !== 'number' || fps !== undefined && !(rate > 0 && rate <= RATE_MAX)) {
    throw pictureError(number, given, `is a video with source_fps ${fps}, expected a number above 0 and at most ${RATE_MAX}, or none: ` +
      'its own frames a second');
  }
  if (Array.isArray(given)) return new FrameList(await framesOf(given, number, signal), rate);
  const file = await sourceOf(addressOf(given, number), number, signal);
  if (file instanceof Blob) return SeekingVideo.open(file, number, rate, signal);
  if ('close' in file) file.close();
  throw pictureError(number, null, 'is a video that is no file, expected a data:, blob: or same-origin URL, a Blob or File, ' +
    'a <video> that shows one, or a list of frames');
}

/**
 * An element's file: the element itself is not disturbed. Anything else as it is.
 * @param {any} given
 * @param {number} number
 */
function addressOf(given, number) {
  if (given?.localName !== 'video') return given;
  if (given.srcObject) {
    throw pictureError(number, null, 'is an element <video> with a stream, which has no end: record some seconds of it and give those, ' +
      'or a list of its frames');
  }
  const address = given.currentSrc || given.src;
  if (!address) throw pictureError(number, null, 'is an element <video> that shows nothing yet: wait until it has loaded');
  return address;
}

/**
 * @param {PictureSource[]} given
 * @param {number} number
 * @param {AbortSignal} [signal]
 */
async function framesOf(given, number, signal) {
  if (!given.length) throw pictureError(number, null, 'is a video of no frames, expected one at least');
  checkBytes(given, number);
  const taking = await Promise.allSettled(given.map((frame) => sourceOf(frame, number, signal)));
  const frames = taking.flatMap((taken) => taken.status === 'fulfilled' ? [taken.value] : []);
  try {
    for (const taken of taking) if (taken.status === 'rejected') throw taken.reason;
    checkBytes(frames, number);
    return frames;
  } catch (error) {
    new FrameList(frames, 0).close();
    throw error;
  }
}

/**
 * @param {any[]} frames
 * @param {number} number
 */
function checkBytes(frames, number) {
  const total = frames.reduce((sum, frame) => sum + (frame?.size ?? (4 * frame?.width * frame?.height || 0)), 0);
  if (total > BYTES_MAX) {
    throw pictureError(number, null, `is a video whose frames take ${bytes(total)}, expected at most ${bytes(BYTES_MAX)}: give fewer or smaller ones`);
  }
}
