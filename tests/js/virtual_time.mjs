/** Time that passes only when nothing else can happen, so that tests of patience take no time. */

/**
 * Run `work` with timers and `performance.now` of virtual time.
 * @param {(time: {now: number, waited: number[]}) => Promise<any>} work  told the time, and the lengths of the timers that have rung
 */
export async function inVirtualTime(work) {
  const { setTimeout, clearTimeout } = globalThis;
  const { performance: clock, crypto: { subtle } } = globalThis;
  const time = { now: 0, waited: [] };
  const timers = new Map();
  let lastId = 0;
  let digests = 0; // under way, in threads of their own
  const digest = subtle.digest.bind(subtle);
  globalThis.setTimeout = /** @type {any} */ ((run, ms) => {
    timers.set(++lastId, { at: time.now + ms, ms, run });
    return lastId;
  });
  globalThis.clearTimeout = /** @type {any} */ ((id) => timers.delete(id));
  clock.now = () => time.now;
  subtle.digest = (...bytes) => {
    digests++;
    return digest(...bytes).finally(() => digests--);
  };
  try {
    let done = false;
    const result = work(time).finally(() => { done = true; });
    result.catch(() => {}); // told by the caller's own waiting
    while (!done) {
      for (let turn = 0; turn < 30 || digests; turn++) await new Promise((resolve) => { setImmediate(resolve); });
      const [id, next] = [...timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (done || !next) continue;
      timers.delete(id);
      time.now = next.at;
      time.waited.push(next.ms);
      next.run();
    }
    return await result;
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
    delete clock.now;
    delete subtle.digest;
  }
}
