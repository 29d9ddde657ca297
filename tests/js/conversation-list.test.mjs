/** The list of kept conversations: its order, what is found in it, and what is done with several at once. */

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';

import { ageOf } from '../../web/chat/age.js';
import { ConversationDatabase } from '../../web/chat/conversation-database.js';
import { ConversationSearch, fold } from '../../web/chat/conversation-search.js';
import { Tree } from '../../web/chat/tree.js';
import { countCalls, emptyStorage, openWindow, until } from './browser_storage.mjs';

const titles = ({ store }) => store.state.conversations.map(({ title }) => title);
const found = ({ store }) => store.state.found?.conversations.map(({ title }) => title);

beforeEach(emptyStorage);
after(emptyStorage);

/** A kept conversation: a question, an answer, and when it changed last. */
function conversation(question, answer = 'Yes.', updated = 1) {
  const tree = new Tree();
  tree.add({ role: 'user', content: question });
  tree.add({ role: 'assistant', content: answer });
  return { ...tree.toJSON(), updated };
}

/** A window over these conversations. */
async function windowOver(conversations) {
  await new ConversationDatabase({ changed() {}, cleared() {} }).add(conversations);
  const window = openWindow();
  await until(() => titles(window).length);
  return window;
}

test('how long ago something was: days, then months, then months of other years', () => {
  const now = new Date(2026, 2, 15, 12).getTime();
  const ages = [[2026, 2, 15, 0], [2026, 2, 14, 23], [2026, 2, 13], [2026, 2, 8], [2026, 2, 7], [2026, 1, 13], [2026, 1, 12], [2026, 0, 1], [2025, 11, 31], [2024, 2, 15]];
  assert.deepEqual(ages.map(([year, month, day, hour = 12]) => ageOf(new Date(year, month, day, hour).getTime(), now)),
    ['Today', 'Yesterday', 'Last 7 days', 'Last 7 days', 'Last 30 days', 'Last 30 days', 'February', 'January', 'December 2025', 'March 2024']);
});

test('a pinned conversation stands above the others, in every window and after a reload, however old it is', async () => {
  const kept = Array.from({ length: 150 }, (_, at) => conversation(`Question ${at}`, 'Yes.', at + 1));
  const window = await windowOver(kept);
  const other = openWindow();
  await until(() => titles(other).length === 100);
  await window.store.dispatch('pin', kept[3].id, true);
  await window.store.dispatch('pin', kept[140].id, true);
  for (const each of [window, other, openWindow()]) {
    await until(() => titles(each)[1] === 'Question 3');
    assert.deepEqual(titles(each).slice(0, 3), ['Question 140', 'Question 3', 'Question 149']);
  }
  await window.store.dispatch('open', kept[3].id);
  window.conversation.add({ role: 'user', content: 'More' });
  await until(() => titles(window)[0] === 'Question 3');
  await window.store.dispatch('pin', kept[3].id, false);
  await window.store.dispatch('pin', kept[140].id, false);
  await until(() => titles(other)[0] === 'Question 3' && titles(other)[1] === 'Question 149');
  const [once] = await new ConversationDatabase({ changed() {}, cleared() {} }).newest(1);
  assert.equal(once.pinned, undefined);
});

test('several conversations are deleted at once, and one Undo brings them all back', async () => {
  const kept = Array.from({ length: 30 }, (_, at) => conversation(`Question ${at}`, 'Yes.', at + 1));
  const window = await windowOver(kept);
  const { store } = window;
  const other = openWindow();
  await other.store.dispatch('open', kept[5].id);
  await store.dispatch('selectAll');
  assert.equal(store.state.selected.length, 30);
  await store.dispatch('delete', ...store.state.selected.filter((id) => id !== kept[0].id));
  assert.deepEqual([titles(window), store.state.selected, store.state.notice.sentence], [['Question 0'], null, 'Deleted 29 conversations.']);
  await until(() => titles(other).length === 1 && !other.conversation.tree.leaf);
  await store.dispatch('undelete', store.state.notice.deleted);
  assert.equal(titles(window).length, 30);
  assert.equal(store.state.notice, null);
  await until(() => titles(other).length === 30);
});

test('a search finds words in titles and texts, whatever their case and accents, and shows where', async () => {
  const named = conversation('Plans for the summer', 'Swim.', 3);
  const window = await windowOver([
    conversation('Recipes', `${'Long before. '.repeat(20)}Crème brûlée needs cream, and patience.\nAnd more ${'after. '.repeat(30)}`, 1),
    conversation('Σίσυφος', 'Stone', 2), named, conversation('Weather', 'The summer is warm, the plan is none', 4), conversation('日本語の質問', '答えです', 5),
  ]);
  const search = async (query) => {
    await window.store.dispatch('search', query);
    await until(() => window.store.state.found?.complete);
    return found(window);
  };
  assert.deepEqual(await search('CREME  patience'), ['Recipes']);
  const [{ excerpt }] = window.store.state.found.conversations;
  assert.equal(excerpt.found, 'Crème');
  assert.match(excerpt.before, /^….*before\. $/);
  assert.match(excerpt.after, /^ brûlée needs cream, and patience\. And more/);
  assert.deepEqual(await search('plan summer'), ['Plans for the summer', 'Weather'], 'titles first');
  assert.equal(window.store.state.found.conversations[0].excerpt, null);
  assert.deepEqual(await search('σισυφος'), ['Σίσυφος']);
  assert.deepEqual(await search('答え'), ['日本語の質問']);
  assert.deepEqual(await search('summer winter'), []);
  await window.store.dispatch('search', '');
  assert.equal(window.store.state.found, null);
});

test('folding keeps every character at its place', () => {
  for (let code = 0; code < 0xd800; code++) {
    const letter = String.fromCharCode(code).normalize('NFC');
    assert.equal(fold(letter).length, letter.length, code.toString(16));
  }
  assert.deepEqual(['Ünïcödé', 'İstanbul', 'ΆΛΦΑ', 'e\u0301'].map(fold), ['unicode', 'istanbul', 'αλφα', 'e']);
});

test('a search reads each conversation once, whatever is typed, and knows what is written meanwhile', async (t) => {
  const kept = Array.from({ length: 1000 }, (_, at) => conversation(`Question ${at}`, `The answer is ${at * 7}. `.repeat(40), at + 1));
  const window = await windowOver(kept);
  const { store } = window;
  const counted = countCalls(t);
  const query = 'answer is 6993';
  for (let end = 1; end <= query.length; end++) await store.dispatch('search', query.slice(0, end));
  await until(() => store.state.found.complete);
  assert.deepEqual(found(window), ['Question 999']);
  assert.deepEqual(counted, { getAll: 21 }, 'twenty times fifty, and then there are no more');
  window.conversation.add({ role: 'user', content: 'Is the answer is 6993 right?' });
  await until(() => found(window).length === 2);
  await store.dispatch('rename', kept[7].id, 'answer is 6993');
  assert(found(window).includes('answer is 6993'));
  await store.dispatch('delete', kept[999].id);
  assert.equal(found(window).length, 2);
  assert.equal(counted.getAll, 21);
});

test('what has been read is found while the rest is still read', async () => {
  const pages = [[conversation('One', 'alike')], [conversation('Two', 'alike')]];
  let go;
  const database = {
    newest: async () => pages.flat().map(({ id, updated }, at) => ({ id, title: ['One', 'Two'][at], updated })),
    async *pages() {
      yield pages[0];
      await new Promise((resolve) => { go = resolve; });
      yield pages[1];
    },
  };
  const search = new ConversationSearch();
  const told = [];
  const done = search.read(database, () => told.push(search.find('alike').length));
  await until(() => go);
  assert.deepEqual([told, search.complete, search.find('two').length], [[0, 1], false, 1]);
  go();
  await done;
  assert.deepEqual([search.complete, search.find('alike').length], [true, 2]);
});
