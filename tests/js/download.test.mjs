/** A file on its way over connections that break, servers that refuse, and bytes that change: web/files/download.js. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sha256 } from '../../web/common/sha256.js';
import { Download } from '../../web/files/download.js';
import { FaultyServer } from './faulty_server.mjs';
import { inVirtualTime } from './virtual_time.mjs';

const BASE = 'https://page.example/b/';
const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const SPEC = { file: 'shards/a b.bin', bytes: BYTES.length, sha256: await sha256(BYTES) };
const NO_CACHE = { getParts: async () => 0, putPart: async () => {}, remove: async () => {} };

/** A body that ends, or breaks off. */
function body(bytes, breaks = false) {
  const parts = [bytes];
  return new ReadableStream({
    pull(controller) {
      if (parts.length) controller.enqueue(parts.shift());
      else if (breaks) controller.error(new TypeError('network error'));
      else controller.close();
    },
  });
}

const whole = () => new Response(body(BYTES));
const broken = (from, to) => new Response(body(BYTES.subarray(from, to), true), { status: from ? 206 : 200 });
const rest = (from) => new Response(body(BYTES.subarray(from)), { status: 206 });
const damaged = () => new Response(body(BYTES.map((byte, i) => i === 500 ? byte ^ 1 : byte)));
const refused = (status) => new Response('', { status });

/** Fetch the file from a server that answers so, one after the other: what came, or the error; what was asked; how long was waited. */
function fetched(...answers) {
  return fetchedFrom(async () => {
    const answer = answers.shift();
    if (!answer) throw new TypeError('no connection');
    return answer;
  });
}

/** The same of a file from any server. */
async function fetchedFrom(server, { spec = SPEC, ...options } = {}) {
  const asked = [];
  let counted = 0;
  const { fetch } = globalThis;
  globalThis.fetch = async (url, init) => {
    asked.push([url, init.headers.Range ?? '']);
    return server(url, init);
  };
  try {
    return await inVirtualTime(async ({ waited }) => {
      const download = new Download(BASE, spec, /** @type {any} */ (NO_CACHE), { onBytes: (bytes) => { counted += bytes; }, ...options });
      const result = await download.verified().catch(({ name, message }) => `${name}: ${message}`);
      return { result, ranges: asked.map(([, range]) => range), url: asked[0][0], waited, counted };
    });
  } finally {
    globalThis.fetch = fetch;
  }
}

/** Fetch the file from a server whose responses have these faults, one after the other. */
function fetchedWith(...faults) {
  return fetchedFrom(new FaultyServer(BASE, new Map([[SPEC.file, BYTES]]), () => faults.shift()).fetch);
}

test('a file comes in one request, its name encoded', async () => {
  const { result, ...seen } = await fetched(whole());
  assert.deepEqual(result, BYTES);
  assert.deepEqual(seen, { ranges: [''], url: 'https://page.example/b/shards/a%20b.bin', waited: [], counted: 1000 });
});

test('a response that does not end is left when the file is there', async () => {
  const endless = new Response(new ReadableStream({ pull: (controller) => controller.enqueue(BYTES.slice()) }));
  const { result, counted } = await fetched(endless);
  assert.deepEqual(result, BYTES);
  assert.equal(counted, 1000);
});

test('a connection that breaks goes on where it stopped, after a pause', async () => {
  const { result, ranges, waited, counted } = await fetched(broken(0, 300), broken(300, 700), rest(700));
  assert.deepEqual(result, BYTES);
  assert.deepEqual([ranges, waited, counted], [['', 'bytes=300-', 'bytes=700-'], [300, 300], 1000]);
});

test('a server that has no ranges begins again, and one that knows no such range is asked again', async () => {
  for (const answers of [[broken(0, 300), whole()], [broken(0, 300), refused(416), whole()]]) {
    const { result, counted } = await fetched(...answers);
    assert.deepEqual(result, BYTES);
    assert.equal(counted, 1000);
  }
});

test('a body that ends too soon is a broken connection', async () => {
  const { result, ranges } = await fetched(new Response(body(BYTES.subarray(0, 10))), rest(10));
  assert.deepEqual(result, BYTES);
  assert.deepEqual(ranges, ['', 'bytes=10-']);
});

test('what arrives damaged once comes again, and twice is an error that names the file', async () => {
  assert.deepEqual((await fetched(damaged(), whole())).result, BYTES);
  assert.match(String((await fetched(damaged(), damaged())).result), /^BundleError: The model's file shards\/a b\.bin arrived damaged twice/);
});

test('a server that is busy is asked for a while, one that lacks the file for two seconds', async () => {
  const busy = await fetched(...[503, 429, 408, 500, 503, 502, 503].map(refused));
  assert.match(String(busy.result), /^DownloadError: .*shards\/a b\.bin could not be fetched in several attempts \(status 503\)/);
  assert.deepEqual(busy.waited, [300, 600, 1200, 2400, 4800, 9600]);
  const missing = await fetched(...Array(9).fill(404).map(refused));
  assert.match(String(missing.result), /^MissingFileError: The server does not give out shards\/a b\.bin \(status 404\)/);
  assert.deepEqual(missing.waited, [300, 600, 1200]);
});

test('a server that is away for ten seconds, and a file that is uploaded late, are waited for', async () => {
  for (const [status, seconds] of [[503, 10], [404, 2], [403, 2], [410, 2]]) {
    const { result } = await fetchedFrom(async () => performance.now() < seconds * 1000 ? refused(status) : whole());
    assert.deepEqual(result, BYTES, String(status));
  }
});

test('the pause that a server asks for is kept, within reason', async () => {
  const busy = (after) => ({ status: 503, headers: { 'retry-after': after } });
  const date = new Date(Date.now() + 20_500).toUTCString();
  const { result, waited } = await fetchedWith(busy('4'), busy('86400'), busy('0'), busy('soon'), busy(date));
  assert.deepEqual(result, BYTES);
  assert.deepEqual(waited.slice(0, 4), [4000, 30_000, 1200, 2400]);
  assert.ok(waited[4] > 15_000 && waited[4] <= 21_000);
});

test('as many connections may break as will, while something comes between', async () => {
  const cuts = Array.from({ length: 40 }, () => ({ cut: 20 }));
  const { result, ranges, counted } = await fetchedWith(...cuts);
  assert.deepEqual(result, BYTES);
  assert.deepEqual([ranges.length, ranges[40], counted], [41, 'bytes=800-', 1000]);

  const stuck = await fetchedWith({ cut: 20 }, ...Array(9).fill({ cut: 0 }));
  assert.match(String(stuck.result), /^DownloadError: .*\(network error\)/);
  assert.equal(stuck.ranges.length, 7, 'those that bring nothing are counted');
});

test('a server without ranges that breaks off ever at the same place is given up', async () => {
  const { result, counted } = await fetchedWith(...Array(20).fill({ wholly: true, cut: 500 }));
  assert.match(String(result), /^DownloadError: /);
  assert.equal(counted, 500);
});

test('a connection that falls silent is left after twenty seconds, and the rest asked for', async () => {
  const { result, ranges, waited, counted } = await fetchedWith({ stall: 300 }, { stall: 0 });
  assert.deepEqual(result, BYTES);
  assert.deepEqual([ranges, waited, counted], [['', 'bytes=300-', 'bytes=300-'], [20_000, 300, 20_000, 600], 1000]);
});

test('a server that never answers is told as such', async () => {
  const { result } = await fetchedFrom((url, { signal }) => new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  }));
  assert.match(String(result), /^DownloadError: .*\(nothing came for 20 seconds\)/);
});

test('a login\'s page is no part of a file, and what had come stays', async () => {
  const { result, ranges, counted } = await fetchedWith({ cut: 300 }, { page: true }, { page: true });
  assert.deepEqual(result, BYTES);
  assert.deepEqual([ranges, counted], [['', 'bytes=300-', 'bytes=300-', 'bytes=300-'], 1000]);
  const behind = await fetchedWith(...Array(9).fill({ page: true }));
  assert.match(String(behind.result), /^DownloadError: .*\(a web page came in its place/);
});

test('bytes of another place are not taken', async () => {
  const elsewhere = () => new Response(body(BYTES.subarray(200)), { status: 206, headers: { 'content-range': 'bytes 200-999/1000' } });
  const { result, counted } = await fetched(broken(0, 300), elsewhere(), rest(300));
  assert.deepEqual(result, BYTES);
  assert.equal(counted, 1000);
});

test('one wrong byte among several responses is no damage of the server\'s copy', async () => {
  const spliced = [{ cut: 300 }, { wrong: 9 }];
  assert.deepEqual((await fetchedWith(...spliced, ...spliced, ...spliced)).result, BYTES);
  const ever = await fetchedWith(...spliced, ...spliced, ...spliced, ...spliced);
  assert.match(String(ever.result), /^BundleError: .* arrived damaged again and again/);
});

test('a download that is ended asks for nothing more, wherever it is', async () => {
  for (const answer of [{ stall: 300 }, { status: 503 }]) {
    const end = new AbortController();
    const { result, ranges, waited } = await fetchedFrom(new FaultyServer(BASE, new Map([[SPEC.file, BYTES]]), () => {
      setTimeout(() => end.abort(new Error('enough')), 100);
      return answer;
    }).fetch, { signal: end.signal });
    assert.deepEqual([result, ranges, waited], ['Error: enough', [''], [100]]);
  }
});
