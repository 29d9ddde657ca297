/**
 * One state for all parts of the element. Views subscribe to what they show of it and dispatch requests; whoever answers a request
 * sets the state. So no part knows another.
 */

/**
 * @template {object} State  plain data, replaced and never changed
 * @template {Record<keyof Requests, any[]>} Requests  the arguments of each request
 */
export class Store {
  #state;
  #failed;
  /** @type {Partial<{[Name in keyof Requests]: (...values: Requests[Name]) => unknown}>} */
  #handlers = {};
  /** @type {(() => void)[]} */
  #subscribers = [];

  /**
   * @param {State} state
   * @param {(error: Error) => void} failed  told of what went wrong
   */
  constructor(state, failed) {
    this.#state = state;
    this.#failed = failed;
  }

  get state() {
    return this.#state;
  }

  /** @param {Partial<State>} changes */
  set(changes) {
    this.#state = { ...this.#state, ...changes };
    for (const look of this.#subscribers) look();
  }

  /**
   * Tell of what is selected: now, and whenever it is something else. A list counts as another when one of its items does.
   * @template Selected
   * @param {(state: State) => Selected} select
   * @param {(selected: Selected, before?: Selected) => void} tell
   */
  subscribe(select, tell) {
    let selected = select(this.#state);
    this.#subscribers.push(() => {
      const before = selected;
      selected = select(this.#state);
      if (!same(selected, before)) tell(selected, before);
    });
    tell(selected);
  }

  /**
   * Answer requests from now on.
   * @param {Partial<{[Name in keyof Requests]: (...values: Requests[Name]) => unknown}>} handlers
   */
  handle(handlers) {
    Object.assign(this.#handlers, handlers);
  }

  /**
   * Ask for something; it may fail as `fail` tells.
   * @template {keyof Requests} Name
   * @param {Name} name
   * @param {Requests[Name]} values
   */
  async dispatch(name, ...values) {
    try {
      const handler = this.#handlers[name];
      if (!handler) throw new TypeError(`nobody answers the request ${String(name)}`);
      await handler(...values);
    } catch (error) {
      this.fail(/** @type {Error} */ (error));
    }
  }

  /** @param {Error} error  that somebody has to hear of */
  fail(error) {
    this.#failed(error);
  }
}

/**
 * @param {unknown} a
 * @param {unknown} b
 */
function same(a, b) {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((item, i) => Object.is(item, b[i]));
}
