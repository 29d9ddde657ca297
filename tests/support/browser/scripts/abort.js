/** Calls of an engine that take a signal, and what becomes of them when it is aborted. */
({
  /** Name the calls: those that take long, and those that end soon. */
  prepare({ long, short }) {
    const prompt = [5, 6, 7];
    globalThis.calls = {
      chat: (signal) => engine.chat.completions.create({ ...long, messages: [{ role: 'user', content: 'Hi' }], signal }),
      text: (signal) => engine.completions.create({ ...long, prompt, signal }),
      stream: async (signal) => Array.fromAsync(/** @type {any} */ (await engine.completions.create({ ...long, prompt, stream: true, signal }))),
      python: (signal) => engine.python('sleep', 60, { signal }),
      'short text': (signal) => engine.completions.create({ ...short, prompt, signal }),
      'short stream': async (signal) => {
        const chunks = await engine.completions.create({ ...short, prompt, stream: true, signal });
        return (await Array.fromAsync(/** @type {any} */ (chunks))).map(({ choices }) => choices[0]?.text ?? '').join('');
      },
      'short python': (signal) => engine.python('sleep', 0, { signal }),
    };
  },

  /** Name the loading of a bundle as a call. */
  async prepareLoad(bundle) {
    const { Engine } = await import('/deltapage.js');
    globalThis.calls = { load: (signal) => Engine.load(bundle, { signal }) };
  },

  /** The call's answer, and how it ended. */
  async abort({ call, when }) {
    const reason = new Error('mine');
    const controller = new AbortController();
    const { signal } = controller;
    if (when === 'before') controller.abort(reason);
    else if (when === 'at once') setTimeout(() => controller.abort(reason));
    else if (when === 'in the middle') setTimeout(() => controller.abort(reason), 300);
    try {
      const answer = await calls[call](signal);
      controller.abort(reason);
      return [await answer, 'answered'];
    } catch (error) {
      return [null, error === reason ? 'its reason' : `${error}`];
    }
  },

  /** Many requests, each aborted at once: how they ended, and how long a short one after them takes, in times of 90 tokens. */
  async abortMany({ count, call }) {
    const started = performance.now();
    await engine.completions.create({ prompt: [5, 6, 7], max_tokens: 90, temperature: 0 });
    const whole = performance.now() - started;
    const ends = await Promise.all(Array.from({ length: count }, () => this.abort({ call, when: 'at once' })));
    const before = performance.now();
    await engine.completions.create({ prompt: [5, 6, 7], max_tokens: 3, temperature: 0 });
    return { ends, waited: (performance.now() - before) / whole };
  },

  /** How much of a prompt is found computed after its reading, and its answer, were left. */
  async leaveAndAskAgain() {
    const first = { role: 'user', content: 'Rivers and seas. '.repeat(250) };
    /** @returns {Promise<any>} */
    const create = (messages, more) => engine.chat.completions.create({ messages, temperature: 0, ...more });
    const until = async (enough) => {
      for await (const chunk of await create([first], { max_tokens: 500, stream: true })) if (enough(chunk)) return chunk;
      throw new Error('the answer ended too soon');
    };
    const cached = async (messages) => (await create(messages, { max_tokens: 1 })).usage;
    await until(({ prompt_progress }) => prompt_progress);
    const reading = await cached([first]);
    const { choices: [{ delta }] } = await until(({ choices }) => choices[0]?.delta.content);
    const turn = await cached([first, { role: 'assistant', content: delta.content }, { role: 'user', content: 'And?' }]);
    return { prompt: reading.prompt_tokens, reading: reading.extra.cached_tokens, turn: turn.extra.cached_tokens };
  },

  /** How many ids an engine makes of a letter after the signal of its finished load was aborted. */
  async abortAfterLoad(bundle) {
    const { Engine } = await import('/deltapage.js');
    const controller = new AbortController();
    const other = await Engine.load(bundle, { signal: controller.signal });
    controller.abort();
    const { length } = await other.tokenize('a');
    await other.unload();
    return length;
  },
});
