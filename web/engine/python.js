/** Python in the engine's worker: Pyodide with pyside in it, and the modules of the page's author. */

import { EngineError } from '../common/errors.js';

/**
 * @typedef {object} Bridge  pyside/host.py; items and faults are JSON, a fault of '' is none
 * @property {(manifest: Uint8Array, files: Map<string, Uint8Array>, device: string, replay: import('./replay.js').Replay, modules: string, maxPixels: number, emit: Emit) => Promise<string>} load
 * @property {(file: string) => string} kernel  {code} or {fault}
 * @property {(id: number, kind: string, payload: string, pictures: import('../pictures/request-pictures.js').RequestPictures, emit: Emit) => Promise<string>} answer
 * @property {(id: number) => void} abort
 */
/** @typedef {(item: string) => void} Emit */

const RUNTIME = new URL('../runtime/', import.meta.url).href;

/**
 * @param {(event: string) => void} mark  told when Pyodide is there, and when pyside is imported
 * @param {(error: EngineError) => void} died  told when Python has ended for good: no promise that it gave will ever be settled
 * @returns {Promise<Bridge>}
 * @throws {EngineError} WebAssemblyError, RuntimeError
 */
export async function startPython(mark, died) {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)); // the empty module: Pyodide would wait for ever
  } catch (error) {
    throw new EngineError('WebAssemblyError', 'This page may not run WebAssembly, which Python in the page needs ' +
      `(${/** @type {Error} */ (error).message}). Add 'wasm-unsafe-eval' to script-src in the Content-Security-Policy of the page and of ` +
      'worker.js, or leave the browser\'s lockdown mode for this site.');
  }
  try {
    /** @type {typeof import('pyodide')} */
    const { loadPyodide } = await import(`${RUNTIME}pyodide.mjs`);
    const failed = wasmFailure();
    const pyodide = await Promise.race([loadPyodide({ indexURL: RUNTIME, packages: ['deltapage'], enableRunUntilComplete: false }), failed]);
    mark('pyodide');
    /** @type {any} */ (pyodide)._api.on_fatal = (/** @type {unknown} */ error) => died(new EngineError('PythonError',
      `Python in this page has ended for good (${String(error).split('\n')[0].slice(0, 200)}). Try again; the model is loaded anew.`,
      error instanceof Error ? error.stack : undefined));
    const bridge = pyodide.pyimport('pyside.host').Bridge();
    mark('python');
    return bridge;
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    const lines = message.trim().split('\n'); // a Python traceback ends with its error and, at times, with advice
    throw new EngineError('RuntimeError', 'Python could not start in this page ' +
      `(${lines.findLast((line) => /^[\w.]*Error/.test(line)) ?? lines[0]}). ` +
      `Check the connection and that all files of ${RUNTIME} are there, then load again.`, message);
  }
}

/**
 * Rejects when Pyodide's WebAssembly cannot be fetched or instantiated: Pyodide itself only logs that and waits for ever.
 * @returns {Promise<never>}
 */
function wasmFailure() {
  const { instantiateStreaming } = WebAssembly;
  return new Promise((_, reject) => {
    WebAssembly.instantiateStreaming = (source, imports) => {
      WebAssembly.instantiateStreaming = instantiateStreaming;
      const made = instantiateStreaming(source, imports);
      made.catch(reject);
      return made;
    };
  });
}

/**
 * A Python module of the page's author: name and source.
 * @param {string} url
 * @returns {Promise<[string, string]>}
 */
export async function moduleAt(url) {
  const name = /([A-Za-z_]\w*)\.py$/.exec(new URL(url).pathname)?.[1];
  const failure = (/** @type {string} */ why) => new EngineError('ExtensionError', `The Python module ${url} cannot be loaded: ${why}. ` +
    'Check its address, then load again.');
  if (!name) throw failure('its name is not that of a module, such as hooks.py');
  const response = await fetch(url, { cache: 'no-cache' }).catch((error) => { throw failure(error.message); });
  if (!response.ok) throw failure(`status ${response.status}`);
  return [name, await response.text()];
}
