/** What becomes of a conversation that several windows change at the same time. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { merged, standing } from '../../web/chat/merge.js';
import { Tree } from '../../web/chat/tree.js';
import { allNodes, versions } from './random_trees.mjs';

const ROUNDS = 300;
const ids = (saved) => new Set(standing(saved).map(({ id }) => id));

function over(check) {
  for (let seed = 1; seed <= ROUNDS; seed++) check(...versions(seed).map((tree) => tree.toJSON()));
}

test('merging is commutative, associative and idempotent', () => {
  over((a, b, c) => {
    assert.deepEqual(merged(a, b), merged(b, a));
    assert.deepEqual(merged(merged(a, b), c), merged(a, merged(b, c)));
    assert.deepEqual(merged(a, a), a);
    const all = merged(merged(a, b), c);
    assert.deepEqual(merged(all, b), all);
  });
});

test('what is in either is there, unless one removed it and nobody answered it', () => {
  over((a, b) => {
    const both = merged(a, b);
    const there = ids(both);
    const removed = new Set([...a.removed, ...b.removed]);
    for (const { id } of [...a.nodes, ...b.nodes]) assert(there.has(id) || removed.has(id));
    const answered = new Set(standing(both).map(({ parent }) => parent));
    for (const id of there) assert(!removed.has(id) || answered.has(id), 'nothing comes back by itself');
    for (const { parent } of standing(both)) assert(!parent || there.has(parent));
  });
});

test('of an answer that grows the longest version stays', () => {
  over((a, b) => {
    const lengthIn = (saved, id) => saved.nodes.find((node) => node.id === id)?.message.content.length ?? 0;
    for (const { id, message } of merged(a, b).nodes) assert.equal(message.content.length, Math.max(lengthIn(a, id), lengthIn(b, id)));
  });
});

test('a tree that takes in another is the merged one, keeps what it shows and the messages that it has', () => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const [here, there] = versions(seed);
    const expected = merged(here.toJSON(), there.toJSON());
    const before = allNodes(here);
    const shown = here.path().at(-1);
    here.merge(there.toJSON());
    assert.deepEqual(here.toJSON(), expected);
    const after = new Set(allNodes(here));
    const grown = new Set(there.toJSON().nodes.filter(({ message }) => message.content.startsWith('b')).map(({ id }) => id));
    for (const node of before) assert(after.has(node) || !ids(expected).has(node.id) || grown.has(node.id));
    if (shown?.message.content.startsWith('a')) assert(here.path().includes(shown), 'its own last message is still shown');
  }
});

test('two windows that answer the same message have both answers', () => {
  const tree = new Tree();
  const asked = tree.add({ role: 'user', content: 'Which?' });
  const [one, two] = [new Tree(tree.toJSON()), new Tree(tree.toJSON())];
  const first = one.add({ role: 'assistant', content: 'This one.' }, asked.id);
  const second = two.add({ role: 'assistant', content: 'That one.' }, asked.id);
  one.merge(two.toJSON());
  two.merge(one.toJSON());
  for (const each of [one, two]) assert.equal(each.siblings(first).length, 2);
  assert.equal(one.leaf, first);
  assert.equal(two.leaf, second);
});

test('the system prompt that was set last is the one, in whatever order windows end', () => {
  const tree = new Tree();
  const [one, two] = [new Tree(tree.toJSON()), new Tree(tree.toJSON())];
  assert.equal(one.system, null);
  one.system = 'Be brief.';
  two.merge(one.toJSON());
  assert.equal(two.system, 'Be brief.');
  two.system = null;
  one.merge(two.toJSON());
  assert.equal(one.system, null, 'taken back, it stays so');
});

test('a long conversation is walked, merged and cut in linear time', () => {
  const tree = new Tree();
  let last = 0;
  for (let at = 0; at < 100_000; at++) last = tree.add({ role: at % 2 ? 'assistant' : 'user', content: `${at}` }, last).id;
  assert.equal(tree.path().length, 100_000);
  const copy = new Tree(tree.toJSON());
  copy.merge(tree.toJSON());
  copy.remove(copy.path()[1]);
  assert.equal(copy.path().length, 1);
});
