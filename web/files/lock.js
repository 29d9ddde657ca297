/** Work that one tab at a time does, so that no file is downloaded twice. */

/**
 * Run `work` when no other tab runs what has the same name; a tab that is closed lets go. Where the browser has no locks, at once.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {AbortSignal} signal  ends the waiting
 * @returns {Promise<T>}
 */
export async function alone(name, work, signal) {
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  if (!globalThis.navigator?.locks) return work();
  try {
    return await navigator.locks.request(name, { signal }, begin);
  } catch (error) {
    if (begun || signal.aborted) throw error;
    return work(); // the page may have no locks, as in a sandboxed frame
  }
}
