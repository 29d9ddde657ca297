/** One address for a bundle: web/common/bundle-url.js, and who relies on it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bundleUrl } from '../../web/common/bundle-url.js';

globalThis.document = { baseURI: 'https://shop.example/help/page.html?q=1#top' };
globalThis.location = new URL(document.baseURI);

const ADDRESS = 'https://shop.example/help/bundles/demo/';
const SPELLINGS = ['bundles/demo/', 'bundles/demo', './bundles/demo', '../help/bundles/demo/', '/help/bundles/demo', ADDRESS, new URL(ADDRESS)];

test('a bundle has one address, however it is written', () => {
  for (const spelling of SPELLINGS) assert.equal(bundleUrl(spelling), ADDRESS);
  assert.equal(bundleUrl('https://models.example/demo'), 'https://models.example/demo/');
});

test('an engine is shared by all who name its bundle, however they write it', async () => {
  const loaded = [];
  globalThis.Worker = class {
    postMessage({ id, kind, payload }) {
      if (kind === 'load') loaded.push(payload.bundle);
      const items = kind === 'load' ? [{ id, type: 'item', value: { info: { name: 'demo' } } }] : [];
      for (const data of [...items, { id, type: 'end' }]) queueMicrotask(() => this.onmessage({ data }));
    }

    terminate() {}
  };
  globalThis.location = new URL('./', import.meta.url); // the worker's script has the page's origin
  const { Lease, stateOf } = await import('../../web/prompt-api/shared-engine.js');
  const leases = await Promise.all(SPELLINGS.map((spelling) => Lease.of(spelling, () => {})));
  assert.deepEqual(loaded, [ADDRESS]);
  for (const spelling of SPELLINGS) assert.equal(stateOf(spelling), 'loaded');
  assert.equal(new Set(leases.map(({ engine }) => engine)).size, 1);
  for (const lease of leases) lease.release();
  assert.equal(stateOf(ADDRESS), null);
});
