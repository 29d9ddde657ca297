/** What goes wrong, as a sentence for a person; the same in every thread. */

/** @typedef {{name: string, message: string, detail?: string}} Fault  an error as it travels between threads; `detail` is for a bug report */

/** Anything a person may meet; `message` is shown as it is and says what happened and what to do. */
export class EngineError extends Error {
  /**
   * @param {string} name  the kind of fault, such as `DeviceLostError`
   * @param {string} message
   * @param {string} [detail]  traceback or log, for a bug report
   */
  constructor(name, message, detail) {
    super(message);
    this.name = name;
    this.detail = detail;
  }
}

/**
 * What to make of the failure of a module that was to be fetched when it is first needed.
 * @param {string} part  the module
 * @returns {(cause: unknown) => never}
 */
export function missing(part) {
  return (cause) => {
    throw new EngineError('PageError', `A part of this page, ${part}, could not be fetched. Check the connection, then try again or reload the page.`, String(cause));
  };
}

/**
 * A thrown value as it travels between threads.
 * @param {unknown} error
 * @returns {Fault}
 */
export function faultOf(error) {
  if (error instanceof EngineError) return { name: error.name, message: error.message, detail: error.detail };
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message: `The engine stopped on an error of its own: ${message}. Reload the page.`, detail: stack };
}

/**
 * The error that a fault stands for.
 * @param {Fault} fault
 */
export function errorOf({ name, message, detail }) {
  return new EngineError(name, message, detail);
}
