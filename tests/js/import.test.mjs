/** Conversations that ChatGPT has exported: what people and the model said, with its branches, and in a sentence what was left out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { fromText, outcomeOf, readFile } from '../../web/chat/conversation-import.js';
import { Tree } from '../../web/chat/tree.js';

const TIME = 1_700_000_000; // s since 1970

/** Nodes of an export, by what each is: [parent, role, text or content, other fields of the message]. */
function mapping(nodes) {
  return Object.fromEntries(Object.entries(nodes).map(([id, [parent, role, said, fields = {}]], at) => [id, {
    id, parent, children: [],
    message: role && { id, author: { role }, create_time: TIME + at, content: typeof said === 'string' ? { content_type: 'text', parts: [said] } : said, recipient: 'all',
      metadata: {}, ...fields },
  }]));
}

const exported = (nodes, last, fields = {}) => ({ title: 'Plans', create_time: TIME, update_time: TIME + 99.5, mapping: mapping(nodes), current_node: last, ...fields });
const read = (...values) => fromText(JSON.stringify(values));
const said = (tree) => tree.path().map(({ message: { role, content } }) => [role, content]);

test('a conversation of ChatGPT: title, times, model, and the branch that was open', () => {
  const { conversations: [saved], skipped } = read(exported({
    root: [null],
    system: ['root', 'system', ''],
    one: ['system', 'user', 'Hello'],
    first: ['one', 'assistant', 'Hi.', { metadata: { model_slug: 'gpt-5' } }],
    second: ['one', 'assistant', 'Good day.'],
    three: ['first', 'user', 'And?'],
    four: ['first', 'user', 'Or?'],
  }, 'three'));
  assert.deepEqual(skipped, []);
  const tree = new Tree(saved);
  assert.deepEqual([tree.title, saved.created, saved.updated], ['Plans', TIME * 1000, TIME * 1000 + 99_500]);
  assert.deepEqual(said(tree), [['user', 'Hello'], ['assistant', 'Hi.'], ['user', 'And?']]);
  const [, answer, leaf] = tree.path();
  assert.deepEqual([answer.facts, answer.created], [{ model: 'gpt-5' }, (TIME + 3) * 1000]);
  assert.deepEqual(tree.siblings(answer).map(({ message }) => message.content), ['Hi.', 'Good day.']);
  assert.deepEqual(tree.siblings(leaf).map(({ message }) => message.content), ['And?', 'Or?']);
});

test('what tools and the system say is left out, and what the model says around it is one answer with its thoughts', () => {
  const thoughts = { content_type: 'thoughts', thoughts: [{ summary: 'Looking', content: 'Let me see.' }] };
  const { conversations: [saved] } = read(exported({
    root: [null],
    profile: ['root', 'user', { content_type: 'user_editable_context', user_profile: 'Secret' }],
    hidden: ['profile', 'user', 'Hidden', { metadata: { is_visually_hidden_from_conversation: true } }],
    one: ['hidden', 'user', { content_type: 'multimodal_text', parts: [{ content_type: 'image_asset_pointer' }, 'What is this?', { content_type: 'audio_transcription', text: 'Aloud' }] }],
    thought: ['one', 'assistant', thoughts],
    recap: ['thought', 'assistant', { content_type: 'reasoning_recap', content: 'Thought for 2 s' }],
    begin: ['recap', 'assistant', 'Let me search.'],
    call: ['begin', 'assistant', { content_type: 'code', text: 'search()' }, { recipient: 'web' }],
    result: ['call', 'tool', 'A page'],
    end: ['result', 'assistant', 'A cat \ue200cite\ue202turn0search0\ue201, surely【4†source】.'],
    code: ['end', 'assistant', { content_type: 'code', language: 'python', text: 'print(1)' }],
  }, 'result'));
  const tree = new Tree(saved);
  assert.deepEqual(said(tree), [['user', '[picture]\n\nWhat is this?\n\nAloud'],
    ['assistant', 'Let me search.\n\nA cat , surely.\n\n```python\nprint(1)\n```']]);
  assert.equal(tree.leaf.message.reasoning_content, 'Looking\n\nLet me see.');
});

test('an import says how many conversations there are, and how many it skipped and why', () => {
  const good = exported({ one: [null, 'user', 'Hello'] }, 'one');
  const empty = exported({ root: [null] }, 'root');
  const circle = exported({ one: ['two', 'user', 'a'], two: ['one', 'assistant', 'b'] }, 'one');
  const silent = exported({ one: ['two', 'tool', 'a'], two: ['one', 'tool', 'b'], three: ['two', 'user', 'Hello'] }, 'one');
  const imported = read(good, empty, circle, good, empty, silent, null);
  assert.equal(outcomeOf(imported, true),
    'Imported 3 conversations. Skipped 4: 2 without messages, 1 damaged (its messages answer one another in a circle), 1 damaged (it is no conversation).');
  assert.equal(new Set(imported.conversations.map(({ id }) => id)).size, 3, 'each has an id of its own');
  assert.equal(outcomeOf(read(good), true), 'Imported 1 conversation.');
  assert.equal(outcomeOf(read(empty), true), 'Imported no conversations. Skipped 1: 1 without messages.');
  assert.match(outcomeOf(imported, false), /^Imported 3 conversations\. The first one is shown; this page keeps none\. Skipped/);
});

test('100,000 messages that answer one another, most of them of tools, take linear time', () => {
  const nodes = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`n${at}`, [at ? `n${at - 1}` : null, at % 100 ? 'tool' : 'user', `${at}`]]));
  const { conversations: [saved] } = read(exported(nodes, 'n99999'));
  assert.equal(new Tree(saved).path().length, 1000);
});

test('values changed at random never make a raw error', () => {
  const whole = exported({ root: [null], one: ['root', 'user', 'Hello'], two: ['one', 'assistant', 'Hi.'] }, 'two');
  const odd = [null, 0, -1, 'x', [], {}, true, [[]], 1e300];
  const paths = [];
  const walk = (value, path) => {
    for (const key of Object.keys(value)) {
      paths.push([...path, key]);
      if (typeof value[key] === 'object' && value[key]) walk(value[key], [...path, key]);
    }
  };
  walk(whole, []);
  for (const path of paths) {
    for (const value of odd) {
      const changed = structuredClone(whole);
      path.slice(0, -1).reduce((at, key) => at[key], changed)[path.at(-1)] = value;
      const { conversations, skipped } = read(exported({ one: [null, 'user', 'Hello'] }, 'one'), changed);
      for (const why of skipped) assert.match(why, /^(without messages|damaged \((it|its) [\w ]+\))$/);
      for (const saved of conversations) new Tree(saved).path();
    }
  }
});

/** A zip file of members, deflated or stored. */
function zip(members, { stored = false } = {}) {
  const parts = [];
  const list = [];
  let at = 0;
  for (const [name, text] of Object.entries(members)) {
    const [title, plain] = [Buffer.from(name), Buffer.from(text)];
    const body = stored ? plain : deflateRawSync(plain);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(stored ? 0 : 8, 8);
    local.writeUInt16LE(title.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(body.length, 20);
    entry.writeUInt16LE(title.length, 28);
    entry.writeUInt32LE(at, 42);
    parts.push(local, title, body);
    list.push(entry, title);
    at += local.length + title.length + body.length;
  }
  const size = list.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}

test('the zip file that ChatGPT sends is read as it is', async () => {
  const text = (word) => JSON.stringify([exported({ one: [null, 'user', word] }, 'one')]);
  for (const options of [{}, { stored: true }]) {
    const file = zip({ 'chat.html': '<p>', 'conversations-000.json': text('Hello'), 'export/conversations-001.json': text('Again'), 'user.json': '{}' }, options);
    const { conversations } = await readFile(new Blob([file, 'a comment']));
    assert.deepEqual(conversations.map((saved) => said(new Tree(saved))), [[['user', 'Hello']], [['user', 'Again']]]);
  }
  await assert.rejects(readFile(new Blob([zip({ 'notes.txt': 'x' })])), /holds no conversations\.json/);
  const whole = zip({ 'conversations.json': text('Hello') });
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, 48, 60);
  for (const broken of [damaged, whole.subarray(0, -30), whole.subarray(0, 20)]) await assert.rejects(readFile(new Blob([broken])), /^Error: This zip file is damaged/);
});
