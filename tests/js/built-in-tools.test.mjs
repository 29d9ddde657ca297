/** The calculator and the clock: web/agent/built-in.js. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { evaluate } from '../../web/agent/arithmetic.js';
import { BUILT_IN, timeOf } from '../../web/agent/built-in.js';
import { runAll } from '../../web/agent/tools.js';
import { TOOLS } from '../../web/chat/settings.js';
import { random } from './random_trees.mjs';

const VALUES = {
  '2 + 3 * 4': '14', '(2 + 3) * 4': '20', '314 * 27': '8478', '7 - -2': '9', '-2 ^ 2': '-4', '(-2) ** 2': '4', '2^3^2': '512',
  '0.1 + 0.2': '0.3', '1/3': '0.333333333333333', '-2/3': '-0.666666666666667', '1/3*3': '1', '10/4': '2.5', '1/3000': '0.000333333333333333',
  '1,234 × 5,678': '7006652', '84 ÷ 2 − 1': '41', '7 % 3': '1', '-7 % 3': '2', '2^-2': '0.25', '.5*4': '2', '5.': '5',
  '123456789 * 987654321': '121932631112635269', '(-1)^1000000001': '-1', '0^5': '0', '3^0': '1', '999999999999999.5 + 0.25': '999999999999999.8',
};
const REFUSED = {
  '': /its end where a number is expected/, '2 +': /its end where a number/, '2 * / 3': /"\/" where a number/, '(2': /not closed/, '2)': /goes on with "\)"/,
  '2 3': /goes on with "3"/, '1/0': /divides by zero/, '0^-1': /divides by zero/, '5 % 0': /divides by zero/, '2^0.5': /whole exponents/,
  '9^9^9': /more than a thousand digits/, 'alert(1)': /does not understand "alert\(1\)"/, '2; 3': /does not understand "; 3"/,
  'constructor': /does not understand/, '1e9': /does not understand "e9"/, [`${'('.repeat(501)}`]: /501 characters, expected at most 500/,
  [Array(400).fill(9).join('')+ '^9']: /more than a thousand digits/,
};

test('expressions have the value that they have on paper', () => {
  for (const [expression, value] of Object.entries(VALUES)) assert.equal(evaluate(expression), value, expression);
});

test('what has no value is told in a sentence, and no text is run', () => {
  for (const [expression, sentence] of Object.entries(REFUSED)) assert.throws(() => evaluate(expression), sentence, expression);
});

test('random expressions equal what JavaScript computes', () => {
  const draw = random(7);
  const number = () => String(1 + Math.floor(draw() * 99));
  const expression = (depth) => (depth && draw() < 0.7 ? `(${expression(depth - 1)} ${'+-*'[Math.floor(draw() * 3)]} ${expression(depth - 1)})` : number());
  for (let round = 0; round < 500; round++) {
    const text = expression(3);
    assert.equal(Number(evaluate(text)), reference(text), text);
  }
});

/** The same by another way: innermost brackets first. */
function reference(text) {
  let left = text;
  for (let inner = /\((-?\d+) ([-+*]) (-?\d+)\)/.exec(left); inner; inner = /\((-?\d+) ([-+*]) (-?\d+)\)/.exec(left)) {
    const [whole, a, sign, b] = inner;
    left = left.replace(whole, String(sign === '+' ? +a + +b : sign === '-' ? a - b : a * b));
  }
  return Number(left);
}

test('the clock tells the day, the date and the time of this computer', () => {
  assert.equal(timeOf(new Date(2026, 0, 4, 9, 5)), 'Sunday 2026-01-04 09:05');
});

test('there is a tool for each switch, and its calls are answered', async () => {
  assert.deepEqual(BUILT_IN.map((tool) => tool.function.name), TOOLS);
  const call = (name, values) => ({ id: name, type: 'function', function: { name, arguments: JSON.stringify(values) } });
  const results = await runAll([call('calculator', { expression: '6*7' }), call('calculator', { expression: 'x' }), call('clock', {})], BUILT_IN);
  assert.equal(results[0].content, '42');
  assert.match(results[1].content, /^\{"error":"The calculator does not understand/);
  assert.match(results[2].content, /^[A-Z][a-z]+day \d{4}-\d\d-\d\d \d\d:\d\d$/);
});
