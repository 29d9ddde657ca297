/** What is acted on of a manifest, and which one is kept: web/files/manifest.js and hosted-files.js. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { BUNDLE } from '../../web/common/facts.js';
import { FolderFiles } from '../../web/files/folder-files.js';
import { HostedFiles } from '../../web/files/hosted-files.js';
import { readManifest } from '../../web/files/manifest.js';
import { keptOf } from '../../web/storage.js';
import { bundle, entry, sealed } from './bundle.mjs';
import { fakeCaches } from './fake_caches.mjs';

const BASE = 'https://page.example/bundles/demo/';
const DIGEST = 'ab'.repeat(32);
const LOGIN = '<!doctype html><title>Log in to the network</title>';
const text = new TextEncoder();

/** @type {any} */
const page = globalThis;
const { fetch } = page;
let asked = [];

beforeEach(() => {
  asked = [];
  page.caches = fakeCaches();
  page.location = { href: 'https://page.example/' };
});
afterEach(() => Object.assign(page, { fetch, caches: undefined, location: undefined }));

/** From now on the server answers so. */
function answer(body, init) {
  page.fetch = async (url) => {
    asked.push(url);
    return new Response(body, init);
  };
}

const failure = (promise) => promise.then(() => 'nothing', ({ name, message }) => `${name}: ${message}`);
const read = (bytes) => failure(readManifest(bytes, BASE));

test('a manifest gives its lists', async () => {
  const { manifest } = await bundle([new Uint8Array(300)], { 'tokenizer.bin': new Uint8Array(5) });
  const { bytes, shards, kernels, files } = await readManifest(manifest, BASE);
  assert.equal(bytes, manifest);
  assert.deepEqual([shards[0].bytes, kernels, files[0].file], [300, [], 'tokenizer.bin']);
});

test('no flipped byte of a manifest is acted on', async () => {
  const { manifest } = await bundle([new Uint8Array(300)], { 'tokenizer.bin': new Uint8Array(5) });
  for (let at = 0; at < manifest.length; at++) {
    assert.match(await read(manifest.with(at, manifest[at] ^ 1)), /^BundleError: The manifest\.json of https:/, `byte ${at}`);
  }
});

test('what a manifest may not name is a sentence, before anything is fetched', async () => {
  const good = await entry(null, new Uint8Array(3));
  const file = { ...good, file: 'tokenizer.bin' };
  const cases = [
    [{ shards: undefined }, 'has no list of shards'],
    [{ files: { 0: file } }, 'has no list of files'],
    [{ model: [] }, 'has no model'],
    [{ generation: undefined }, 'has no generation'],
    [{ format: 2 }, `has bundle format 2, this page reads format ${BUNDLE.format}`],
    [{ shards: [null] }, 'an entry of shards is no object'],
    [{ shards: [{ ...good, file: '../../blank' }] }, '"../../blank" is no file name that shards of a bundle have'],
    [{ shards: [{ ...good, file: `shards/${DIGEST}.bin` }] }, 'is named by another sha256 than its own'],
    [{ files: [{ ...file, file: 'index.html' }] }, '"index.html" is no file name that files of a bundle have'],
    [{ files: [{ ...file, file: 'LICENSE\n' }] }, '"LICENSE\\n" is no file name'],
    [{ kernels: [{ ...file, file: 'kernels/../x.wgsl' }] }, 'is no file name that kernels of a bundle have'],
    [{ files: [{ ...file, sha256: '../deltapage-page' }] }, 'tokenizer.bin has sha256 "../deltapage-page", expected 64 hexadecimal digits'],
    [{ files: [{ ...file, sha256: [DIGEST] }] }, 'expected 64 hexadecimal digits'],
    [{ files: [{ file: 'tokenizer.bin', sha256: DIGEST }] }, 'tokenizer.bin has undefined bytes, expected 0 to'],
    [{ shards: [{ ...good, part: 'audio' }] }, '.bin has part "audio", which it cannot have'],
    [{ shards: [{ ...good, part: null }] }, '.bin has part null, which it cannot have'],
    [{ files: [{ ...file, part: 'vision' }] }, 'tokenizer.bin has part "vision", which it cannot have'],
    ...[-1, 0.5, 1e300, '3', null, BUNDLE.fileLimit + 1].map((bytes) => [{ files: [{ ...file, bytes }] }, 'bytes, expected 0 to 268435456']),
  ];
  for (const [change, sentence] of cases) {
    const bytes = await sealed({ files: [file], format: 1, generation: {}, kernels: [], model: {}, shards: [good], ...change });
    const said = await read(bytes);
    assert.ok(said.startsWith('BundleError: ') && said.includes(sentence), `${said} lacks ${sentence}`);
    for (const use of [() => new HostedFiles(BASE).manifest(), () => keptOf(BASE)]) {
      asked = [];
      answer(bytes);
      assert.equal(await failure(use()), said);
      assert.deepEqual(asked, [`${BASE}manifest.json`]);
    }
    const folder = { name: 'mine', files: new Map([['manifest.json', new File([bytes], 'manifest.json')]]) };
    assert.ok((await failure(new FolderFiles(folder).manifest())).includes(sentence));
  }
});

test('what is no manifest at all is a sentence', async () => {
  for (const bytes of ['', 'null', '[]', '5', LOGIN, '['.repeat(1e5), '{"format": 1}', '\ufeff{}']) {
    assert.match(await read(text.encode(bytes)), /^BundleError: The manifest\.json of .*\. Load again;/);
  }
  assert.match(await read(Uint8Array.of(0xff, 0xfe)), /holds no JSON object/);
});

test('nothing that does not verify takes a kept manifest\'s place', async () => {
  const { manifest } = await bundle([new Uint8Array(300)]);
  const load = async () => (await new HostedFiles(BASE).manifest()).bytes;
  answer(manifest);
  await load();
  for (const [body, init] of [[LOGIN], ['{}'], [manifest.slice(0, -1)], ['', { status: 503 }], ['', { status: 404 }]]) {
    answer(body, init);
    assert.deepEqual(await load(), manifest, `${body} ${init?.status}`);
  }
  page.fetch = async () => { throw new TypeError('no connection'); };
  assert.deepEqual(await load(), manifest, 'the one that verified is still there');

  const newer = (await bundle([new Uint8Array(301)])).manifest;
  answer(newer);
  assert.deepEqual(await load(), newer);
});

test('a kept manifest that does not verify counts as none', async () => {
  await (await page.caches.open('deltapage-manifests')).put(`${BASE}manifest.json`, new Response(LOGIN));
  answer('', { status: 404 });
  assert.match(await failure(new HostedFiles(BASE).manifest()), /^BundleError: There is no model at .* \(manifest\.json: status 404\)/);
});
