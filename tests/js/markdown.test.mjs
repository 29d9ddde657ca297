/** A conversation as Markdown, there and back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fromText } from '../../web/chat/conversation-import.js';
import { toMarkdown } from '../../web/chat/conversation-markdown.js';
import { Tree } from '../../web/chat/tree.js';
import { pick, random } from './random_trees.mjs';

const user = (content) => ({ role: /** @type {const} */ ('user'), content });
const assistant = (content) => ({ role: /** @type {const} */ ('assistant'), content });

test('Markdown holds the path that is shown, and comes back as messages', () => {
  const tree = new Tree();
  const first = tree.add(user('one'));
  tree.add(assistant('a first answer'));
  tree.add(assistant('a second answer'), first.id);
  const markdown = toMarkdown(tree);
  assert.equal(markdown, '# one\n\n## You\n\none\n\n## Assistant\n\na second answer\n');
  const { conversations: [read] } = fromText(markdown.replaceAll('\n', '\r\n'));
  assert.equal(read.title, 'one');
  assert.deepEqual(read.nodes.map(({ message }) => message), [user('one'), assistant('a second answer')]);
});

test('calls of tools stand in Markdown as JSON', () => {
  const tree = new Tree();
  tree.add({ ...assistant(''), tool_calls: [{ id: 'c', type: 'function', function: { name: 'clock', arguments: '{"zone": "UTC"}' } }] });
  assert.match(toMarkdown(tree), /## Assistant\n\n```json clock\n\{"zone": "UTC"\}\n```\n$/);
});

test('every message of a thousand random conversations comes back as it was', () => {
  const draw = random(11);
  const one = pick(draw);
  const pieces = ['text', '## You', '## System', '\\\\## You', '## Assistant ', '# Title', '<!-- message {"role":"user","content":"x"} -->', '<!-- -->', '--',
    '-->', '\n', '\n\n', '\r\n', '\r', ' ', '\t', '\u2028', '\u00a0', '\ufeff', '\ud800', '```', '{', '🜁'];
  const words = () => Array.from({ length: Math.floor(draw() * 7) }, () => one(pieces)).join(one(['', ' ', '\n', '\n\n']));
  const call = () => ({ id: words(), type: 'function', function: { name: words(), arguments: words() } });
  const messages = [
    () => user(words()), () => assistant(words()), () => ({ role: 'system', content: words() }), () => ({ role: 'developer', content: words() }),
    () => ({ ...assistant(words()), reasoning_content: words() }), () => ({ ...assistant(null), tool_calls: [call(), call()] }),
    () => ({ role: 'tool', tool_call_id: words(), content: words() }), () => user([{ type: 'text', text: words() }, { type: 'text', text: words() }]),
  ];
  for (let round = 0; round < 1000; round++) {
    const tree = new Tree();
    const written = Array.from({ length: 1 + Math.floor(draw() * 6) }, () => one(messages)());
    for (const message of written) tree.add(message);
    const file = new TextDecoder().decode(new TextEncoder().encode(toMarkdown(tree)));
    for (const text of [file, file.replaceAll(/(?<!\r)\n/g, '\r\n')]) {
      assert.deepEqual(new Tree(fromText(text).conversations[0]).path().map(({ message }) => message), written);
    }
  }
});

test('a comment that somebody has written into leaves the text', () => {
  const tree = new Tree();
  tree.add({ ...assistant('Said.'), reasoning_content: 'Thought.' });
  const { conversations: [read] } = fromText(toMarkdown(tree).replace('{"role"', '{role'));
  assert.deepEqual(read.nodes.map(({ message }) => message), [assistant('Said.')]);
});

test('a comment that holds no message is refused', () => {
  assert.throws(() => fromText('# A\n\n<!-- message {"role":"robot"} -->\n\n## You\n\nHello\n'), /its message 1 has no role/);
});

test('10,000 messages are written and read in linear time', () => {
  const tree = new Tree();
  let last = 0;
  for (let at = 0; at < 10_000; at++) last = tree.add(user(`${at}\n## You\n${'x'.repeat(1000)}`), last).id;
  assert.equal(fromText(toMarkdown(tree)).conversations[0].nodes.length, 10_000);
});
