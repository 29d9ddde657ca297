/**
 * The engine's thread: starts Python, the GPU and the download at the same time, then carries requests to Python and
 * answers back. What a request means is Python's business (pyside/app.py).
 */

import { EngineError, errorOf, faultOf } from '../common/errors.js';
import { arrivals } from '../files/file-source.js';
import { FolderFiles } from '../files/folder-files.js';
import { HostedFiles } from '../files/hosted-files.js';
import { RequestPictures } from '../pictures/request-pictures.js';
import { loss, openGpu } from './gpu.js';
import { moduleAt, startPython } from './python.js';
import { Replay } from './replay.js';

/** @typedef {import('./protocol.js').Phase} Phase */

const PROGRESS_EVERY = 100; // ms between reports of the same phase

/** @type {Record<string, number>} Milliseconds from the worker's start to each event. */
const timings = {};
/** @param {string} event */
const mark = (event) => { timings[event] = Math.round(performance.now()); };

/** @type {Replay | undefined} */
let replay;
/** The load that has been asked for, and where its files come from. */
let loading = 0;
/** @type {import('../files/file-source.js').FileSource[]} */
const fileSources = [];
const python = startPython(mark, (error) => post({ id: 0, type: 'error', error: faultOf(error) }));
python.catch(() => {}); // reported by the request that needs it

self.onmessage = async ({ data }) => {
  const { id } = data;
  let fault;
  try {
    fault = JSON.parse(await serve(data, (value) => post({ id, type: 'item', value })) || 'null');
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
 * @param {import('./protocol.js').WorkerRequest} request
 * @param {(value: any) => void} send
 * @returns {Promise<string>} a Fault as JSON, or ''
 */
async function serve({ id, kind, payload, pictures: sources = [] }, send) {
  if (kind === 'load') {
    loading = id;
    return load(payload.bundle, payload.python, payload.maxPixels, send);
  }
  if (kind === 'unload' || kind === 'abort' && payload === loading) {
    await stopDownloads(new EngineError('UnloadedError', 'The model was unloaded before it was there. Load it again with Engine.load.'));
    if (kind === 'unload') replay?.destroy();
    return '';
  }
  const bridge = await python;
  if (kind === 'abort') {
    bridge.abort(payload);
    return '';
  }
  const pictures = new RequestPictures(sources, (buffer, pixels, offset) => replay?.write(buffer, pixels, offset));
  try {
    return await bridge.answer(id, kind, JSON.stringify(payload), pictures, (item) => send(JSON.parse(item)));
  } finally {
    pictures.end();
  }
}

/**
 * End the load's downloads, and with them the load; what has arrived is kept when this is done.
 * @param {EngineError} reason
 */
async function stopDownloads(reason) {
  await Promise.all(fileSources.map((source) => source.stop(reason)));
}

/**
 * Bring a bundle onto the GPU. Sends {progress} any number of times, then {info}.
 * @param {string | import('../files/folder-files.js').PickedFolder} bundle  URL with a trailing slash, or a folder of this computer
 * @param {string[]} urls  of the page author's Python modules
 * @param {number} maxPixels  of the largest picture; 0: as Python likes
 * @param {(value: any) => void} send
 * @returns {Promise<string>}
 */
async function load(bundle, urls, maxPixels, send) {
  const report = throttled(send);
  report('runtime', 0, 1);
  const sum = { loaded: 0, total: 0 };
  const open = (/** @type {(bytes: number) => void} */ onBytes) => {
    const source = typeof bundle === 'string' ? new HostedFiles(bundle, { onBytes }) : new FolderFiles(bundle, { onBytes });
    fileSources.push(source);
    return source;
  };
  const files = open((bytes) => report('download', sum.loaded += bytes, sum.total));
  const modules = Promise.all(urls.map(moduleAt));
  modules.catch(() => {}); // reported below, where they are needed
  const [manifest, gpu] = await Promise.all([files.manifest(), openGpu()]);
  mark('gpu');
  loss(gpu.device).then(async (error) => {
    await stopDownloads(error); // the page ends this worker when it hears of the loss
    post({ id: 0, type: 'error', error: faultOf(error) });
  });

  const numbers = [...manifest.shards.keys()].filter((number) => !manifest.shards[number].part); // what the model sees with comes later
  sum.total = bytesOf([...numbers.map((number) => manifest.shards[number]), ...manifest.files]);
  const shards = arrivals(files, manifest.shards, numbers);
  const more = (/** @type {number[]} */ wanted) => {
    const tower = { loaded: 0, total: bytesOf(wanted.map((number) => manifest.shards[number])) };
    const tell = throttled(({ progress }) => post({ id: 0, type: 'progress', progress }));
    tell('picture', 0, tower.total);
    return arrivals(open((bytes) => tell('picture', tower.loaded += bytes, tower.total)), manifest.shards, wanted);
  };
  const small = Promise.all(manifest.files.map(async (spec) => /** @type {const} */ ([spec.file, await files.get(spec)])));
  const shaders = open(() => {});
  const kernel = async (/** @type {string} */ file) => {
    const spec = manifest.kernels.find((each) => each.file === `kernels/${file}`);
    if (spec) return new TextDecoder().decode(await shaders.get(spec));
    const { code, fault } = JSON.parse((await python).kernel(file)); // the bundle was made with other kernels than this page's
    if (fault) throw errorOf(fault);
    return code;
  };
  const executor = replay = new Replay(gpu.device, { kernel, shards, more }, (done, of) => report('compile', done, of));

  const [bridge, contents, sources] = await Promise.all([python, small, modules]);
  mark('files');
  const abilities = JSON.stringify({ ...gpu.limits, features: gpu.features, software: gpu.software });
  return bridge.load(manifest.bytes, new Map(contents), abilities, executor, JSON.stringify(sources), maxPixels, (item) => {
    const value = JSON.parse(item);
    if (value.info) {
      mark('ready');
      Object.assign(value.info, { adapter: gpu.adapter, features: gpu.features, kept: files.cached, bytes: executor.bytes(), timings });
    }
    send(value);
  });
}

/** @param {import('../files/file-source.js').FileSpec[]} specs */
function bytesOf(specs) {
  return specs.reduce((total, { bytes }) => total + bytes, 0);
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
