/**
 * The browser's Prompt API (https://webmachinelearning.github.io/prompt-api/) over this engine: same names, a model of your own.
 *
 *   import { LanguageModel } from './language-model.js';
 *   const session = await LanguageModel.create({ bundle: 'bundles/demo/', initialPrompts: [{ role: 'system', content: 'Be brief.' }] });
 *   for await (const piece of session.promptStreaming('Why is the sky blue?')) show(piece);
 *
 * Beyond the specification: `bundle` (or `engine`) names the model, and `LanguageModel.bundle` is what is taken without; one message
 * stands for a list of it; a RegExp constrains the answer as a whole, and answers come without thinking. `params`, `temperature`,
 * `topK` and the older names, which browsers keep for extensions, are there for every page. Not here: sound.
 */

import { coreOptionsFrom, createOptionsFrom, promptFrom, promptOptionsFrom, signalOptionsFrom } from './prompt-api/dictionaries.js';
import { domError, notSupported } from './prompt-api/errors.js';
import { handle } from './prompt-api/handlers.js';
import { messagesOf, withPicturesTaken } from './prompt-api/input.js';
import { availabilityOf, generationOf, sees, understands, wantedBundle, wantsPictures } from './prompt-api/model.js';
import { progressTeller } from './prompt-api/monitor.js';
import { paramsOf, samplingOf } from './prompt-api/sampling.js';
import { Session } from './prompt-api/session.js';
import { Lease } from './prompt-api/shared-engine.js';
import { toolsOf } from './prompt-api/tools.js';

/** @typedef {import('./prompt-api/dictionaries.js').CreateOptions} CreateOptions */
/** @typedef {import('./prompt-api/dictionaries.js').Creation} Creation */
/** @typedef {import('./prompt-api/dictionaries.js').PromptInput} PromptInput */
/** @typedef {import('./prompt-api/dictionaries.js').PromptOptions} PromptOptions */
/** @typedef {import('./prompt-api/dictionaries.js').SignalOptions} SignalOptions */
/** @typedef {import('./prompt-api/sampling.js').Params} Params */

export class LanguageModel extends EventTarget {
  /** The bundle that `create` and `availability` take when they are not told. @type {string | URL} */
  static bundle = '';

  /** @type {((event: Event) => void) | null} Told when the oldest turns were dropped. */
  oncontextoverflow = null;
  /** @type {((event: Event) => void) | null} Its older name. */
  onquotaoverflow = null;
  #session;

  /**
   * Use `LanguageModel.create`.
   * @param {Session} session
   */
  constructor(session) {
    super();
    if (!(session instanceof Session)) throw new TypeError('A LanguageModel is made by new, expected LanguageModel.create.');
    this.#session = session;
    for (const name of ['contextoverflow', 'quotaoverflow']) handle(this, name);
    session.onOverflow = () => { for (const name of ['contextoverflow', 'quotaoverflow']) this.dispatchEvent(new Event(name)); };
  }

  /**
   * Whether the model runs here, and what it takes: it is there, on its way, or to be downloaded.
   * @param {CreateOptions} [options]
   * @returns {Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>}
   */
  static async availability(options) {
    const { engine, ...wanted } = withBundle(coreOptionsFrom(options));
    samplingOf(wanted);
    if (!engine) return availabilityOf(wanted);
    return understands(wanted) && (!wantsPictures(wanted) || await sees(engine, undefined)) ? 'available' : 'unavailable';
  }

  /**
   * What sessions sample with when they are not told, and at most; null for a model that does not run here.
   * @param {CreateOptions} [options]
   * @returns {Promise<Params | null>}
   */
  static async params(options) {
    const { engine, ...wanted } = withBundle(coreOptionsFrom(options));
    if (engine) return paramsOf(engine.info.generation);
    if (await availabilityOf(wanted) === 'unavailable') return null;
    return paramsOf(await generationOf(wanted.bundle));
  }

  /**
   * A session; its model is loaded if no other session has it.
   * @param {CreateOptions} [options]
   * @returns {Promise<LanguageModel>}
   * @throws {TypeError | RangeError | DOMException} NotSupportedError, QuotaExceededError, NetworkError; or the signal's reason
   */
  static async create(options) {
    const { engine, bundle, signal, monitor, ...wanted } = withBundle(createOptionsFrom(options));
    const supported = understands(wanted);
    const pictures = wantsPictures(wanted);
    const initial = wanted.initialPrompts?.length ? messagesOf(wanted.initialPrompts, { sees: pictures }) : [];
    const tools = toolsOf(wanted.tools ?? []);
    const sampling = samplingOf(wanted);
    signal?.throwIfAborted();
    const tell = progressTeller(monitor, signal);
    if (!supported) throw notSupported('This model reads text and pictures and writes text: expect no other inputs and outputs.');
    const taking = withPicturesTaken(initial);
    taking.catch(() => {}); // told below
    try {
      if (pictures && !await sees(engine, bundle)) throw notSupported('This model has no part that sees: expect no pictures, or choose another bundle.');
      const taken = await taking;
      tell(0);
      const lease = engine ? new Lease(engine, null)
        : await Lease.of(wantedBundle(bundle), ({ phase, loaded, total }) => { if (phase === 'download' && total) tell(loaded / total); }, signal);
      tell(1);
      return new LanguageModel(await Session.begin({ lease, tools, sampling, sees: pictures, initial: taken, signal }));
    } catch (error) {
      throw signal?.aborted ? signal.reason : domError(error);
    }
  }

  /** Tokens of the conversation so far. */
  get contextUsage() {
    return this.#session.context.usage;
  }

  /** Tokens that the conversation and the next answer may have together. */
  get contextWindow() {
    return this.#session.context.window;
  }

  get temperature() {
    return this.#session.fields.temperature ?? this.#session.params.defaultTemperature;
  }

  get topK() {
    return this.#session.fields.top_k ?? this.#session.params.defaultTopK;
  }

  get samplingMode() {
    return this.#session.sampling.samplingMode ?? 'balanced';
  }

  /**
   * The whole answer.
   * @param {PromptInput} input
   * @param {PromptOptions} [options]
   * @returns {Promise<string>}
   */
  async prompt(input, options) {
    let answer = '';
    for await (const piece of this.#pieces(promptFrom(input, arguments.length), options)) answer += piece;
    return answer;
  }

  /**
   * The answer in pieces, as they come.
   * @param {PromptInput} input
   * @param {PromptOptions} [options]
   * @returns {ReadableStream<string>}
   * @throws {TypeError} for what is no prompt; or the signal's reason if it has fired
   */
  promptStreaming(input, options) {
    const left = new AbortController();
    const pieces = this.#pieces(promptFrom(input, arguments.length), options, left.signal);
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
   * @param {SignalOptions} [options]
   * @returns {Promise<void>}
   */
  async append(input, options) {
    const given = promptFrom(input, arguments.length);
    const { signal } = signalOptionsFrom(options);
    await this.#session.append(given, this.#session.ending(signal));
  }

  /**
   * Tokens that an input would add to the conversation.
   * @param {PromptInput} input
   * @param {PromptOptions} [options]
   * @returns {Promise<number>}
   */
  async measureContextUsage(input, options) {
    return this.#measure(promptFrom(input, arguments.length), options);
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
  async measureInputUsage(input, options) {
    return this.#measure(promptFrom(input, arguments.length), options);
  }

  /**
   * A session that goes on from here by itself; what the model has read is not read again.
   * @param {SignalOptions} [options]
   * @returns {Promise<LanguageModel>}
   */
  async clone(options) {
    const { signal } = signalOptionsFrom(options);
    return new LanguageModel(await this.#session.copy(this.#session.ending(signal)));
  }

  /** End the session and what it is doing; the model goes with its last session. */
  destroy() {
    this.#session.end(new DOMException('The session was destroyed.', 'AbortError'));
  }

  /**
   * @param {ReturnType<typeof promptFrom>} given
   * @param {PromptOptions | undefined} options
   */
  #measure(given, options) {
    const { signal, ...constraint } = promptOptionsFrom(options);
    return this.#session.measure(given, constraint, this.#session.ending(signal));
  }

  /**
   * @param {ReturnType<typeof promptFrom>} given
   * @param {PromptOptions | undefined} options
   * @param {AbortSignal} [left]  ends the answer as the caller's signal does
   */
  #pieces(given, options, left) {
    const { signal: own, ...constraint } = promptOptionsFrom(options);
    const signals = [own, left].filter((each) => each !== undefined);
    const signal = this.#session.ending(signals.length ? AbortSignal.any(signals) : undefined);
    signal.throwIfAborted();
    return this.#session.answer(given, constraint, signal);
  }
}

/**
 * @param {Creation} options
 * @returns {Creation}
 */
function withBundle({ bundle = LanguageModel.bundle, ...others }) {
  return { bundle, ...others };
}
