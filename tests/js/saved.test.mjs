/** Conversations from outside: whatever a file or a damaged record holds, it is told in linear time what is wrong with it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toJson } from '../../web/chat/conversation-files.js';
import { fromText } from '../../web/chat/conversation-import.js';
import { readConversation } from '../../web/chat/saved.js';
import { Tree } from '../../web/chat/tree.js';
import { pick, random, versions } from './random_trees.mjs';

const place = { created: 1, shown: 1, revision: 0 };
const node = (id, parent, fields = {}) => ({ id, parent, message: { role: 'user', content: `${id}` }, ...place, ...fields });
const conversation = (nodes, fields = {}) => ({ version: 2, id: 'a', title: '', titled: 0, created: 1, updated: 1, nodes, removed: [], ...fields });
const file = (value) => JSON.stringify({ kind: 'deltapage conversations', conversations: [value] });

/** What is wrong, and how it is said. */
const FAULTS = [
  [conversation([node(1, 2), node(2, 1)]), /in a circle/],
  [conversation([node(1, 1)]), /in a circle/],
  [conversation([node(1, 7)]), /is missing/],
  [conversation([node(1, 0), node(1, 0)]), /its message 2 has the number of another one/],
  [conversation([node('1', 0)]), /its message 1 has no number/],
  [conversation([node(1, '0')]), /does not say what it answers/],
  [conversation([node(1, 0, { shown: 'x' })]), /does not say when it was written/],
  [conversation([node(1, 0, { message: null })]), /has no role/],
  [conversation([node(1, 0, { message: { role: 'constructor' } })]), /has no role/],
  [conversation([node(1, 0, { message: { role: 'user', content: 5 } })]), /has no text/],
  [conversation([node(1, 0, { message: { role: 'user', content: [null] } })]), /has no text/],
  [conversation([node(1, 0, { message: { role: 'assistant', reasoning_content: {} } })]), /a thought that is no text/],
  [conversation([node(1, 0, { message: { role: 'assistant', tool_calls: [{ id: 'c' }] } })]), /calls of tools that are none/],
  [conversation([node(1, 0, { message: { role: 'tool', tool_call_id: 5 } })]), /which call it answers/],
  [conversation([node(1, 0, { facts: { usage: {} } })]), /figures that are none/],
  [conversation([null]), /its message 1 is no message/],
  [conversation([], { title: 5 }), /its title is no text/],
  [conversation([], { title: 'x'.repeat(1001) }), /its title is no text of at most 1000/],
  [conversation([], { updated: null }), /its updated is no time/],
  [conversation([], { system: 'Be brief.' }), /its system prompt is no text with the time/],
  [conversation([], { system: { text: 5, since: 1 } }), /its system prompt is no text with the time/],
  [conversation([], { removed: 'all' }), /its removed is no list/],
  [conversation([node(1, 0), node(2, 1)], { version: 1, chosen: { 0: 2 } }), /chosen answer to message 0 is none/],
  [conversation([node(1, 0)], { version: 1, chosen: { 1: 1 } }), /chosen answer to message 1 is none/],
  [conversation([node(1, 0)], { pins: 'x' }), /its pins are no count/],
  [conversation({}), /no conversation of version/],
  [null, /no conversation of version/],
];

test('a file with any of these faults is refused whole, in a sentence', () => {
  for (const [value, sentence] of FAULTS) {
    assert.throws(() => fromText(file(value)), (error) => sentence.test(error.message) && /holds no conversations.*choose another file\.$/.test(error.message));
  }
});

test('a record with any of these faults opens as far as it goes', () => {
  for (const [value, sentence] of FAULTS) {
    if (!Array.isArray(value?.nodes)) continue;
    const { saved, faults } = readConversation(value);
    assert.match(faults[0], sentence);
    assert.equal(new Tree(saved).toJSON().nodes.length, saved.nodes.length);
    new Tree(saved).path();
    assert.deepEqual(readConversation(saved).faults, [], 'what is saved of it is whole');
  }
});

test('messages that nothing leads to begin the conversation anew, with what answers them', () => {
  const { saved } = readConversation(conversation([node(1, 0), node(3, 2), node(2, 9), node(5, 4), node(4, 5), node(6, 5)]));
  const parents = Object.fromEntries(saved.nodes.map(({ id, parent }) => [id, parent]));
  assert.deepEqual(parents, { 1: 0, 2: 0, 3: 2, 4: 0, 5: 4, 6: 5 });
});

test('values changed at random never make a raw error', () => {
  const draw = random(7);
  const one = pick(draw);
  const odd = [null, undefined, 0, -1, 1.5, '', 'x', [], {}, true, [[]], { role: 'user' }, 1e300];
  for (let seed = 1; seed <= 300; seed++) {
    const value = structuredClone(versions(seed)[0].toJSON());
    let at = value;
    for (let key = one(Object.keys(at)); ; key = one(Object.keys(at))) {
      if (typeof at[key] === 'object' && at[key] !== null && Object.keys(at[key]).length && draw() < 0.7) at = at[key];
      else {
        at[key] = one(odd);
        break;
      }
    }
    try {
      const { saved } = readConversation(value);
      const tree = new Tree(saved);
      assert.equal(typeof tree.title, 'string');
      toJson([tree.toJSON()]);
    } catch (error) {
      assert.equal(error.message, 'it is no conversation of version 1 or 2');
    }
  }
});

test('100,000 messages, one upon the other or in a circle, take linear time', () => {
  const chain = Array.from({ length: 100_000 }, (_, at) => node(at + 1, at));
  const { conversations: [read] } = fromText(file(conversation(chain)));
  assert.equal(new Tree(read).path().length, 100_000);
  assert.throws(() => fromText(file(conversation([...chain.slice(1), node(1, 100_000)]))), /in a circle/);
});

test('50 MB of text are read', () => {
  const chain = Array.from({ length: 1000 }, (_, at) => node(at + 1, at, { message: { role: 'user', content: 'x'.repeat(50_000) } }));
  assert.equal(fromText(file(conversation(chain))).conversations[0].nodes.length, 1000);
});
