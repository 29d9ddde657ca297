/** The chat element: in its page, and made by another. */
({
  /** What axe finds wrong. */
  violations: async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
    .map(({ id, help, nodes }) => ({ id, help, targets: nodes.map(({ target, failureSummary }) => [String(target), failureSummary]) })),

  /** Put a text into a field as pasting does; typing many thousand characters takes a browser's remote control long. */
  paste(field, text) {
    field.focus();
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }));
  },

  /** Give the element a tool, and an engine that calls it once. */
  giveTool() {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    document.querySelector('delta-chat').tools = [
      { type: 'function', function: { name: 'weather', parameters }, execute: ({ city }) => ({ city, celsius: 21 }) },
    ];
    const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city": "Oslo"}' } };
    globalThis.script = ({ messages }) => messages.at(-1).role === 'tool' ? [{ content: 'Mild.' }] : [{ tool_calls: [call] }];
  },

  /** Let the engine call a tool with these values wherever it is offered, and tell what came back; `own`: what a tool of the page around answers. */
  callTool({ name, values, own }) {
    const call = { index: 0, id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(values) } };
    if (own) document.querySelector('delta-chat').tools = [{ type: 'function', function: { name }, execute: () => own }];
    globalThis.script = ({ messages, tools }) => {
      const { role, content } = messages.at(-1);
      return role === 'tool' ? [{ content: `It is ${content}.` }] : [tools ? { tool_calls: [call] } : { content: 'No tool.' }];
    };
  },

  /** Add an element without anything set to the page. */
  async addElement() {
    await import('/delta-chat.js');
    document.body.append(document.createElement('delta-chat'));
  },

  /** Properties, methods and events of an element without storage. */
  async useElement() {
    await import('/delta-chat.js');
    const chat = document.createElement('delta-chat');
    const events = [];
    for (const name of ['delta-ready', 'delta-message', 'delta-error']) document.addEventListener(name, () => events.push(name));
    chat.bundle = '/bundles/any/';
    chat.introMessage = 'Ask about our shop';
    document.body.append(chat);
    chat.addMessage({ role: 'assistant', content: 'Welcome.' });
    await chat.send('Hello');
    await chat.regenerate();
    globalThis.failsToLoad = 'No such model.';
    chat.bundle = '/bundles/none/';
    await chat.send('Once more');
    const markdown = await chat.export('markdown');
    const roles = chat.messages.map(({ role }) => role);
    chat.clear();
    return { events, markdown, roles, left: chat.messages.length, kept: (await indexedDB.databases()).length };
  },

  /** How far the composer reaches below the element, or beside it, in px, by what the page around makes of the element. */
  async composerBelow() {
    await import('/delta-chat.js');
    const below = {};
    for (const style of ['height: 400px', 'display: block; height: 400px', 'display: flex; height: 400px', 'display: inline-block; height: 400px; width: 300px',
      'display: grid; height: 400px', 'height: 400px; width: 280px', 'height: 400px; width: 380px', 'display: block; position: static; max-height: 400px; height: 90vh']) {
      const chat = document.createElement('delta-chat');
      document.body.append(chat);
      chat.style.cssText = style;
      for (let at = 0; at < 40; at++) chat.addMessage({ role: 'user', content: 'Hello' });
      while (chat.shadowRoot.querySelectorAll('article').length < 40) await new Promise(requestAnimationFrame);
      const composer = chat.shadowRoot.querySelector('[part=composer]').getBoundingClientRect();
      const send = chat.shadowRoot.querySelector('[part~=send]').getBoundingClientRect();
      const host = chat.getBoundingClientRect();
      below[style] = Math.round(Math.max(0, composer.bottom - host.bottom, send.right - host.right));
      chat.remove();
    }
    return below;
  },

  /** Properties as attributes and back, and styles from outside. */
  async styleElement() {
    await import('/delta-chat.js');
    const chat = document.createElement('delta-chat');
    const names = { bundle: '/bundles/a/', bundles: '/bundles.json', introMessage: 'Hi', placeholder: 'Ask', theme: 'dark' };
    for (const [name, value] of Object.entries(names)) chat[name] = value;
    chat.storage = true;
    const attributes = chat.getAttributeNames().sort();
    const written = document.createElement('delta-chat');
    for (const attribute of attributes) written.setAttribute(attribute, chat.getAttribute(attribute));
    const style = new CSSStyleSheet();
    style.replaceSync('delta-chat { --delta-accent: #123456 } delta-chat::part(input) { color: rgb(1, 2, 3) }');
    document.adoptedStyleSheets.push(style);
    document.body.append(chat);
    const [log, input] = ['log', 'input'].map((part) => chat.shadowRoot.querySelector(`[part=${part}]`));
    return {
      attributes,
      read: Object.fromEntries([...Object.keys(names), 'storage'].map((name) => [name, written[name]])),
      accent: getComputedStyle(log).getPropertyValue('--delta-accent'),
      color: getComputedStyle(input).color,
    };
  },

  /** Date a kept conversation some days back. */
  ageConversation: (days) => new Promise((resolve) => {
    const open = indexedDB.open('deltapage-chat');
    open.onsuccess = () => {
      const transaction = open.result.transaction(['conversations', 'heads'], 'readwrite');
      transaction.oncomplete = resolve;
      for (const store of ['conversations', 'heads'].map((name) => transaction.objectStore(name))) {
        const all = store.getAll();
        all.onsuccess = () => store.put({ ...all.result[0], updated: Date.now() - days * 86_400_000 });
      }
    };
  }),

  /** Wait until the kept conversations hold a text. */
  async untilKept(text) {
    const { ConversationDatabase } = await import('/chat/conversation-database.js');
    const database = new ConversationDatabase({ changed() {}, cleared() {} });
    while (!JSON.stringify(await database.all()).includes(text)) await new Promise((resolve) => { setTimeout(resolve, 50); });
  },

  /** From now on what would be done in ten seconds or later waits for `globalThis.later()`; `globalThis.waiting()` counts it. */
  holdTimers() {
    const { setTimeout, clearTimeout } = window;
    const held = new Map();
    window.setTimeout = (work, wait, ...values) => {
      if (wait < 10_000) return setTimeout(work, wait, ...values);
      const id = 1e9 + held.size + Math.random();
      held.set(id, work);
      return id;
    };
    window.clearTimeout = (id) => held.delete(id) || clearTimeout(id);
    globalThis.waiting = () => held.size;
    globalThis.later = () => {
      for (const [id, work] of [...held]) {
        held.delete(id);
        work();
      }
    };
  },

  /** Bytes as the page tells them. */
  byteCount: async (count) => (await import('/common/byte-count.js')).bytes(count),

  /** Count in `globalThis.asked` how often the browser is asked to keep what is stored. */
  countPersistence() {
    globalThis.asked = 0;
    navigator.storage.persisted = async () => false;
    navigator.storage.persist = async () => {
      globalThis.asked += 1;
      return true;
    };
  },

  /** Where the middle of an element is, in widths of the window. */
  middle(element) {
    const box = element.getBoundingClientRect();
    return (box.left + box.right) / innerWidth;
  },
});
