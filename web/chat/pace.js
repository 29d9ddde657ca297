/** How far something is, how fast it goes and how long it will still take. */

import { duration } from './format.js';

const OVER = 4; // seconds that the rate is taken from, or the last step where that takes longer

export class Pace {
  #amount;
  #unit;
  /** @type {{at: number, done: number}[]} */
  #samples = [];

  /**
   * @param {(count: number) => string} amount
   * @param {string} [unit]  where the amount does not name it
   */
  constructor(amount, unit = '') {
    this.#amount = amount;
    this.#unit = unit;
  }

  /**
   * @param {number} done
   * @param {number} total
   * @returns {string} such as `2.0 MiB of 8.0 MiB · 1.0 MiB/s · 6.0 s left`, without the rate while it is not known
   */
  tell(done, total) {
    const at = performance.now() / 1000;
    const last = this.#samples.at(-1);
    const kept = this.#samples.filter((sample) => (at - sample.at < OVER || sample === last) && sample.done <= done);
    this.#samples = [...kept, { at, done }];
    const [{ at: since, done: before }] = this.#samples;
    const speed = at > since ? (done - before) / (at - since) : 0;
    const rest = speed ? ` · ${this.#amount(speed)}${this.#unit}/s · ${duration((total - done) / speed)} left` : '';
    return `${this.#amount(done)} of ${this.#amount(total)}${this.#unit}${rest}`;
  }
}
