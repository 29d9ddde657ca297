/** Answers whose GPU is lost on the way, with the worker's scripts in `worker/`. */
({
  /** Stream an answer and lose the GPU some times on the way: what came, all pieces together. */
  async streamWithLosses({ request, losses }) {
    const lost = new BroadcastChannel('lose');
    const loads = () => progress.filter(({ phase }) => phase === 'ready').length;
    const before = loads();
    let posted = 0;
    const seen = { heads: [], content: '', ids: [], chunks: 0, finish: null };
    const api = /** @type {any} */ (request.messages ? engine.chat.completions : engine.completions);
    for await (const { id, choices } of await api.create({ ...request, stream: true, return_token_ids: true })) {
      if (!seen.heads.includes(id)) seen.heads.push(id);
      for (const { delta, text, token_ids, finish_reason } of choices) {
        seen.content += delta?.content ?? text ?? '';
        seen.ids.push(...token_ids);
        seen.finish = finish_reason;
      }
      seen.chunks += choices.length; // how far a prompt has been read comes without a choice
      if (choices.length && seen.chunks % 8 === 0 && posted < losses && loads() === before + posted) {
        lost.postMessage('');
        posted++;
      }
    }
    if (loads() !== before + losses) throw new Error(`the model was loaded ${loads() - before} times`);
    return seen;
  },

  /** Load a model and lose the GPU some times while its kernels are compiled: ids that it writes, and how often loading began. */
  async loadWithLosses({ bundle, losses }) {
    const lost = new BroadcastChannel('lose');
    let begun = 0;
    let posted = 0;
    const { Engine } = await import('/deltapage.js');
    const loaded = await Engine.load(bundle, { onProgress: ({ phase }) => {
      if (phase === 'runtime') begun++;
      if (phase === 'compile' && posted < losses && posted < begun) {
        posted++;
        lost.postMessage('');
      }
    } });
    const { choices } = await loaded.completions.create({ prompt: [5, 6, 7], max_tokens: 4, temperature: 0, return_token_ids: true });
    await loaded.unload();
    return { ids: choices[0].token_ids, begun };
  },

  /** An answer without streaming whose GPU is lost on the way: its ids. */
  async answerWithLoss() {
    setTimeout(() => new BroadcastChannel('lose').postMessage(''), 200);
    const answer = await engine.completions.create({ prompt: [5, 6, 7], max_tokens: 900, temperature: 0, return_token_ids: true });
    return answer.choices[0].token_ids;
  },
});
