/** Numbers of the settings, as they are typed: web/chat/settings-check.js. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { faultOfNumber, faultOfTogether } from '../../web/chat/settings-check.js';

const temperature = { label: 'Temperature', bounds: { least: 0, most: 2 }, step: 0.05 };
const topK = { label: 'Top k', bounds: { least: 0, most: 128 }, step: 1 };

test('what requests take has no fault, and nothing is taken too', () => {
  for (const text of ['', '0', '0.123', '2', '1e0']) assert.equal(faultOfNumber(temperature, text), '', text);
  assert.equal(faultOfNumber(topK, '128'), '');
});

test('what they do not take is told with what is expected', () => {
  assert.equal(faultOfNumber(temperature, '3'), 'Temperature is 3, expected a number from 0 to 2, or nothing.');
  assert.equal(faultOfNumber(temperature, '-0.1'), 'Temperature is -0.1, expected a number from 0 to 2, or nothing.');
  assert.equal(faultOfNumber(temperature, '', true), 'Temperature is not a number, expected a number from 0 to 2, or nothing.');
  assert.equal(faultOfNumber(temperature, '1e999'), 'Temperature is not a number, expected a number from 0 to 2, or nothing.');
  assert.equal(faultOfNumber(topK, '1.5'), 'Top k is 1.5, expected a whole number from 0 to 128, or nothing.');
  assert.match(faultOfNumber({ ...topK, bounds: { least: 1, most: 1_000_000 } }, '0'), /from 1 to 1,000,000/);
});

test('every word goes with no cut by chance, as the engine has it', () => {
  for (const beside of [{ top_p: 0.9 }, { min_p: 0.1 }]) assert.match(faultOfTogether({ top_k: 0, ...beside }), /^Top k 0 keeps every word/);
  for (const fine of [{}, { top_k: 0 }, { top_k: 0, top_p: 1, min_p: 0 }, { top_k: 5, top_p: 0.5 }, { top_k: 0, top_p: 0.5, temperature: 0 }]) {
    assert.equal(faultOfTogether(fine), '');
  }
});
