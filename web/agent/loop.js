/** The agent loop: the model answers, the tools that it calls are run, and it answers again with what they gave. */

import { unlessAborted } from '../common/abort.js';
import { Answer } from './answer.js';

/** @typedef {import('../types.js').ChatChunk} ChatChunk */
/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').ToolCall} ToolCall */

/**
 * @typedef {{type: 'start', answer: Answer}} StartEvent  an answer begins; its message grows with the events that follow
 * @typedef {{type: 'end', answer: Answer}} EndEvent  it is whole
 * @typedef {{type: 'tool_result', message: Message}} ToolResultEvent
 * @typedef {StartEvent | import('./answer.js').AnswerEvent | EndEvent | ToolResultEvent} AgentEvent
 */

/**
 * @typedef {object} AgentLoop
 * @property {Message[]} messages  of the conversation, or of what `generate` adds to it
 * @property {(messages: Message[], round: number) => Promise<AsyncIterable<ChatChunk>>} generate  one answer to those messages
 *   and what came since; `round` counts the answers before it
 * @property {(calls: ToolCall[]) => Promise<Message[] | null>} [runTools]  results of the calls; null, or without it: the loop ends
 *   and somebody else gives them
 * @property {number} [rounds]  at most so many answers
 * @property {string} [begun]  the text from which the first answer goes on
 * @property {AbortSignal} [signal]
 */

/** Answers in a row that may call tools. */
export const TOOL_ROUNDS = 8;

/**
 * Answer messages until the model calls no more tools. Leaving the loop ends the answer that is being written.
 * @param {AgentLoop} options
 * @returns {AsyncGenerator<AgentEvent, void, void>}
 * @throws {Error} what `generate` or `runTools` throws, or the signal's reason; the events before tell what had come
 */
export async function* agentLoop({ messages, generate, runTools, rounds = TOOL_ROUNDS, begun = '', signal }) {
  const known = [...messages];
  for (let round = 0; round < rounds; round++) {
    const answer = new Answer(round ? '' : begun);
    yield { type: 'start', answer };
    try {
      for await (const chunk of await generate(known, round)) yield* answer.add(chunk);
    } finally {
      answer.end();
    }
    yield { type: 'end', answer };
    const { tool_calls: calls } = answer.message;
    if (!calls || !runTools) return;
    signal?.throwIfAborted();
    const results = await unlessAborted(runTools(calls), signal);
    if (!results) return;
    for (const message of results) yield { type: 'tool_result', message };
    known.push(answer.message, ...results);
  }
}
