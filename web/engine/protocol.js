/**
 * What the page and the worker say to each other, and the page's end of it.
 *
 * Page to worker:  {id, kind, payload}; `abort` has the id of the request that it ends as its payload.
 * Worker to page:  {id, type: 'item', value} any number of times, then one {id, type: 'end'} or {id, type: 'error', error}.
 * An error with id 0 is the engine's own end: the GPU is lost.
 * One request is one stream; a plain answer is a stream of one item. `chat` and `text` have {request} as their payload, and with it
 * what of a streamed answer has been shown, so that another worker can go on behind that.
 */

/**
 * @typedef {'load' | 'chat' | 'text' | 'tokenize' | 'detokenize' | 'template' | 'python' | 'unload' | 'abort'} Kind
 * @typedef {{id: number, kind: Kind, payload: any}} Request
 * @typedef {{seed: number, id: string, created: number, ids: number[]}} Shown  see pyside/api/completions.py
 * @typedef {{name: string, message: string, detail?: string}} Fault  what went wrong, as a sentence; `detail` is for a bug report
 * @typedef {{id: number, type: 'item', value: any} | {id: number, type: 'end'} | {id: number, type: 'error', error: Fault}} Reply
 * @typedef {'runtime' | 'download' | 'compile' | 'selftest' | 'ready'} Phase
 * @typedef {{phase: Phase, loaded: number, total: number}} Progress  bytes for `download`, steps for the others
 */

/** Anything a person may meet; `message` is shown as it is and says what happened and what to do. */
export class EngineError extends Error {
  /**
   * @param {string} name  the kind of fault, such as `DeviceLostError`
   * @param {string} message
   * @param {string} [detail]  traceback or log, for a bug report
   */
  constructor(name, message, detail) {
    super(message);
    this.name = name;
    this.detail = detail;
  }
}

/**
 * A thrown value as it travels between threads.
 * @param {unknown} error
 * @returns {Fault}
 */
export function faultOf(error) {
  if (error instanceof EngineError) return { name: error.name, message: error.message, detail: error.detail };
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message: `The engine stopped on an error of its own: ${message}. Reload the page.`, detail: stack };
}

/** @param {Fault} fault */
function errorOf({ name, message, detail }) {
  return new EngineError(name, message, detail);
}

/**
 * @typedef {object} Stream  one open request
 * @property {any[]} items  arrived and not yet taken
 * @property {boolean} ended
 * @property {unknown} [error]
 * @property {() => void} wake
 */

/** The page's end: sends requests to a worker and hands out their answers as async iterables. */
export class Connection {
  #worker;
  #lastId = 0;
  /** @type {Map<number, Stream>} */
  #open = new Map();
  /** @type {Error | null} Why the worker is gone. */
  closed = null;

  /** @param {Worker} worker */
  constructor(worker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.close(new EngineError('WorkerError', `The engine's worker could not run: ${event.message || 'its script did not load'}. ` +
        'Check that worker.js and runtime/ lie beside deltapage.js and that the page\'s Content-Security-Policy allows them.'));
    };
  }

  /**
   * Send a request; yields each item of its answer. Leaving the loop early, or the signal, aborts it in the worker.
   * @param {Kind} kind
   * @param {any} payload  structured-cloneable
   * @param {AbortSignal} [signal]
   * @returns {AsyncGenerator<any, void, void>}
   */
  async *stream(kind, payload, signal) {
    signal?.throwIfAborted();
    if (this.closed) throw this.closed;
    const id = ++this.#lastId;
    /** @type {Stream} */
    const stream = { items: [], ended: false, wake: () => {} };
    const wake = () => stream.wake();
    this.#open.set(id, stream);
    signal?.addEventListener('abort', wake);
    try {
      this.#worker.postMessage({ id, kind, payload });
      for (;;) {
        signal?.throwIfAborted();
        if (stream.items.length) yield stream.items.shift();
        else if (stream.error) throw stream.error;
        else if (stream.ended) return;
        else await new Promise((resolve) => { stream.wake = () => resolve(undefined); });
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      this.#open.delete(id);
      if (!stream.ended) this.#worker.postMessage({ id: ++this.#lastId, kind: 'abort', payload: id });
    }
  }

  /**
   * Send a request whose answer is one item.
   * @param {Kind} kind
   * @param {any} payload
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async call(kind, payload, signal) {
    let answer;
    for await (const item of this.stream(kind, payload, signal)) answer = item;
    return answer;
  }

  /**
   * End the worker; every open request fails with `error`.
   * @param {Error} error
   */
  close(error) {
    this.closed ??= error;
    this.#worker.terminate();
    for (const stream of this.#open.values()) {
      stream.error = error;
      stream.ended = true;
      stream.wake();
    }
    this.#open.clear();
  }

  /** @param {Reply} reply */
  #receive(reply) {
    if (reply.id === 0 && reply.type === 'error') return this.close(errorOf(reply.error));
    const stream = this.#open.get(reply.id);
    if (!stream) return; // an aborted request's last words
    if (reply.type === 'item') stream.items.push(reply.value);
    else stream.ended = true;
    if (reply.type === 'error') stream.error = errorOf(reply.error);
    stream.wake();
  }
}
