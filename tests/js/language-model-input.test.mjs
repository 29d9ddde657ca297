/** What the Prompt API takes, converted as Web IDL says, and what it refuses. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { BOUNDS } from '../../web/common/facts.js';
import { LanguageModel } from '../../web/language-model.js';
import { failure } from './failure.mjs';
import { ScriptedEngine } from './scripted_engine.mjs';

globalThis.ProgressEvent ??= /** @type {any} */ (Event); // node has no such event

/** @param {any} options */
const create = (options) => LanguageModel.create(options);
const contents = ({ messages }) => messages.map(({ role, content }) => `${role}: ${content}`);
const system = { role: 'system', content: 's' };
const user = { role: 'user', content: 'u' };
const prefix = { role: 'assistant', content: 'x', prefix: true };
const tool = { name: 'now', description: 'The time', inputSchema: { type: 'object' }, execute: async () => 'noon' };

/** Whether each call ends as its name says, up to the colon. */
async function assertFailures(calls) {
  for (const [expected, call] of Object.entries(calls)) {
    assert.equal(`${await failure(call)}: ${expected.split(': ')[1]}`, expected);
  }
}

test('prompts are converted as Web IDL says', async () => {
  const read = async (input) => {
    const engine = new ScriptedEngine(1000, ['x']);
    await (await create({ engine })).prompt(input);
    return contents(engine.requests[0]);
  };
  const parts = (...values) => ({ role: 'user', content: values.map((value) => ({ type: 'text', value })) });
  assert.deepEqual(await read(7), ['user: 7']);
  assert.deepEqual(await read(null), ['user: null']);
  assert.deepEqual(await read(undefined), ['user: undefined']);
  assert.deepEqual(await read({}), ['user: [object Object]']);
  assert.deepEqual(await read(new URL('https://example.com/')), ['user: https://example.com/']);
  assert.deepEqual(await read([]), ['user: ']);
  assert.deepEqual(await read(user), ['user: u']); // one message for a list of it
  assert.deepEqual(await read({ role: 'user', content: { type: 'text', value: 'part' } }), ['user: part']);
  assert.deepEqual(await read(new Set([user])), ['user: u']);
  assert.deepEqual(await read(runInNewContext('[{ role: "user", content: "framed" }]')), ['user: framed']);
  assert.deepEqual(await read([{ role: 'user', content: [] }]), ['user: ']);
  assert.deepEqual(await read([parts('a', 1, null)]), ['user: a1null']);
  assert.deepEqual(await read([{ role: 'user', content: null, prefix: 0 }]), ['user: null']);
  assert.deepEqual(await read([{ role: 'assistant', content: 'said' }]), ['user: ', 'assistant: said']); // templates want a question
});

test('a system message is the first of all, and stays when the oldest turns go', async () => {
  const engine = new ScriptedEngine(40, ['one', 'two', 'three']);
  const session = /** @type {any} */ (await create({ engine }));
  assert.equal(await session.measureContextUsage([system, user]), 2);
  await session.prompt([system, { role: 'user', content: 'aaaaaaaaaa' }]);
  for (const question of ['bbbbbbbbbb', 'cccccccccc']) await session.prompt(question);
  assert.deepEqual(contents(engine.requests[2]), ['system: s', 'user: bbbbbbbbbb', 'assistant: two', 'user: cccccccccc']);
  assert.equal(await session.measureContextUsage([system, user]), 2);
  const appended = /** @type {any} */ (await create({ engine: new ScriptedEngine(40, []) }));
  await appended.append([system]);
  await assertFailures({
    'TypeError: after others': () => session.prompt([system, user]),
    'TypeError: after others, streamed': () => session.promptStreaming([system]).getReader().read(),
    'TypeError: after another': () => appended.append([system]),
    'TypeError: late in its list': () => session.prompt([user, system]),
    'TypeError: late in initialPrompts': () => create({ engine, initialPrompts: [user, system] }),
    'TypeError: twice in initialPrompts': () => create({ engine, initialPrompts: [system, system] }),
  });
});

test('a tool is declared as it was when the session was made', async () => {
  const engine = new ScriptedEngine(1000, ['x']);
  const inputSchema = { type: 'object' };
  const session = await create({ engine, tools: [{ ...tool, name: 7, description: null, inputSchema }] });
  inputSchema.type = 'array';
  await session.prompt('x');
  assert.deepEqual(engine.requests[0].tools[0].function, { name: '7', description: 'null', parameters: { type: 'object' } });
});

test('expected contents may name tools, whose calls are text to the model', async () => {
  const engine = /** @type {any} */ (new ScriptedEngine(1000, []));
  const expectedInputs = [{ type: 'text', languages: ['en', 'de'] }, { type: 'tool-response' }];
  const expectedOutputs = [{ type: 'text' }, { type: 'tool-call' }];
  assert.equal(await failure(() => create({ engine, expectedInputs, expectedOutputs, tools: [tool] })), null);
  const availability = (options) => LanguageModel.availability({ engine, ...options });
  assert.equal(await availability({ expectedInputs, expectedOutputs }), 'available');
  assert.equal(await availability({ expectedInputs: [{ type: 'audio' }] }), 'unavailable');
  assert.equal(await availability({ expectedInputs: [{ type: 'tool-call' }] }), 'unavailable');
});

test('a session that expects pictures takes them from the user, as they are when it is asked', async () => {
  const engine = /** @type {any} */ (new ScriptedEngine(1000, ['seen', 'again'], { vision: {} }));
  const expectedInputs = [{ type: 'text' }, { type: 'image' }];
  const image = (value) => ({ type: 'image', value });
  const words = (value) => ({ type: 'text', value });
  const file = new Blob(['a file']);
  const initialPrompts = [{ role: 'user', content: [image(file)] }, { role: 'assistant', content: 'A cat.' }];
  const session = /** @type {any} */ (await create({ engine, expectedInputs, initialPrompts }));
  assert.equal(await session.measureContextUsage([{ role: 'user', content: [image(file), words('see')] }]), 4);
  const bytes = new TextEncoder().encode('bytes');
  const content = [words('a'), words('b'), image(bytes), words('c'), image(file)];
  const asked = session.prompt([{ role: 'user', content }], { responseConstraint: /x/ });
  bytes.fill(0);
  assert.equal(await asked, 'seen');
  await session.append([{ role: 'user', content: [words('no '), words('picture')] }]);
  await session.prompt('more');
  const { messages } = engine.requests[1];
  assert.deepEqual(messages.map(({ role }) => role), ['user', 'assistant', 'user', 'assistant', 'user', 'user']);
  assert.deepEqual(messages[0].content, [{ type: 'image', image: file }]);
  const [first, second, third, ...others] = messages[2].content;
  assert.deepEqual(first, { type: 'text', text: 'ab' });
  assert.equal(await second.image.text(), 'bytes');
  assert.match(third.text, /^c$/);
  assert.deepEqual(others[0], { type: 'image', image: file });
  assert.match(others[1].text, /^\n\nAnswer only with a text/);
  assert.equal(messages[4].content, 'no picture');
  assert.equal(await LanguageModel.availability({ engine, expectedInputs: [{ type: 'image' }] }), 'available');
  const blind = /** @type {any} */ (new ScriptedEngine(1000, []));
  assert.equal(await LanguageModel.availability({ engine: blind, expectedInputs: [{ type: 'image' }] }), 'unavailable');
  const elsewhere = [{ role: 'user', content: [image(/** @type {any} */ ({}))] }];
  await assertFailures({
    'DOMException NotSupportedError: a model that does not see': () => create({ engine: blind, expectedInputs }),
    'DOMException NotSupportedError: of the assistant': () => session.prompt([{ role: 'assistant', content: [image(file)] }]),
    'DOMException NotSupportedError: sound': () => session.prompt([{ role: 'user', content: [{ type: 'audio', value: file }] }]),
    'TypeError: an address': () => session.prompt([{ role: 'user', content: [image('https://elsewhere.example/a.png')] }]),
    'TypeError: an address that is an object': () => session.prompt([{ role: 'user', content: [image(new URL('https://elsewhere.example/a.png'))] }]),
    'TypeError: nothing': () => session.prompt([{ role: 'user', content: [image(null)] }]),
    'DOMException EncodingError: what cannot be drawn': () => session.prompt(elsewhere),
    'DOMException EncodingError: what cannot be drawn, appended': () => session.append(elsewhere),
    'DOMException EncodingError: what cannot be drawn, measured': () => session.measureContextUsage(elsewhere),
    'DOMException EncodingError: what cannot be drawn, at first': () => create({ engine, expectedInputs, initialPrompts: elsewhere }),
  });
});

test('options are converted as Web IDL says, and bounded', async () => {
  const engine = new ScriptedEngine(1000, []);
  const sampled = async (options) => {
    const { temperature, topK } = await create({ engine, ...options });
    return [temperature, topK];
  };
  assert.deepEqual(await sampled({ temperature: '0.25', topK: [3.7] }), [0.25, 3]);
  assert.deepEqual(await sampled({ temperature: null, topK: true }), [0, 1]);
  assert.deepEqual(await sampled({ temperature: undefined, topK: Number.MAX_VALUE }), [0.7, BOUNDS.top_k.most]);
  assert.equal((await create({ engine, samplingMode: ['creative'] })).samplingMode, 'creative');
  const nobody = /** @type {any} */ (null);
  assert.equal(await (await create({ engine })).measureContextUsage('four', nobody), 4);
});

test('what the specification refuses, and what this engine does', async () => {
  const engine = new ScriptedEngine(1000, []);
  const session = /** @type {any} */ (await create({ engine, expectedInputs: [{ type: 'text', languages: ['en', 'de'] }] }));
  const withTool = (changes) => () => create({ engine, tools: [{ ...tool, ...changes }] });
  /** @type {any} */
  const cyclic = {};
  cyclic.of = cyclic;
  await assertFailures({
    'TypeError: nothing': () => session.prompt(),
    'TypeError: a symbol': () => session.prompt(Symbol('x')),
    'TypeError: nothing, streamed': () => session.promptStreaming(),
    'TypeError: nothing, measured': () => session.measureInputUsage(),
    'TypeError: a list of texts': () => session.prompt(['x']),
    'TypeError: a role': () => session.prompt([{ role: 'robot', content: 'x' }]),
    'TypeError: no role': () => session.prompt([{ content: 'x' }]),
    'TypeError: no content': () => session.prompt([{ role: 'user' }]),
    'TypeError: a part without a value': () => session.prompt([{ role: 'user', content: [{ type: 'text' }] }]),
    'TypeError: a part of an unknown type': () => session.prompt([{ role: 'user', content: [{ type: 'smell', value: 'x' }] }]),
    'TypeError: bytes for a text': () => session.prompt([{ role: 'user', content: [{ type: 'text', value: new Uint8Array(2) }] }]),
    'TypeError: an object for a text': () => session.prompt([{ role: 'user', content: [{ type: 'text', value: new Blob() }] }]),
    'DOMException NotSupportedError: a picture': () => session.prompt([{ role: 'user', content: [{ type: 'image', value: null }] }]),
    'DOMException NotSupportedError: pictures to expect': () => create({ engine, expectedInputs: [{ type: 'image' }] }),
    'TypeError: an unknown type to expect': () => create({ engine, expectedInputs: [{ type: 'smell' }] }),
    'TypeError: languages that are no list': () => create({ engine, expectedInputs: [{ type: 'text', languages: 'en' }] }),
    'DOMException SyntaxError: a prefix of a person': () => session.prompt([{ ...user, prefix: true }]),
    'DOMException SyntaxError: an early prefix': () => session.prompt([prefix, user]),
    'DOMException SyntaxError: an early prefix, streamed': () => session.promptStreaming([prefix, user]).getReader().read(),
    'DOMException NotSupportedError: an appended prefix': () => session.append([user, prefix]),
    'TypeError: a schema that is none': () => session.prompt('x', { responseConstraint: 'integer' }),
    'TypeError: a schema that is null': () => session.prompt('x', { responseConstraint: null }),
    'TypeError: a schema that is a list': () => session.prompt('x', { responseConstraint: [] }),
    'TypeError: a schema that is a function': () => session.prompt('x', { responseConstraint: () => 1 }),
    'TypeError: a schema that JSON cannot hold': () => session.prompt('x', { responseConstraint: cyclic }),
    'TypeError: nothing to omit': () => session.prompt('x', { omitResponseConstraintInput: true }),
    'TypeError: nothing to omit, measured': () => session.measureContextUsage('x', { omitResponseConstraintInput: 1 }),
    'TypeError: options that are none': () => session.prompt('x', 7),
    'TypeError: a signal that is null': () => session.prompt('x', { signal: null }),
    'TypeError: a signal that is none, appended': () => session.append('x', { signal: {} }),
    'TypeError: a signal that is none, cloned': () => session.clone({ signal: new EventTarget() }),
    'RangeError: a language': () => create({ engine, expectedInputs: [{ type: 'text', languages: ['no such'] }] }),
    'RangeError: a language, asked': () => LanguageModel.availability(/** @type {any} */ ({ engine, expectedOutputs: [{ type: 'text', languages: [''] }] })),
    'RangeError: below zero': () => create({ engine, temperature: -1 }),
    'RangeError: no number': () => create({ engine, temperature: 'warm' }),
    'RangeError: too narrow': () => create({ engine, topK: 0.5 }),
    'RangeError: null is 0': () => create({ engine, topK: null }),
    'TypeError: a big integer': () => create({ engine, topK: 3n }),
    'TypeError: a mode': () => create({ engine, samplingMode: 'wild' }),
    'TypeError: a mode that is null': () => create({ engine, samplingMode: null }),
    'TypeError: a mode and topK': () => create({ engine, samplingMode: 'creative', topK: 3 }),
    'TypeError: no bundle': () => create({}),
    'TypeError: a monitor that is no function': () => create({ engine, monitor: {} }),
    'TypeError: initial prompts that are a text': () => create({ engine, initialPrompts: 'x' }),
    'TypeError: initial prompts that are null': () => create({ engine, initialPrompts: null }),
    'TypeError: tools that are no list': () => create({ engine, tools: tool }),
    'TypeError: a tool without a name': withTool({ name: undefined }),
    'TypeError: a tool without a description': withTool({ description: undefined }),
    'TypeError: a tool with an empty name': withTool({ name: '' }),
    'TypeError: a tool with an empty description': withTool({ description: '' }),
    'TypeError: two tools of one name': () => create({ engine, tools: [tool, { ...tool }] }),
    'TypeError: a tool that takes a text': withTool({ inputSchema: { type: 'string' } }),
    'TypeError: a tool whose properties are a text': withTool({ inputSchema: { type: 'object', properties: 'none' } }),
    'TypeError: a tool whose properties are null': withTool({ inputSchema: { properties: null } }),
    'TypeError: a tool whose required is a text': withTool({ inputSchema: { type: 'object', required: 'a' } }),
    'Error: a tool with a schema that throws': withTool({ inputSchema: { toJSON() { throw new Error('mine'); } } }),
    'TypeError: a tool without a schema': withTool({ inputSchema: undefined }),
    'TypeError: a tool with a text for a schema': withTool({ inputSchema: '{}' }),
    'TypeError: a tool with null for a schema': withTool({ inputSchema: null }),
    'TypeError: a tool with a schema that JSON cannot hold': withTool({ inputSchema: cyclic }),
    'TypeError: a tool that runs nothing': withTool({ execute: 'noon' }),
    'TypeError: a tool that is null': () => create({ engine, tools: [null] }),
    'TypeError: a mode and topK, asked for what is there': () => LanguageModel.availability({ engine: /** @type {any} */ (engine), samplingMode: 'creative', topK: 3 }),
    'TypeError: a mode, asked for what is there': () => LanguageModel.availability(/** @type {any} */ ({ engine, samplingMode: 'wild' })),
    'TypeError: a session by new': async () => new LanguageModel(/** @type {any} */ (undefined)),
  });
});
