/**
 * `<delta-chat bundle="bundles/demo/">`: a conversation with a model that runs in this page.
 *
 * Attributes, each a property too:
 *   bundle         URL of the model's folder; as a property also the files of a folder that a person picked
 *   bundles        URL of a list of models to choose from (`bundles.json`)
 *   storage        keep conversations in this browser, and list them
 *   intro-message  what is said before the first message
 *   placeholder    what the empty input says
 * Properties: `messages`, `tools` (OpenAI's, each with an `execute(arguments)` of its own where it has one), `settings`.
 * Methods: `load`, `send`, `stop`, `clear`, `addMessage`, `regenerate`, `export`, `import`, `focusInput`.
 * Events (bubbling, composed): `delta-ready` {info}, `delta-message` {message}, `delta-error` {error}, `delta-change` {title, model}
 *   when another conversation or model is shown.
 * Parts: header, title, sidebar, log, empty, message, user, assistant, tool, bubble, content, thought, tool-call, figures,
 *   footer, composer, input, send, stop, alert, status, context, dialog. Custom properties: the `--delta-*` of chat/base.css.
 *
 * It shows itself at once and fetches nothing of the model before the first message or a click on Load.
 */

import { Announcer } from './chat/announcer.js';
import { Composer } from './chat/composer.js';
import { Conversation } from './chat/conversation.js';
import { h, icon, iconButton } from './chat/dom.js';
import { toJson, toMarkdown } from './chat/exchange.js';
import { bytes } from './chat/format.js';
import { Library } from './chat/library.js';
import { Model } from './chat/model.js';
import { listModels, modelIn, ModelPicker } from './chat/models.js';
import { defaults, keep, restore } from './chat/settings.js';
import { css } from './chat/styles.js';
import { ThreadView } from './chat/thread-view.js';
import { Tree } from './chat/tree.js';

/** @typedef {import('./deltapage.js').Engine} Engine */
/** @typedef {import('./deltapage.js').Message} Message */
/** @typedef {import('./chat/models.js').Listed} Listed */
/** @typedef {import('./chat/settings.js').Settings} Settings */
/** @typedef {import('./agent/tools.js').Tool} Tool */

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

export class DeltaChat extends HTMLElement {
  static observedAttributes = ['bundle', 'bundles', 'storage', 'intro-message', 'placeholder'];

  /** Functions that the model may call. @type {Tool[]} */
  tools = [];

  #root = this.attachShadow({ mode: 'open' });
  #settings = defaults();
  /** Those that can be chosen. @type {Listed[]} */
  #models = [];
  /** What the folder in use holds, if it is one of this computer. @type {Listed | null} */
  #picked = null;
  #shown = { title: '', model: '' };

  #announcer = new Announcer();
  #thread = new ThreadView({
    edit: (node, text) => this.#conversation.say(text, node.parent),
    regenerate: (node) => this.#conversation.regenerate(node),
    choose: (node) => this.#conversation.choose(node),
  });
  #composer = new Composer({
    send: (text) => this.send(text),
    stop: () => this.stop(),
    editLast: () => this.#thread.editLast(),
    thinking: (thinking) => this.#set({ ...this.#settings, thinking }),
  });
  #model = new Model({
    progress: (progress) => this.#composer.loading(progress),
    state: (state) => this.#modelIs(state),
    noRoom: (sentence) => this.#composer.notice(sentence),
  });
  #conversation = new Conversation({
    thread: this.#thread,
    composer: this.#composer,
    announcer: this.#announcer,
    load: () => this.load(),
    contextWindow: () => this.#model.info?.contextWindow ?? 0,
    settings: () => this.#settings,
    tools: () => this.tools,
    keep: (tree) => this.#keep(tree),
    answered: (message) => this.#tell('delta-message', { message }),
    fail: (error) => this.#fail(error),
  });
  #library = new Library({
    current: () => this.#conversation.tree,
    show: (tree) => this.#show(tree),
    follow: (tree) => {
      this.#conversation.show(tree);
      this.#changed();
    },
    busy: () => this.#conversation.busy,
    renamed: () => this.#changed(),
    fresh: () => this.clear(),
    notice: (...parts) => this.#composer.notice(...parts),
    fail: (error) => this.#fail(error),
    ask: (dialog) => this.#ask(dialog),
  });
  #picker = new ModelPicker(() => this.#openModels());
  #load = h('button', { type: 'button', class: 'load', onclick: () => this.load().catch((error) => this.#fail(error)) }, icon('load'), 'Load');
  #drawer = iconButton('menu', 'Conversations', () => this.#toggleDrawer(), { 'aria-expanded': 'false' });

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet];
    const header = h('header', { part: 'header' }, this.#drawer, this.#picker.element, this.#load,
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
    if (name === 'bundle') this.#use(value ?? '');
    else if (name === 'bundles') this.#list().catch((error) => this.#fail(error));
    else if (name === 'storage') this.#keepAll(value !== null);
    else if (name === 'placeholder') this.#composer.text.placeholder = value ?? 'Message';
    this.#welcome();
  }

  disconnectedCallback() {
    this.stop();
    this.#model.forget();
  }

  /** The model: its folder's URL, or the files of a folder that a person picked. @returns {import('./chat/model.js').Source} */
  get bundle() {
    return this.#model.source;
  }

  set bundle(source) {
    if (typeof source === 'string') {
      this.setAttribute('bundle', source);
      this.#set({ ...this.#settings, bundle: source });
      return;
    }
    this.#pick(source).catch((error) => this.#fail(error));
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
    return structuredClone(this.#conversation.tree.path().map(({ message }) => message));
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
    return this.#model.load();
  }

  /**
   * Send a message and show the answer as it comes.
   * @param {string} text
   */
  async send(text) {
    if (text.trim()) await this.#conversation.say(text);
  }

  /** End the answer that is being written. */
  stop() {
    this.#conversation.stop();
  }

  /** Begin a new conversation; a kept one stays in the list. */
  clear() {
    this.#composer.say('');
    this.#show(new Tree());
  }

  /**
   * Add a message to the conversation without asking the model.
   * @param {Message} message
   */
  addMessage(message) {
    this.#conversation.add(structuredClone(message));
  }

  /** Ask for the last answer once more; the old one stays as an alternative. */
  async regenerate() {
    await this.#conversation.regenerate();
  }

  /**
   * The conversation as a file's text.
   * @param {'json' | 'markdown'} [format]
   */
  export(format = 'json') {
    const saved = this.#conversation.tree.toJSON();
    return format === 'json' ? toJson([saved]) : toMarkdown(saved);
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

  // --- the model ------------------------------------------------------------------------------------------------------

  /**
   * Another model; the conversation stays.
   * @param {import('./chat/model.js').Source} source
   */
  #use(source) {
    this.stop();
    this.#picked = null;
    this.#model.source = source;
  }

  /** @param {FileList | File[]} files */
  async #pick(files) {
    const model = await modelIn(files); // or the model before stays
    this.removeAttribute('bundle');
    this.#use(files);
    this.#picked = model;
    this.#welcome();
  }

  /** @param {'absent' | 'loading' | 'ready'} state */
  #modelIs(state) {
    this.#load.hidden = state !== 'absent';
    this.#composer.rest(state === 'ready' ? 'Ready' : '');
    this.#welcome();
    const { info } = this.#model;
    if (state !== 'ready' || !info) return;
    this.#tell('delta-ready', { info });
    if (this.storage && info.kept) import('./storage.js').then(({ persist }) => persist()).catch(() => {}); // asking is all one can do
  }

  async #list() {
    this.#models = await listModels(this.bundles);
    const last = this.#models.find(({ url }) => url === this.#settings.bundle) ?? this.#models[0];
    if (last && !this.bundle) this.bundle = last.url;
    this.#welcome();
  }

  async #openModels() {
    const { modelsDialog } = await import('./chat/models-dialog.js');
    const models = [...this.#picked ? [this.#picked] : [], ...this.#models];
    this.#ask(modelsDialog(models, models.find((model) => model.url === this.bundle) ?? this.#picked, {
      choose: ({ url }) => { if (url) this.bundle = url; },
      pick: (files) => this.#pick(files).catch((error) => this.#fail(error)),
    }));
  }

  // --- what is on the page --------------------------------------------------------------------------------------------

  /** @param {Tree} tree */
  #show(tree) {
    this.#conversation.show(tree);
    this.#composer.calm();
    this.#toggleDrawer(false);
    this.#library.refresh();
    this.#changed();
    this.focusInput();
  }

  /** @param {Tree} tree */
  #keep(tree) {
    this.#library.keep(tree);
    this.#changed();
  }

  /** @param {Settings} settings */
  #set(settings) {
    this.#settings = settings;
    this.#composer.thinking = settings.thinking;
    if (this.storage) keep(settings);
  }

  /** Keep conversations and settings from now on, and take up those of the last visit. @param {boolean} on */
  #keepAll(on) {
    this.#library.keeps = on;
    if (on) this.#set({ ...restore() });
    this.#library.refresh();
  }

  async #openSettings() {
    const { settingsDialog } = await import('./chat/dialogs.js');
    this.#ask(settingsDialog(this.#settings, this.#model.info, (settings) => this.#set(settings)));
  }

  /** @param {HTMLDialogElement} dialog */
  #ask(dialog) {
    this.#root.append(dialog);
    dialog.showModal();
  }

  /** The model's name, and what stands in an empty conversation: what this is, and that it is private. */
  #welcome() {
    const { info } = this.#model;
    const listed = this.#picked ?? this.#models.find(({ url }) => url === this.bundle);
    const model = listed?.model ?? info?.name ?? folderOf(this.bundle);
    this.#picker.show({ model, recipe: listed?.recipe ?? info?.recipe }, this.#models.length > 0);
    const size = listed ? ` (${bytes(listed.bytes)})` : '';
    const later = this.#picked ? 'it is read from your folder' : 'the next time it is already here';
    this.#thread.welcome(h('h2', {}, this.introMessage || 'What is on your mind?'),
      h('p', {}, 'A language model that runs in this page, on your own graphics processor. Nothing you write leaves this machine.'),
      h('p', { class: 'quiet' }, info ? `${info.name} is ready.` : `The model${size} loads with the first message; ${later}.`));
    this.#changed();
  }

  /** Tell the page, for its title, when there is another conversation or model than before. */
  #changed() {
    const { tree } = this.#conversation;
    const shown = { title: tree.empty ? '' : tree.title, model: this.#picker.model };
    if (shown.title === this.#shown.title && shown.model === this.#shown.model) return;
    this.#shown = shown;
    this.#tell('delta-change', { ...shown });
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
    const { name, message, detail } = error;
    if (name === 'AbortError') return; // another model was chosen meanwhile
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

/** @param {import('./chat/model.js').Source} source */
function folderOf(source) {
  return typeof source === 'string' ? decodeURIComponent(source.replace(/\/$/, '').split('/').at(-1) ?? '') : '';
}

customElements.define('delta-chat', DeltaChat);
