/** The answer to one message: the model's, and after each call of a tool the next. Fetched with the first message. */

import { BUILT_IN } from '../agent/built-in.js';
import { agentLoop } from '../agent/loop.js';
import { declared, runAll } from '../agent/tools.js';
import { unlessAborted } from '../common/abort.js';
import { EngineError } from '../common/errors.js';
import { count, sum } from './format.js';
import { requestOf } from './settings.js';
import { steadily } from './steadily.js';
import { UNFINISHED, textOf } from './tree.js';

/** @typedef {import('../agent/answer.js').Answer} Answer */
/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').Info} Info */
/** @typedef {import('./state-types.js').Message} Message */
/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree.js').Tree} Tree */
/** @typedef {{answer: Answer, node: Node, length: number, info?: Info}} Begun  an answer that is being written, how long it was at first, and the model once it is loaded */

/**
 * @typedef {object} Place  the conversation that is answered in
 * @property {Tree} tree
 * @property {Promise<unknown>} turn  until which the model is busy with other conversations
 * @property {() => void} show  what it has become
 * @property {() => void} changed  show and save it
 * @property {(told: Partial<import('./conversation.js').Told>) => void} tell  how far the answer is
 * @property {(sentence?: string) => void} rest  nothing is going on any more
 */

const SAVE_EVERY = 500; // ms while an answer is being written

export class Answering {
  #store;
  #model;
  #tools;
  #place;
  #signal;

  /**
   * @param {ChatStore} store
   * @param {import('./model-in-use.js').ModelInUse} model
   * @param {import('../agent/tools.js').Tool[]} tools  of the page around, beside those that are switched on
   * @param {Place} place
   * @param {AbortSignal} signal
   */
  constructor(store, model, tools, place, signal) {
    this.#store = store;
    this.#model = model;
    this.#tools = [...tools, ...switchedOn(store.state.settings.tools, tools)];
    this.#place = place;
    this.#signal = signal;
  }

  /**
   * @param {Node} asked
   * @param {Node | null} cut  an answer to it, from whose end to go on
   * @returns {Promise<boolean>} whether anything came
   */
  async answer(asked, cut) {
    const store = this.#store;
    const { tree, show } = this.#place;
    const signal = this.#signal;
    let last = asked;
    let came = false;
    /** @type {Begun | null} */
    let begun = null;
    await unlessAborted(this.#place.turn, signal);
    const stopSaving = steadily(async () => {
      if (!begun || begun.answer.empty) return;
      begun.node.facts = { ...begun.answer.facts, finish: UNFINISHED };
      tree.revise(begun.node);
      await store.dispatch('save', tree);
    }, SAVE_EVERY);
    const messages = messagesUpTo(tree, cut ?? asked, store.state.settings.system);
    const events = agentLoop({
      messages,
      generate: (known, round) => this.#generate(known, /** @type {Begun} */ (begun), cut !== null && !round),
      begun: textOf(cut?.message),
      runTools: (calls) => runAll(calls, this.#tools),
      signal,
    });
    try {
      for await (const event of events) {
        if (event.type === 'start') begun = this.#begin(event.answer, last, last === asked ? cut : null);
        else if (event.type === 'prefill') this.#read(event.processed, event.total);
        else if (event.type === 'tool_result') {
          last = tree.add(event.message, last.id);
          show();
        } else if (event.type !== 'end') this.#write(/** @type {Begun} */ (begun));
        else if (begun && this.#finish(begun)) {
          came = true;
          last = begun.node;
          begun = null;
        }
      }
    } catch (error) {
      if (!signal.aborted) store.fail(told(/** @type {Error} */ (error), begun?.info, messages.filter(({ role }) => role !== 'system').length > 1));
      else if (begun) begun.answer.facts.finish = 'abort';
      if (begun && this.#finish(begun)) came = true;
    } finally {
      stopSaving();
    }
    return came;
  }

  /**
   * The chunks of an answer, once the model is there.
   * @param {Message[]} messages
   * @param {Begun} begun
   * @param {boolean} goesOn  from the end of the last message
   */
  async #generate(messages, begun, goesOn) {
    const signal = this.#signal;
    const { chat, info } = await unlessAborted(this.#model.load(), signal);
    begun.info = info;
    this.#place.rest('');
    const request = { ...declared(this.#tools), ...requestOf(this.#store.state.settings) };
    if (goesOn) request.extra_body = { ...request.extra_body, continue_final_message: true };
    return chat.completions.create({ messages, ...request, stream: true, signal });
  }

  /**
   * Give an answer its place in the conversation.
   * @param {Answer} answer
   * @param {Node} asked
   * @param {Node | null} cut  that it goes on from
   * @returns {Begun}
   */
  #begin(answer, asked, cut) {
    const { tree, show, rest } = this.#place;
    if (cut?.message.reasoning_content) answer.message.reasoning_content = cut.message.reasoning_content;
    const begun = { answer, node: tree.add(answer.message, asked.id), length: lengthOf(answer.message) };
    rest('');
    this.#write(begun);
    show();
    return begun;
  }

  /** @param {Begun} begun */
  #write({ answer, node }) {
    this.#place.tell({ written: { node, message: { ...answer.message } } });
  }

  /**
   * Keep an answer with what is known of it, or take it away when nothing came.
   * @param {Begun} begun
   * @returns {boolean} whether anything came
   */
  #finish({ answer, node, info, length }) {
    const { tree, show, changed, tell } = this.#place;
    if (answer.empty || length === lengthOf(answer.message)) {
      tree.remove(node);
      show();
      return false;
    }
    const { finish, usage } = answer.facts;
    const full = finish === 'length' && info && usage && usage.total_tokens >= info.contextWindow && { finish: 'full' };
    node.facts = { ...answer.facts, ...full, ...info && { model: info.name, memory: sum(info.bytes) } };
    tree.revise(node);
    tell({ written: null });
    changed();
    this.#store.set({ answered: { conversation: tree.id, message: structuredClone(answer.message) } });
    return true;
  }

  /**
   * @param {number} processed
   * @param {number} total  tokens
   */
  #read(processed, total) {
    if (processed < total) this.#place.tell({ activity: { type: 'reading', processed, total } });
    else this.#place.rest();
  }
}

/**
 * The page's own tools; where the page around has one of the same name, that is the one.
 * @param {string[]} names
 * @param {import('../agent/tools.js').Tool[]} others
 */
function switchedOn(names, others) {
  const taken = new Set(others.map((tool) => tool.function.name));
  return BUILT_IN.filter(({ function: { name } }) => names.includes(name) && !taken.has(name));
}

/**
 * What went wrong, as the chat tells it: of a full context, what can be done here.
 * @param {Error} error
 * @param {Info} [info]
 * @param {boolean} [history]  whether other messages stand before the last one
 */
function told(error, info, history) {
  if (error.name !== 'ContextError' || !info) return error;
  const room = `${count(info.contextWindow)} tokens that this model can read here`;
  return new EngineError(error.name, history
    ? `The context is full: with this message the conversation is longer than the ${room}. Begin a new chat with it, edit an earlier message to ` +
      'leave out what follows it, or choose a model with a longer context.'
    : `This message is longer than the ${room}. Shorten it, or choose a model with a longer context.`);
}

/**
 * How much a message says, calls of tools included.
 * @param {Message} message
 */
function lengthOf(message) {
  return textOf(message).length + (message.reasoning_content?.length ?? 0) + (message.tool_calls?.length ?? 0);
}

/**
 * What the engine is given: the system prompt in force (`systemPrompt` in state.js), and the conversation up to a message.
 * @param {Tree} tree
 * @param {Node} last
 * @param {string} general  the system prompt of conversations that have none of their own
 * @returns {Message[]}
 */
function messagesUpTo(tree, last, general) {
  const path = tree.path();
  const messages = structuredClone(path.slice(0, path.findIndex(({ id }) => id === last.id) + 1).map(({ message }) => message));
  const begins = messages[0]?.role === 'system';
  if (begins && tree.system === null) return messages;
  const content = tree.system ?? general;
  const rest = begins ? messages.slice(1) : messages;
  return content.trim() ? [{ role: 'system', content }, ...rest] : rest;
}
