/** The engine's worker while a model is on its way: web/engine/worker.js with a Python that never comes. */

import assert from 'node:assert/strict';
import { register } from 'node:module';
import { test } from 'node:test';

import { BASELINE } from '../../web/common/facts.js';
import { bundle } from './bundle.mjs';
import { fakeCaches } from './fake_caches.mjs';
import { FaultyServer } from './faulty_server.mjs';

const BASE = 'https://page.example/bundles/demo/';
const SHARDS = Array.from({ length: 6 }, (_, number) => new Uint8Array(2 ** 21).fill(number));

/** @type {any} */
const page = globalThis;
const said = [];
let lose = () => {};
const device = { lost: new Promise((resolve) => { lose = /** @type {any} */ (resolve); }), destroy: () => {}, addEventListener: () => {} };
const adapter = { limits: BASELINE, features: new Set(), info: {}, requestDevice: async () => device };

page.self = { postMessage: (reply) => said.push(reply) };
page.caches = fakeCaches();
Object.defineProperty(globalThis, 'navigator', { value: { gpu: { requestAdapter: async () => adapter } }, configurable: true });
const dataUrl = (source) => `data:text/javascript,${encodeURIComponent(source)}`;
const endless = dataUrl('export const loadPyodide = () => new Promise(() => {});');
register(dataUrl(`export const resolve = (name, context, next) => (
  name.endsWith('/runtime/pyodide.mjs') ? { url: ${JSON.stringify(endless)}, shortCircuit: true } : next(name, context)
);`));
await import('../../web/engine/worker.js');

const turn = () => new Promise((resolve) => { setTimeout(resolve, 5); });
const send = (id, kind, payload) => page.self.onmessage({ data: { id, kind, payload } });
const reply = (id) => said.find((each) => each.id === id && each.type !== 'item');
const parts = async () => (await (await page.caches.open('deltapage-files')).keys()).map(({ url }) => url.split('?')[1]);

/** Load from a server whose connections fall silent in the middle of each file, until they have. */
async function loadSilently(id) {
  const { contents } = await bundle(SHARDS, { 'tokenizer.bin': SHARDS[0].with(0, 9) });
  const server = new FaultyServer(BASE, contents, (path) => path === 'manifest.json' ? undefined : { stall: 2 ** 20 });
  page.caches = fakeCaches();
  page.fetch = server.fetch;
  void send(id, 'load', { bundle: BASE, python: [] });
  while (server.sent < 5 * 2 ** 20) await turn();
  assert.equal(server.open, 5);
  assert.equal(reply(id), undefined, 'it goes on');
  return server;
}

for (const [kind, payload] of [['abort', 1], ['unload', null]]) {
  test(`${kind} ends a load's downloads at once and keeps what has come`, async () => {
    const load = kind === 'abort' ? 1 : 2;
    const server = await loadSilently(load);
    await send(10 + load, kind, payload);
    assert.equal(server.open, 0);
    assert.equal(reply(10 + load).type, 'end');
    while (!reply(load)) await turn();
    assert.equal(reply(load).error.name, 'UnloadedError');
    assert.deepEqual(await parts(), Array(5).fill('part=0-1048576'));
    const { length } = server.requests;
    await turn();
    assert.equal(server.requests.length, length, 'and begins no other');
  });
}

test('what has come is kept when the GPU is lost, before the page hears of it', async () => {
  const server = await loadSilently(3);
  lose({ message: 'reset' });
  while (!reply(0)) await turn();
  assert.equal(server.open, 0);
  assert.equal((await parts()).length, 5);
  await turn();
  const errors = said.filter(({ id, type }) => type === 'error' && (id === 0 || id === 3)).map(({ error }) => error.name);
  assert.deepEqual([...new Set(errors)], ['DeviceLostError'], 'whatever fails of the load');
});
