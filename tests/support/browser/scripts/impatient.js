/** From now on waits between attempts are a tenth as long; silence (web/files/request.js) counts as before. */
() => {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = /** @type {any} */ ((work, ms, ...given) => setTimeout(work, ms < 5000 ? ms / 10 : ms, ...given));
}
