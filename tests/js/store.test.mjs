/** The chat element's store: what subscribers are told, who answers a request, where failures go. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { restore } from '../../web/chat/settings.js';
import { contextUse, initialState, modelName } from '../../web/chat/state.js';
import { Store } from '../../web/chat/store.js';
import { BOUNDS } from '../../web/common/facts.js';

test('a subscriber is told what it selects, at once and when that is something else', () => {
  const store = new Store({ draft: 'a', drawer: false });
  const told = [];
  store.subscribe(({ draft }) => draft, (draft, before) => told.push([draft, before]));
  store.set({ drawer: true });
  store.set({ draft: 'a' });
  store.set({ draft: 'b' });
  assert.deepEqual(told, [['a', undefined], ['b', 'a']]);
});

test('a list is another when one of its items is', () => {
  const store = new Store({ left: 1, right: 2, other: 3 });
  const told = [];
  store.subscribe(({ left, right }) => [left, right], (both) => told.push(both));
  store.set({ other: 4 });
  store.set({ right: 5 });
  assert.deepEqual(told, [[1, 2], [1, 5]]);
});

test('a subscriber that sets the state leaves nobody behind', () => {
  const store = new Store({ one: 0, two: 0 });
  const told = [];
  store.subscribe(({ one }) => one, (one) => { if (one) store.set({ two: one * 2 }); });
  store.subscribe(({ one, two }) => `${one} ${two}`, (both) => told.push(both));
  store.set({ one: 1 });
  assert.deepEqual(told, ['0 0', '1 2']);
});

test('a request reaches who answers it, and its failure who hears of failures', async () => {
  const failed = [];
  const store = new Store({}, (error) => failed.push(error.message));
  store.handle({ add: (a, b) => store.set({ sum: a + b }), fails: async () => { throw new Error('No room.'); } });
  store.dispatch('add', 1, 2);
  assert.equal(store.state.sum, 3, 'before dispatch returns');
  await store.dispatch('fails');
  await store.dispatch('unknown');
  assert.deepEqual(failed, ['No room.', 'nobody answers the request unknown']);
});

test('the name of the model: as listed, as loaded, or its folder', () => {
  const state = { ...initialState(), bundle: 'https://models.example/a%20b/' };
  assert.equal(modelName(state), 'a b');
  assert.equal(modelName({ ...state, info: { name: 'Loaded' } }), 'Loaded');
  assert.equal(modelName({ ...state, info: { name: 'Loaded' }, models: [{ url: state.bundle, model: 'Listed' }] }), 'Listed');
});

test('the context is as full as the last answer with figures says', () => {
  const messages = [{ node: { facts: { usage: { total_tokens: 7 } } } }, { node: { facts: { usage: { total_tokens: 9 } } } }, { node: {} }];
  const state = { ...initialState(), conversation: { id: 'a', title: 'A', messages } };
  assert.deepEqual(contextUse(initialState()), [0, 0]);
  assert.deepEqual(contextUse({ ...state, info: { contextWindow: 4096 } }), [9, 4096]);
});

test('settings of an earlier visit that no request takes are left out', (t) => {
  const kept = { system: 'Be brief.', sampling: { top_k: BOUNDS.top_k.most + 1, min_p: BOUNDS.min_p.most, seed: 7 } };
  globalThis.localStorage = { getItem: () => JSON.stringify(kept) };
  t.after(() => { delete globalThis.localStorage; });
  assert.deepEqual(restore().sampling, { min_p: BOUNDS.min_p.most, seed: 7 });
  assert.equal(restore().system, 'Be brief.');
});
