/** How many frames a video has a second, which no browser tells: found by playing some of them. */

const UNKNOWN = 24; // frames a second of a video that cannot be played, as the reference takes them
const FRAMES = 12; // that are played
const PATIENCE = 2000; // ms
const MOST = 120;

/** @type {WeakMap<Blob, number>} Found before. */
const found = new WeakMap();

/**
 * A whole number, so that a file that is asked about again most likely has the same. Which frames are seen hardly depends on it: an
 * index stands for a time in any case.
 * @param {Blob} file
 * @param {HTMLVideoElement} element  which plays it from here on, muted, for a moment
 * @returns {Promise<number>}
 */
export async function rateOf(file, element) {
  const known = found.get(file);
  if (known) return known;
  const rate = steady(await timesOf(element)) ?? UNKNOWN;
  found.set(file, rate);
  return rate;
}

/**
 * The frames a second of a video of which these were shown, some having been left out.
 * @param {number[]} times  s
 * @returns {number | null} null where they do not tell
 */
export function steady(times) {
  const steps = times.slice(1).map((time, place) => time - times[place]).filter((step) => step > 0);
  if (steps.length < 3) return null;
  const least = Math.min(...steps);
  const frames = steps.reduce((sum, step) => sum + Math.round(step / least), 0);
  const seconds = steps.reduce((sum, step) => sum + step, 0);
  return Math.min(Math.max(Math.round(frames / seconds), 1), MOST);
}

/**
 * When some of its frames are to be shown; none in a browser that does not tell, or does not play it.
 * @param {HTMLVideoElement} element
 */
async function timesOf(element) {
  /** @type {number[]} */
  const times = [];
  if (!element.requestVideoFrameCallback || document.hidden) return times;
  element.currentTime = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  await new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
    element.addEventListener('ended', resolve, { once: true });
    element.addEventListener('emptied', resolve, { once: true });
    /** @type {VideoFrameRequestCallback} */
    const next = (_, { mediaTime }) => {
      times.push(mediaTime);
      if (times.length < FRAMES) element.requestVideoFrameCallback(next);
      else resolve(undefined);
    };
    element.requestVideoFrameCallback(next);
    element.play().catch(resolve);
  });
  clearTimeout(timer);
  element.pause();
  return times;
}
