/** The engine of a page without the chat: `globalThis.engine`. */
({
  async load({ bundle, python }) {
    const { Engine } = await import('/deltapage.js');
    globalThis.progress = [];
    globalThis.engine = await Engine.load(bundle, { python, onProgress: (progress) => globalThis.progress.push(progress) });
    return engine.info;
  },

  /** How a call fails; null when it does not. */
  async failure(call) {
    try {
      await call();
      return null;
    } catch ({ name, message }) {
      return { name, message };
    }
  },

  /** An answer about pictures [{height, width, rgb}], which image parts name by their number; a video part is all of them. */
  async about({ request: { messages, ...request }, pictures }) {
    const images = pictures.map(({ height, width, rgb }) => {
      const data = new Uint8ClampedArray(4 * height * width).fill(255);
      rgb.forEach((value, place) => { data[place + Math.floor(place / 3)] = value; });
      return new ImageData(data, width, height);
    });
    const shown = ({ picture, ...part }) => {
      if (part.type === 'video') return { ...part, video: images };
      return part.type === 'image' ? { ...part, image: images[picture] } : part;
    };
    const told = messages.map(({ content, ...message }) => ({ ...message, content: Array.isArray(content) ? content.map(shown) : content }));
    return engine.chat.completions.create({ messages: told, ...request });
  },

  /** All chunks of a streamed answer. */
  stream: async (request) => Array.fromAsync(await engine.chat.completions.create({ ...request, stream: true })),

  /** The whole answers to several requests, one after the other. */
  async answers(requests) {
    const choices = [];
    for (const request of requests) {
      const answer = /** @type {any} */ (await engine.chat.completions.create(request));
      choices.push(answer.choices[0]);
    }
    return choices;
  },

  /** What is told of the reading of a long prompt: twice, or up to the answer's first word. */
  async reading() {
    const told = [];
    const messages = [{ role: /** @type {const} */ ('user'), content: 'Rivers and seas. '.repeat(250) }];
    for await (const { choices, prompt_progress } of await engine.chat.completions.create({ messages, max_tokens: 2, stream: true })) {
      if (prompt_progress) told.push({ ...prompt_progress, choices: choices.length });
      if (told.length === 2 || choices[0]?.delta.content || choices[0]?.delta.reasoning_content) break;
    }
    return told;
  },

  /** An answer that is aborted at its second chunk. */
  async abortAtSecondChunk() {
    const controller = new AbortController();
    let chunks = 0;
    try {
      const asked = { prompt: [5, 6, 7], max_tokens: 400, temperature: 1, seed: 1, stream: /** @type {const} */ (true) };
      const { signal } = controller;
      for await (const chunk of await engine.completions.create({ ...asked, signal })) {
        chunks += Number(chunk.object === 'text_completion');
        if (chunks === 2) controller.abort();
      }
    } catch ({ name }) {
      return { chunks, name };
    }
    return { chunks, name: 'nothing' };
  },

  /** A stream that is left at its first chunk. */
  async leaveAtFirstChunk() {
    const chunks = await engine.completions.create({ prompt: [5, 6, 7], max_tokens: 400, stream: true });
    const iterator = chunks[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.return?.();
    return 'left';
  },

  /** From the request for the page to the first token, ms; and the answer. */
  async firstToken(bundle) {
    const { Engine } = await import('/deltapage.js');
    const loaded = await Engine.load(bundle);
    const model = performance.now();
    const messages = [{ role: /** @type {const} */ ('user'), content: 'What is 12 + 30?' }];
    let token = 0;
    let text = '';
    for await (const { choices: [choice] } of await loaded.chat.completions.create({ messages, temperature: 0, stream: true })) {
      if (choice?.delta.content) token ||= performance.now();
      text += choice?.delta.content ?? '';
    }
    return { ...loaded.info.timings, model, token, text };
  },

  /** The names of the errors of three aborted requests: streamed, whole, and with a signal that was aborted before. */
  async abortThree(request) {
    const names = [];
    for (const stream of [true, false]) {
      const controller = new AbortController();
      const asked = engine.chat.completions.create({ ...request, max_tokens: 400, stream, signal: controller.signal });
      setTimeout(() => controller.abort(), 50);
      try {
        const answer = await asked;
        if (stream) await Array.fromAsync(/** @type {any} */ (answer));
      } catch ({ name }) {
        names.push(name);
      }
    }
    await engine.chat.completions.create({ ...request, signal: AbortSignal.abort() }).catch(({ name }) => names.push(name));
    return names;
  },
});
