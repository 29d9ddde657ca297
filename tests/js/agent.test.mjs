/** The agent loop and its parts: web/agent/. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Answer } from '../../web/agent/answer.js';
import { agentLoop, TOOL_ROUNDS } from '../../web/agent/loop.js';
import { declared, runAll } from '../../web/agent/tools.js';

const QUESTION = { role: 'user', content: 'Weather?' };
const chunk = (delta, more = {}) => ({ choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const call = (name, values = {}, id = 'call_1') => ({ id, type: 'function', function: { name, arguments: JSON.stringify(values) } });
const called = (...calls) => chunk({ tool_calls: calls.map((each, index) => ({ index, ...each })) });
const tool = (name, execute) => ({ type: 'function', function: { name }, execute });

/** The events of chunks that an answer takes in. */
const added = (answer, ...chunks) => chunks.flatMap((each) => [...answer.add(each)]);

async function* stream(...chunks) {
  for (const each of chunks) {
    if (each instanceof Error) throw each;
    yield each;
  }
}

/** A model that says one list of chunks after the other, and what it was given. */
function model(...answers) {
  const given = [];
  const generate = async (messages, round) => {
    given.push(structuredClone(messages));
    return stream(...answers[Math.min(round, answers.length - 1)]);
  };
  return { given, generate };
}

async function all(events) {
  const seen = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const types = (events) => events.map(({ type }) => type);

test('chunks become a message with its facts', () => {
  const answer = new Answer();
  assert.ok(answer.empty);
  const usage = { total_tokens: 9 };
  const chunks = [
    { choices: [], prompt_progress: { processed: 0, total: 1, phase: 'picture' } },
    { choices: [], prompt_progress: { processed: 256, total: 300 } }, chunk({ role: 'assistant', content: '' }), chunk({ reasoning_content: 'Hm' }),
    chunk({ reasoning_content: 'm.' }), chunk({ content: 'Mi' }), chunk({ content: 'ld.' }), called(call('a'), call('b', {}, 'call_2')),
    chunk({}, { finish_reason: 'tool_calls', note: 'why' }), { choices: [], usage },
  ];
  const events = added(answer, ...chunks);
  assert.deepEqual(answer.message, {
    role: 'assistant', content: 'Mild.', reasoning_content: 'Hmm.', tool_calls: [call('a'), call('b', {}, 'call_2')],
  });
  const { thoughtFor, ...facts } = answer.facts;
  assert.ok(thoughtFor >= 0);
  assert.deepEqual(facts, { finish: 'tool_calls', note: 'why', usage });
  assert.deepEqual(events, [
    { type: 'prefill', processed: 256, total: 300 }, { type: 'prefill', processed: 300, total: 300 }, { type: 'reasoning', piece: 'Hm' },
    { type: 'reasoning', piece: 'm.' }, { type: 'content', piece: 'Mi' }, { type: 'content', piece: 'ld.' },
    { type: 'tool_call', call: call('a') }, { type: 'tool_call', call: call('b', {}, 'call_2') },
  ]);
  assert.ok(!answer.empty);
});

test('a thought that nothing follows has its time, and an answer goes on from its beginning', () => {
  const answer = new Answer('A cup');
  added(answer, chunk({ reasoning_content: 'Hm' }), chunk({}, { finish_reason: 'length' }));
  assert.equal(answer.facts.thoughtFor, undefined);
  answer.end();
  assert.ok(answer.facts.thoughtFor >= 0);
  added(answer, chunk({ content: ' of tea' }));
  assert.equal(answer.message.content, 'A cup of tea');
});

test('tools are run and the model reads what they gave', async () => {
  const { given, generate } = model([called(call('weather', { city: 'Oslo' }))], [chunk({ content: 'Mild.' })]);
  const weather = tool('weather', ({ city }) => ({ city, celsius: 21 }));
  const events = await all(agentLoop({ messages: [QUESTION], generate, runTools: (calls) => runAll(calls, [weather]) }));
  assert.deepEqual(types(events), ['start', 'tool_call', 'end', 'tool_result', 'start', 'content', 'end']);
  const result = { role: 'tool', tool_call_id: 'call_1', content: '{"city":"Oslo","celsius":21}' };
  assert.deepEqual(events[3].message, result);
  const asked = { role: 'assistant', content: '', tool_calls: [call('weather', { city: 'Oslo' })] };
  assert.deepEqual(given, [[QUESTION], [QUESTION, asked, result]]);
});

test('the loop ends at its limit, and where somebody else answers the calls', async () => {
  const endless = model([called(call('again'))]);
  const events = await all(agentLoop({ messages: [QUESTION], generate: endless.generate, runTools: (calls) => runAll(calls, [tool('again', () => 1)]) }));
  assert.equal(types(events).filter((type) => type === 'tool_result').length, TOOL_ROUNDS);
  for (const runTools of [undefined, (calls) => runAll(calls, [{ type: 'function', function: { name: 'again' } }])]) {
    const { given, generate } = model([called(call('again'))]);
    assert.deepEqual(types(await all(agentLoop({ messages: [QUESTION], generate, runTools }))), ['start', 'tool_call', 'end']);
    assert.equal(given.length, 1);
  }
});

test('only the first answer goes on from the given beginning', async () => {
  const { generate } = model([called(call('now'))], [chunk({ content: 'Noon' })]);
  const events = await all(agentLoop({ messages: [QUESTION], generate, begun: 'It is ', runTools: (calls) => runAll(calls, [tool('now', () => 'noon')]) }));
  assert.deepEqual(events.filter(({ type }) => type === 'end').map(({ answer }) => answer.message.content), ['It is ', 'Noon']);
});

test('a stream that breaks leaves what had come', async () => {
  const { generate } = model([chunk({ content: 'Mi' }), new RangeError('broken')]);
  const events = [];
  await assert.rejects(async () => { for await (const event of agentLoop({ messages: [], generate })) events.push(event); }, RangeError);
  assert.deepEqual(types(events), ['start', 'content']);
  assert.equal(events[0].answer.message.content, 'Mi');
});

test('a signal ends the loop while a tool runs, and before one is started', async () => {
  for (const early of [true, false]) {
    const controller = new AbortController();
    const { given, generate } = model([called(call('slow'))]);
    let runs = 0;
    const runTools = () => {
      runs++;
      setTimeout(() => controller.abort(new RangeError('mine')));
      return new Promise(() => {});
    };
    const reading = async () => {
      for await (const { type } of agentLoop({ messages: [], generate, runTools, signal: controller.signal })) {
        if (early && type === 'end') controller.abort(new RangeError('mine'));
      }
    };
    await assert.rejects(reading, RangeError);
    assert.deepEqual([runs, given.length], [early ? 0 : 1, 1]);
  }
});

test('leaving the loop ends the stream', async () => {
  let left = false;
  const generate = async () => (async function* endless() {
    try {
      for (;;) yield chunk({ content: 'a' });
    } finally {
      left = true;
    }
  })();
  for await (const { type } of agentLoop({ messages: [], generate })) if (type === 'content') break;
  assert.ok(left);
});

test('a tool that fails tells the model, and texts stay as they are', async () => {
  const tools = [
    tool('text', () => 'as it is'), tool('nothing', () => undefined), tool('fails', () => { throw new Error('no such city'); }), tool('picky', () => 1),
  ];
  const unreadable = { ...call('picky'), function: { name: 'picky', arguments: '{' } };
  const results = await runAll([call('text'), call('nothing'), call('fails'), unreadable], tools);
  assert.deepEqual(results.slice(0, 3).map(({ content }) => content), ['as it is', 'null', '{"error":"no such city"}']);
  assert.match(results[3].content, /^\{"error":/);
});

test('a request names tools without their functions', () => {
  assert.deepEqual(declared([tool('weather', () => 1)]), { tools: [{ type: 'function', function: { name: 'weather' } }] });
  assert.deepEqual(declared([]), {});
});
