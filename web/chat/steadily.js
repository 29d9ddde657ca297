/** Work that is done again and again, and never takes more than a tenth of the time. */

const REST = 9; // times what the work has taken

/**
 * @param {() => Promise<void>} work
 * @param {number} every  ms between two times, at least
 * @returns {() => void} ends it
 */
export function steadily(work, every) {
  let ended = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const next = (/** @type {number} */ wait) => {
    timer = setTimeout(async () => {
      const begun = performance.now();
      await work();
      if (!ended) next(Math.max(every, REST * (performance.now() - begun)));
    }, wait);
  };
  next(every);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
