/** Hostile texts on the chat page, and what they could have done to it. */
({
  /** Send texts that the engine says back; what the conversation then holds. */
  async sendAll(texts) {
    globalThis.script = ({ messages }) => messages.at(-1).content.match(/[^]{1,24}/g).map((content) => ({ content }));
    const chat = document.querySelector('delta-chat');
    chat.clear();
    for (const text of texts) await chat.send(text);
    return chat.messages.map(({ content }) => content);
  },

  /** Add texts to an empty conversation, in each role. */
  addAll(texts) {
    const chat = document.querySelector('delta-chat');
    chat.clear();
    for (const content of texts) for (const role of ['user', 'assistant', 'tool']) chat.addMessage({ role, content });
  },

  /** Keep in `globalThis.blocked` what the page's policy blocks. */
  watchPolicy() {
    globalThis.blocked = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      globalThis.blocked.push(`${violatedDirective} ${blockedURI}`);
    });
  },

  /** Elements and attributes that no message may have. */
  alive() {
    const root = document.querySelector('delta-chat').shadowRoot;
    const found = [];
    for (const element of root.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        if (/^on|^srcset$|^srcdoc$|^ping$/.test(name)) found.push(`${name}="${value}"`);
      }
    }
    const tags = 'script, iframe, object, embed, base, link, meta, img, video, audio, style, form[action], template';
    for (const message of root.querySelectorAll('article')) {
      for (const element of message.querySelectorAll(tags)) found.push(element.outerHTML);
      for (const element of message.querySelectorAll('.prose [style]')) found.push(element.outerHTML);
      for (const link of message.querySelectorAll('[href], [*|href]')) {
        const address = link.getAttribute('href') ?? link.getAttributeNS('http://www.w3.org/1999/xlink', 'href');
        if (link.localName !== 'a' || !/^(https?:|mailto:|#)/i.test(address)) found.push(link.outerHTML);
      }
    }
    return found;
  },

  /** Whether every message is set as Markdown. */
  drawn() {
    const root = document.querySelector('delta-chat').shadowRoot;
    return root.querySelectorAll('.prose').length > 0 && root.querySelectorAll('.prose .plain').length === 0;
  },

  /** Do what a text that came to life could do: an image in a message, and a request. */
  async hurt() {
    const chat = document.querySelector('delta-chat');
    chat.addMessage({ role: 'user', content: 'x' });
    while (!chat.shadowRoot.querySelector('article')) await new Promise(requestAnimationFrame);
    const image = document.createElement('img');
    image.setAttribute('srcset', '');
    chat.shadowRoot.querySelector('article').append(image);
    void fetch('/elsewhere');
  },

  /** Try a script in the page and a request to another site: the two directives that blocked them, and whether the script ran. */
  inject: () => new Promise((resolve) => {
    const blocked = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      if (blocked.push(effectiveDirective) === 2) resolve({ blocked: blocked.sort(), hurt: globalThis.hurt });
    });
    const element = document.createElement('script');
    element.textContent = 'globalThis.hurt = 1';
    document.body.append(element);
    fetch('https://hurt.example/').catch(() => {});
  }),

  /** How the element refuses something as a message; null when it takes it. */
  refusal(message) {
    try {
      /** @type {any} */ (document.querySelector('delta-chat')).addMessage(message);
      return null;
    } catch ({ name, message: sentence }) {
      return `${name}: ${sentence}`;
    }
  },
});
