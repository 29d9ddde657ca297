/** An engine that counts a token for each letter and picture and says what its script tells it; for sessions over any engine. */

/** @typedef {{name: string, arguments: object}} Call */

export class ScriptedEngine {
  info;
  requests = [];
  #answers;

  /**
   * @param {number} contextWindow
   * @param {(string | Call | Call[] | {cut: string})[]} answers  one for each request: a text, tool calls, or a text that the
   *   context window cuts
   * @param {{vision?: object}} [model]  whether it sees
   */
  constructor(contextWindow, answers, model = {}) {
    this.info = { contextWindow, model, generation: { presets: { direct: { temperature: 0.7, top_k: 20 } } } };
    this.#answers = [...answers];
  }

  async applyChatTemplate(messages) {
    return messages.flatMap(({ content }) => [...(content ?? '')].flatMap((part) => part.text ? [...part.text] : [part]));
  }

  chat = { completions: { create: async ({ signal, ...request }) => {
    signal.throwIfAborted();
    this.requests.push(request);
    return this.#chunks(this.#answers.shift(), signal);
  } } };

  async *#chunks(answer, signal) {
    yield { choices: [{ delta: { role: 'assistant', content: '' } }] };
    const text = answer.cut ?? answer;
    if (typeof text === 'string') {
      for (const content of text) {
        signal.throwIfAborted();
        yield { choices: [{ delta: { content } }] };
      }
    } else {
      for (const [index, { name, arguments: values }] of [answer].flat().entries()) {
        const call = { name, arguments: JSON.stringify(values) };
        yield { choices: [{ delta: { tool_calls: [{ index, id: `call_${index + 1}`, type: 'function', function: call }] } }] };
      }
    }
    yield { choices: [{ delta: {}, finish_reason: answer.cut ? 'length' : 'stop' }] };
    yield { choices: [], usage: {} };
  }
}
