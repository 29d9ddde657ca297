/** Numbers as people read them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, duration, pretty, rate, speed } from '../../web/chat/format.js';
import { Pace } from '../../web/chat/pace.js';

test('bytes have the largest unit that leaves a whole number, and three digits at most', () => {
  const said = [[0, '0 B'], [1023, '1023 B'], [1024, '1.0 KiB'], [100 * 1024, '100 KiB'], [5 << 20, '5.0 MiB'], [3 * 2 ** 30, '3.0 GiB'], [2 ** 41, '2048 GiB']];
  assert.deepEqual(said.map(([count]) => bytes(Number(count))), said.map(([, text]) => text));
});

test('durations are seconds, then minutes', () => {
  assert.deepEqual([0, 0.44, 9.94, 10.4, 59.4, 60, 200].map(duration), ['0.0 s', '0.4 s', '9.9 s', '10 s', '59 s', '1 min', '3 min 20 s']);
});

test('an answer of few tokens, or of no time, has no speed', () => {
  assert.deepEqual([[19, 5], [20, 1750], [524, 1750], [525, 1750], [20, 42.4]].map(([tokens, perSecond]) => speed(tokens, perSecond)),
    [null, null, null, '1750 tokens/s', '42 tokens/s']);
});

test('a rate has no more digits than it deserves', () => {
  assert.deepEqual([0, 9.94, 42.4].map(rate), ['0.0', '9.9', '42']);
});

test('JSON is indented, in a text as well, and other texts stay', () => {
  assert.equal(pretty({ a: 1 }), '{\n  "a": 1\n}');
  assert.equal(pretty('[1]'), '[\n  1\n]');
  assert.equal(pretty('{a'), '{a');
});

test('a pace tells how fast the last seconds were, and nothing of it before it knows', () => {
  let now = 0;
  const { now: measured } = performance;
  performance.now = () => now;
  try {
    const pace = new Pace(bytes);
    assert.equal(pace.tell(0, 8 << 20), '0 B of 8.0 MiB');
    now = 2000;
    assert.equal(pace.tell(2 << 20, 8 << 20), '2.0 MiB of 8.0 MiB · 1.0 MiB/s · 6.0 s left');
    now = 5000; // the first sample is too old to count
    assert.equal(pace.tell(8 << 20, 8 << 20), '8.0 MiB of 8.0 MiB · 2.0 MiB/s · 0.0 s left');
    now = 6000; // what came was damaged and comes again
    assert.equal(pace.tell(1 << 20, 8 << 20), '1.0 MiB of 8.0 MiB');
    now = 36_000; // a step that takes long is measured, too
    assert.equal(pace.tell(4 << 20, 8 << 20), '4.0 MiB of 8.0 MiB · 102 KiB/s · 40 s left');
  } finally {
    performance.now = measured;
  }
});
