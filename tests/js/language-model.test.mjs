/** Sessions of the Prompt API over any engine, a letter counting as a token. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BOUNDS } from '../../web/common/facts.js';
import { LanguageModel } from '../../web/language-model.js';
import { failure } from './failure.mjs';
import { ScriptedEngine } from './scripted_engine.mjs';

// Node has no such event; what these sessions are loaded from tells no progress.
globalThis.ProgressEvent ??= /** @type {any} */ (Event);

/** @param {any} options */
const create = (options) => LanguageModel.create(options);
const contents = ({ messages }) => messages.map(({ role, content }) => `${role}: ${content}`);
const tool = (name, execute) => ({ name, description: `Does ${name}`, inputSchema: { type: 'object' }, execute });

test('the oldest turns go, the initial prompts stay', async () => {
  const engine = new ScriptedEngine(40, ['one', 'two', 'three', 'four']);
  const initialPrompts = [{ role: 'system', content: 'brief' }];
  const session = await create({ engine, initialPrompts, temperature: 0, topK: 5 });
  let told = 0;
  session.oncontextoverflow = () => told++;
  session.onquotaoverflow = () => told++;
  session.addEventListener('contextoverflow', () => told++);
  const usages = [session.contextUsage];
  const overflows = [];
  for (const question of ['aaaaaaaa', 'bbbbbbbb', 'cccccccc']) {
    await session.prompt(question);
    usages.push(session.contextUsage);
    overflows.push(told);
  }
  assert.deepEqual(usages, ['brief'.length, 5 + 8 + 3, 5 + 11 + 11, 5 + 11 + 8 + 5]);
  assert.deepEqual(overflows, [0, 0, 3]); // told to the handler, to that of the older name, and to the listener
  assert.deepEqual(contents(engine.requests.at(-1)), ['system: brief', 'user: bbbbbbbb', 'assistant: two', 'user: cccccccc']);
  const { temperature, top_k, stream } = engine.requests[0];
  assert.deepEqual({ temperature, top_k, stream }, { temperature: 0, top_k: 5, stream: true });
  assert.equal(await failure(() => session.prompt('x'.repeat(40))), 'DOMException QuotaExceededError');
  assert.equal(session.contextUsage, usages.at(-1));
  const tooLong = [{ role: 'user', content: 'x'.repeat(40) }];
  assert.equal(await failure(() => create({ engine, initialPrompts: tooLong })), 'DOMException QuotaExceededError');
});

test('messages are measured and added without an answer, and a copy goes its own way', async () => {
  const engine = new ScriptedEngine(1000, ['copied']);
  const session = await create({ engine });
  assert.equal(await session.measureContextUsage('hello'), 'hello'.length);
  assert.deepEqual([await session.measureInputUsage('hello'), session.inputUsage, session.inputQuota], ['hello'.length, 0, 1000]);
  await session.append([{ role: 'user', content: [{ type: 'text', value: 'hel' }, { type: 'text', value: 'lo' }] }]);
  assert.equal(session.contextUsage, 'hello'.length);
  const copy = await session.clone();
  await copy.prompt('more');
  assert.deepEqual([session.contextUsage, copy.contextUsage], [5, 5 + 4 + 6]);
  assert.deepEqual(contents(engine.requests[0]), ['user: hello', 'user: more']);
});

test('tools are called, and what they answer is read', async () => {
  const engine = new ScriptedEngine(1000, [{ name: 'add', arguments: { a: 2, b: 3 } }, 'five']);
  const session = await create({ engine, tools: [tool('add', async ({ a, b }) => ({ sum: a + b }))] });
  assert.equal(await session.prompt('2 + 3?'), 'five');
  assert.equal(engine.requests[0].tools[0].function.name, 'add');
  assert.deepEqual(contents(engine.requests[1]), ['user: 2 + 3?', 'assistant: ', 'tool: {"sum":5}']);
});

test('tools that are called together run side by side, and their answers are read in the order of the calls', async () => {
  const calls = [{ name: 'slow', arguments: {} }, { name: 'quick', arguments: {} }];
  const engine = new ScriptedEngine(1000, [calls, 'done']);
  let finish = (/** @type {string} */ result) => assert.fail(`${result} before the slow one began`);
  const slow = () => new Promise((resolve) => { finish = resolve; });
  const session = await create({ engine, tools: [tool('slow', slow), tool('quick', async () => { finish('first'); return 'second'; })] });
  assert.equal(await session.prompt('both'), 'done');
  assert.deepEqual(contents(engine.requests[1]).slice(2), ['tool: first', 'tool: second']);
});

test('an answer goes on from its beginning, and the conversation has both as one message', async () => {
  const engine = new ScriptedEngine(1000, [{ name: 'now', arguments: {} }, ' of tea', 'next']);
  const session = await create({ engine, tools: [tool('now', async () => 'noon')] });
  const input = /** @type {any} */ ([{ role: 'user', content: 'What?' }, { role: 'assistant', content: 'A cup', prefix: true }]);
  assert.equal(await session.measureContextUsage(input), 'What?A cup'.length);
  assert.equal(await session.prompt(input), ' of tea');
  await session.prompt('And?');
  assert.deepEqual(engine.requests.map(({ extra_body }) => extra_body.continue_final_message), [true, false, false]);
  assert.deepEqual(contents(engine.requests[0]), ['user: What?', 'assistant: A cup']);
  const whole = ['user: What?', 'assistant: A cup', 'tool: noon', 'assistant:  of tea', 'user: And?'];
  assert.deepEqual(contents(engine.requests[2]), whole);
});

test('the engine keeps to a constraint, and the model is told of it', async () => {
  const engine = new ScriptedEngine(1000, ['7', 'b', 'c', { cut: '{"a' }]);
  const session = await create({ engine });
  const responseConstraint = { type: 'integer' };
  const measured = await session.measureContextUsage('How many?', { responseConstraint });
  assert(measured > 'How many?'.length);
  await session.prompt('How many?', { responseConstraint });
  await session.prompt('Which?', { responseConstraint: /[a-c]/i, omitResponseConstraintInput: true });
  const begun = /** @type {any} */ ([{ role: 'assistant', content: 'It is ', prefix: true }]);
  await session.prompt(begun, { responseConstraint: /[a-c]/ });
  const [schema, regex, continued] = engine.requests.map(({ response_format, messages }) => ({ response_format, said: messages.map(({ content }) => content) }));
  assert.deepEqual(schema.response_format, { type: 'json_schema', json_schema: { schema: { type: 'integer' } } });
  assert.match(schema.said.at(-1), /^How many\?[^]*\{"type":"integer"\}/);
  assert.deepEqual([regex.response_format, regex.said.at(-1)], [{ type: 'regex', regex: '[a-c]', flags: 'i' }, 'Which?']);
  assert.equal(continued.said.at(-1), 'It is ');
  assert.match(continued.said.at(-2), /\/\[a-c\]\//);
  assert.equal(await failure(() => session.prompt('x', { responseConstraint })), 'DOMException SyntaxError', 'an answer that was cut');
  const helped = new ScriptedEngine(1000, ['7']);
  await (await create({ engine: helped, tools: [tool('now', async () => 'noon')] })).prompt('How many?', { responseConstraint });
  assert.equal(helped.requests[0].tool_choice, 'none');
});

test('sampling is the card\'s own, or within bounds, or a mode', async () => {
  const engine = /** @type {any} */ (new ScriptedEngine(1000, Array(5).fill('x')));
  const [maxTopK, maxTemperature] = [BOUNDS.top_k.most, BOUNDS.temperature.most];
  assert.deepEqual(await LanguageModel.params({ engine }), { defaultTopK: 20, maxTopK, defaultTemperature: 0.7, maxTemperature });
  const used = async (options) => {
    const session = await create({ engine, ...options });
    await session.prompt('x');
    const { temperature, top_k } = engine.requests.at(-1);
    return [session.temperature, session.topK, session.samplingMode, temperature, top_k];
  };
  assert.deepEqual(await used({}), [0.7, 20, 'balanced', undefined, undefined]);
  assert.deepEqual(await used({ temperature: Infinity, topK: 5.9 }), [maxTemperature, 5, 'balanced', maxTemperature, 5]);
  assert.deepEqual(await used({ topK: Infinity, temperature: 0 }), [0, maxTopK, 'balanced', 0, maxTopK]);
  assert.deepEqual(await used({ samplingMode: 'most-predictable' }), [0, 20, 'most-predictable', 0, undefined]);
  const [creative, topK, mode, asked, askedTopK] = await used({ samplingMode: 'most-creative' });
  assert.deepEqual([creative.toFixed(9), topK, mode, asked, askedTopK], ['1.050000000', 20, 'most-creative', creative, undefined]);
});

test('an answer that was left is not in the conversation', async () => {
  const engine = new ScriptedEngine(1000, ['a long answer', 'second']);
  const session = await create({ engine });
  const reader = session.promptStreaming('first').getReader();
  assert.equal((await reader.read()).value, 'a');
  await reader.cancel();
  assert.equal(await session.prompt('again'), 'second');
  assert.deepEqual(contents(engine.requests.at(-1)), ['user: again']);
});
