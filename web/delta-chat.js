/**
 * `<delta-chat bundle="bundles/demo/">`: a conversation with a model that runs in this page.
 *
 * It shows itself at once and fetches nothing of the model before the first message or a click on Load.
 * Events (bubbling, composed): `delta-ready` {info}, `delta-message` {message}, `delta-error` {error}.
 */

import { style } from './delta-chat-style.js';
import { Engine } from './deltapage.js';

/** @typedef {import('./deltapage.js').Message} Message */
/** @typedef {import('./protocol.js').Progress} Progress */

const TEMPLATE = document.createElement('template');
TEMPLATE.innerHTML = `
<header part="header">
  <span class="title" part="title"></span>
  <label class="thinking"><input type="checkbox" name="thinking"> Thinking</label>
  <button type="button" name="load">Load</button>
  <button type="button" name="fresh">New chat</button>
</header>
<div class="log" part="log" role="log" aria-live="polite" aria-label="Conversation" tabindex="0"></div>
<footer part="footer">
  <p class="alert" part="alert" role="alert" hidden></p>
  <form>
    <textarea name="text" rows="1" aria-label="Message" placeholder="Message"></textarea>
    <button type="submit" name="send">Send</button>
    <button type="button" name="stop" hidden>Stop</button>
  </form>
  <div class="status" part="status"><progress max="1" aria-label="Loading" hidden></progress><span class="figures" role="status"></span></div>
</footer>`;

/** What is said of each phase of loading. @type {Record<Progress['phase'], string>} */
const PHASES = { runtime: 'Starting Python', download: 'Loading the model', compile: 'Preparing the GPU', selftest: 'Checking the GPU', ready: 'Ready' };

export class DeltaChat extends HTMLElement {
  static observedAttributes = ['bundle'];

  #root = this.attachShadow({ mode: 'open' });
  /** @type {Promise<Engine> | null} */
  #engine = null;
  /** @type {Message[]} */
  #messages = [];
  /** @type {AbortController | null} */
  #running = null;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style];
    this.#root.append(TEMPLATE.content.cloneNode(true));
    const form = this.#find('form', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.send(this.#text.value);
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#button('load').addEventListener('click', () => this.load().catch(() => {})); // shown in the alert
    this.#button('stop').addEventListener('click', () => this.stop());
    this.#button('fresh').addEventListener('click', () => this.clear());
  }

  attributeChangedCallback() {
    this.#forget();
    this.#find('.title', HTMLElement).textContent = this.bundle.replace(/\/$/, '').split('/').at(-1) ?? '';
  }

  disconnectedCallback() {
    this.#forget();
  }

  /** URL of the model's folder. */
  get bundle() {
    return this.getAttribute('bundle') ?? '';
  }

  set bundle(url) {
    this.setAttribute('bundle', url);
  }

  /** The conversation so far, as the engine is given it. */
  get messages() {
    return structuredClone(this.#messages);
  }

  /**
   * Load the model, if that has not been done.
   * @returns {Promise<Engine>}
   */
  load() {
    this.#engine ??= this.#load();
    return this.#engine;
  }

  /**
   * Send a message and show the answer as it comes.
   * @param {string} text
   */
  async send(text) {
    if (!text.trim() || this.#running) return;
    const controller = this.#running = new AbortController();
    const answer = { role: /** @type {const} */ ('assistant'), content: '', reasoning_content: '' };
    const asked = { role: /** @type {const} */ ('user'), content: text };
    const [asking, answering] = [new Bubble('user'), new Bubble('assistant')];
    asking.add('content', text);
    this.#log.append(asking.element, answering.element);
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#text.value = '';
    this.#show();
    try {
      const engine = await Promise.race([this.load(), aborted(controller.signal)]); // loading goes on when stopped
      const chunks = await engine.chat.completions.create({
        messages: [...this.#messages, asked],
        stream: true,
        signal: controller.signal,
        extra_body: { enable_thinking: this.#find('[name=thinking]', HTMLInputElement).checked },
      });
      for await (const { choices, usage } of chunks) {
        for (const kind of /** @type {const} */ (['reasoning_content', 'content'])) {
          const piece = choices[0]?.delta[kind];
          if (!piece) continue;
          answer[kind] += piece;
          this.#keepAtEnd(() => answering.add(kind, piece));
        }
        if (usage) this.#say(figures(usage));
      }
    } catch (error) {
      if (controller.signal.aborted) this.#say('Stopped');
      else this.#fail(/** @type {Error} */ (error));
    } finally {
      if (answer.content || answer.reasoning_content) this.#keep(asked, answer);
      else {
        asking.element.remove(); // nothing came: the message goes back to where it was written
        answering.element.remove();
        this.#text.value ||= text;
      }
      if (this.#running === controller) this.#running = null;
      this.#show();
    }
  }

  /** End the answer that is being written. */
  stop() {
    this.#running?.abort();
  }

  /** Begin a new conversation. */
  clear() {
    this.stop();
    this.#messages = [];
    this.#log.replaceChildren();
    this.#say('');
    this.#show();
    this.#text.focus();
  }

  async #load() {
    try {
      this.#show(); // the button goes
      const engine = await Engine.load(this.bundle, { onProgress: (progress) => this.#progress(progress) });
      this.#say('Ready');
      this.#tell('delta-ready', { info: engine.info });
      return engine;
    } catch (error) {
      this.#engine = null; // so that the next message tries again
      this.#fail(/** @type {Error} */ (error));
      throw error;
    } finally {
      this.#find('progress', HTMLProgressElement).hidden = true;
      this.#show();
    }
  }

  /** Let go of the model; the conversation stays. */
  #forget() {
    this.stop();
    this.#engine?.then((engine) => engine.unload(), () => {});
    this.#engine = null;
    this.#show();
  }

  /**
   * @param {Message} asked
   * @param {{role: 'assistant', content: string, reasoning_content: string}} answer
   */
  #keep(asked, answer) {
    this.#messages.push(asked, answer);
    this.#tell('delta-message', { message: structuredClone(answer) });
  }

  /** @param {Error} error */
  #fail(error) {
    const alert = this.#find('.alert', HTMLElement);
    if (alert.textContent === error.message && !alert.hidden) return; // loading has already told it
    alert.textContent = error.message;
    alert.hidden = false;
    this.#tell('delta-error', { error });
  }

  /** @param {Progress} progress */
  #progress({ phase, loaded, total }) {
    const bar = this.#find('progress', HTMLProgressElement);
    bar.hidden = phase === 'ready';
    if (total) bar.value = loaded / total;
    const amount = phase === 'download' && total ? `: ${mebibytes(loaded)} of ${mebibytes(total)} MiB` : '';
    this.#say(PHASES[phase] + amount);
  }

  /** @param {string} text */
  #say(text) {
    this.#find('.figures', HTMLElement).textContent = text;
  }

  /** Bring the controls in line with what is going on. */
  #show() {
    const busy = this.#running !== null;
    this.#button('send').hidden = busy;
    this.#button('stop').hidden = !busy;
    this.#button('load').hidden = this.#engine !== null;
    if (busy) this.#find('.alert', HTMLElement).hidden = true;
  }

  /**
   * Change the log and stay at its end, if that is what the reader looks at.
   * @param {() => void} change
   */
  #keepAtEnd(change) {
    const log = this.#log;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    change();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  get #log() {
    return this.#find('.log', HTMLElement);
  }

  get #text() {
    return this.#find('textarea', HTMLTextAreaElement);
  }

  /** @param {string} name */
  #button(name) {
    return this.#find(`button[name=${name}]`, HTMLButtonElement);
  }

  /**
   * @template {Element} E
   * @param {string} selector
   * @param {new () => E} kind
   * @returns {E}
   */
  #find(selector, kind) {
    const found = this.#root.querySelector(selector);
    if (found instanceof kind) return found;
    throw new Error(`the template has no ${selector}`);
  }
}

/** One message on the page: its text, and what was thought before it, folded. */
class Bubble {
  element = document.createElement('article');
  /** @type {Map<string, Text>} */
  #texts = new Map();

  /** @param {Message['role']} role */
  constructor(role) {
    this.element.className = role;
    this.element.part.add('message', role);
  }

  /**
   * @param {'content' | 'reasoning_content'} kind
   * @param {string} piece  appended as text, never as markup
   */
  add(kind, piece) {
    const text = this.#texts.get(kind) ?? this.#begin(kind);
    text.appendData(piece);
  }

  /** @param {'content' | 'reasoning_content'} kind */
  #begin(kind) {
    const text = new Text();
    const block = document.createElement('div');
    block.dir = 'auto';
    block.className = kind === 'content' ? 'text' : 'thought';
    block.append(text);
    this.#texts.set(kind, text);
    if (kind === 'content') this.element.append(block);
    else {
      const [fold, title] = [document.createElement('details'), document.createElement('summary')];
      title.textContent = 'Thinking';
      fold.append(title, block);
      this.element.prepend(fold);
    }
    return text;
  }
}

/**
 * Rejects when the signal fires.
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function aborted(signal) {
  return new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });
}

/** @param {any} usage */
function figures({ completion_tokens, extra }) {
  const { decode_tokens_per_s: decode, prefill_tokens_per_s: prefill, time_to_first_token_s: first } = extra;
  return `${completion_tokens} tokens, ${decode.toFixed(1)} per second (prompt ${prefill.toFixed(0)} per second, first token after ${first.toFixed(2)} s)`;
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return (bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 1 : 0);
}

customElements.define('delta-chat', DeltaChat);
