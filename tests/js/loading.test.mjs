/** A load from the page's end, with a worker that a test plays: losses of the GPU, ends, and workers that do not answer. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { Engine } from '../../web/deltapage.js';
import { inVirtualTime } from './virtual_time.mjs';

const LOST = { name: 'DeviceLostError', message: 'The GPU was taken away from this page.' };

/** @type {any} */
const page = globalThis;
/** @type {PlayedWorker[]} */
let workers = [];
let play;

/** A worker that does what `play` says. */
class PlayedWorker {
  heard = [];
  /** @type {number | null} */
  ended = null;

  constructor() {
    this.number = workers.push(this);
  }

  postMessage({ id, kind, payload }) {
    this.heard.push(kind);
    queueMicrotask(() => play(this, { id, kind, payload }));
  }

  terminate() {
    this.ended ??= performance.now();
  }

  say(data) {
    /** @type {any} */ (this).onmessage({ data });
  }
}

/** What a worker does that loads, unless it is told otherwise. */
function loads(worker, { id, kind }) {
  if (kind === 'load') worker.say({ id, type: 'item', value: { info: { name: `by worker ${worker.number}` } } });
  worker.say({ id, type: 'end' });
}

/** A worker that loses its GPU while it loads. */
function loses(worker, message) {
  if (message.kind === 'load') worker.say({ id: 0, type: 'error', error: LOST });
  else loads(worker, message);
}

/** One that has a load under way for ever, and says that it has put it away when it is asked. */
function goesOn(worker, message) {
  if (message.kind !== 'load') loads(worker, message);
}

beforeEach(() => {
  workers = [];
  play = loads;
  Object.assign(page, { Worker: PlayedWorker, location: { href: 'https://page.example/', origin: 'null' } });
});
afterEach(() => Object.assign(page, { Worker: undefined, location: undefined }));

const load = (options) => Engine.load('bundles/demo/', options);
const failure = (promise) => promise.then(() => 'nothing', ({ name, message }) => `${name}: ${message}`);

test('a GPU that is lost while the model loads is tried again by itself', async () => {
  play = (worker, message) => (worker.number < 4 ? loses : loads)(worker, message);
  await inVirtualTime(async () => {
    const { info } = await load();
    assert.equal(info.name, 'by worker 4');
    assert.equal(performance.now(), 6000, 'longer after each loss');
  });
  assert.deepEqual(workers.map(({ ended }) => ended), [0, 1000, 3000, null]);
});

test('a GPU that is lost each time is an error in the end', async () => {
  play = loses;
  await inVirtualTime(async () => {
    assert.equal(await failure(load()), `${LOST.name}: ${LOST.message}`);
  });
  assert.equal(workers.length, 4);
});

test('what the load itself refuses is told at once', async () => {
  play = (worker, { id }) => worker.say({ id, type: 'error', error: { name: 'MemoryError', message: 'The GPU has no room.' } });
  assert.equal(await failure(load()), 'MemoryError: The GPU has no room.');
  assert.equal(workers.length, 1);
});

test('the end of Python, and words that cannot be read, are told while the model loads and afterwards', async () => {
  const ends = [
    (worker) => worker.say({ id: 0, type: 'error', error: { name: 'PythonError', message: 'It has ended.' } }),
    (worker) => worker.onmessageerror({}),
    (worker) => worker.onerror({ preventDefault() {}, message: 'out of memory' }),
  ];
  const named = [/^PythonError: It has ended/, /^WorkerError: What .* could not be read/, /^WorkerError: .*out of memory/];
  for (const [at, end] of ends.entries()) {
    workers = [];
    play = (worker, message) => (worker.number % 2 ? end : loads)(worker, message);
    assert.match(await failure(load()), named[at]);
    const engine = await load();
    play = end;
    assert.match(await failure(engine.tokenize('a')), named[at]);
    play = loads;
    await failure(engine.tokenize('a')); // a worker anew
    assert.equal(workers.length, 3);
    assert.equal(workers[2].ended, null);
  }
});

test('a load that is cancelled ends at once; its worker ends when it has put away what had come', async () => {
  play = (worker, message) => {
    if (message.kind === 'unload') setTimeout(() => loads(worker, message), 500);
  };
  await inVirtualTime(async () => {
    const cancel = new AbortController();
    const loading = load({ signal: cancel.signal });
    setTimeout(() => cancel.abort(new Error('cancelled')), 100);
    assert.equal(await failure(loading), 'Error: cancelled');
    assert.equal(performance.now(), 100);
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
  });
  assert.deepEqual(workers.map(({ heard, ended }) => [heard, ended]), [[['load', 'abort', 'unload'], 600]]);
});

test('a load that is cancelled between two losses begins none', async () => {
  play = loses;
  await inVirtualTime(async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(new Error('cancelled')), 1500);
    assert.equal(await failure(load({ signal: cancel.signal })), 'Error: cancelled');
    await new Promise((resolve) => { setTimeout(resolve, 9000); });
  });
  assert.equal(workers.length, 2);
});

test('a worker that does not answer is ended after two seconds', async () => {
  play = (worker, message) => { if (message.kind === 'load') loads(worker, message); };
  await inVirtualTime(async () => {
    const engine = await load();
    const asked = failure(engine.tokenize('a'));
    await engine.unload();
    assert.equal(workers[0].ended, 2000);
    assert.match(await asked, /^UnloadedError/);
    assert.match(await failure(engine.tokenize('a')), /^UnloadedError/);
  });
});

test('unloading while the model loads again ends that load', async () => {
  await inVirtualTime(async () => {
    const engine = await load();
    play = goesOn;
    workers[0].say({ id: 0, type: 'error', error: LOST });
    const asked = failure(engine.tokenize('a'));
    await new Promise((resolve) => { setTimeout(resolve, 100); });
    await engine.unload();
    assert.match(await asked, /^UnloadedError/);
  });
  assert.deepEqual(workers.map(({ ended }) => ended), [0, 100]);
});
