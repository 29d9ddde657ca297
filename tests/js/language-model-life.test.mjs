/** How sessions of the Prompt API begin, are aborted and end. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LanguageModel } from '../../web/language-model.js';
import { failure } from './failure.mjs';
import { ScriptedEngine } from './scripted_engine.mjs';

/** Node has no such event. */
class ProgressEvent extends Event {
  constructor(name, { lengthComputable, loaded, total }) {
    super(name);
    Object.assign(this, { lengthComputable, loaded, total });
  }
}
globalThis.ProgressEvent ??= /** @type {any} */ (ProgressEvent);

/** @param {any} options */
const create = (options) => LanguageModel.create(options);
const engineOf = (...answers) => new ScriptedEngine(1000, answers);
const tool = (execute) => ({ name: 'wait', description: 'Waits', inputSchema: {}, execute });
const calls = (session, options = {}) => ({
  prompt: () => session.prompt('x', options),
  promptStreaming: () => session.promptStreaming('x', options).getReader().read(),
  append: () => session.append('x', options),
  clone: () => session.clone(options),
  measureContextUsage: () => session.measureContextUsage('x', options),
});
const failures = (made) => Promise.all(Object.values(made).map(failure));

test('a signal that has fired ends every call with its reason, and a streamed prompt at once', async () => {
  const session = await create({ engine: engineOf() });
  for (const [signal, name] of /** @type {const} */ ([[AbortSignal.abort(), 'DOMException AbortError'], [AbortSignal.abort(new RangeError('mine')), 'RangeError']])) {
    assert.deepEqual(await failures(calls(session, { signal })), Array(5).fill(name));
    assert.throws(() => session.promptStreaming('x', { signal }), signal.reason);
    assert.equal(await failure(() => create({ engine: engineOf(), signal })), name);
  }
  const signal = AbortSignal.abort();
  assert.equal(await failure(() => create({ engine: engineOf(), signal, samplingMode: 'wild' })), 'TypeError', 'options are converted before');
  assert.equal(await failure(() => session.prompt('x', { signal, omitResponseConstraintInput: true })), 'DOMException AbortError', 'input is checked after');
});

test('a session does one thing at a time until it is destroyed', async () => {
  const session = await create({ engine: engineOf('third', 'fourth') });
  const streams = ['one', 'two'].map((text) => session.promptStreaming(text)); // nobody reads the first
  let last = '';
  for await (const piece of /** @type {any} */ (streams[1])) last += piece;
  assert.equal(last, 'fourth');
  const copy = await session.clone();
  session.destroy();
  session.destroy();
  assert.deepEqual(await failures(calls(session)), Array(5).fill('DOMException AbortError'));
  assert.equal(await copy.measureContextUsage('four'), 4, 'a copy lives on');
});

test('what is under way ends with the session, also where a tool never answers', async () => {
  const session = await create({ engine: engineOf({ name: 'wait', arguments: {} }), tools: [tool(() => new Promise(() => {}))] });
  const pending = [session.prompt('first'), session.prompt('second'), session.append('third'), session.clone()];
  const stream = session.promptStreaming('fourth').getReader().read();
  await new Promise((resolve) => { setTimeout(resolve); });
  session.destroy();
  assert.deepEqual(await Promise.all([...pending, stream].map((each) => failure(() => each))), Array(5).fill('DOMException AbortError'));
});

test('an aborted prompt leaves the session free, and the conversation as it was', async () => {
  const session = await create({ engine: engineOf({ name: 'wait', arguments: {} }, 'next'), tools: [tool(() => new Promise(() => {}))] });
  const controller = new AbortController();
  const pending = session.prompt('first', { signal: controller.signal });
  const queued = session.prompt('second');
  await new Promise((resolve) => { setTimeout(resolve); });
  controller.abort(new RangeError('mine'));
  assert.equal(await failure(() => pending), 'RangeError');
  assert.equal(await queued, 'next');
  assert.equal(session.contextUsage, 'second'.length + 'next'.length);
});

test('an aborted prompt drops no turn when its tokens are counted late', async () => {
  const engine = new ScriptedEngine(40, ['one', 'two', 'last']);
  const session = await create({ engine });
  for (const question of ['aaaaaaaaaa', 'bbbbbbbbb']) await session.prompt(question);
  const count = engine.applyChatTemplate;
  let late;
  engine.applyChatTemplate = (messages) => new Promise((resolve) => { late = () => resolve(count(messages)); });
  const controller = new AbortController();
  const pending = session.prompt('x'.repeat(10), { signal: controller.signal });
  await new Promise((resolve) => { setTimeout(resolve); });
  controller.abort();
  assert.equal(await failure(() => pending), 'DOMException AbortError');
  engine.applyChatTemplate = count;
  late();
  await session.prompt('c');
  assert.deepEqual(engine.requests.at(-1).messages.map(({ content }) => content), ['aaaaaaaaaa', 'one', 'bbbbbbbbb', 'two', 'c']);
});

test('the signal of create destroys the session later, with its reason', async () => {
  const controller = new AbortController();
  const session = await create({ engine: engineOf(), signal: controller.signal });
  const copy = await session.clone();
  controller.abort(new RangeError('mine'));
  session.destroy();
  assert.deepEqual(await failures(calls(session)), Array(5).fill('RangeError'));
  assert.equal(await failure(() => copy.append('x')), null, 'a copy has no part in it');
});

test('a creation tells its monitor of the download, until it is aborted', async () => {
  const told = [];
  const note = ({ type, lengthComputable, loaded, total }) => told.push([type, lengthComputable, loaded, total]);
  await create({ engine: engineOf(), monitor: (monitor) => { monitor.ondownloadprogress = note; } });
  assert.deepEqual(told, [['downloadprogress', true, 0, 1], ['downloadprogress', true, 1, 1]]);
  await create({ engine: engineOf(), monitor: (monitor) => monitor.addEventListener('downloadprogress', note) });
  assert.equal(told.length, 4);
  for (const last of [0, 1]) {
    told.length = 0;
    const controller = new AbortController();
    const monitor = (target) => {
      target.ondownloadprogress = (event) => {
        note(event);
        if (event.loaded === last) controller.abort(new RangeError('mine'));
      };
    };
    assert.equal(await failure(() => create({ engine: engineOf(), monitor, signal: controller.signal })), 'RangeError');
    assert.deepEqual(told.map(([,, loaded]) => loaded), [0, 1].slice(0, last + 1));
  }
  const controller = new AbortController();
  let created;
  await new Promise((resolve) => {
    const monitor = (target) => { target.ondownloadprogress = ({ loaded }) => { if (loaded === 1) resolve(undefined); }; };
    created = create({ engine: engineOf(), monitor, signal: controller.signal });
  });
  controller.abort(new RangeError('mine'));
  assert.equal(await failure(() => created), 'RangeError', 'all is there, but the session has not begun');
  assert.equal(await failure(() => create({ engine: engineOf(), monitor: () => { throw new RangeError('mine'); } })), 'RangeError');
});

test('a session without room for its tools does not begin', async () => {
  const engine = engineOf();
  engine.applyChatTemplate = async (messages, { tools = [] } = {}) => Array(messages.length + 999 * tools.length).fill(0);
  assert.equal(await failure(() => create({ engine, tools: [tool(async () => '')] })), 'DOMException QuotaExceededError');
  assert.equal((await create({ engine })).contextUsage, 0);
});

test('an event handler that is no function is not called', async () => {
  const session = /** @type {any} */ (await create({ engine: new ScriptedEngine(20, ['one', 'two']) }));
  session.oncontextoverflow = 'none';
  await session.prompt('aaaaaaaaaa');
  await session.prompt('bbbbbbbbbb');
  assert.equal(session.contextUsage, 'bbbbbbbbbbtwo'.length);
});
