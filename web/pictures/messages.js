/** Takes the pictures out of a request's messages: JSON, which is what the engine reads, has none. */

import { unlessAborted } from '../common/abort.js';
import { sourceOf } from './sources.js';
import { videoOf } from './videos.js';

/** @typedef {import('../types.js').PictureSource} PictureSource */
/** @typedef {import('../types.js').VideoSource} VideoSource */
/** @typedef {import('./posting.js').Taken} Taken */
/** @typedef {(type: 'image' | 'video', source: PictureSource | VideoSource, fps?: unknown) => number} Take  the number of what is taken */

const TYPES = /** @type {const} */ (['image', 'video']);

/**
 * Take the pictures out of what is asked. In their places stands `{type: 'image', picture}`, or `{type: 'video', picture}`, with a number
 * of the list, and beside it what else the part said; what is no message is left as it is, for the engine to say what is wrong with it.
 * @template {object} Asked
 * @param {Asked} asked
 * @param {AbortSignal} [signal]
 * @returns {Promise<{asked: Asked, pictures: Taken[], release: () => void}>} the pictures are to be posted as often as the request is,
 *   each different one once, and released when it is over
 * @throws {import('../common/errors.js').EngineError} PictureError
 */
export async function takePictures(asked, signal) {
  const given = 'messages' in asked ? asked.messages : null;
  if (!Array.isArray(given)) return { asked, pictures: [], release: () => {} };
  /** @type {{key: unknown[], taking: Promise<Taken>}[]} In the order of their numbers. */
  const found = [];
  /** @type {Take} */
  const take = (type, source, fps) => {
    const key = [type, source, fps];
    const known = found.findIndex((other) => other.key.every((value, place) => value === key[place]));
    if (known >= 0) return known;
    const taking = type === 'video' ? videoOf(/** @type {VideoSource} */ (source), fps, found.length, signal)
      : sourceOf(/** @type {PictureSource} */ (source), found.length, signal);
    return found.push({ key, taking }) - 1;
  };
  const messages = given.map((message) => (
    Array.isArray(message?.content) ? { ...message, content: message.content.map((/** @type {any} */ part) => withNumber(part, take)) } : message
  ));
  const taking = Promise.allSettled(found.map((each) => each.taking));
  const release = async () => {
    for (const { value } of /** @type {PromiseFulfilledResult<Taken>[]} */ (await taking)) if (value && 'close' in value) value.close();
  };
  try {
    await unlessAborted(taking, signal);
    return { asked: { ...asked, messages }, pictures: await Promise.all(found.map((each) => each.taking)), release };
  } catch (error) {
    void release();
    throw error;
  }
}

/**
 * A part as the engine knows it: OpenAI's has its source deeper, and how it is to be seen beside that.
 * @param {any} part
 * @param {Take} take
 */
function withNumber(part, take) {
  for (const type of TYPES) {
    if (part?.type === type && part[type] != null) {
      const { [type]: source, ...others } = part;
      return numbered(type, source, others, take);
    }
    if (part?.type === `${type}_url` && part[part.type]?.url != null) {
      const { [`${type}_url`]: { url, ...inside }, ...others } = part;
      return numbered(type, url, { ...others, ...inside }, take);
    }
  }
  return part;
}

/**
 * @param {'image' | 'video'} type
 * @param {PictureSource | VideoSource} given
 * @param {any} others  what else the part says
 * @param {Take} take
 */
function numbered(type, given, others, take) {
  const source = given instanceof URL ? given.href : given;
  if (type === 'image') return { ...others, type, picture: take(type, source) };
  const { source_fps: fps, ...seen } = others;
  return { ...seen, type, picture: take(type, source, fps) };
}
