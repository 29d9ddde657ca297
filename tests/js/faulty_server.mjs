/** A server of files with ranges, as `fetch` sees it, of which each response may have a fault. */

const PART = 16384; // bytes that arrive at once
const PAGE = new TextEncoder().encode('<!doctype html><title>Log in to the network</title>'.padEnd(3000));

/**
 * @typedef {object} Fault
 * @property {number} [status]  answers with it and nothing else
 * @property {Record<string, string>} [headers]
 * @property {boolean} [page]  answers with the page of a network's login
 * @property {boolean} [wholly]  knows no ranges
 * @property {number} [wrong]  the byte of the response that is another one
 * @property {number} [cut]  bytes after which the connection breaks
 * @property {number} [stall]  bytes after which nothing comes any more
 */

export class FaultyServer {
  /** Every request: [path, range]. */
  requests = [];
  /** Bytes that have left, pages not counted. */
  sent = 0;
  /** Requests that have not come to their end. */
  open = 0;
  #base;
  #contents;
  #fault;

  /**
   * @param {string} base  URL of the folder
   * @param {Map<string, Uint8Array>} contents  by path
   * @param {(path: string, size: number) => Fault | void} fault  of the next response; `size` is the file's
   */
  constructor(base, contents, fault = () => {}) {
    this.#base = base;
    this.#contents = contents;
    this.#fault = fault;
  }

  /** @param {string} path */
  sizeOf(path) {
    return this.#contents.get(path).length;
  }

  fetch = async (url, { headers = {}, signal } = {}) => {
    signal?.throwIfAborted();
    const path = decodeURIComponent(url.slice(this.#base.length));
    const range = headers.Range ?? '';
    this.requests.push([path, range]);
    const whole = this.#contents.get(path);
    const fault = whole ? this.#fault(path, whole.length) ?? {} : { status: 404 };
    if (fault.status) return new Response('', { status: fault.status, headers: fault.headers });
    if (fault.page) return new Response(PAGE, { headers: { 'content-type': 'text/html; charset=utf-8' } });
    const from = range && !fault.wholly ? Number(/^bytes=(\d+)-$/.exec(range)[1]) : 0;
    const bytes = whole.slice(from);
    if (fault.wrong !== undefined && bytes.length) bytes[fault.wrong % bytes.length] ^= 1;
    const partial = from ? { status: 206, headers: { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } } : {};
    return new Response(this.#body(bytes, fault, signal), partial);
  };

  #body(bytes, { cut = Infinity, stall = Infinity }, signal) {
    const end = Math.min(cut, stall, bytes.length);
    let at = 0;
    let closed = false;
    const close = () => {
      if (!closed) this.open--;
      closed = true;
    };
    this.open++;
    return new ReadableStream({
      start: (controller) => signal?.addEventListener('abort', () => {
        if (!closed) controller.error(signal.reason);
        close();
      }),
      pull: async (controller) => {
        if (closed) return;
        if (at < end) {
          const part = bytes.slice(at, Math.min(at + PART, end));
          at += part.length;
          this.sent += part.length;
          controller.enqueue(part);
        } else if (stall === end && stall < bytes.length) await new Promise(() => {});
        else {
          close();
          if (end < bytes.length) controller.error(new TypeError('network error'));
          else controller.close();
        }
      },
      cancel: close,
    }, { highWaterMark: 0 });
  }
}
