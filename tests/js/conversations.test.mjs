/** Kept conversations in one window and in several: nothing is lost, and nothing comes back. */

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';

import { ConversationDatabase } from '../../web/chat/conversation-database.js';
import { toJson } from '../../web/chat/conversation-files.js';
import { Tree } from '../../web/chat/tree.js';
import { clearSiteData, countCalls, emptyStorage, fillStorage, openWindow, until } from './browser_storage.mjs';

const newest = () => new ConversationDatabase({ changed() {}, cleared() {} }).newest(10);
const texts = ({ conversation }) => conversation.tree.path().map(({ message }) => message.content);
const titles = ({ store }) => store.state.conversations.map(({ title }) => title);
const idle = ({ store }) => until(() => !store.state.answering);

beforeEach(emptyStorage);
after(emptyStorage); // an open channel would keep node alive

/** A window that is in the middle of an answer, of which something is kept. */
async function answering() {
  const window = openWindow();
  window.store.dispatch('send', 'Hello');
  window.engine.say('Begun');
  await until(() => texts(window)[1] === 'Begun');
  await until(async () => (await newest()).length === 1);
  return window;
}

/** A second window with the conversation that the first one shows. */
async function follower({ conversation }) {
  const window = openWindow();
  await window.store.dispatch('open', conversation.tree.id);
  return window;
}

test('a conversation that is deleted while its answer is written stays deleted', async () => {
  const window = await answering();
  const { id } = window.conversation.tree;
  await window.store.dispatch('delete', id);
  await idle(window);
  await until(async () => (await newest()).length === 0);
  assert.deepEqual(titles(window), []);
  await window.store.dispatch('open', id);
  assert.match(window.failed[0], /does not keep that conversation: it was deleted/);
  assert.deepEqual(titles(openWindow()), [], 'after a reload');
});

test('a conversation that another window deletes while its answer is written ends there', async () => {
  const window = await answering();
  const other = await follower(window);
  await other.store.dispatch('delete', window.conversation.tree.id);
  await idle(window);
  assert.equal(window.store.state.notice.sentence, 'This conversation was deleted in another window.');
  assert.deepEqual(texts(window), []);
  window.engine.say('more');
  await new Promise((resolve) => { setTimeout(resolve, 700); }); // longer than answers are saved apart
  assert.deepEqual(await newest(), []);
});

test('what was deleted comes back when a person takes it back', async () => {
  const window = await answering();
  window.engine.end();
  await idle(window);
  const before = window.conversation.tree.toJSON();
  await window.store.dispatch('delete', before.id);
  await window.store.dispatch('undelete', window.store.state.notice.deleted);
  assert.deepEqual(window.conversation.tree.toJSON(), before);
  assert.deepEqual(titles(window), ['Hello']);
});

for (const [name, order] of [['first', [0, 1]], ['second', [1, 0]]]) {
  test(`two windows answer in one conversation, the ${name} one ends first: both answers are in both and in the store`, async () => {
    const one = await answering();
    one.engine.end();
    await idle(one);
    const both = [one, await follower(one)];
    for (const [at, { store, engine }] of both.entries()) {
      store.dispatch('send', `Question ${at}`);
      engine.say(`Answer ${at}`);
    }
    await until(() => both.every((window) => texts(window).length === 4));
    for (const at of order) {
      both[at].engine.end();
      await idle(both[at]);
    }
    const shown = ({ conversation: { tree } }) => tree.siblings(tree.path()[2]).map(({ message }) => message.content).sort();
    await until(() => both.every((window) => shown(window).length === 2));
    for (const [at, window] of both.entries()) assert.deepEqual(texts(window).slice(2), [`Question ${at}`, `Answer ${at}`], 'each goes on showing its own');
    const [kept] = await new ConversationDatabase({ changed() {}, cleared() {} }).all();
    assert.deepEqual(kept.nodes.map(({ message }) => message.content).sort(), ['Answer 0', 'Answer 1', 'Begun', 'Hello', 'Question 0', 'Question 1']);
  });
}

/** A page that is opened in place of one that is gone, with the conversation that was shown. */
const reopened = follower;

test('an answer that a reload cuts off is kept as far as it came, and goes on from there', async (t) => {
  const gone = await answering();
  t.after(() => gone.conversation.stop());
  await until(async () => (await new ConversationDatabase({ changed() {}, cleared() {} }).all())[0].nodes.length === 2);
  const window = await reopened(gone);
  assert.deepEqual(texts(window), ['Hello', 'Begun']);
  const { sentence, unfinished } = window.store.state.notice;
  assert.match(sentence, /^The last answer is not complete/);
  window.store.dispatch('goOn', unfinished);
  window.engine.say(', and done.');
  await until(() => texts(window)[1] === 'Begun, and done.');
  window.engine.end();
  await idle(window);
  const [{ messages, extra_body: extra }] = window.engine.requests;
  assert.deepEqual([messages.map(({ content }) => content), extra.continue_final_message], [['Hello', 'Begun'], true]);
  assert.equal(window.conversation.tree.siblings(window.conversation.tree.leaf).length, 1);
  assert.equal(window.conversation.tree.leaf.facts.finish, 'stop');
  assert.equal((await reopened(window)).store.state.notice, null);
});

test('a question that a reload left without an answer is answered on request; nothing said leaves what there was', async (t) => {
  const gone = openWindow();
  t.after(() => gone.conversation.stop());
  gone.store.dispatch('send', 'Hello');
  await until(async () => (await newest()).length === 1);
  const window = await reopened(gone);
  window.engine.chat.completions.create = async () => { throw new Error('No GPU.'); };
  await window.store.dispatch('goOn', window.store.state.notice.unfinished);
  assert.deepEqual([window.failed, texts(window)], [['No GPU.'], ['Hello']]);
});

test('a draft is kept for its conversation, and for the one that is yet to begin', async () => {
  const window = openWindow();
  window.store.dispatch('draft', 'Not yet');
  assert.equal(openWindow().store.state.draft, 'Not yet');
  window.store.dispatch('send', 'Hello');
  window.engine.say('Hi.');
  window.engine.end();
  await until(() => texts(window).length === 2);
  await idle(window);
  await until(async () => (await newest()).length === 1);
  window.store.dispatch('draft', 'Half a');
  const { id } = window.conversation.tree;
  const next = openWindow();
  assert.equal(next.store.state.draft, '');
  await next.store.dispatch('open', id);
  assert.equal(next.store.state.draft, 'Half a');
  next.store.dispatch('newConversation');
  assert.equal(next.store.state.draft, '');
  await next.store.dispatch('delete', id);
  assert.equal(localStorage.getItem('deltapage-drafts'), '{}');
});

test('a message that nothing answered goes back into the draft, and is sent again', async () => {
  const window = openWindow();
  const failing = window.engine.chat.completions.create;
  window.engine.chat.completions.create = async () => { throw new Error('No GPU.'); };
  await window.store.dispatch('send', 'Hello');
  assert.equal(window.store.state.draft, 'Hello');
  assert.deepEqual([window.failed, titles(window)], [['No GPU.'], []]);
  window.engine.chat.completions.create = failing;
  window.store.dispatch('send', 'Hello');
  window.engine.say('Hi.');
  window.engine.end();
  await until(() => texts(window).length === 2);
  await idle(window);
  await until(() => titles(window).length === 1);
});

test('a write that the browser takes back is told, and the conversation stays on the page', async (t) => {
  const window = openWindow();
  fillStorage(t);
  window.store.dispatch('send', 'Hello');
  window.engine.say('Hi.');
  window.engine.end();
  await until(() => texts(window).length === 2);
  await idle(window);
  await until(() => window.failed.length);
  assert.match(window.failed[0], /could not keep the conversation: its storage is full.*stays on the page/);
  assert.deepEqual(texts(window), ['Hello', 'Hi.']);
  assert.deepEqual(await newest(), []);
});

test('site data that is cleared while the page is open: a sentence, and the shown conversation is kept again', async () => {
  const window = await answering();
  window.engine.end();
  await idle(window);
  clearSiteData();
  await until(() => window.store.state.notice);
  assert.match(window.store.state.notice.sentence, /has cleared the data of this site/);
  assert.deepEqual((await newest()).map(({ title }) => title), ['Hello']);
  assert.deepEqual(window.failed, []);
});

test('a newer page may change the form of the store, and an older one says so', async () => {
  const window = openWindow();
  window.store.dispatch('send', 'Hello');
  window.engine.say('Hi.');
  window.engine.end();
  await until(() => texts(window).length === 2);
  await idle(window);
  await new Promise((resolve, reject) => {
    const request = indexedDB.open('deltapage-chat', 4);
    request.onsuccess = () => { request.result.close(); resolve(); };
    request.onblocked = () => reject(new Error('the older page does not let go'));
  });
  await window.store.dispatch('listMore');
  assert.match(window.failed[0], /This page is older than the conversations that are kept/);
});

test('conversations that an older page kept are listed and opened', async () => {
  const old = { version: 1, id: 'a', title: 'Old', created: 1, updated: 2, chosen: { 0: 1, 1: 2 }, nodes: [
    { id: 1, parent: 0, message: { role: 'user', content: 'one' } },
    { id: 2, parent: 1, message: { role: 'assistant', content: 'first' } },
    { id: 3, parent: 1, message: { role: 'assistant', content: 'second' } },
  ] };
  await new Promise((resolve) => {
    const request = indexedDB.open('deltapage-chat', 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore('conversations', { keyPath: 'id' });
      store.put(old);
      store.put({ id: 'b', nodes: 5 });
    };
    request.onsuccess = () => { request.result.close(); resolve(); };
  });
  const window = openWindow();
  await until(() => titles(window).length === 2);
  assert.deepEqual(titles(window), ['Old', 'Damaged conversation']);
  await window.store.dispatch('open', 'a');
  assert.deepEqual(texts(window), ['one', 'first']);
  assert.equal(window.conversation.tree.siblings(window.conversation.tree.leaf).length, 2);
  await window.store.dispatch('open', 'b');
  assert.match(window.failed[0], /^This conversation is damaged and cannot be opened: .* Delete it/);
  await window.store.dispatch('delete', 'b');
  assert.deepEqual(titles(window), ['Old']);
});

test('conversations that an older page listed are listed and can be pinned', async () => {
  const tree = new Tree();
  tree.add({ role: 'user', content: 'Hello' });
  const old = tree.toJSON();
  await new Promise((resolve) => {
    const request = indexedDB.open('deltapage-chat', 2);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('conversations', { keyPath: 'id' }).put(old);
      const heads = request.result.createObjectStore('heads', { keyPath: 'id' });
      heads.createIndex('updated', 'updated');
      heads.put({ id: old.id, title: 'Hello', updated: old.updated });
      request.result.createObjectStore('deleted');
    };
    request.onsuccess = () => { request.result.close(); resolve(); };
  });
  const window = openWindow();
  await until(() => titles(window).length);
  await window.store.dispatch('pin', old.id, true);
  assert.equal((await newest())[0].pinned, 1);
});

test('a save touches its own record and its own title, however many are kept', async (t) => {
  const database = new ConversationDatabase({ changed() {}, cleared() {} });
  const tree = new Tree();
  tree.add({ role: 'user', content: 'Hello' });
  await database.add(Array.from({ length: 500 }, (_, at) => ({ ...tree.toJSON(), id: `id ${at}`, updated: at })));
  const window = openWindow();
  await until(() => titles(window).length);
  assert.equal(titles(window).length, 100, 'the first page');
  assert(window.store.state.moreConversations);
  const counted = countCalls(t);
  window.conversation.add({ role: 'user', content: 'Mine' });
  await until(() => titles(window)[0] === 'Mine');
  assert.deepEqual(counted, { get: 1, put: 2 });
  await window.store.dispatch('listMore');
  assert.equal(titles(window).length, 200);
  assert.equal(counted.getAll, undefined);
});

test('an import is all or nothing, and is not kept when it is damaged', async () => {
  const window = openWindow();
  const tree = new Tree();
  tree.add({ role: 'user', content: 'Hello' });
  const good = tree.toJSON();
  const [node] = good.nodes;
  const circle = { ...good, nodes: [{ ...node, id: 1, parent: 2 }, { ...node, id: 2, parent: 1 }] };
  await assert.rejects(window.list.importFile(new Blob([`{"kind": "deltapage conversations", "conversations": ${JSON.stringify([good, circle])}}`])),
    /of number 2, 1 of its messages answers one that is missing, or one another in a circle/);
  assert.deepEqual(await newest(), []);
  await window.list.importFile(new Blob([toJson([good, good])]));
  assert.deepEqual(titles(window), ['Hello', 'Hello']);
  assert.equal(window.store.state.notice.sentence, 'Imported 2 conversations.');
});

test('a page that keeps nothing opens nothing', async () => {
  const window = openWindow();
  window.store.set({ storage: false });
  emptyStorage();
  await window.store.dispatch('open', 'a');
  assert.match(window.failed[0], /does not keep that conversation/);
  assert.deepEqual(await indexedDB.databases(), []);
});
