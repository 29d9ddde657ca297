/** A file on its way over connections that break, servers that refuse, and bytes that change: web/files/download.js. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sha256 } from '../../web/common/sha256.js';
import { Download } from '../../web/files/download.js';

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
async function fetched(...answers) {
  const asked = [];
  const waited = [];
  let counted = 0;
  const { fetch, setTimeout } = globalThis;
  globalThis.fetch = async (url, { headers }) => {
    asked.push([url, headers.Range ?? '']);
    const answer = answers.shift();
    if (!answer) throw new TypeError('no connection');
    return answer;
  };
  globalThis.setTimeout = /** @type {any} */ ((run, ms) => {
    waited.push(ms);
    queueMicrotask(run);
  });
  try {
    const download = new Download('https://page.example/b/', SPEC, /** @type {any} */ (NO_CACHE), (bytes) => { counted += bytes; });
    const result = await download.verified().catch(({ name, message }) => `${name}: ${message}`);
    return { result, ranges: asked.map(([, range]) => range), url: asked[0][0], waited, counted };
  } finally {
    Object.assign(globalThis, { fetch, setTimeout });
  }
}

test('a file comes in one request, its name encoded', async () => {
  const { result, ...seen } = await fetched(whole());
  assert.deepEqual(result, BYTES);
  assert.deepEqual(seen, { ranges: [''], url: 'https://page.example/b/shards/a%20b.bin', waited: [], counted: 1000 });
});

test('a connection that breaks goes on where it stopped, each time after a longer pause', async () => {
  const { result, ranges, waited, counted } = await fetched(broken(0, 300), broken(300, 700), rest(700));
  assert.deepEqual(result, BYTES);
  assert.deepEqual([ranges, waited, counted], [['', 'bytes=300-', 'bytes=700-'], [300, 600], 1000]);
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

test('a server that is busy is asked five times, one that lacks the file once', async () => {
  const busy = await fetched(...[503, 429, 408, 500, 503].map(refused));
  assert.match(String(busy.result), /^DownloadError: .*shards\/a b\.bin could not be fetched in 5 attempts \(status 503\)/);
  assert.deepEqual(busy.waited, [300, 600, 1200, 2400]);
  const missing = await fetched(refused(404));
  assert.match(String(missing.result), /^MissingFileError: The server does not give out shards\/a b\.bin \(status 404\)/);
  assert.equal(missing.ranges.length, 1);
});
