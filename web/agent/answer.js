/** One answer of a model, put together from the chunks of its stream. */

/** @typedef {import('../types.js').ChatChunk} ChatChunk */
/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').ToolCall} ToolCall */
/** @typedef {import('../types.js').Usage} Usage */

/**
 * @typedef {object} AnswerFacts  what is known of an answer besides its message
 * @property {number} [thoughtFor]  seconds from the first piece of reasoning to what followed
 * @property {string} [finish]  OpenAI's finish_reason
 * @property {string} [note]  what the engine says about how it ended
 * @property {Usage} [usage]
 */

/**
 * @typedef {{type: 'prefill', processed: number, total: number}} PrefillEvent  tokens of the prompt that have been read
 * @typedef {{type: 'reasoning' | 'content', piece: string}} PieceEvent
 * @typedef {{type: 'tool_call', call: ToolCall}} ToolCallEvent  a whole one
 * @typedef {PrefillEvent | PieceEvent | ToolCallEvent} AnswerEvent
 */

export class Answer {
  /** Grows as chunks are added. @type {Message & {content: string}} */
  message;
  /** @type {AnswerFacts} */
  facts = {};
  #thinkingSince = 0;
  #reading = 0; // tokens of the prompt, until the first one of the answer

  /** @param {string} [begun]  the text that it goes on from */
  constructor(begun = '') {
    this.message = { role: 'assistant', content: begun };
  }

  /** Whether nothing came. */
  get empty() {
    return !this.message.content && !this.message.reasoning_content && !this.message.tool_calls?.length;
  }

  /**
   * Take in a chunk; yields what is new in it.
   * @param {ChatChunk} chunk
   * @returns {Generator<AnswerEvent, void, void>}
   */
  *add({ choices: [choice], usage, prompt_progress: progress }) {
    if (progress?.phase === 'picture') return; // counts pictures, which is not shown
    if (progress) {
      this.#reading = progress.total;
      yield { type: 'prefill', processed: progress.processed, total: progress.total };
    } else if (this.#reading) {
      yield { type: 'prefill', processed: this.#reading, total: this.#reading };
      this.#reading = 0;
    }
    if (usage) this.facts.usage = usage;
    if (!choice) return;
    const { content, reasoning_content: reasoning, tool_calls: calls = [] } = choice.delta;
    if (choice.finish_reason) this.facts.finish = choice.finish_reason;
    if (choice.note) this.facts.note = choice.note;
    if (reasoning) {
      this.#thinkingSince ||= performance.now();
      this.message.reasoning_content = (this.message.reasoning_content ?? '') + reasoning;
      yield { type: 'reasoning', piece: reasoning };
    }
    if (content || calls.length) this.end();
    if (content) {
      this.message.content += content;
      yield { type: 'content', piece: content };
    }
    for (const { index, ...call } of calls) {
      (this.message.tool_calls ??= []).push(call);
      yield { type: 'tool_call', call };
    }
  }

  /** Nothing more comes: a thought that is still open ends here. */
  end() {
    if (this.#thinkingSince) this.facts.thoughtFor = (performance.now() - this.#thinkingSince) / 1000;
    this.#thinkingSince = 0;
  }
}
