/** What a person does with answers: goes on with one that was cut off, changes one, and meets a context that is full. */

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';

import { EngineError } from '../../web/common/errors.js';
import { ConversationDatabase } from '../../web/chat/conversation-database.js';
import { toJson } from '../../web/chat/conversation-files.js';
import { toMarkdown } from '../../web/chat/conversation-markdown.js';
import { fromText } from '../../web/chat/conversation-import.js';
import { systemPrompt } from '../../web/chat/state.js';
import { Tree } from '../../web/chat/tree.js';
import { emptyStorage, openWindow, until } from './browser_storage.mjs';

const WINDOW = 4096; // tokens of the engine's context
const texts = ({ conversation }) => conversation.tree.path().map(({ message }) => message.content);
const last = ({ engine }) => engine.requests.at(-1);

beforeEach(emptyStorage);
after(emptyStorage);

/** A window whose engine gives one list of chunks after the other, or fails. */
function scripted(...answers) {
  const window = openWindow();
  window.engine.chat.completions.create = async (request) => {
    window.engine.requests.push(structuredClone({ ...request, signal: null }));
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return (async function* chunks() { yield* answer; })();
  };
  return window;
}

const says = (content, finish = 'stop', used = 100) => [
  { choices: [{ delta: { content }, finish_reason: null }] }, { choices: [{ delta: {}, finish_reason: finish }] },
  { choices: [], usage: { completion_tokens: 5, total_tokens: used, extra: { decode_tokens_per_s: 1, time_to_first_token_s: 1 } } },
];

test('an answer that its greatest length has cut off goes on where it ended, in the same place', async () => {
  const window = scripted(says('One, two', 'length'), says(', three.'));
  await window.store.dispatch('send', 'Count');
  const { leaf } = window.conversation.tree;
  assert.equal(leaf.facts.finish, 'length');
  await window.store.dispatch('goOn', leaf);
  assert.deepEqual(texts(window), ['Count', 'One, two, three.']);
  assert.equal(last(window).extra_body.continue_final_message, true);
  assert.deepEqual(last(window).messages.map(({ content }) => content), ['Count', 'One, two']);
  assert.equal(window.conversation.tree.siblings(window.conversation.tree.leaf).length, 1);
});

test('an answer that something follows goes on beside what follows', async () => {
  const window = scripted(says('One, two', 'length'), says('Four'), says(', three.'));
  await window.store.dispatch('send', 'Count');
  const { leaf } = window.conversation.tree;
  await window.store.dispatch('send', 'And then?');
  await window.store.dispatch('goOn', leaf);
  assert.deepEqual(texts(window), ['Count', 'One, two, three.']);
  await window.store.dispatch('choose', leaf);
  assert.deepEqual(texts(window), ['Count', 'One, two', 'And then?', 'Four'], 'nothing is lost');
});

test('a thought that was cut off goes on as a thought', async () => {
  const thought = [{ choices: [{ delta: { reasoning_content: 'Let me' } }] }, { choices: [{ delta: {}, finish_reason: 'length' }] }];
  const window = scripted(thought, [{ choices: [{ delta: { reasoning_content: ' see.' } }] }, ...says('Seen.')]);
  await window.store.dispatch('send', 'Look');
  await window.store.dispatch('goOn', window.conversation.tree.leaf);
  const { message } = window.conversation.tree.leaf;
  assert.deepEqual([message.reasoning_content, message.content], ['Let me see.', 'Seen.']);
  assert.equal(last(window).messages.at(-1).reasoning_content, 'Let me');
});

test('an answer that a person changes is a branch, and what follows sees it', async () => {
  const window = scripted(says('Paris'), says('Sure.'));
  await window.store.dispatch('send', 'Capital?');
  const { leaf } = window.conversation.tree;
  await window.store.dispatch('edit', leaf, 'Rome');
  assert.deepEqual(texts(window), ['Capital?', 'Rome']);
  assert.equal(window.conversation.tree.leaf.facts.finish, 'edited');
  assert.equal(window.engine.requests.length, 1, 'nobody is asked');
  await window.store.dispatch('send', 'Sure?');
  assert.deepEqual(last(window).messages.map(({ content }) => content), ['Capital?', 'Rome', 'Sure?']);
  await window.store.dispatch('choose', leaf);
  assert.deepEqual(texts(window), ['Capital?', 'Paris']);
});

test('a context that the conversation has filled says so, and what to do', async () => {
  const full = () => new EngineError('ContextError', 'the prompt is 5,000 tokens, the context window is 4,096');
  const window = scripted(full(), says('Hi.'), full(), says('…', 'length', WINDOW));
  await window.store.dispatch('send', 'Long');
  assert.match(window.failed[0], /^This message is longer than the 4,096 tokens .* Shorten it/);
  await window.store.dispatch('send', 'Hello');
  await window.store.dispatch('send', 'Once more');
  assert.match(window.failed[1], /^The context is full: .* longer than the 4,096 tokens .* new chat .* earlier message .* longer context/);
  assert.equal(window.store.state.draft, 'Once more', 'the message is not lost');
  assert.deepEqual(texts(window), ['Hello', 'Hi.']);
  await window.store.dispatch('send', 'Shorter');
  assert.equal(window.conversation.tree.leaf.facts.finish, 'full', 'an answer that the end of the context has cut off');
});

test('a conversation has a system prompt of its own, which is kept, exported and imported with it', async () => {
  const window = scripted(says('Yes.'), says('Aye.'), says('Oui.'));
  window.store.set({ settings: { ...window.store.state.settings, system: 'Be brief.' } });
  assert.equal(systemPrompt(window.store.state), 'Be brief.');
  await window.store.dispatch('send', 'One');
  assert.equal(last(window).messages[0].content, 'Be brief.');
  await window.store.dispatch('instruct', 'Talk like a pirate.\n-->');
  assert.equal(systemPrompt(window.store.state), 'Talk like a pirate.\n-->');
  await window.store.dispatch('send', 'Two');
  assert.deepEqual(last(window).messages[0], { role: 'system', content: 'Talk like a pirate.\n-->' });
  const { tree } = window.conversation;
  await until(async () => (await new ConversationDatabase({ changed() {}, cleared() {} }).all())[0]?.nodes.length === 4);
  const again = openWindow();
  await again.store.dispatch('open', tree.id);
  assert.equal(systemPrompt(again.store.state), 'Talk like a pirate.\n-->');
  for (const file of [toJson([tree.toJSON()]), toMarkdown(tree)]) assert.equal(new Tree(fromText(file).conversations[0]).system, 'Talk like a pirate.\n-->', file);
  await window.store.dispatch('newConversation');
  assert.equal(systemPrompt(window.store.state), 'Be brief.');
  await window.store.dispatch('open', tree.id);
  await window.store.dispatch('instruct', '');
  await window.store.dispatch('send', 'Three');
  assert.equal(last(window).messages[0].role, 'user', 'none at all');
  assert.equal(systemPrompt(window.store.state), '');
});

test('a system prompt that is written before the first message is kept with that', async () => {
  const window = scripted(says('Yes.'));
  await window.store.dispatch('instruct', 'Be brief.');
  await window.store.dispatch('send', 'One');
  assert.equal(last(window).messages[0].content, 'Be brief.');
  await until(async () => (await new ConversationDatabase({ changed() {}, cleared() {} }).all())[0]?.system?.text === 'Be brief.');
});

test('a message of the system at the beginning is the system prompt in force, unless the conversation has another', async () => {
  const window = scripted(says('Yes.'), says('Aye.'), says('Oui.'));
  window.store.set({ settings: { ...window.store.state.settings, system: 'General.' } });
  window.conversation.add({ role: 'system', content: 'From a file.' });
  for (const [own, prompt] of [[null, 'From a file.'], ['Own.', 'Own.'], ['', '']]) {
    await window.store.dispatch('instruct', own);
    assert.equal(systemPrompt(window.store.state), prompt);
    await window.store.dispatch('send', 'Hello');
    assert.deepEqual(last(window).messages.filter(({ role }) => role === 'system').map(({ content }) => content), prompt ? [prompt] : []);
  }
});
