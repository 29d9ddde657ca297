/** One answer from the engine: streams it, and gathers message and facts as they come. No elements here. */

/** @typedef {import('../deltapage.js').Engine} Engine */
/** @typedef {import('../deltapage.js').ChatRequest} ChatRequest */
/** @typedef {import('../deltapage.js').Message} Message */
/** @typedef {import('./tree.js').Facts} Facts */

/**
 * @typedef {object} Listeners
 * @property {(kind: 'content' | 'reasoning_content', piece: string) => void} onText
 * @property {(call: any) => void} onCall  a whole tool call
 * @property {(done: number, total: number) => void} onPrefill  tokens of the conversation that have been read
 */

export class Reply {
  /** @type {Message & {content: string}} */
  message = { role: 'assistant', content: '' };
  /** @type {Facts} */
  facts = {};

  /** Whether anything came. */
  get empty() {
    return !this.message.content && !this.message.reasoning_content && !this.message.tool_calls?.length;
  }

  /**
   * @param {Engine} engine
   * @param {ChatRequest} request
   * @param {Listeners} listeners
   * @throws {Error} the engine's, or the signal's reason
   */
  async run(engine, request, { onText, onCall, onPrefill }) {
    let thinkingSince = 0;
    let reading = 0; // tokens of the prompt, until the first one of the answer
    const thought = () => {
      if (thinkingSince) this.facts.thoughtFor = (performance.now() - thinkingSince) / 1000;
      thinkingSince = 0;
    };
    try {
      for await (const { choices, usage, prompt_progress } of await engine.chat.completions.create({ ...request, stream: true })) {
        if (prompt_progress) onPrefill(prompt_progress.processed, reading = prompt_progress.total);
        else if (reading) {
          onPrefill(reading, reading);
          reading = 0;
        }
        if (usage) this.facts.usage = usage;
        const [choice] = choices;
        const { content, reasoning_content, tool_calls = [] } = choice?.delta ?? {};
        if (reasoning_content) {
          thinkingSince ||= performance.now();
          this.message.reasoning_content = (this.message.reasoning_content ?? '') + reasoning_content;
          onText('reasoning_content', reasoning_content);
        }
        if (content) {
          thought();
          this.message.content += content;
          onText('content', content);
        }
        for (const { index, ...call } of tool_calls) {
          thought();
          (this.message.tool_calls ??= []).push(call);
          onCall(call);
        }
        if (choice?.finish_reason) this.facts.finish = choice.finish_reason;
        if (choice?.note) this.facts.note = choice.note;
      }
    } finally {
      thought();
    }
  }
}
