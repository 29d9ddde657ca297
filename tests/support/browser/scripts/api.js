/** The public modules over an engine that is loaded: the Prompt API with a model, and deep-chat. */
({
  /** What the Prompt API says of a model that is not there, and of sound. */
  async nowhere() {
    const { LanguageModel } = await import('/language-model.js');
    const bundle = '/bundles/nowhere/';
    const sound = /** @type {any} */ ([{ type: 'audio' }]);
    return {
      error: await LanguageModel.create({ bundle }).then(() => 'none', ({ name }) => name),
      params: await LanguageModel.params({ bundle }),
      availability: [await LanguageModel.availability({ bundle }), await LanguageModel.availability({ bundle: '/', expectedInputs: sound })],
    };
  },

  /** A session of the Prompt API, from its download to its end. */
  async session(bundle) {
    const { LanguageModel } = await import('/language-model.js');
    LanguageModel.bundle = bundle;
    const states = [await LanguageModel.availability()];
    const shares = [];
    const initialPrompts = [{ role: /** @type {const} */ ('system'), content: 'Be brief.' }];
    const monitor = (target) => target.addEventListener('downloadprogress', ({ loaded, total }) => shares.push([loaded, total]));
    const [session, second] = await Promise.all([
      LanguageModel.create({ initialPrompts, monitor }),
      LanguageModel.create().then(async (made) => {
        states.push(await LanguageModel.availability());
        return made;
      }),
      LanguageModel.availability().then((state) => states.splice(1, 0, state)),
    ]);
    const before = session.contextUsage;
    const responseConstraint = { enum: ['red', 'green'] };
    const answer = await session.prompt('Which colour?', { responseConstraint });
    const stream = session.promptStreaming('And now?', { responseConstraint });
    const streamed = (await Array.fromAsync(stream)).join('');
    const code = await session.prompt('A code?', { responseConstraint: /[A-Z]{2}-\d{3}/ });
    const begun = /** @type {any[]} */ ([{ role: 'user', content: 'Go on.' }, { role: 'assistant', content: 'Rivers', prefix: true }]);
    const wordy = await session.prompt(begun, { responseConstraint: /Rivers [a-zäöü ]{2,12}\./iu });
    const params = await LanguageModel.params();
    const used = session.contextUsage;
    const measured = await session.measureContextUsage('Rivers run.');
    await session.append('Rivers run.');
    const grown = session.contextUsage - used;
    const controller = new AbortController();
    let aborted;
    try {
      for await (const piece of session.promptStreaming('Go on.', { signal: controller.signal })) if (piece) controller.abort();
    } catch (error) {
      aborted = error.name;
    }
    session.destroy();
    const still = await second.prompt('Which?', { responseConstraint });
    second.destroy();
    states.push(await LanguageModel.availability());
    const { temperature } = session;
    return { code, wordy, params, temperature, states, shares, before, answer, streamed, used, measured, grown, aborted, still };
  },

  /** What a deep-chat element is answered by the engine. */
  async deepChat() {
    const { connectDeepChat } = await import('/deep-chat.js');
    let loads = 0;
    const request = { max_tokens: 8, temperature: 0, extra_body: { enable_thinking: false } };
    const element = /** @type {any} */ (document.createElement('deep-chat'));
    customElements.define('deep-chat', class extends HTMLElement {});
    const load = async () => {
      loads++;
      return engine;
    };
    await connectDeepChat(element, load, { instruction: 'Be brief.', request });
    const ask = async (messages, stopAfter = Infinity) => {
      const calls = [];
      const signals = {
        stopClicked: { listener: () => {} },
        onOpen: () => calls.push('open'),
        onClose: () => calls.push('close'),
        onResponse: async (response) => {
          calls.push(response);
          if (calls.length === stopAfter) signals.stopClicked.listener();
        },
      };
      await element.connect.handler({ messages }, signals);
      return calls;
    };
    const turns = [{ role: 'user', text: 'Hi' }, { role: 'ai', text: 'Hello' }, { role: 'user', text: 'Rivers?' }];
    const messages = [['system', 'Be brief.'], ['user', 'Hi'], ['assistant', 'Hello'], ['user', 'Rivers?']]
      .map(([role, content]) => /** @type {any} */ ({ role, content }));
    const wanted = await engine.chat.completions.create({ ...request, messages });
    const before = loads;
    const answered = await ask(turns);
    request.max_tokens = 400;
    return {
      wanted: wanted.choices[0].message.content,
      settings: [element.connect.stream, element.requestBodyLimits.maxMessages],
      answered,
      stopped: await ask(turns, 3),
      refused: await ask([{ role: 'user', text: 'see', files: [{}] }]),
      loads: [before, loads],
    };
  },

  /** Keep in `globalThis.lengths` how long deep-chat's first answer is in each frame. */
  watchDeepChat() {
    const answers = '.text-message.ai-message-text:not(.empty-message, .error-message)';
    globalThis.lengths = new Set();
    const watch = () => {
      const shown = document.querySelector('deep-chat')?.shadowRoot?.querySelector(answers)?.textContent ?? '';
      if (shown) globalThis.lengths.add(shown.length);
      requestAnimationFrame(watch);
    };
    watch();
  },
});
