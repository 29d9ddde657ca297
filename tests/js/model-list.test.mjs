/** Which models a server lists, and what is said when it lists none: web/chat/model-list.js. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cardOf, listModels, modelIn } from '../../web/chat/model-list.js';

/** @type {any} */
const page = globalThis;

test('a list\'s addresses are relative to it, and anything else than a list is a sentence', async (t) => {
  const { fetch } = page;
  t.after(() => Object.assign(page, { fetch, document: undefined }));
  page.document = { baseURI: 'https://page.example/chat/' };
  const answer = (body, init) => { page.fetch = async () => new Response(body, init); };
  answer('[{"url": "bundles/demo/", "model": "Demo", "recipe": "q4", "bytes": 4}]');
  assert.deepEqual((await listModels('../bundles.json')).map(({ url }) => url), ['https://page.example/bundles/demo/']);
  for (const body of ['<!doctype html><title>Log in to the network</title>', '', '{}', 'null', '[null]', '[{"url": 5, "model": "Demo"}]']) {
    answer(body);
    await assert.rejects(listModels('../bundles.json'), /^Error: https:\/\/page\.example\/bundles\.json holds no list of models\. Check/);
  }
  answer('', { status: 503 });
  await assert.rejects(listModels('../bundles.json'), /cannot be read \(status 503\)/);
});

test('of a card what a line can show is taken, and nothing else', () => {
  assert.deepEqual(cardOf({ summary: 'Small.', starters: ['a', 'b', '', 5, 'x'.repeat(200), 'c', 'd', 'e'] }), { summary: 'Small.', starters: ['a', 'b', 'c', 'd'] });
  for (const odd of [null, undefined, 5, {}, { summary: {}, starters: 'all' }, { summary: 'x'.repeat(200) }]) {
    assert.deepEqual(cardOf(odd), { summary: undefined, starters: undefined });
  }
});

test('a folder of this computer has its card beside its manifest', async () => {
  const file = (name, value) => Object.assign(new File([JSON.stringify(value)], name), { webkitRelativePath: `folder/${name}` });
  const manifest = file('manifest.json', { name: 'Mine', recipe: 'q4' });
  const { model, summary, starters } = await modelIn([manifest, file('card.json', { summary: 'Own.', starters: ['Hello?'] })]);
  assert.deepEqual([model, summary, starters], ['Mine', 'Own.', ['Hello?']]);
  assert.equal((await modelIn([manifest])).summary, undefined);
});
