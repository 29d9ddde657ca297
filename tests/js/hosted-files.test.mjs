/** A bundle's files over a whole load: two tabs, loads that are ended, and servers with faults at random. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { arrivals } from '../../web/files/file-source.js';
import { HostedFiles } from '../../web/files/hosted-files.js';
import { bundle } from './bundle.mjs';
import { fakeCaches } from './fake_caches.mjs';
import { FaultyServer } from './faulty_server.mjs';
import { inVirtualTime } from './virtual_time.mjs';

const BASE = 'https://page.example/bundles/demo/';
const MIB = 2 ** 20;
const SIZES = [3 * MIB, 2 * MIB, MIB, MIB / 2, MIB, 2 * MIB, 100, 3 * MIB, MIB, MIB + 1];
const SHARDS = SIZES.map((size, number) => new Uint8Array(size).fill(number + 1));

/** @type {any} */
const page = globalThis;
const { fetch } = page;

beforeEach(() => { page.caches = fakeCaches(); });
afterEach(() => {
  Object.assign(page, { fetch, caches: undefined });
  withLocks(undefined);
});

/** @param {any} locks  of the browser */
function withLocks(locks) {
  Object.defineProperty(globalThis, 'navigator', { value: locks && { locks }, configurable: true });
}

/** navigator.locks as far as it is used; `drop` lets go of what a tab that was closed held. */
function fakeLocks() {
  const held = new Map(); // name -> resolves when it is free
  return {
    held,
    async request(name, { signal }, work) {
      while (held.has(name)) {
        await Promise.race([held.get(name), new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]);
      }
      let free = () => {};
      held.set(name, new Promise((resolve) => { free = /** @type {any} */ (resolve); }));
      const drop = () => {
        held.delete(name);
        free();
      };
      this.drops.push(drop);
      return work().finally(drop);
    },
    drops: [],
  };
}

/** A bundle, and a server of it. */
async function hosted(fault) {
  const { contents } = await bundle(SHARDS, { 'tokenizer.bin': new Uint8Array(5000).fill(77) });
  const server = new FaultyServer(BASE, contents, fault);
  page.fetch = server.fetch;
  return server;
}

/** Load everything as the worker does; how many bytes were counted. */
async function load(files = new HostedFiles(BASE)) {
  const manifest = await files.manifest();
  const small = Promise.all(manifest.files.map((spec) => files.get(spec)));
  small.catch(() => {});
  const seen = [];
  for await (const { number, bytes } of arrivals(files, manifest.shards)) {
    assert.deepEqual(bytes, SHARDS[number]);
    seen.push(number);
  }
  assert.equal((await small)[0].length, 5000);
  assert.deepEqual(seen.sort((a, b) => a - b), SIZES.map((_, number) => number));
}

const total = (server) => SIZES.reduce((sum, size) => sum + size, 5000) + server.sizeOf('manifest.json');

/** Whole numbers below `below`, by a seed (mulberry32). */
function randomBy(seed) {
  let state = seed;
  return (below) => {
    state = state + 0x6d2b79f5 | 0;
    let word = Math.imul(state ^ state >>> 15, state | 1);
    word ^= word + Math.imul(word ^ word >>> 7, word | 61);
    return ((word ^ word >>> 14) >>> 0) % below;
  };
}

test('faults at random never end a load, and only wrong bytes make any come twice', async (t) => {
  const wanted = 200;
  let faults = 0;
  let loads = 0;
  let twice = 0;
  let seconds = 0;
  const byKind = {};
  for (; faults < wanted; loads++) {
    page.caches = fakeCaches();
    const random = randomBy(loads + 1);
    let excused = 0; // bytes of files that arrived with a wrong one
    const wronged = new Set(); // their paths: wrong a second time is the server's copy, and an error
    const server = await hosted((path, size) => {
      if (path === 'manifest.json' || random(2)) return undefined;
      faults++;
      const kind = ['cut', 'cut', 'stall', 'status', 'page', wronged.has(path) ? 'cut' : 'wrong'][random(6)];
      byKind[kind] = (byKind[kind] ?? 0) + 1;
      if (kind === 'wrong') {
        wronged.add(path);
        excused += size;
      }
      return { [kind]: kind === 'status' ? [503, 404, 429, 500][random(4)] : kind === 'page' ? true : random(size) };
    });
    await inVirtualTime(async (time) => {
      await load();
      seconds += time.now / 1000;
    });
    const again = server.sent - total(server);
    twice += again;
    assert.ok(again <= excused, `load ${loads}: ${again} bytes came twice, wrong ones explain ${excused}`);
    assert.equal(server.open, 0);
  }
  t.diagnostic(`${faults} faults ${JSON.stringify(byKind)} in ${loads} loads of ${SIZES.length + 2} files, all ended well; ` +
    `${twice} bytes came twice, all of files with a wrong byte; ${Math.round(seconds)} s of waiting`);
});

test('two tabs download each file once', async () => {
  withLocks(fakeLocks());
  const server = await hosted();
  await inVirtualTime(() => Promise.all([load(), load()]));
  assert.equal(server.requests.filter(([path]) => path !== 'manifest.json').length, SIZES.length + 1);
});

test('without locks each tab downloads for itself, and where the browser refuses them as well', async () => {
  for (const locks of [undefined, { request: async () => { throw new DOMException('opaque origin', 'SecurityError'); } }]) {
    withLocks(locks);
    page.caches = fakeCaches();
    await hosted();
    await inVirtualTime(() => Promise.all([load(), load()]));
  }
});

test('a tab that dies with its locks holds up no other', async () => {
  const locks = fakeLocks();
  withLocks(locks);
  let asked = 0;
  await hosted((path) => path.startsWith('shards/') && asked++ < 4 ? { stall: 0 } : undefined);
  await inVirtualTime(async () => {
    void load().catch(() => {}); // nothing of it comes
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    const second = load();
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    assert.equal(asked, 4, 'the other one is waited for');
    for (const drop of locks.drops) drop();
    await second;
    assert.ok(performance.now() < 20_000);
  });
});

test('a tab that is frozen with a lock holds up no other for ever', async () => {
  const locks = fakeLocks();
  withLocks(locks);
  const server = await hosted();
  await inVirtualTime(async () => {
    const { shards } = await new HostedFiles(BASE).manifest();
    locks.held.set(`deltapage ${shards[0].sha256}`, new Promise(() => {}));
    await load();
    assert.equal(performance.now(), 120_000);
  });
  assert.equal(server.requests.filter(([path]) => path !== 'manifest.json').length, SIZES.length + 1);
});

test('a load that is ended stops its downloads at once and goes on from what it kept', async () => {
  withLocks(fakeLocks());
  const server = await hosted((path, size) => size >= MIB ? { stall: size - 1000 } : undefined);
  await inVirtualTime(async () => {
    const files = new HostedFiles(BASE);
    const ended = load(files).then(() => 'loaded', ({ message }) => message);
    await new Promise((resolve) => { setTimeout(resolve, 1000); });
    assert.equal(server.open, 4);
    await files.stop(new Error('cancelled'));
    assert.equal(await ended, 'cancelled');
    assert.equal(server.open, 0);
    assert.equal(performance.now(), 1000);
    await assert.rejects(files.get({ file: 'tokenizer.bin', bytes: 1, sha256: '' }), /cancelled/);
    assert.equal(page.navigator.locks.held.size, 0);
  });
  const kept = server.sent;
  const rest = await hosted();
  await inVirtualTime(() => load());
  const ranges = rest.requests.filter(([, range]) => range);
  assert.equal(ranges.length, 4, 'each of the four that were on their way');
  assert.equal(kept + rest.sent, total(rest) + rest.sizeOf('manifest.json'), 'no byte but the manifest\'s came twice');
});

test('a manifest is waited for where none is kept, and not where one is', async () => {
  const late = (seconds) => hosted((path) => path === 'manifest.json' && performance.now() < seconds * 1000 ? { status: 503 } : undefined);
  await late(10);
  await inVirtualTime(() => load());
  await late(1e9);
  await inVirtualTime(async () => {
    await load();
    assert.equal(performance.now(), 0);
  });
  await hosted((path) => path === 'manifest.json' ? { stall: 10 } : undefined);
  await inVirtualTime(async () => {
    await load();
    assert.equal(performance.now(), 8000);
  });
});
