/**
 * The browser's Prompt API (https://webmachinelearning.github.io/prompt-api/) over this engine: same names, a model of your own.
 *
 *   import { LanguageModel } from './language-model.js';
 *   const session = await LanguageModel.create({ bundle: 'bundles/demo/', initialPrompts: [{ role: 'system', content: 'Be brief.' }] });
 *   for await (const piece of session.promptStreaming('Why is the sky blue?')) show(piece);
 *
 * Beyond the specification: `bundle` (or `engine`) names the model, and `LanguageModel.bundle` is what is taken without. Answers
 * come without thinking; a RegExp constrains the answer as a whole. Not here: pictures and sound.
 */

import { agentLoop, TOOL_ROUNDS } from './agent/loop.js';
import { declared } from './agent/tools.js';
import { unlessAborted } from './common/abort.js';
import { Context } from './prompt-api/context.js';
import { domError, notSupported } from './prompt-api/errors.js';
import { messagesOf, promptOf, withBeginning } from './prompt-api/input.js';
import { availabilityOf, generationOf, onlyText, progressTeller, wantedBundle } from './prompt-api/model.js';
import { paramsOf, samplingFields, samplingOf } from './prompt-api/sampling.js';
import { Lease } from './prompt-api/shared-engine.js';
import { runInTurn, toolsOf } from './prompt-api/tools.js';

/** @typedef {import('./deltapage.js').Engine} Engine */
/** @typedef {import('./deltapage.js').Progress} Progress */
/** @typedef {import('./types.js').Message} Message */
/** @typedef {import('./prompt-api/input.js').PromptInput} PromptInput */
/** @typedef {import('./prompt-api/input.js').PromptMessage} PromptMessage */
/** @typedef {import('./agent/tools.js').Tool} Tool */
/** @typedef {import('./prompt-api/tools.js').PromptTool} PromptTool */
/** @typedef {import('./prompt-api/input.js').Constraint} Constraint */
/** @typedef {import('./prompt-api/input.js').Prompt} Prompt */
/** @typedef {import('./prompt-api/sampling.js').Params} Params */
/** @typedef {import('./prompt-api/sampling.js').SamplingOptions} SamplingOptions */

/**
 * @typedef {object} CreateOptionsOwn
 * @property {string | URL} [bundle]
 * @property {Engine} [engine]  one that is loaded already, and stays yours
 * @property {PromptMessage[]} [initialPrompts]  never dropped when the context overflows
 * @property {PromptTool[]} [tools]
 * @property {import('./prompt-api/model.js').Expected[]} [expectedInputs]
 * @property {import('./prompt-api/model.js').Expected[]} [expectedOutputs]
 * @property {(monitor: EventTarget) => void} [monitor]  tells `downloadprogress` with `loaded` from 0 to 1, both included
 * @property {AbortSignal} [signal]
 */
/** @typedef {CreateOptionsOwn & SamplingOptions} CreateOptions */
/** @typedef {Constraint & {signal?: AbortSignal}} PromptOptions */
/** @typedef {{lease: Lease, context: Context, tools: Tool[], options: CreateOptions}} Parts */

export class LanguageModel extends EventTarget {
  /** The bundle that `create` and `availability` take when they are not told. @type {string | URL} */
  static bundle = '';

  /** @type {((event: Event) => void) | null} Told when the oldest turns were dropped. */
  oncontextoverflow = null;
  /** @type {((event: Event) => void) | null} Its older name. */
  onquotaoverflow = null;
  #lease;
  #context;
  #tools;
  #options;
  #destroyed = new AbortController();
  /** @type {Promise<unknown>} The work before: a session does one thing at a time. */
  #last = Promise.resolve();

  /**
   * Use `LanguageModel.create`.
   * @param {Parts} parts
   */
  constructor({ lease, context, tools, options }) {
    super();
    this.#lease = lease;
    this.#context = context;
    this.#tools = tools;
    this.#options = options;
    this.addEventListener('contextoverflow', (event) => this.oncontextoverflow?.(event));
    this.addEventListener('quotaoverflow', (event) => this.onquotaoverflow?.(event));
  }

  /**
   * Whether the model runs here, and what it takes: it is there, on its way, or to be downloaded.
   * @param {CreateOptions} [options]
   * @returns {Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>}
   */
  static async availability(options = {}) {
    return options.engine ? 'available' : availabilityOf(wantedBy(options));
  }

  /**
   * What sessions sample with when they are not told, and at most; null for a model that does not run here.
   * @param {CreateOptions} [options]
   * @returns {Promise<Params | null>}
   */
  static async params(options = {}) {
    if (options.engine) return paramsOf(options.engine.info.generation);
    if (await LanguageModel.availability(options) === 'unavailable') return null;
    return paramsOf(await generationOf(wantedBy(options).bundle));
  }

  /**
   * A session; its model is loaded if no other session has it.
   * @param {CreateOptions} [options]
   * @returns {Promise<LanguageModel>}
   */
  static async create(options = {}) {
    const { signal } = options;
    signal?.throwIfAborted();
    if (!onlyText(options)) throw notSupported('This model reads and writes text only: expect no other inputs and outputs.');
    const initial = messagesOf(options.initialPrompts ?? [], { initial: true });
    const tools = toolsOf(options.tools ?? []);
    options = { ...options, ...samplingOf(options) };
    const tell = progressTeller(options.monitor);
    try {
      tell(0);
      const lease = options.engine ? new Lease(options.engine, null)
        : await Lease.of(wantedBundle(wantedBy(options).bundle), ({ phase, loaded, total }) => { if (phase === 'download' && total) tell(loaded / total); }, signal);
      const session = new LanguageModel({ lease, context: new Context(lease.engine, tools, initial), tools, options });
      try {
        await unlessAborted(session.#begin(), signal);
      } catch (error) {
        session.destroy();
        throw error;
      }
      tell(1);
      return session;
    } catch (error) {
      throw domError(error);
    }
  }

  /** Tokens of the conversation so far. */
  get contextUsage() {
    return this.#context.usage;
  }

  /** Tokens that the conversation and the next answer may have together. */
  get contextWindow() {
    return this.#context.window;
  }

  get temperature() {
    return this.#sampling.temperature ?? this.#params.defaultTemperature;
  }

  get topK() {
    return this.#sampling.top_k ?? this.#params.defaultTopK;
  }

  get samplingMode() {
    return this.#options.samplingMode ?? 'balanced';
  }

  /**
   * The whole answer.
   * @param {PromptInput} input
   * @param {PromptOptions} [options]
   * @returns {Promise<string>}
   */
  async prompt(input, options = {}) {
    let answer = '';
    for await (const piece of this.#answer(input, options, this.#signal(options))) answer += piece;
    return answer;
  }

  /**
   * The answer in pieces, as they come.
   * @param {PromptInput} input
   * @param {PromptOptions} [options]
   * @returns {ReadableStream<string>}
   */
  promptStreaming(input, options = {}) {
    const left = new AbortController();
    const signal = AbortSignal.any([this.#signal(options), left.signal]);
    const pieces = this.#answer(input, options, signal);
    return new ReadableStream({
      start(controller) {
        (async () => {
          for await (const piece of pieces) controller.enqueue(piece);
          controller.close();
        })().catch((error) => { if (!left.signal.aborted) controller.error(error); });
      },
      cancel: (reason) => left.abort(reason),
    });
  }

  /**
   * Add messages without asking for an answer.
   * @param {PromptInput} input
   * @param {{signal?: AbortSignal}} [options]
   */
  async append(input, options = {}) {
    const messages = messagesOf(input);
    const signal = this.#signal(options);
    const done = await this.#turn(signal);
    try {
      this.#context.usage = await unlessAborted(this.#makeRoom(messages), signal);
      this.#context.add(messages);
    } catch (error) {
      throw domError(error);
    } finally {
      done();
    }
  }

  /**
   * Tokens that an input would add to the conversation.
   * @param {PromptInput} input
   * @param {PromptOptions} [options]
   * @returns {Promise<number>}
   */
  async measureContextUsage(input, options = {}) {
    const asked = promptOf(input, options);
    const signal = this.#signal(options);
    signal.throwIfAborted();
    try {
      const { messages } = this.#context;
      const counts = [messages, [...messages, ...withBeginning(asked)]].map((each) => this.#context.count(each));
      const [before, after] = await unlessAborted(Promise.all(counts), signal);
      return after - before;
    } catch (error) {
      throw domError(error);
    }
  }

  /** The older names of the three. */
  get inputUsage() {
    return this.contextUsage;
  }

  get inputQuota() {
    return this.contextWindow;
  }

  /**
   * @param {PromptInput} input
   * @param {PromptOptions} [options]
   */
  measureInputUsage(input, options) {
    return this.measureContextUsage(input, options);
  }

  /**
   * A session that goes on from here by itself; what the model has read is not read again.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<LanguageModel>}
   */
  async clone(options = {}) {
    const done = await this.#turn(this.#signal(options));
    const copy = new LanguageModel({ lease: this.#lease.share(), context: this.#context.copy(), tools: this.#tools, options: this.#options });
    done();
    return copy;
  }

  /** End the session and what it is doing; the model goes with its last session. */
  destroy() {
    this.#destroyed.abort(new DOMException('The session was destroyed.', 'AbortError'));
    this.#lease.release();
  }

  get #params() {
    return paramsOf(this.#lease.engine.info.generation);
  }

  get #sampling() {
    return samplingFields(this.#options, this.#params);
  }

  /** @param {{signal?: AbortSignal}} options */
  #signal({ signal }) {
    return AbortSignal.any(signal ? [this.#destroyed.signal, signal] : [this.#destroyed.signal]);
  }

  async #begin() {
    this.#context.usage = await this.#makeRoom([]);
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
   * The pieces of an answer; the conversation has it once it is complete.
   * @param {PromptInput} input
   * @param {Constraint} options
   * @param {AbortSignal} signal
   * @returns {AsyncGenerator<string, void, void>}
   * @throws {DOMException} SyntaxError for an answer that has to end before its constraint lets it
   */
  async *#answer(input, options, signal) {
    const asked = promptOf(input, options);
    const done = await this.#turn(signal);
    try {
      const turn = [...asked.messages];
      const events = agentLoop({
        messages: asked.messages,
        begun: asked.begun,
        generate: (messages, round) => this.#generate({ ...asked, messages, begun: round ? '' : asked.begun }, round < TOOL_ROUNDS, signal),
        runTools: (calls) => runInTurn(calls, this.#tools, signal),
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
      this.#context.add(turn);
      this.#context.usage = await this.#context.count(this.#context.messages);
    } catch (error) {
      throw domError(error);
    } finally {
      done();
    }
  }

  /**
   * The chunks of an answer, once there is room for it.
   * @param {Prompt} asked
   * @param {boolean} mayCall
   * @param {AbortSignal} signal
   */
  async #generate(asked, mayCall, signal) {
    await unlessAborted(this.#makeRoom(withBeginning(asked)), signal);
    const choice = mayCall && !asked.format ? 'auto' : 'none'; // a call would not keep to the constraint
    return this.#lease.engine.chat.completions.create({
      messages: [...this.#context.messages, ...withBeginning(asked)],
      stream: true,
      ...this.#sampling,
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
   * @returns {Promise<number>} tokens of the conversation with them
   * @throws {DOMException} QuotaExceededError
   */
  async #makeRoom(added) {
    const { tokens, dropped } = await this.#context.makeRoom(added);
    if (dropped) for (const name of ['contextoverflow', 'quotaoverflow']) this.dispatchEvent(new Event(name));
    return tokens;
  }
}

/**
 * @param {CreateOptions} options
 * @returns {import('./prompt-api/model.js').Wanted}
 */
function wantedBy({ bundle = LanguageModel.bundle, expectedInputs, expectedOutputs }) {
  return { bundle, expectedInputs, expectedOutputs };
}
