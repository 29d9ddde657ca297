/** One request to a server of bundles: ended when it falls silent, and refused when it gives something else than a file. */

const SILENCE = 20_000; // ms without a byte after which a connection counts as broken

/** An answer that is not the file. */
export class Refusal extends Error {
  /** Whether it is meant for good: the server knows what is asked of it, and gives out none or something else. */
  final;
  /** Milliseconds that the server asks for before the next request. */
  retryAfter;

  /** @param {Response} response */
  constructor({ ok, status, headers }) {
    super(ok ? 'a web page came in its place, as from a network that asks for a login' : `status ${status}`);
    this.status = status;
    this.final = status < 500 && ![408, 416, 425, 429].includes(status);
    const after = headers.get('retry-after') ?? '';
    this.retryAfter = Math.max(0, (/^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now()) || 0);
  }
}

/**
 * Ask for a file and take it in as it arrives.
 * @param {string} url
 * @param {RequestInit} init
 * @param {object} taker
 * @param {(response: Response) => void} [taker.begun]  before the first part; throws to refuse it
 * @param {(part: Uint8Array<ArrayBuffer>) => boolean | void} taker.part  false: that is enough
 * @param {AbortSignal} [taker.signal]
 * @param {number} [taker.silence]  ms
 * @throws {Refusal | Error} another answer; a connection that broke or was silent; the signal's reason
 */
export async function receive(url, init, { begun = () => {}, part, signal, silence = SILENCE }) {
  signal?.throwIfAborted();
  const end = new AbortController();
  const abort = () => end.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => end.abort(new Error(`nothing came for ${silence / 1000} seconds`)), silence);
  };
  try {
    listen();
    const response = await fetch(url, { ...init, signal: end.signal });
    const { ok, headers, body } = response;
    if (!ok || !body || /^text\/html\b/.test(headers.get('content-type') ?? '')) throw new Refusal(response); // no bundle has a page
    begun(response);
    const reader = body.getReader();
    for (;;) {
      listen();
      const { done, value } = await reader.read();
      if (done || part(value) === false) return;
    }
  } catch (error) {
    throw end.signal.aborted ? end.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    end.abort(); // what still comes of a refusal
  }
}
