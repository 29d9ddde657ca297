/** An engine that counts a token for each letter and says what its script tells it; for sessions over any engine. */

export class ScriptedEngine {
  info;
  requests = [];
  #answers;

  /**
   * @param {number} contextWindow
   * @param {(string | {name: string, arguments: object})[]} answers  one for each request: a text, or a tool call
   */
  constructor(contextWindow, answers) {
    this.info = { contextWindow };
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
    if (typeof answer === 'string') {
      for (const content of answer) {
        signal.throwIfAborted();
        yield { choices: [{ delta: { content } }] };
      }
    } else {
      const call = { name: answer.name, arguments: JSON.stringify(answer.arguments) };
      yield { choices: [{ delta: { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] } }] };
    }
    yield { choices: [], usage: {} };
  }
}
