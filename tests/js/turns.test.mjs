/** Answers go on while another conversation is read: each in its own, one at a time. */

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';

import { ConversationDatabase } from '../../web/chat/conversation-database.js';
import { emptyStorage, openWindow, until } from './browser_storage.mjs';

const texts = ({ conversation }) => conversation.tree.path().map(({ message }) => message.content);
const kept = async () => (await new ConversationDatabase({ changed() {}, cleared() {} }).all())
  .map(({ nodes, removed }) => nodes.filter(({ id }) => !removed.includes(id)).map(({ message }) => message.content)).sort();
const listed = async () => (await new ConversationDatabase({ changed() {}, cleared() {} }).newest(10)).length;

beforeEach(emptyStorage);
after(emptyStorage);

/** A window in which a first conversation is being answered, and a second one begins. */
async function away() {
  const window = openWindow();
  window.store.dispatch('send', 'First');
  window.engine.say('One');
  await until(() => texts(window)[1] === 'One');
  const first = window.conversation.tree.id;
  window.store.dispatch('newConversation');
  return { window, first };
}

test('an answer goes on in its own conversation while another is shown, and is there when one comes back', async () => {
  const { window, first } = await away();
  const { store, engine } = window;
  assert.deepEqual([store.state.answering, store.state.written, store.state.writing], [false, null, [first]]);
  engine.say(' and two');
  await until(async () => (await kept()).flat().includes('One and two'));
  assert.deepEqual([texts(window), store.state.written], [[], null], 'nothing of it is shown elsewhere');
  await store.dispatch('open', first);
  assert.deepEqual([store.state.answering, store.state.written.message.content, store.state.notice], [true, 'One and two', null]);
  engine.say(', and three');
  await until(() => store.state.written.message.content === 'One and two, and three');
  engine.end();
  await until(() => !store.state.answering);
  assert.deepEqual([texts(window), store.state.writing, store.state.unread], [['First', 'One and two, and three'], [], []]);
});

test('an answer that ends while another conversation is shown is told until it is read', async () => {
  const { window, first } = await away();
  const { store, engine } = window;
  engine.end();
  await until(() => store.state.unread.length);
  assert.deepEqual([store.state.unread, store.state.writing, store.state.answered.conversation], [[first], [], first]);
  await store.dispatch('open', first);
  assert.deepEqual([store.state.unread, texts(window)], [[], ['First', 'One']]);
});

test('a message in a second conversation waits for its turn, and says so', async () => {
  const { window } = await away();
  const { store, engine } = window;
  store.dispatch('send', 'Second');
  assert.equal(store.state.activity.sentence, 'Waiting for the answer in “First”');
  assert.deepEqual([store.state.answering, store.state.writing.length], [true, 2]);
  engine.say(' more');
  await until(async () => (await kept()).flat().includes('One more'));
  assert.equal(engine.requests.length, 1);
  assert.deepEqual(texts(window), ['Second']);
  engine.end();
  await until(() => engine.requests.length === 2);
  assert.deepEqual(engine.requests[1].messages.map(({ content }) => content), ['Second']);
  engine.say('Two');
  engine.end();
  await until(() => !store.state.answering);
  assert.deepEqual(texts(window), ['Second', 'Two']);
  await until(async () => JSON.stringify(await kept()) === '[["First","One more"],["Second","Two"]]');
});

test('what waits is stopped by itself: its message goes back into the draft, and the other answer goes on', async () => {
  const { window, first } = await away();
  const { store, engine } = window;
  store.dispatch('send', 'Second');
  store.dispatch('stop');
  await until(() => !store.state.answering);
  assert.deepEqual([store.state.draft, texts(window), store.state.writing, window.failed], ['Second', [], [first], []]);
  store.dispatch('send', 'Third');
  assert.equal(store.state.activity.type, 'waiting');
  engine.end();
  await until(() => engine.requests.length === 2);
  engine.say('Three');
  engine.end();
  await until(() => !store.state.answering);
  assert.deepEqual(texts(window), ['Third', 'Three']);
});

test('an answer that fails while another conversation is shown leaves its message, to go on from', async () => {
  const { window, first } = await away();
  const { store, engine } = window;
  store.dispatch('send', 'Second');
  const second = window.conversation.tree.id;
  await store.dispatch('open', first);
  engine.chat.completions.create = async () => { throw new Error('No GPU.'); };
  engine.end();
  await until(() => window.failed.length);
  await until(() => !store.state.writing.length);
  await store.dispatch('open', second);
  assert.deepEqual([texts(window), window.failed], [['Second'], ['No GPU.']]);
  assert.match(store.state.notice.sentence, /^The last answer is not complete/);
  assert.equal(store.state.notice.unfinished, window.conversation.tree.leaf);
});

test('a conversation that is deleted while it is answered elsewhere is stopped, and the next one has its turn', async () => {
  const { window, first } = await away();
  const { store, engine } = window;
  store.dispatch('send', 'Second');
  await store.dispatch('delete', first);
  await until(() => engine.requests.length === 2);
  engine.say('Two');
  engine.end();
  await until(() => !store.state.answering);
  assert.deepEqual(texts(window), ['Second', 'Two']);
  await until(async () => JSON.stringify(await kept()) === '[["Second","Two"]]');
  assert.equal(await listed(), 1);
});

test('a conversation that is being answered is renamed and followed where it is not shown', async () => {
  const { window, first } = await away();
  const other = openWindow();
  await other.store.dispatch('rename', first, 'Renamed elsewhere');
  await until(() => window.store.state.conversations[0]?.title === 'Renamed elsewhere');
  window.engine.end();
  await until(() => window.store.state.unread.length);
  await window.store.dispatch('open', first);
  assert.equal(window.store.state.conversation.title, 'Renamed elsewhere');
});

test('another model, and a page without storage, end what nobody could come back to', async () => {
  const { window, first } = await away();
  const { store, engine } = window;
  store.dispatch('send', 'Second');
  store.dispatch('stopAll');
  await until(() => !store.state.writing.length);
  assert.equal(store.state.draft, 'Second');
  await store.dispatch('open', first);
  assert.deepEqual(texts(window), ['First', 'One']);
  store.set({ storage: false });
  store.dispatch('send', 'Third');
  engine.say('Three');
  await until(() => texts(window).at(-1) === 'Three');
  store.dispatch('newConversation');
  await until(() => !store.state.writing.length);
  assert.deepEqual(store.state.unread, []);
});
