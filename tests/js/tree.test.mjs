/** A conversation as a tree, and as files. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toJson } from '../../web/chat/conversation-files.js';
import { fromText } from '../../web/chat/conversation-import.js';
import { Tree, textOf } from '../../web/chat/tree.js';

const user = (content) => ({ role: /** @type {const} */ ('user'), content });
const assistant = (content) => ({ role: /** @type {const} */ ('assistant'), content });
const texts = (tree) => tree.path().map(({ message }) => textOf(message));

function branched() {
  const tree = new Tree();
  const first = tree.add(user('one'));
  tree.add(assistant('a first answer'));
  const second = tree.add(assistant('a second answer'), first.id);
  return { tree, first, second };
}

test('an alternative is a sibling, and the path follows the last one chosen', () => {
  const { tree, first, second } = branched();
  assert.deepEqual(texts(tree), ['one', 'a second answer']);
  const [older] = tree.siblings(second);
  tree.add(user('two'));
  tree.choose(older);
  assert.deepEqual(texts(tree), ['one', 'a first answer']);
  tree.choose(second);
  assert.deepEqual(texts(tree), ['one', 'a second answer', 'two']);
  assert.equal(tree.siblings(first).length, 1);
});

test('what is removed takes its answers with it, and an alternative its place', () => {
  const { tree, first, second } = branched();
  tree.add(user('two'));
  tree.remove(second);
  assert.deepEqual(texts(tree), ['one', 'a first answer']);
  tree.remove(first);
  assert(tree.empty);
  assert.equal(tree.leaf, undefined);
  tree.add(user('anew'));
  assert.deepEqual(texts(tree), ['anew']);
});

test('the title is given, or the first words of a person, cut', () => {
  const tree = new Tree();
  assert.equal(tree.title, 'New chat');
  tree.add({ role: 'system', content: 'Be brief.' });
  tree.add(user(`  many \n words ${'x'.repeat(60)}`));
  assert.equal(tree.title, `many words ${'x'.repeat(48)}…`);
  assert.equal([...tree.title].length, 60);
  tree.title = '  Mine ';
  assert.equal(tree.title, 'Mine');
});

test('plain data makes the same tree, which shares nothing with it', () => {
  const { tree } = branched();
  const saved = tree.toJSON();
  const copy = new Tree(JSON.parse(JSON.stringify(saved)));
  assert.deepEqual(copy.toJSON(), saved);
  copy.add(user('more'));
  assert.deepEqual(texts(tree), ['one', 'a second answer']);
});

test('the text of parts is their texts', () => {
  assert.equal(textOf(/** @type {any} */ ({ content: [{ type: 'text', text: 'a' }, { type: 'image' }, { type: 'text', text: 'b' }] })), 'ab');
  assert.equal(textOf(/** @type {any} */ ({ content: null })), '');
  assert.equal(textOf(undefined), '');
});

test('JSON holds every branch and comes back under a new id', () => {
  const saved = branched().tree.toJSON();
  const { conversations: [read] } = fromText(toJson([saved]));
  assert.equal(read.id === saved.id, false);
  assert.deepEqual({ ...read, id: saved.id }, saved);
});

test('a file that was not exported here says so', () => {
  const saved = branched().tree.toJSON();
  const [first] = saved.nodes;
  const misshapen = [{ version: 3 }, { nodes: [{ ...first, parent: 1 }] }, { nodes: [{ ...first, message: { role: 'robot' } }] }, { version: 1, chosen: null }];
  assert.throws(() => fromText('{"kind": 1}'), /holds no conversations/);
  for (const fields of misshapen) assert.throws(() => fromText(toJson([/** @type {any} */ ({ ...saved, ...fields })])), /holds no conversations/);
  assert.throws(() => fromText('{"kind"'), /is not JSON \(.+\)/);
  assert.throws(() => fromText('notes'), /no headings "## You" and "## Assistant"/);
});
