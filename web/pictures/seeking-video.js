/**
 * The page's end of a video file: an element that is sought to one frame after the other, as the worker asks for them. Only a page has
 * such elements; one frame at a time is there as pixels, however long the video is.
 */

import { unlessAborted } from '../common/abort.js';
import { faultOf } from '../common/errors.js';
import { AS_STORED } from './as-stored.js';
import { pictureError } from './faults.js';
import { rateOf } from './frame-rate.js';

/** @typedef {{file: Blob, frames: number, fps: number, height: number, width: number, port: MessagePort}} PostedVideo */

const PATIENCE = 30_000; // ms that a frame may take, or the file's beginning
const SETTLING = 150; // ms after a seek within which a browser that tells of it has shown the frame
const HOURS_MAX = 4;
const BEYOND = 1e9; // s; seeking there finds the end of a file that does not state it

export class SeekingVideo {
  fps = 0;
  frames = 0;
  height = 0;
  width = 0;
  #file;
  #number;
  #element = document.createElement('video');
  #address;
  #closed = new AbortController();
  /** @type {MessagePort[]} */
  #ports = [];
  #turn = Promise.resolve();

  /**
   * Use `SeekingVideo.open`.
   * @param {Blob} file
   * @param {number} number
   */
  constructor(file, number) {
    this.#file = file;
    this.#number = number;
    this.#address = URL.createObjectURL(file);
    Object.assign(this.#element, { muted: true, playsInline: true, preload: 'auto' });
  }

  /**
   * @param {Blob} file
   * @param {number} number  among the request's pictures
   * @param {number} stated  frames a second, 0 to find out
   * @param {AbortSignal} [signal]
   * @returns {Promise<SeekingVideo>} to be closed
   * @throws {import('../common/errors.js').EngineError} PictureError
   */
  static async open(file, number, stated, signal) {
    if (!globalThis.document) {
      throw pictureError(number, file, 'is a video, which only a page can decode: ask from there, or give a list of its frames');
    }
    const video = new SeekingVideo(file, number);
    try {
      await unlessAborted(video.#prepare(stated), signal);
      return video;
    } catch (error) {
      video.close();
      throw error;
    }
  }

  /**
   * What goes to a worker, which asks for frames through a port of its own.
   * @param {Transferable[]} transferred  gets the port
   * @returns {PostedVideo}
   */
  post(transferred) {
    const { port1: near, port2: port } = new MessageChannel();
    near.onmessage = ({ data: index }) => { this.#turn = this.#turn.then(() => this.#answer(near, index)); };
    this.#ports.push(near);
    transferred.push(port);
    const { fps, frames, height, width } = this;
    return { file: this.#file, frames, fps, height, width, port };
  }

  /** What the browser holds of it is free again, and nothing is answered any more. */
  close() {
    this.#closed.abort(new DOMException('The request that the video belongs to is over.', 'AbortError'));
    for (const port of this.#ports) port.close();
    this.#element.removeAttribute('src');
    this.#element.load();
    URL.revokeObjectURL(this.#address);
  }

  /** @param {number} stated */
  async #prepare(stated) {
    const element = this.#element;
    await this.#after('loadeddata', () => { element.src = this.#address; });
    if (!element.videoWidth) throw this.#refuse('is a video without frames: it has sound alone');
    if (!Number.isFinite(element.duration)) await this.#after('seeked', () => { element.currentTime = BEYOND; });
    const { duration } = element;
    if (!Number.isFinite(duration)) throw this.#refuse('is a video without an end: record some seconds of it and give those');
    if (duration > HOURS_MAX * 3600) {
      throw this.#refuse(`is a video of ${(duration / 3600).toFixed(1)} hours, expected at most ${HOURS_MAX}: cut it`);
    }
    this.fps = stated || await rateOf(this.#file, element);
    this.frames = Math.max(1, Math.round(duration * this.fps));
    this.height = element.videoHeight;
    this.width = element.videoWidth;
  }

  /**
   * @param {MessagePort} port
   * @param {number} index
   */
  async #answer(port, index) {
    try {
      const bitmap = await this.#frame(index);
      port.postMessage({ bitmap }, [bitmap]);
    } catch (error) {
      port.postMessage({ fault: faultOf(error) });
    }
  }

  /** @param {number} index */
  async #frame(index) {
    const element = this.#element;
    const middle = Math.min((index + 0.5) / this.fps, element.duration); // of the time for which the frame is shown
    const over = new AbortController();
    const shown = this.#shown(middle, over.signal);
    await this.#after('seeked', () => { element.currentTime = middle; });
    await Promise.race([shown, new Promise((resolve) => { setTimeout(resolve, SETTLING); })]);
    over.abort();
    return createImageBitmap(element, AS_STORED);
  }

  /**
   * The frame of a time is there to be drawn: Chromium may say before that it has been sought. Not all browsers and pages are told, nor
   * is it of a frame that stays for longer than others.
   * @param {number} middle  of the time for which it is shown
   * @param {AbortSignal} over  ends the looking
   */
  #shown(middle, over) {
    const element = this.#element;
    return new Promise((resolve) => {
      /** @type {VideoFrameRequestCallback} */
      const look = (_, { mediaTime }) => {
        if (Math.abs(middle - mediaTime) < 0.75 / this.fps) resolve(undefined);
        else if (!over.aborted) element.requestVideoFrameCallback(look);
      };
      element.requestVideoFrameCallback?.(look);
    });
  }

  /**
   * Wait for an event of the element that something brings about.
   * @param {string} event
   * @param {() => void} begin
   */
  #after(event, begin) {
    const element = this.#element;
    return new Promise((resolve, reject) => {
      this.#closed.signal.throwIfAborted();
      const done = new AbortController();
      const until = { signal: done.signal };
      const timer = setTimeout(() => reject(this.#refuse(`is a video that the browser has not decoded for ${PATIENCE / 1000} s, at ` +
        `${element.currentTime.toFixed(1)} s of it: it may be damaged. Save it anew and try again`)), PATIENCE);
      done.signal.addEventListener('abort', () => clearTimeout(timer));
      element.addEventListener(event, resolve, until);
      element.addEventListener('error', () => reject(this.#undecodable()), until);
      this.#closed.signal.addEventListener('abort', () => reject(this.#closed.signal.reason), until);
      for (const settle of [event, 'error']) element.addEventListener(settle, () => done.abort(), until);
      this.#closed.signal.addEventListener('abort', () => done.abort(), until);
      begin();
    });
  }

  #undecodable() {
    return this.#refuse('is a video that this browser cannot decode: it has another codec than this browser knows, is damaged, or the page\'s ' +
      'Content-Security-Policy admits no blob: in media-src. Save it as WebM (VP8, VP9) or MP4 (H.264) and try again', this.#element.error?.message);
  }

  /**
   * @param {string} sentence
   * @param {unknown} [cause]
   */
  #refuse(sentence, cause) {
    return pictureError(this.#number, this.#file, sentence, cause);
  }
}
