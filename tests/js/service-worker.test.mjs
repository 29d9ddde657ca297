/** What the service worker answers, and what it keeps, when the network gives something else: web/service-worker.js. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import vm from 'node:vm';

import { fakeCaches } from './fake_caches.mjs';

const SITE = 'https://page.example/';
const SOURCE = await readFile(new URL('../../web/service-worker.js', import.meta.url), 'utf8');
const LIST = [{ name: 'demo', url: 'bundles/demo/', model: 'Demo', recipe: 'q4', license: 'apache-2.0', bytes: 4e6 }];
const LOGIN = '<!doctype html><title>Log in to the network</title>';

/** A worker of version 1 over a server that a test answers for, path by path. */
function started() {
  const listeners = {};
  const caches = fakeCaches();
  const server = {};
  const context = vm.createContext({
    self: { registration: {}, clients: {}, addEventListener: (kind, listener) => { listeners[kind] = listener; } },
    location: { href: `${SITE}service-worker.js?version=1` },
    fetch: async (request) => {
      const answer = server[(request.url ?? request).slice(SITE.length)];
      if (answer === undefined) throw new TypeError('no connection');
      const [body, init] = [answer].flat();
      return new Response(body, init);
    },
    caches, crypto, AbortSignal, Request, Response, URL, Set, setTimeout,
  });
  vm.runInContext(SOURCE, context);
  const event = (kind, more = {}) => new Promise((resolve, reject) => {
    const take = (promise) => Promise.resolve(promise).then(resolve, reject);
    listeners[kind]({ ...more, waitUntil: take, respondWith: take });
  });
  const get = (path) => event('fetch', { request: new Request(SITE + path) }).then((response) => response.text());
  return { server, caches, event, get };
}

test('nothing that is no list of models takes the kept list\'s place', async () => {
  const { server, get } = started();
  const list = server['bundles.json'] = JSON.stringify(LIST);
  assert.equal(await get('bundles.json'), list);
  for (const answer of [LOGIN, '{}', '[5]', '[{"url": "x"}]', ['', { status: 503 }], [list, { status: 404 }], undefined]) {
    server['bundles.json'] = answer;
    assert.equal(await get('bundles.json'), list, String(answer));
  }
  const newer = server['bundles.json'] = '[]';
  assert.equal(await get('bundles.json'), newer);
});

test('without a kept list the server\'s answer is passed on, and not kept', async () => {
  const { server, get } = started();
  server['bundles.json'] = LOGIN;
  assert.equal(await get('bundles.json'), LOGIN);
  server['bundles.json'] = undefined;
  await assert.rejects(get('bundles.json'), TypeError);
});

test('a version of which one file is a login\'s page is not installed, and what is kept stays', async () => {
  const page = '<!doctype html><title>chat</title>';
  const digest = createHash('sha256').update(page).digest('hex');
  const { server, event, get } = started();
  server['offline.json'] = LOGIN;
  await assert.rejects(event('install'), SyntaxError);
  server['offline.json'] = JSON.stringify({ version: '1', files: { 'page.html': digest } });
  server['page.html'] = LOGIN;
  await assert.rejects(event('install'), /page\.html is not the file of version 1/);
  Object.assign(server, { 'page.html': page, 'bundles.json': LOGIN });
  await event('install');
  for (const path of Object.keys(server)) server[path] = LOGIN;
  assert.equal(await get('page.html'), page);
  assert.equal(await get('bundles.json'), LOGIN, 'there was no list to keep');
});
