/**
 * `<delta-chat bundle="bundles/demo/">`: a conversation with a model that runs in this page.
 *
 * Attributes, each a property too:
 *   bundle         URL of the model's folder
 *   bundles        URL of a list of models to choose from (`bundles.json`)
 *   storage        keep conversations in this browser, and list them
 *   intro-message  what is said before the first message
 *   placeholder    what the empty input says
 * Properties: `messages`, `tools` (OpenAI's, each with an `execute(arguments)` of its own where it has one), `settings`.
 * Methods: `load`, `send`, `stop`, `clear`, `addMessage`, `regenerate`, `export`, `import`, `focusInput`.
 * Events (bubbling, composed): `delta-ready` {info}, `delta-message` {message}, `delta-error` {error}.
 * Parts: header, title, sidebar, log, empty, message, user, assistant, tool, bubble, content, thought, tool-call, figures,
 *   footer, composer, input, send, stop, alert, status, context, dialog. Custom properties: see chat/style.js.
 *
 * It shows itself at once and fetches nothing of the model before the first message or a click on Load.
 */

import { Announcer } from './chat/announcer.js';
import { Composer } from './chat/composer.js';
import { h, iconButton } from './chat/dom.js';
import { toJson, toMarkdown } from './chat/exchange.js';
import { bytes } from './chat/format.js';
import { Library } from './chat/library.js';
import { listModels, ModelPicker } from './chat/models.js';
import { Reply } from './chat/reply.js';
import { defaults, keep, requestOf, restore } from './chat/settings.js';
import { style } from './chat/style.js';
import { ThreadView } from './chat/thread-view.js';
import { answers, declared } from './chat/tools.js';
import { Tree } from './chat/tree.js';

/** @typedef {import('./deltapage.js').Engine} Engine */
/** @typedef {import('./deltapage.js').Message} Message */
/** @typedef {import('./chat/tree.js').Node} Node */
/** @typedef {import('./chat/settings.js').Settings} Settings */
/** @typedef {import('./chat/tools.js').Tool} Tool */

const SAVE_EVERY = 2000; // ms while an answer is being written
const ROUNDS_MAX = 8; // answers in a row that may call tools

export class DeltaChat extends HTMLElement {
  static observedAttributes = ['bundle', 'bundles', 'storage', 'intro-message', 'placeholder'];

  /** Functions that the model may call. @type {Tool[]} */
  tools = [];

  #root = this.attachShadow({ mode: 'open' });
  #tree = new Tree();
  #settings = defaults();
  /** @type {Promise<Engine> | null} */
  #engine = null;
  /** @type {Engine['info'] | null} */
  #info = null;
  /** @type {AbortController | null} */
  #running = null;
  /** @type {import('./chat/models.js').Listed[]} */
  #models = [];

  #announcer = new Announcer();
  #thread = new ThreadView({
    edit: (node, text) => this.#say(text, node.parent),
    regenerate: (node) => this.#regenerate(node),
    choose: (node) => this.#choose(node),
  });
  #composer = new Composer({
    send: (text) => this.send(text),
    stop: () => this.stop(),
    editLast: () => this.#thread.editLast(),
    thinking: (thinking) => this.#set({ ...this.#settings, thinking }),
  });
  #library = new Library({
    current: () => this.#tree,
    show: (tree) => {
      this.stop();
      this.#show(tree);
      this.#composer.calm();
      this.#toggleDrawer(false);
      this.focusInput();
    },
    fresh: () => this.clear(),
    notice: (...parts) => this.#composer.notice(...parts),
    fail: (error) => this.#fail(error),
    ask: (dialog) => this.#ask(dialog),
  });
  #picker = new ModelPicker((url) => { this.bundle = url; });
  #load_ = h('button', { type: 'button', onclick: () => this.load().catch((error) => this.#fail(error)) }, 'Load');
  #drawer = iconButton('menu', 'Conversations', () => this.#toggleDrawer(), { 'aria-expanded': 'false' });

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style];
    const header = h('header', { part: 'header' }, this.#drawer, this.#picker.element, this.#load_,
      iconButton('fresh', 'New chat', () => this.clear(), { class: 'icon fresh' }),
      iconButton('settings', 'Settings', () => this.#openSettings()));
    this.#root.append(this.#library.element, h('div', { class: 'veil', onclick: () => this.#toggleDrawer(false) }),
      h('section', { class: 'chat', 'aria-label': 'Chat' }, header, this.#thread.element, this.#composer.element, this.#announcer.element));
    this.#root.addEventListener('keydown', (event) => this.#key(/** @type {KeyboardEvent} */ (event)));
    this.#welcome();
  }

  /**
   * @param {string} name
   * @param {string | null} old
   * @param {string | null} value
   */
  attributeChangedCallback(name, old, value) {
    if (old === value) return;
    if (name === 'bundle') this.#forget();
    else if (name === 'bundles') this.#list().catch((error) => this.#fail(error));
    else if (name === 'storage') this.#keep(value !== null);
    else if (name === 'placeholder') this.#composer.text.placeholder = value ?? 'Message';
    this.#welcome();
  }

  disconnectedCallback() {
    this.#forget();
  }

  get bundle() {
    return this.getAttribute('bundle') ?? '';
  }

  set bundle(url) {
    this.setAttribute('bundle', url);
    this.#set({ ...this.#settings, bundle: url });
  }

  get bundles() {
    return this.getAttribute('bundles') ?? '';
  }

  set bundles(url) {
    this.setAttribute('bundles', url);
  }

  get storage() {
    return this.hasAttribute('storage');
  }

  set storage(on) {
    this.toggleAttribute('storage', on);
  }

  get introMessage() {
    return this.getAttribute('intro-message') ?? '';
  }

  set introMessage(text) {
    this.setAttribute('intro-message', text);
  }

  get placeholder() {
    return this.getAttribute('placeholder') ?? '';
  }

  set placeholder(text) {
    this.setAttribute('placeholder', text);
  }

  /** The conversation that is shown, as the engine is given it. @returns {Message[]} */
  get messages() {
    return structuredClone(this.#tree.path().map(({ message }) => message));
  }

  /** What is set; assign what should differ. @returns {Settings} */
  get settings() {
    return structuredClone(this.#settings);
  }

  /** @param {Partial<Settings>} settings */
  set settings(settings) {
    this.#set({ ...this.#settings, ...settings });
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
    if (text.trim()) await this.#say(text, this.#tree.leaf?.id ?? 0);
  }

  /** End the answer that is being written. */
  stop() {
    this.#running?.abort();
  }

  /** Begin a new conversation; a kept one stays in the list. */
  clear() {
    this.stop();
    this.#show(new Tree());
    this.#composer.say('');
    this.#composer.calm();
    this.#toggleDrawer(false);
    this.focusInput();
  }

  /**
   * Add a message to the conversation without asking the model.
   * @param {Message} message
   */
  addMessage(message) {
    this.#thread.append(this.#tree.add(structuredClone(message)), this.#tree);
    this.#thread.toEnd();
    this.#library.keep(this.#tree);
  }

  /** Ask for the last answer once more; the old one stays as an alternative. */
  async regenerate() {
    const last = this.#tree.path().findLast(({ message }) => message.role === 'assistant');
    if (last) await this.#regenerate(last);
  }

  /**
   * The conversation as a file's text.
   * @param {'json' | 'markdown'} [format]
   */
  export(format = 'json') {
    return format === 'json' ? toJson([this.#tree.toJSON()]) : toMarkdown(this.#tree.toJSON());
  }

  /**
   * Take over conversations that were exported; the first one is shown.
   * @param {string} text
   */
  async import(text) {
    await this.#library.take(text);
  }

  focusInput() {
    this.#composer.text.focus();
  }

  // --- an answer ------------------------------------------------------------------------------------------------------

  /**
   * @param {string} text
   * @param {number} parent  the message that it answers
   */
  async #say(text, parent) {
    if (this.#running) return;
    const before = this.#tree.path().find((node) => node.parent === parent);
    const asked = this.#tree.add({ role: 'user', content: text }, parent);
    this.#thread.cut(parent); // what came after is another branch now
    this.#thread.append(asked, this.#tree);
    this.#thread.toEnd();
    this.#composer.value = '';
    this.focusInput();
    if (await this.#answer(asked)) return;
    this.#tree.remove(asked); // nothing came: the message goes back to where it was written
    if (before) this.#tree.choose(before);
    this.#thread.show(this.#tree);
    this.#composer.value = this.#composer.text.value || text;
    this.#library.keep(this.#tree);
  }

  /** @param {Node} node  an answer */
  async #regenerate(node) {
    const asked = this.#tree.path().find(({ id }) => id === node.parent);
    if (!asked || this.#running) return;
    this.focusInput();
    if (await this.#answer(asked)) return;
    this.#tree.choose(node);
    this.#thread.show(this.#tree);
  }

  /**
   * Answer a message, and go on while the model calls tools.
   * @param {Node} asked
   * @returns {Promise<boolean>} whether anything came
   */
  async #answer(asked) {
    const controller = this.#running = new AbortController();
    this.#composer.busy = true;
    let came = false;
    try {
      for (let round = 0, last = asked; round < ROUNDS_MAX; round++) {
        const answer = await this.#reply(last, controller.signal);
        if (!answer) break;
        came = true;
        const results = await answers(answer.message, this.tools);
        if (!results || controller.signal.aborted) break;
        for (const result of results) {
          last = this.#tree.add(result);
          this.#thread.append(last, this.#tree);
        }
      }
    } finally {
      if (this.#running === controller) this.#running = null;
      this.#composer.busy = this.#running !== null;
    }
    return came;
  }

  /**
   * One answer of the model.
   * @param {Node} asked
   * @param {AbortSignal} signal
   * @returns {Promise<Node | null>} null when nothing came
   */
  async #reply(asked, signal) {
    const tree = this.#tree;
    const reply = new Reply();
    const messages = messagesUpTo(tree, asked, this.#settings.system);
    const node = tree.add(reply.message, asked.id);
    this.#thread.cut(asked.id);
    const view = this.#thread.append(node, tree, true);
    this.#thread.toEnd();
    const saving = setInterval(() => this.#library.keep(tree), SAVE_EVERY);
    this.#composer.say('');
    try {
      const engine = await orAborted(this.load(), signal);
      await reply.run(engine, { messages, ...declared(this.tools), ...requestOf(this.#settings), signal }, {
        onText: (kind, piece) => {
          view.add(kind, piece);
          if (kind === 'content') this.#announcer.push(piece);
        },
        onCall: (call) => view.call(call),
        onPrefill: (done, total) => this.#composer.reading(done, total),
      });
    } catch (error) {
      if (signal.aborted) reply.facts.finish = 'abort';
      else this.#fail(/** @type {Error} */ (error));
    } finally {
      clearInterval(saving);
    }
    if (signal.aborted) this.#composer.say('Stopped');
    if (reply.empty) {
      tree.remove(node);
      return null;
    }
    node.facts = { ...reply.facts, model: this.#info?.name };
    view.finish(tree.siblings(node));
    this.#announcer.finish();
    this.#meter();
    this.#library.keep(tree);
    this.#tell('delta-message', { message: structuredClone(reply.message) });
    return node;
  }

  /** @param {Node} node */
  #choose(node) {
    this.stop();
    this.#tree.choose(node);
    this.#thread.show(this.#tree);
    this.#library.keep(this.#tree);
  }

  // --- the model ------------------------------------------------------------------------------------------------------

  async #load() {
    try {
      this.#load_.hidden = true;
      const { Engine } = await import('./deltapage.js');
      const engine = await Engine.load(this.bundle, { onProgress: (progress) => this.#composer.loading(progress) });
      this.#info = engine.info;
      this.#composer.say('Ready');
      this.#welcome();
      this.#tell('delta-ready', { info: engine.info });
      return engine;
    } catch (error) {
      this.#engine = null; // so that the next message tries again
      this.#load_.hidden = false;
      this.#composer.say('');
      throw error;
    }
  }

  /** Let go of the model; the conversation stays. */
  #forget() {
    this.stop();
    this.#engine?.then((engine) => engine.unload(), () => {});
    this.#engine = this.#info = null;
    this.#load_.hidden = false;
    this.#composer.say('');
  }

  async #list() {
    this.#models = await listModels(this.bundles);
    const last = this.#models.find(({ url }) => url === this.#settings.bundle) ?? this.#models[0];
    if (last && !this.bundle) this.bundle = last.url;
    this.#welcome();
  }

  // --- what is on the page --------------------------------------------------------------------------------------------

  /** @param {Tree} tree */
  #show(tree) {
    this.#tree = tree;
    this.#thread.show(tree);
    this.#meter();
    this.#library.refresh();
  }

  /** @param {Settings} settings */
  #set(settings) {
    this.#settings = settings;
    this.#composer.thinking = settings.thinking;
    if (this.storage) keep(settings);
  }

  /** Keep conversations and settings from now on, and take up those of the last visit. @param {boolean} on */
  #keep(on) {
    this.#library.keeps = on;
    if (on) this.#set({ ...restore() });
    this.#library.refresh();
  }

  async #openSettings() {
    const { settingsDialog } = await import('./chat/dialogs.js');
    this.#ask(settingsDialog(this.#settings, this.#info, (settings) => this.#set(settings)));
  }

  /** @param {HTMLDialogElement} dialog */
  #ask(dialog) {
    this.#root.append(dialog);
    dialog.showModal();
  }

  /** What stands in an empty conversation: what this is, and that it is private. */
  #welcome() {
    this.#picker.show(this.#models, this.bundle);
    const size = this.#models.find(({ url }) => url === this.bundle)?.bytes;
    const state = this.#info ? `${this.#info.name} is ready.` : `The model${size ? ` (${bytes(size)})` : ''} loads with the first message; the next time it is already here.`;
    this.#thread.welcome(h('h2', {}, this.introMessage || 'What is on your mind?'),
      h('p', {}, 'A language model that runs in this page, on your own graphics processor. Nothing you write leaves this machine.'),
      h('p', { class: 'quiet' }, state));
  }

  #meter() {
    const used = this.#tree.path().findLast(({ facts }) => facts?.usage)?.facts?.usage.total_tokens ?? 0;
    this.#composer.context(used, this.#info?.contextWindow ?? 0);
  }

  /** @param {boolean} [open] */
  #toggleDrawer(open = !this.hasAttribute('drawer')) {
    if (open === this.hasAttribute('drawer')) return;
    this.toggleAttribute('drawer', open);
    this.#drawer.ariaExpanded = String(open);
    if (open) this.#library.focus();
    else this.#drawer.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'Escape' || this.#root.querySelector('dialog')) return;
    if (this.hasAttribute('drawer')) this.#toggleDrawer(false);
    else this.stop();
  }

  /** @param {Error & {detail?: string}} error */
  #fail(error) {
    const { message, detail } = error;
    const copy = h('button', { type: 'button', onclick: () => navigator.clipboard.writeText(`${message}\n\n${detail}`) }, 'Copy details');
    this.#composer.alarm(message, ...(detail ? [copy] : []));
    this.#tell('delta-error', { error });
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}

/**
 * What the engine is given: the system prompt, and the conversation up to a message.
 * @param {Tree} tree
 * @param {Node} last
 * @param {string} system
 * @returns {Message[]}
 */
function messagesUpTo(tree, last, system) {
  const path = tree.path();
  const messages = path.slice(0, path.findIndex(({ id }) => id === last.id) + 1).map(({ message }) => message);
  return system.trim() && messages[0]?.role !== 'system' ? [{ role: 'system', content: system }, ...messages] : structuredClone(messages);
}

/**
 * What a promise gives, unless the signal comes first; the promise goes on by itself.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function orAborted(promise, signal) {
  return Promise.race([promise, new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  })]);
}

customElements.define('delta-chat', DeltaChat);
