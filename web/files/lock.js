/** Work that one tab at a time does, so that no file is downloaded twice. */

const LONGEST_WAIT = 120_000; // ms: a tab may be frozen with the lock in its hand

/**
 * Run `work` when no other tab runs what has the same name; a tab that is closed lets go. Where the browser has no locks, at once.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @param {AbortSignal} signal  ends the waiting
 * @returns {Promise<T>}
 */
export async function alone(name, work, signal) {
  if (!globalThis.navigator?.locks) return work();
  const waiting = new AbortController();
  const abort = () => waiting.abort(signal.reason);
  signal.addEventListener('abort', abort);
  const timer = setTimeout(() => waiting.abort(), LONGEST_WAIT);
  let begun = false;
  const begin = () => {
    begun = true;
    clearTimeout(timer);
    return work();
  };
  try {
    return await navigator.locks.request(name, { signal: waiting.signal }, begin);
  } catch (error) {
    if (begun || signal.aborted) throw error;
    return await work(); // the wait was too long, or the page may have no locks, as in a sandboxed frame
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
