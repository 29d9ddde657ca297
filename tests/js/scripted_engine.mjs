/** An engine that counts a token for each letter and says what its script tells it; for sessions over any engine. */

export class ScriptedEngine {
  info;
  requests = [];
  #answers;

  /**
   * @param {number} contextWindow
   * @param {(string | {name: string, arguments: object} | {cut: string})[]} answers  one for each request: a text, a tool call, or a
   *   text that the context window cuts
   */
  constructor(contextWindow, answers) {
    this.info = { contextWindow, generation: { presets: { direct: { temperature: 0.7, top_k: 20 } } } };
    this.#answers = [...answers];
  }

  async applyChatTemplate(messages) {
    return messages.flatMap(({ content }) => [...(content ?? '')]);
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
      const call = { name: answer.name, arguments: JSON.stringify(answer.arguments) };
      yield { choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] } }] };
    }
    yield { choices: [{ delta: {}, finish_reason: answer.cut ? 'length' : 'stop' }] };
    yield { choices: [], usage: {} };
  }
}
