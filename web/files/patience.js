/** How long to go on asking a server that fails: as long as something comes between the failures. */

import { Refusal } from './request.js';

const ATTEMPTS = 7; // in a row that bring nothing: some 19 seconds, in which servers restart and phones change networks
const REFUSALS = 4; // among them that are meant for good: two seconds, in which an upload may be completed
const BACKOFF = 300; // ms before the second attempt, doubled before each further one
const LONGEST_WAIT = 30_000; // ms, whatever the server asks for

export class Patience {
  #attempts;
  #failures = 0;
  #refusals = 0;

  /** @param {number} [attempts]  1 to have none */
  constructor(attempts = ATTEMPTS) {
    this.#attempts = attempts;
  }

  /** Something came. */
  restored() {
    this.#failures = this.#refusals = 0;
  }

  /**
   * Wait before the next attempt, or throw what ended the last one when it was one too many.
   * @param {unknown} error
   * @param {AbortSignal} [signal]
   */
  async bear(error, signal) {
    const refusal = error instanceof Refusal ? error : null;
    if (refusal?.final) this.#refusals++;
    if (++this.#failures >= this.#attempts || this.#refusals === REFUSALS) throw error;
    const wait = Math.max(BACKOFF * 2 ** (this.#failures - 1), refusal?.retryAfter ?? 0);
    await pause(Math.min(wait, LONGEST_WAIT), signal);
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort);
  });
}
