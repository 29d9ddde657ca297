/**
 * Stands in for deltapage.js where a test is about the page alone. `globalThis.script(request)` gives the deltas of an answer;
 * one may wait (`wait`: ms, or RELEASED: until `globalThis.release()` is called), fail (`fails`, as `named`), end the answer otherwise (`ends`), or be the progress of reading the prompt (`prompt_progress`).
 */
const PRESETS = { direct: { temperature: 0.7, top_p: 0.8, top_k: 20 }, thinking: { temperature: 1, top_p: 0.95, top_k: 20 } };
const RELEASED = 'released';
const sleep = (time, signal) => new Promise((resolve) => {
  if (time === RELEASED) globalThis.release = resolve;
  else setTimeout(resolve, time);
  signal?.addEventListener('abort', resolve);
});

globalThis.requests = [];
globalThis.loaded = [];
globalThis.signals = [];

export class Engine {
  info = {
    name: 'Fake', recipe: 'q4', kept: globalThis.keeps ?? true, adapter: 'No GPU', features: ['subgroups'], contextWindow: 4096, bytes: { weight: 5e8, state: 2e7 },
    generation: { presets: PRESETS }, card: globalThis.card ?? null,
  };

  chat = { completions: { create: async (request) => this.#answer(request) } };

  static async load(bundle, { onProgress, signal }) {
    globalThis.loaded.push(bundle);
    globalThis.signals.push(signal);
    if (globalThis.failsToLoad) throw new Error(globalThis.failsToLoad);
    for (let loaded = 0; loaded <= 8; loaded += 2) {
      onProgress({ phase: 'download', loaded: loaded * 2 ** 20, total: 8 * 2 ** 20 });
      await sleep(globalThis.loadWait ?? 0, signal);
      signal.throwIfAborted();
    }
    onProgress({ phase: 'ready', loaded: 1, total: 1 });
    return new Engine();
  }

  async unload() {}

  async *#answer({ signal, ...request }) {
    globalThis.requests.push(structuredClone(request));
    let tokens = 0;
    let finish = 'stop';
    for (const { wait = 0, fails, named = 'Error', ends, prompt_progress, ...delta } of globalThis.script?.(request) ?? [{ content: `Echo: ${request.messages.at(-1).content}` }]) {
      await sleep(wait, signal);
      signal?.throwIfAborted();
      if (fails) throw Object.assign(new Error(fails), { name: named });
      if (ends) {
        finish = ends;
        continue;
      }
      if (prompt_progress) {
        yield { choices: [], prompt_progress };
        continue;
      }
      tokens++;
      if (delta.tool_calls) finish = 'tool_calls';
      yield { choices: [{ index: 0, delta, finish_reason: null }] };
    }
    yield { choices: [{ index: 0, delta: {}, finish_reason: finish }] };
    const extra = { prefill_tokens_per_s: 300, decode_tokens_per_s: 42.4, time_to_first_token_s: 0.31, cached_tokens: 0 };
    yield { choices: [], usage: { prompt_tokens: 100, completion_tokens: tokens, total_tokens: 100 + tokens, extra } };
  }
}
