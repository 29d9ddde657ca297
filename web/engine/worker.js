/**
 * The engine's thread: starts Python, the GPU and the download at the same time, then carries requests to Python and
 * answers back. What a request means is Python's business (pyside/app.py).
 */

import { EngineError, faultOf } from '../common/errors.js';
import { Folder } from '../files/folder.js';
import { Files, arrivals } from '../files/shards.js';
import { loss, openGpu } from './gpu.js';
import { Replay } from './replay.js';

/** @typedef {import('./protocol.js').Phase} Phase */
/** @typedef {import('../files/shards.js').FileSpec} FileSpec */

/**
 * @typedef {object} Bridge  pyside/host.py; items and faults are JSON, a fault of '' is none
 * @property {(manifest: Uint8Array, files: Map<string, Uint8Array>, device: string, replay: Replay, modules: string, emit: Emit) => Promise<string>} load
 * @property {(file: string) => string} kernel  {code} or {fault}
 * @property {(id: number, kind: string, payload: string, emit: Emit) => Promise<string>} answer
 * @property {(id: number) => void} abort
 */
/** @typedef {(item: string) => void} Emit */

const RUNTIME = new URL('../runtime/', import.meta.url).href;
const PROGRESS_EVERY = 100; // ms between reports of the same phase

/** @type {Record<string, number>} Milliseconds from the worker's start to each event. */
const timings = {};
/** @param {string} event */
const mark = (event) => { timings[event] = Math.round(performance.now()); };

/** @type {Replay | undefined} */
let replay;
const python = startPython();
python.catch(() => {}); // reported by the request that needs it

self.onmessage = async ({ data: { id, kind, payload } }) => {
  let fault;
  try {
    fault = JSON.parse(await serve(id, kind, payload, (value) => post({ id, type: 'item', value })) || 'null');
  } catch (error) {
    fault = faultOf(error);
  }
  if (!fault) post({ id, type: 'end' });
  if (replay?.failure) post({ id: 0, type: 'error', error: faultOf(replay.failure) }); // the end of all requests
  else if (fault) post({ id, type: 'error', error: fault });
};

/** @param {import('./protocol.js').WorkerReply} reply */
function post(reply) {
  self.postMessage(reply);
}

/**
 * @param {number} id
 * @param {import('./protocol.js').Kind} kind
 * @param {any} payload
 * @param {(value: any) => void} send
 * @returns {Promise<string>} a Fault as JSON, or ''
 */
async function serve(id, kind, payload, send) {
  if (kind === 'load') return load(payload.bundle, payload.python, send);
  if (kind === 'unload') {
    replay?.destroy();
    return '';
  }
  const bridge = await python;
  if (kind === 'abort') {
    bridge.abort(payload);
    return '';
  }
  return bridge.answer(id, kind, JSON.stringify(payload), (item) => send(JSON.parse(item)));
}

/** @returns {Promise<Bridge>} */
async function startPython() {
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
 * Bring a bundle onto the GPU. Sends {progress} any number of times, then {info}.
 * @param {string | import('../files/folder.js').Picked} bundle  URL with a trailing slash, or a folder of this computer
 * @param {string[]} urls  of the page author's Python modules
 * @param {(value: any) => void} send
 * @returns {Promise<string>}
 */
async function load(bundle, urls, send) {
  const report = throttled(send);
  report('runtime', 0, 1);
  const sum = { loaded: 0, total: 0 };
  const open = (/** @type {(bytes: number) => void} */ onBytes) => (
    typeof bundle === 'string' ? new Files(bundle, { onBytes }) : new Folder(bundle, { onBytes })
  );
  const files = open((bytes) => report('download', sum.loaded += bytes, sum.total));
  const modules = Promise.all(urls.map(moduleAt));
  modules.catch(() => {}); // reported below, where they are needed
  const [manifest, gpu] = await Promise.all([files.manifest(), openGpu()]);
  mark('gpu');
  loss(gpu.device).then((error) => post({ id: 0, type: 'error', error: faultOf(error) }));

  const listing = listingOf(manifest);
  sum.total = [...listing.shards, ...listing.files].reduce((total, { bytes }) => total + bytes, 0);
  const shards = arrivals(files, listing.shards);
  const small = Promise.all(listing.files.map(async (spec) => /** @type {const} */ ([spec.file, await files.get(spec)])));
  const shaders = open(() => {});
  const kernel = async (/** @type {string} */ file) => {
    const spec = listing.kernels.find((each) => each.file === `kernels/${file}`);
    if (spec) return new TextDecoder().decode(await shaders.get(spec));
    const { code, fault } = JSON.parse((await python).kernel(file)); // the bundle was made with other kernels than this page's
    if (fault) throw new EngineError(fault.name, fault.message, fault.detail);
    return code;
  };
  const executor = replay = new Replay(gpu.device, { kernel, shards }, (done, of) => report('compile', done, of));

  const [bridge, contents, sources] = await Promise.all([python, small, modules]);
  mark('files');
  const abilities = JSON.stringify({ ...gpu.limits, features: gpu.features, software: gpu.software });
  return bridge.load(manifest, new Map(contents), abilities, executor, JSON.stringify(sources), (item) => {
    const value = JSON.parse(item);
    if (value.info) {
      mark('ready');
      Object.assign(value.info, { adapter: gpu.adapter, features: gpu.features, kept: files.kept, bytes: executor.bytes(), timings });
    }
    send(value);
  });
}

/**
 * A Python module of the page's author: name and source.
 * @param {string} url
 * @returns {Promise<[string, string]>}
 */
async function moduleAt(url) {
  const name = /([A-Za-z_]\w*)\.py$/.exec(new URL(url).pathname)?.[1];
  const failure = (/** @type {string} */ why) => new EngineError('ExtensionError', `The Python module ${url} cannot be loaded: ${why}. ` +
    'Check its address, then load again.');
  if (!name) throw failure('its name is not that of a module, such as hooks.py');
  const response = await fetch(url, { cache: 'no-cache' }).catch((error) => { throw failure(error.message); });
  if (!response.ok) throw failure(`status ${response.status}`);
  return [name, await response.text()];
}

/**
 * The files that a manifest names, read ahead of Python so that they are on their way when it is up; Python checks the manifest.
 * @param {Uint8Array} manifest
 * @returns {{shards: FileSpec[], kernels: FileSpec[], files: FileSpec[]}}
 */
function listingOf(manifest) {
  try {
    const { shards, kernels, files } = JSON.parse(new TextDecoder().decode(manifest));
    return { shards: [...shards], kernels: [...kernels], files: [...files] };
  } catch {
    return { shards: [], kernels: [], files: [] };
  }
}

/**
 * Progress reports, at most one per phase and PROGRESS_EVERY apart from a phase's last.
 * @param {(value: any) => void} send
 * @returns {(phase: Phase, loaded: number, total: number) => void}
 */
function throttled(send) {
  /** @type {Map<Phase, number>} */
  const sent = new Map();
  return (phase, loaded, total) => {
    const now = performance.now();
    if (loaded < total && now - (sent.get(phase) ?? -PROGRESS_EVERY) < PROGRESS_EVERY) return;
    sent.set(phase, now);
    send({ progress: { phase, loaded, total } });
  };
}
