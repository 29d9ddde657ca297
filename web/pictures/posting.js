/** How a request's pictures go to a worker, as often as the request does. */

/** @typedef {import('./sources.js').Source} Source */
/** @typedef {Source | import('./videos.js').FrameList | import('./seeking-video.js').SeekingVideo} Taken  what a page holds of a picture or a video */
/** @typedef {Source | import('./videos.js').PostedFrames | import('./seeking-video.js').PostedVideo} Posted  what a worker gets of it */

/**
 * @param {Taken[]} pictures
 * @returns {{pictures: Posted[], transferred: Transferable[]}} for one `postMessage`
 */
export function toPost(pictures) {
  /** @type {Transferable[]} */
  const transferred = [];
  return { pictures: pictures.map((picture) => 'post' in picture ? picture.post(transferred) : picture), transferred };
}
