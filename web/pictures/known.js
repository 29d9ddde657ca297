/** What is remembered of pictures' files beyond their requests, so that a conversation's next turn decodes none of them again. */

/**
 * @typedef {object} Known
 * @property {[number, number]} size  height and width in pixels
 * @property {Map<string, string>} digests  of what it was resampled to, by that size
 */

const MOST = 4096; // pictures and frames of videos; each takes a few hundred bytes

/** @type {Map<string, Known>} By the sha256 of the file, and a frame's time; the one that was asked for last at the end. */
const files = new Map();

/**
 * @param {string} hash  that of the file, or of a frame
 * @returns {Known | undefined}
 */
export function recall(hash) {
  const known = files.get(hash);
  if (known) {
    files.delete(hash);
    files.set(hash, known);
  }
  return known;
}

/**
 * @param {string} hash  that of the file, or of a frame
 * @param {[number, number]} size  height and width
 * @returns {Known}
 */
export function remember(hash, size) {
  const known = recall(hash) ?? { size, digests: new Map() };
  files.set(hash, known);
  if (files.size > MOST) files.delete(/** @type {string} */ (files.keys().next().value));
  return known;
}
