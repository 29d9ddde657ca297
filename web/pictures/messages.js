/** Takes the pictures out of a request's messages: JSON, which is what the engine reads, has none. */

import { unlessAborted } from '../common/abort.js';
import { sourceOf } from './sources.js';

/** @typedef {import('../types.js').PictureSource} PictureSource */
/** @typedef {import('./sources.js').Source} Source */

/**
 * Take the pictures out of what is asked. In their messages' places stands `{type: 'image', picture}` with a number of the list, and
 * beside it what else the part said; what is no message is left as it is, for the engine to say what is wrong with it.
 * @template {object} Asked
 * @param {Asked} asked
 * @param {AbortSignal} [signal]
 * @returns {Promise<{asked: Asked, pictures: Source[], release: () => void}>} the pictures are to be posted as often as the request is,
 *   each different one once, and released when it is over
 * @throws {import('../common/errors.js').EngineError} PictureError
 */
export async function takePictures(asked, signal) {
  const given = 'messages' in asked ? asked.messages : null;
  if (!Array.isArray(given)) return { asked, pictures: [], release: () => {} };
  /** @type {Map<PictureSource, Promise<Source>>} In the order of their numbers. */
  const found = new Map();
  const numberOf = (/** @type {PictureSource} */ picture) => {
    const key = picture instanceof URL ? picture.href : picture;
    if (!found.has(key)) found.set(key, sourceOf(picture, found.size, signal));
    return [...found.keys()].indexOf(key);
  };
  const messages = given.map((message) => (
    Array.isArray(message?.content) ? { ...message, content: message.content.map((/** @type {any} */ part) => withNumber(part, numberOf)) } : message
  ));
  const taking = Promise.allSettled(found.values());
  const release = async () => {
    for (const { value } of /** @type {PromiseFulfilledResult<Source>[]} */ (await taking)) if (value && 'close' in value) value.close();
  };
  try {
    await unlessAborted(taking, signal);
    return { asked: { ...asked, messages }, pictures: await Promise.all(found.values()), release };
  } catch (error) {
    void release();
    throw error;
  }
}

/**
 * @param {any} part
 * @param {(given: PictureSource) => number} numberOf
 */
function withNumber(part, numberOf) {
  if (part?.type === 'image' && part.image != null) {
    const { image, ...others } = part;
    return { ...others, picture: numberOf(image) };
  }
  if (part?.type === 'image_url' && part.image_url?.url != null) {
    const { image_url: { url, ...inside }, ...others } = part;
    return { ...others, ...inside, type: 'image', picture: numberOf(url) };
  }
  return part;
}
