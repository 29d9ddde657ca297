/**
 * Answers whose GPU is lost on the way: `worker/losable_gpu.js` asks here when. A loss is `{left, late}`: after so many
 * submissions, and with a notice that comes so many ms late, 0 by default.
 */
({
  /** Tell the GPUs that are opened from now on, one after the other, when they are lost; any further one is not. */
  foretell(losses) {
    globalThis.losses = [...losses];
    if (globalThis.gpus) return;
    globalThis.gpus = new BroadcastChannel('lose');
    globalThis.gpus.addEventListener('message', ({ data }) => {
      if (data === 'asks') this.tell(globalThis.losses.shift() ?? { left: Infinity });
    });
  },

  tell(loss) {
    globalThis.gpus.postMessage({ late: 0, ...loss });
  },

  /** Lose the GPU that is there, and those that follow it. */
  async lose([first, ...others]) {
    this.foretell(others);
    const told = new Promise((resolve) => {
      globalThis.gpus.addEventListener('message', ({ data }) => { if (data === 'told') resolve(undefined); });
    });
    this.tell(first);
    await told;
  },

  /** How often the model of `globalThis.engine` was loaded. */
  loads: () => progress.filter(({ phase }) => phase === 'ready').length,

  /** Stream an answer and lose the GPU on the way, each time behind some of its tokens: what came, all pieces together. */
  async streamWithLosses({ request, losses }) {
    const before = this.loads();
    if (losses.length) await this.lose(losses);
    const tokens = Array(losses.length + 1).fill(0); // that each GPU gave
    const seen = { heads: [], content: '', ids: [], chunks: 0, finish: null };
    const api = /** @type {any} */ (request.messages ? engine.chat.completions : engine.completions);
    for await (const { id, choices } of await api.create({ ...request, stream: true, return_token_ids: true })) {
      if (!seen.heads.includes(id)) seen.heads.push(id);
      for (const { delta, text, token_ids, finish_reason } of choices) {
        seen.content += delta?.content ?? text ?? '';
        seen.ids.push(...token_ids);
        tokens[this.loads() - before] += token_ids.length;
        seen.finish = finish_reason;
      }
      seen.chunks += choices.length; // how far a prompt has been read comes without a choice
    }
    if (this.loads() !== before + losses.length || tokens.includes(0)) {
      throw new Error(`the model was loaded ${this.loads() - before} times, and ${tokens.join(', ')} tokens came`);
    }
    return seen;
  },

  /** An answer without streaming whose GPU is lost on the way: its ids. */
  async answerWithLoss({ request, loss }) {
    const before = this.loads();
    await this.lose([loss]);
    const answer = /** @type {any} */ (await engine.completions.create({ ...request, return_token_ids: true }));
    if (this.loads() !== before + 1) throw new Error(`the model was loaded ${this.loads() - before} times`);
    return answer.choices[0].token_ids;
  },

  /** Load a model and lose the GPU some times while its kernels are compiled: ids that it writes, and how often loading began. */
  async loadWithLosses({ bundle, request, losses }) {
    this.foretell([]);
    let begun = 0;
    let lost = 0;
    const { Engine } = await import('/deltapage.js');
    const loaded = await Engine.load(bundle, { onProgress: ({ phase }) => {
      if (phase === 'runtime') begun++;
      if (phase === 'compile' && lost < losses && lost < begun) {
        lost++;
        this.tell({ left: 0 });
      }
    } });
    const { choices } = /** @type {any} */ (await loaded.completions.create({ ...request, return_token_ids: true }));
    await loaded.unload();
    return { ids: choices[0].token_ids, begun };
  },
});
