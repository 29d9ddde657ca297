/**
 * Answers a <deep-chat> element (https://deepchat.dev) from an engine in the page, streaming.
 *
 *   import { connectDeepChat } from './deep-chat.js';
 *   connectDeepChat(document.querySelector('deep-chat'), () => Engine.load('bundles/demo/'));
 */

import { agentLoop } from './agent/loop.js';
import { unlessAborted } from './common/abort.js';

/** @typedef {import('./deltapage.js').Engine} Engine */
/** @typedef {import('./types.js').Message} Message */

/** @typedef {{role?: string, text?: string, files?: unknown[]}} DeepChatMessage */
/**
 * @typedef {object} Signals  what deep-chat gives to a handler
 * @property {(response: {text: string} | {error: string}) => Promise<void> | void} onResponse
 * @property {() => void} onOpen
 * @property {() => void} onClose
 * @property {{listener: () => void}} stopClicked
 */
/** @typedef {(body: {messages: DeepChatMessage[]}, signals: Signals) => Promise<void>} Handler */
/** @typedef {HTMLElement & {connect?: any, errorMessages?: any, requestBodyLimits?: any}} DeepChat  what is set on the element */
/**
 * @typedef {object} Options
 * @property {string} [instruction]  the system message
 * @property {Omit<import('./deltapage.js').ChatRequest, 'messages' | 'stream' | 'signal'>} [request]  further fields of each request
 */

/**
 * Make an element's messages go to the engine, from when its script has come.
 * @param {DeepChat} element
 * @param {Engine | (() => Promise<Engine>)} engine  or what loads it, called with the first message
 * @param {Options} [options]
 */
export async function connectDeepChat(element, engine, options) {
  await customElements.whenDefined(element.localName); // what is set before is lost
  element.errorMessages = { ...element.errorMessages, displayServiceErrorMessages: true }; // else no error says what it is
  element.connect = { handler: deepChatHandler(engine, options), stream: true };
  element.requestBodyLimits = { maxMessages: 0 }; // all messages; without it only the newest comes
}

/**
 * What deep-chat takes as `connect.handler`; wants `connect.stream` and `requestBodyLimits` as above.
 * @param {Engine | (() => Promise<Engine>)} engine
 * @param {Options} [options]
 * @returns {Handler}
 */
export function deepChatHandler(engine, { instruction, request } = {}) {
  /** @type {Promise<Engine> | null} */
  let loading = null;
  const loaded = () => {
    loading ??= Promise.resolve(typeof engine === 'function' ? engine() : engine);
    loading.catch(() => { loading = null; }); // so that the next message tries again
    return loading;
  };
  return async ({ messages }, { onResponse, onOpen, onClose, stopClicked }) => {
    const stopped = new AbortController();
    stopClicked.listener = () => stopped.abort();
    let begun = false;
    try {
      const asked = messages.filter(({ role, text }) => role !== 'ai' || text?.trim()).map(messageOf);
      if (instruction) asked.unshift({ role: 'system', content: instruction });
      const { chat } = await unlessAborted(loaded(), stopped.signal); // loading goes on when stopped
      onOpen();
      const generate = (/** @type {Message[]} */ conversation) => chat.completions.create({ ...request, messages: conversation, stream: true, signal: stopped.signal });
      for await (const event of agentLoop({ messages: asked, generate, signal: stopped.signal })) {
        if (event.type !== 'content') continue;
        begun = true;
        await onResponse({ text: event.piece });
      }
      onClose();
    } catch (error) {
      if (stopped.signal.aborted) return onClose();
      if (!begun) await onResponse({ text: ' ' }); // without a message to end, the element loses the error
      await onResponse({ error: /** @type {Error} */ (error).message });
    }
  };
}

/**
 * @param {DeepChatMessage} message
 * @returns {Message}
 */
function messageOf({ role, text, files }) {
  if (files?.length) throw new Error('This model reads text only: send the message without files.');
  return { role: role === 'ai' ? 'assistant' : 'user', content: text ?? '' };
}
