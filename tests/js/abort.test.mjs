/** Waiting that a signal can end: web/common/abort.js. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unlessAborted } from '../../web/common/abort.js';

const never = new Promise(() => {});

test('a promise gives what it gives, with a signal and without', async () => {
  assert.equal(await unlessAborted(Promise.resolve(7)), 7);
  assert.equal(await unlessAborted(Promise.resolve(7), new AbortController().signal), 7);
  await assert.rejects(unlessAborted(Promise.reject(new RangeError('mine'))), RangeError);
});

test('a signal that fires first rejects with its reason', async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort(new RangeError('mine'));
  await assert.rejects(waiting, RangeError);
});

test('a signal that has fired already rejects with its reason', async () => {
  await assert.rejects(unlessAborted(never, AbortSignal.abort(new RangeError('mine'))), RangeError);
  await assert.rejects(unlessAborted(Promise.resolve(7), AbortSignal.abort(new RangeError('mine'))), RangeError);
});

test('a signal that fires later holds nothing and breaks nothing', async () => {
  const controller = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(7), controller.signal), 7);
  controller.abort();
  const late = Promise.reject(new RangeError('late')); // nobody else handles it
  await assert.rejects(unlessAborted(late, AbortSignal.abort(new TypeError('first'))), TypeError);
});
