/**
 * `<delta-chat bundle="bundles/demo/">`: a conversation with a model that runs in this page.
 *
 * Attributes, each a property too:
 *   bundle         URL of the model's folder; as a property also the files of a folder that a person picked
 *   bundles        URL of a list of models to choose from (`bundles.json`)
 *   storage        keep conversations in this browser, and list them
 *   intro-message  what is said before the first message
 *   placeholder    what the empty input says
 *   theme          light or dark, where it should not be the computer's; a person may choose another one in the settings
 * Properties: `conversation` (the id of the kept one that is shown, '' for a new one; assign another to open it), `messages`,
 *   `tools` (OpenAI's, each with an `execute(arguments)` of its own where it has one), `settings`.
 * Methods: `load`, `send`, `stop`, `clear`, `addMessage`, `regenerate`, `export`, `import`, `focusInput`.
 * Events (bubbling, composed): `delta-ready` {info}, `delta-message` {message, conversation}, `delta-error` {error}, `delta-change` {title, model,
 *   conversation} when another conversation or model is shown.
 * Parts: header, title, sidebar, log, system, empty, starters, message, user, assistant, tool, bubble, content, thought, tool-call, figures,
 *   footer, composer, input, send, stop, alert, status, context, dialog. Custom properties: the `--delta-*` of chat/base.css.
 *
 * It shows itself at once and fetches nothing of the model before the first message or a click on Load.
 */

import { Announcer } from './chat/announcer.js';
import { Composer } from './chat/composer.js';
import { ConversationList } from './chat/conversation-list.js';
import { Conversation } from './chat/conversation.js';
import { h } from './chat/dom.js';
import { keepDrafts } from './chat/drafts.js';
import { Header } from './chat/header.js';
import { faultOfMessage } from './chat/message-fault.js';
import { ModelInUse } from './chat/model-in-use.js';
import { listModels, modelIn } from './chat/model-list.js';
import { restore, save } from './chat/settings.js';
import { Sidebar } from './chat/sidebar.js';
import { initialState, modelName } from './chat/state.js';
import { Store } from './chat/store.js';
import { css } from './chat/styles.js';
import { ThreadView } from './chat/thread-view.js';
import { EngineError } from './common/errors.js';

/** @typedef {import('./agent/tools.js').Tool} Tool */
/** @typedef {import('./chat/settings.js').Settings} Settings */
/** @typedef {import('./chat/state-types.js').ChatStore} ChatStore */
/** @typedef {import('./chat/state-types.js').DialogName} DialogName */
/** @typedef {import('./chat/state-types.js').Source} Source */
/** @typedef {import('./deltapage.js').Engine} Engine */
/** @typedef {import('./deltapage.js').Message} Message */

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** What makes each dialog, fetched when it is opened. @type {Record<DialogName, () => Promise<(store: ChatStore) => HTMLDialogElement>>} */
const DIALOGS = {
  settings: async () => (await import('./chat/settings-dialog.js')).settingsDialog,
  models: async () => (await import('./chat/models-dialog.js')).modelsDialog,
  export: async () => (await import('./chat/export-dialog.js')).exportDialog,
  about: async () => (await import('./chat/about-dialog.js')).aboutDialog,
};

export class DeltaChat extends HTMLElement {
  static observedAttributes = ['bundle', 'bundles', 'storage', 'intro-message', 'placeholder'];

  /** Functions that the model may call. @type {Tool[]} */
  tools = [];

  #root = this.attachShadow({ mode: 'open' });
  /** @type {ChatStore} */
  #store = new Store(initialState(), (error) => this.#fail(error));
  #model = new ModelInUse(this.#store);
  #conversation = new Conversation(this.#store, this.#model, this);
  #list = new ConversationList(this.#store, this.#conversation);

  constructor() {
    super();
    const store = this.#store;
    store.handle({
      set: (settings) => this.#set(settings),
      useModel: (url) => { this.bundle = url; },
      useFolder: (files) => this.#useFolder(files),
      openDialog: (name) => this.#openDialog(name),
      toggleDrawer: (open = !store.state.drawer) => store.set({ drawer: open }),
    });
    store.subscribe(({ drawer }) => drawer, (open) => this.toggleAttribute('drawer', open)); // before a view moves the focus into it
    store.subscribe(({ settings }) => settings.theme, (theme) => {
      if (theme === 'system') this.removeAttribute('scheme');
      else this.setAttribute('scheme', theme);
    });
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.append(h('div', { class: 'frame' },
      h('button', { type: 'button', class: 'skip', onclick: () => this.focusInput() }, 'Skip to the message'),
      new Sidebar(store).element, h('div', { class: 'veil', onclick: () => store.dispatch('toggleDrawer', false) }),
      h('section', { class: 'chat', 'aria-label': 'Chat' },
        new Header(store).element, new ThreadView(store).element, new Composer(store).element, new Announcer(store).element)));
    this.#root.addEventListener('keydown', (event) => this.#key(/** @type {KeyboardEvent} */ (event)));
    keepDrafts(store);
    this.#tellChanges();
  }

  /**
   * @param {string} name
   * @param {string | null} old
   * @param {string | null} value
   */
  attributeChangedCallback(name, old, value) {
    if (old === value) return;
    if (name === 'bundle') this.#model.use(value ?? '');
    else if (name === 'bundles') this.#listModels().catch((error) => this.#fail(error));
    else if (name === 'storage') this.#store.set(value === null ? { storage: false } : { storage: true, settings: restore() });
    else if (name === 'placeholder') this.#store.set({ placeholder: value ?? 'Message' });
    else this.#store.set({ introMessage: value ?? '' });
  }

  connectedCallback() {
    this.#model.checkGpu().catch((error) => this.#fail(error));
  }

  disconnectedCallback() {
    this.#store.dispatch('stopAll');
    this.#model.unload();
  }

  /** The model: its folder's URL, or the files of a folder that a person picked. @returns {Source} */
  get bundle() {
    return this.#store.state.bundle;
  }

  set bundle(source) {
    if (typeof source === 'string') {
      this.setAttribute('bundle', source);
      this.#set({ bundle: source });
    } else this.#useFolder(source).catch((error) => this.#fail(error));
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

  get theme() {
    return this.getAttribute('theme') ?? '';
  }

  set theme(theme) {
    this.setAttribute('theme', theme);
  }

  get placeholder() {
    return this.getAttribute('placeholder') ?? '';
  }

  set placeholder(text) {
    this.setAttribute('placeholder', text);
  }

  /** The id of the conversation that is shown; '' while it is empty. Assign that of a kept one to open it. */
  get conversation() {
    const { id, messages } = this.#store.state.conversation;
    return messages.length ? id : '';
  }

  set conversation(id) {
    if (id === this.conversation) return;
    if (id) this.#store.dispatch('open', id);
    else this.clear();
  }

  /** The conversation that is shown, as the engine is given it. @returns {Message[]} */
  get messages() {
    return structuredClone(this.#conversation.tree.path().map(({ message }) => message));
  }

  /** What is set; assign what should differ. @returns {Settings} */
  get settings() {
    return structuredClone(this.#store.state.settings);
  }

  /** @param {Partial<Settings>} settings */
  set settings(settings) {
    this.#set(settings);
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
    await this.#conversation.send(text);
  }

  /** End the answer that is being written. */
  stop() {
    this.#conversation.stop();
  }

  /** Begin a new conversation; a kept one stays in the list. */
  clear() {
    this.#conversation.clear();
  }

  /**
   * Add a message to the conversation without asking the model.
   * @param {Message} message
   * @throws {EngineError} RequestError for what is no message
   */
  addMessage(message) {
    const added = structuredClone(message);
    const fault = faultOfMessage(added);
    if (fault) {
      throw new EngineError('RequestError', `The message ${fault}: add one with a role (system, developer, user, assistant or tool) and its content as text.`);
    }
    this.#conversation.add(added);
  }

  /** Ask for the last answer once more; the old one stays as an alternative. */
  async regenerate() {
    await this.#conversation.regenerate();
  }

  /**
   * The conversation as a file's text.
   * @param {'json' | 'markdown'} [format]
   */
  async export(format = 'json') {
    return this.#list.exportText(format);
  }

  /**
   * Take in conversations that were exported, by this element or by ChatGPT; the first one is shown.
   * @param {string | Blob} file  or its text
   */
  async import(file) {
    await this.#list.importFile(new Blob([file]));
  }

  focusInput() {
    this.#store.dispatch('focusInput');
  }

  // --- requests that concern the element itself --------------------------------------------------------------------------

  async #listModels() {
    const models = await listModels(this.bundles);
    this.#store.set({ models });
    const last = models.find(({ url }) => url === this.#store.state.settings.bundle) ?? models[0];
    if (last && !this.bundle) this.bundle = last.url;
  }

  /** @param {FileList | File[]} files */
  async #useFolder(files) {
    const picked = await modelIn(files); // or the model before stays
    this.removeAttribute('bundle');
    this.#model.use(files, picked);
  }

  /** @param {Partial<Settings>} changes */
  #set(changes) {
    const settings = { ...this.#store.state.settings, ...changes };
    this.#store.set({ settings });
    if (this.storage) save(settings);
  }

  /** @param {DialogName} name */
  async #openDialog(name) {
    const create = await DIALOGS[name]();
    const dialog = create(this.#store);
    this.#root.append(dialog);
    dialog.showModal();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'Escape' || this.#root.querySelector('dialog')) return;
    if (this.#store.state.drawer) this.#store.dispatch('toggleDrawer', false);
    else this.stop();
  }

  // --- what the page around is told -------------------------------------------------------------------------------------

  #tellChanges() {
    const store = this.#store;
    store.subscribe(({ info }) => info, (info) => { if (info) this.#tell('delta-ready', { info }); });
    store.subscribe(({ answered }) => answered, (answered) => { if (answered) this.#tell('delta-message', answered); });
    store.subscribe((state) => [state.conversation.title, modelName(state), this.conversation], ([title, model, conversation], before) => {
      if (before) this.#tell('delta-change', { title, model, conversation });
    });
  }

  /** @param {Error & {detail?: string}} error */
  #fail(error) {
    if (error.name === 'AbortError') return; // another model was chosen meanwhile
    this.#store.set({ notice: { sentence: error.message, error } });
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

customElements.define('delta-chat', DeltaChat);
