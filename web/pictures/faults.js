/** What is said of a picture that cannot be used: which, what it is, and what to do. */

import { bytes } from '../common/byte-count.js';
import { EngineError } from '../common/errors.js';

/**
 * @param {number} number  of the picture in its request, from 0
 * @param {unknown} source  what the page gave; a file has a name
 * @param {string} sentence  goes on from the picture: "is animated: give one of its frames"
 * @param {unknown} [cause]
 */
export function pictureError(number, source, sentence, cause) {
  const what = source instanceof Blob ? [source instanceof File && source.name, source.type, bytes(source.size)].filter(Boolean).join(', ') : '';
  return new EngineError('PictureError', `Picture ${number + 1}${what && ` (${what})`} ${sentence}.`, cause instanceof Error ? String(cause) : undefined);
}
