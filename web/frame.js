/**
 * `<delta-chat>` for pages whose Content-Security-Policy admits no script of ours: the element alone in a frame.
 *
 *   <iframe src="https://models.example/frame.html?bundle=bundles/demo/&origin=https://shop.example"></iframe>
 *
 * The query's `bundle`, `intro-message`, `placeholder` and `theme` are the element's attributes. Its `origin` is the only one that may talk
 * to the frame, and only as the page around it; without it nobody may. That page posts {id, call, arguments}, where `call` is one
 * of CALLS, and is posted {id, result} or {id, error}, besides {event, detail} for each event of the element and
 * {event: 'delta-frame'} once it listens.
 */

import './delta-chat.js';

/** @typedef {import('./delta-chat.js').DeltaChat} DeltaChat */

const EVENTS = ['delta-ready', 'delta-message', 'delta-error'];
/** @type {Record<string, (chat: DeltaChat, ...values: any[]) => unknown>} */
const CALLS = {
  addMessage: (chat, message) => chat.addMessage(message),
  clear: (chat) => chat.clear(),
  export: (chat, format) => chat.export(format),
  focusInput: (chat) => chat.focusInput(),
  load: async (chat) => (await chat.load()).info,
  messages: (chat) => chat.messages,
  send: (chat, text) => chat.send(text),
  stop: (chat) => chat.stop(),
};

const query = new URLSearchParams(location.search);
const chat = /** @type {DeltaChat} */ (document.createElement('delta-chat'));
for (const name of ['bundle', 'intro-message', 'placeholder', 'theme']) {
  const value = query.get(name);
  if (value !== null) chat.setAttribute(name, value);
}
/** @type {HTMLElement} */ (document.querySelector('main')).append(chat);

const host = query.get('origin');
if (host && parent !== window) serve(host);

/** @param {string} origin */
function serve(origin) {
  const post = (/** @type {object} */ message) => parent.postMessage(message, origin);
  window.addEventListener('message', async ({ source, origin: sender, data }) => {
    if (source !== parent || sender !== origin || typeof data?.call !== 'string') return;
    const { id, call, arguments: values = [] } = data;
    try {
      if (!Object.hasOwn(CALLS, call)) throw new TypeError(`The frame knows no call ${call}: it takes ${Object.keys(CALLS).join(', ')}.`);
      post({ id, result: await CALLS[call](chat, ...values) });
    } catch (error) {
      post({ id, error: /** @type {Error} */ (error).message });
    }
  });
  for (const event of EVENTS) chat.addEventListener(event, (told) => post({ event, detail: plain(/** @type {CustomEvent} */ (told).detail) }));
  post({ event: 'delta-frame' });
}

/**
 * An event's detail without what cannot be posted: an error is its sentence.
 * @param {{error?: Error}} detail
 */
function plain(detail) {
  return detail.error ? { error: detail.error.message } : detail;
}
