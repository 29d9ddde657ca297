/** web/common/sha256.js against known digests (FIPS 180-4, examples). */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sha256 } from '../../web/common/sha256.js';

test('known digests', async () => {
  const digest = (text) => sha256(new TextEncoder().encode(text));
  assert.equal(await digest(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.equal(await digest('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
