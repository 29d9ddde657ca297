/** A conversation with a model: what is asked goes through here one after the other, until it ends. */

import { agentLoop, TOOL_ROUNDS } from '../agent/loop.js';
import { declared } from '../agent/tools.js';
import { unlessAborted } from '../common/abort.js';
import { Context, withQuestion } from './context.js';
import { domError } from './errors.js';
import { messagesOf, promptOf, withBeginning, withPicturesTaken } from './input.js';
import { paramsOf, samplingFields } from './sampling.js';
import { runTogether } from './tools.js';

/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../agent/tools.js').Tool} Tool */
/** @typedef {import('./dictionaries.js').Constraint} Constraint */
/** @typedef {import('./dictionaries.js').Given} Given */
/** @typedef {import('./input.js').Prompt} Prompt */
/** @typedef {import('./sampling.js').SamplingOptions} SamplingOptions */
/** @typedef {import('./shared-engine.js').Lease} Lease */
/** @typedef {{lease: Lease, context: Context, tools: Tool[], sampling: SamplingOptions, sees: boolean}} Parts  sees: pictures, too */

export class Session {
  /** Told when the oldest turns were dropped. */
  onOverflow = () => {};
  context;
  sampling;
  #lease;
  #tools;
  #sees;
  #ended = new AbortController();
  /** @type {Promise<unknown>} The work before. */
  #last = Promise.resolve();

  /** @param {Parts} parts */
  constructor({ lease, context, tools, sampling, sees }) {
    this.context = context;
    this.sampling = sampling;
    this.#lease = lease;
    this.#tools = tools;
    this.#sees = sees;
  }

  /**
   * A session that has read its tools and initial prompts; the lease ends with it, also when it does not come to be.
   * @param {Omit<Parts, 'context'> & {initial: Message[], signal?: AbortSignal}} beginning  the signal ends the session later, too
   * @returns {Promise<Session>}
   */
  static async begin({ lease, initial, signal, ...parts }) {
    const context = new Context(lease.engine, parts.tools, initial);
    const session = new Session({ lease, context, ...parts });
    try {
      await unlessAborted(context.begin(), signal);
      signal?.throwIfAborted();
    } catch (error) {
      session.end(error);
      throw error;
    }
    signal?.addEventListener('abort', () => session.end(signal.reason), { signal: session.#ended.signal });
    return session;
  }

  get params() {
    return paramsOf(this.#lease.engine.info.generation);
  }

  /** What requests state of sampling. */
  get fields() {
    return samplingFields(this.sampling, this.params);
  }

  /**
   * End the session and what it is doing; the model goes with its last session.
   * @param {unknown} reason  what calls end with, those that wait and those that come
   */
  end(reason) {
    this.#ended.abort(reason);
    this.#lease.release();
  }

  /**
   * Fires with a call's own signal, or with the session's end.
   * @param {AbortSignal | undefined} signal
   */
  ending(signal) {
    return AbortSignal.any(signal ? [this.#ended.signal, signal] : [this.#ended.signal]);
  }

  /**
   * A session that goes on from here by itself; what the model has read is not read again.
   * @param {AbortSignal} signal
   * @returns {Promise<Session>}
   */
  async copy(signal) {
    const done = await this.#turn(signal);
    const copy = new Session({ lease: this.#lease.share(), context: this.context.copy(), tools: this.#tools, sampling: this.sampling, sees: this.#sees });
    done();
    return copy;
  }

  /**
   * Add messages without asking for an answer.
   * @param {string | Given[]} input
   * @param {AbortSignal} signal
   */
  async append(input, signal) {
    signal.throwIfAborted();
    const taking = this.#taken(messagesOf(input, { sees: this.#sees }), signal);
    const done = await this.#turn(signal);
    try {
      const messages = await taking;
      this.context.add(messages, await this.#makeRoom(messages, signal));
    } catch (error) {
      throw signal.aborted ? signal.reason : domError(error);
    } finally {
      done();
    }
  }

  /**
   * Tokens that an input would add to the conversation.
   * @param {string | Given[]} input
   * @param {Constraint} constraint
   * @param {AbortSignal} signal
   * @returns {Promise<number>}
   */
  async measure(input, constraint, signal) {
    const asked = promptOf(input, constraint, { sees: this.#sees });
    signal.throwIfAborted();
    try {
      asked.messages = await this.#taken(asked.messages, signal);
      return await unlessAborted(this.context.measure(withBeginning(asked)), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : domError(error);
    }
  }

  /**
   * The pieces of an answer; the conversation has it once it is complete.
   * @param {string | Given[]} input
   * @param {Constraint} constraint
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<string, void, void>}
   * @throws {DOMException} SyntaxError for an answer that has to end before its constraint lets it
   */
  async *answer(input, constraint, signal) {
    signal.throwIfAborted();
    const asked = promptOf(input, constraint, { sees: this.#sees });
    const taking = this.#taken(asked.messages, signal);
    const done = await this.#turn(signal);
    try {
      asked.messages = await taking;
      const turn = [...asked.messages];
      const events = agentLoop({
        messages: asked.messages,
        begun: asked.begun,
        generate: (messages, round) => this.#generate({ ...asked, messages, begun: round ? '' : asked.begun }, round < TOOL_ROUNDS, signal),
        runTools: (calls) => runTogether(calls, this.#tools),
        rounds: TOOL_ROUNDS + 1, // after that many calls the model has to answer
        signal,
      });
      for await (const event of events) {
        if (event.type === 'content') yield event.piece;
        else if (event.type === 'tool_result') turn.push(event.message);
        else if (event.type === 'end') {
          const { message, facts: { finish, note = 'the context window was full' } } = event.answer;
          if (asked.format && finish === 'length') {
            throw new DOMException(`The answer ended before it kept to its constraint (${note}): ask for less.`, 'SyntaxError');
          }
          turn.push(message);
        }
      }
      this.context.add(turn, await unlessAborted(this.context.count([...this.context.messages, ...turn]), signal));
    } catch (error) {
      throw signal.aborted ? signal.reason : domError(error);
    } finally {
      done();
    }
  }

  /**
   * Wait until the session is free; the caller says when it is done with it.
   * @param {AbortSignal} signal
   * @returns {Promise<() => void>}
   */
  async #turn(signal) {
    const before = this.#last;
    let done = () => {};
    const mine = new Promise((resolve) => { done = () => resolve(undefined); });
    this.#last = Promise.all([before, mine]);
    try {
      await unlessAborted(before, signal);
    } catch (error) {
      done();
      throw error;
    }
    return done;
  }

  /**
   * Messages with their pictures as they are now.
   * @param {Message[]} messages
   * @param {AbortSignal} signal
   */
  #taken(messages, signal) {
    const taking = unlessAborted(withPicturesTaken(messages), signal);
    taking.catch(() => {}); // told to whoever asks, when it is their turn
    return taking;
  }

  /**
   * The chunks of an answer, once there is room for it.
   * @param {Prompt} asked
   * @param {boolean} mayCall
   * @param {AbortSignal} signal
   */
  async #generate(asked, mayCall, signal) {
    await this.#makeRoom(withBeginning(asked), signal);
    const choice = mayCall && !asked.format ? 'auto' : 'none'; // a call would not keep to the constraint
    return this.#lease.engine.chat.completions.create({
      messages: withQuestion([...this.context.messages, ...withBeginning(asked)]),
      stream: true,
      ...this.fields,
      response_format: asked.format,
      extra_body: { enable_thinking: false, continue_final_message: Boolean(asked.begun) },
      signal,
      ...declared(this.#tools),
      ...this.#tools.length && { tool_choice: choice },
    });
  }

  /**
   * Drop the oldest turns as far as needed for more messages and an answer to them, and tell of it.
   * @param {Message[]} added
   * @param {AbortSignal} signal
   * @returns {Promise<number>} tokens of the conversation with them
   * @throws {DOMException} QuotaExceededError
   */
  async #makeRoom(added, signal) {
    const { tokens, dropped } = await unlessAborted(this.context.makeRoom(added, signal), signal);
    if (dropped) this.onOverflow();
    return tokens;
  }
}
