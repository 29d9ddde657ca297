/** The page's end of the engine: sends requests to the worker and hands out their answers as async iterables. */

import { EngineError, errorOf } from '../common/errors.js';
import { toPost } from '../pictures/posting.js';

const UNLOAD_LIMIT = 2000; // ms that a worker has to put away what it holds

/** @typedef {{signal?: AbortSignal, pictures?: import('../pictures/posting.js').Taken[]}} Posted  what goes with a request beside its payload */

/**
 * @typedef {object} OpenRequest
 * @property {any[]} items  arrived and not yet taken
 * @property {boolean} ended
 * @property {unknown} [error]
 * @property {() => void} wake
 */

export class Connection {
  #worker;
  #onProgress;
  #lastId = 0;
  /** @type {Map<number, OpenRequest>} */
  #open = new Map();
  /** @type {Error | null} Why the worker is gone. */
  closed = null;

  /**
   * @param {Worker} worker
   * @param {(progress: import('./protocol.js').Progress) => void} onProgress  told of what no request asked for
   */
  constructor(worker, onProgress) {
    this.#worker = worker;
    this.#onProgress = onProgress;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onmessageerror = () => this.close(new EngineError('WorkerError', 'What the engine\'s worker sent could not be read. ' +
      'Try again; the model is loaded anew.'));
    worker.onerror = (event) => {
      event.preventDefault();
      this.close(new EngineError('WorkerError', `The engine's worker could not run: ${event.message || 'its script did not load'}. ` +
        'Check that worker.js and runtime/ lie beside deltapage.js and that the page\'s Content-Security-Policy allows them.'));
    };
  }

  /**
   * Send a request; yields each item of its answer. Leaving the loop early, or the signal, aborts it in the worker.
   * @param {import('./protocol.js').Kind} kind
   * @param {any} payload  structured-cloneable
   * @param {Posted} [posted]
   * @returns {AsyncGenerator<any, void, void>}
   */
  async *stream(kind, payload, { signal, pictures: taken = [] } = {}) {
    signal?.throwIfAborted();
    if (this.closed) throw this.closed;
    const id = ++this.#lastId;
    /** @type {OpenRequest} */
    const request = { items: [], ended: false, wake: () => {} };
    const wake = () => request.wake();
    this.#open.set(id, request);
    signal?.addEventListener('abort', wake);
    try {
      const { pictures, transferred } = toPost(taken);
      this.#worker.postMessage({ id, kind, payload, pictures }, transferred);
      for (;;) {
        signal?.throwIfAborted();
        if (request.items.length) yield request.items.shift();
        else if (request.error) throw request.error;
        else if (request.ended) return;
        else await new Promise((resolve) => { request.wake = () => resolve(undefined); });
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      this.#open.delete(id);
      if (!request.ended) this.#worker.postMessage({ id: ++this.#lastId, kind: 'abort', payload: id });
    }
  }

  /**
   * Send a request whose answer is one item.
   * @param {import('./protocol.js').Kind} kind
   * @param {any} payload
   * @param {Posted} [posted]
   * @returns {Promise<any>}
   */
  async call(kind, payload, posted) {
    let answer;
    for await (const item of this.stream(kind, payload, posted)) answer = item;
    return answer;
  }

  /**
   * End the worker when it has put away what it holds, or does not answer in time. No request can be made from now on.
   * @param {Error} error  that open requests fail with
   */
  async end(error) {
    if (this.closed) return;
    const unloaded = this.call('unload', null).catch(() => {});
    this.closed = error;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    await Promise.race([unloaded, new Promise((resolve) => { timer = setTimeout(resolve, UNLOAD_LIMIT); })]);
    clearTimeout(timer);
    this.close(error);
  }

  /**
   * End the worker; every open request fails with `error`.
   * @param {Error} error
   */
  close(error) {
    this.closed ??= error;
    this.#worker.terminate();
    for (const request of this.#open.values()) {
      request.error = error;
      request.ended = true;
      request.wake();
    }
    this.#open.clear();
  }

  /** @param {import('./protocol.js').WorkerReply} reply */
  #receive(reply) {
    if (reply.type === 'progress') return this.#onProgress(reply.progress);
    if (reply.id === 0 && reply.type === 'error') return this.close(errorOf(reply.error));
    const request = this.#open.get(reply.id);
    if (!request) return; // an aborted request's last words
    if (reply.type === 'item') request.items.push(reply.value);
    else request.ended = true;
    if (reply.type === 'error') request.error = errorOf(reply.error);
    request.wake();
  }
}

/**
 * Start the engine's thread. A worker's script must be of the page's own origin: where these modules come from elsewhere, one is
 * made here that imports it from there. Messages wait until a module worker's imports have run.
 */
export function startWorker() {
  const script = new URL('./worker.js', import.meta.url);
  const options = /** @type {const} */ ({ type: 'module', name: 'deltapage' });
  if (script.origin === location.origin) return new Worker(script, options);
  const address = URL.createObjectURL(new Blob([`import ${JSON.stringify(script.href)};`], { type: 'text/javascript' }));
  const worker = new Worker(address, options);
  for (const kind of ['message', 'error']) worker.addEventListener(kind, () => URL.revokeObjectURL(address), { once: true });
  return worker;
}
