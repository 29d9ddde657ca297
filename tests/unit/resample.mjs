/** Reads a line of JSON, [[height, width, toHeight, toWidth], ...], and the pictures' RGBA; writes the RGBA of what they become. */
import process from 'node:process';
import { buffer } from 'node:stream/consumers';

import { Resampler } from '../../web/pictures/resample.js';

const input = await buffer(process.stdin);
const end = input.indexOf('\n');
let at = end + 1;
for (const [height, width, toHeight, toWidth] of JSON.parse(input.subarray(0, end).toString())) {
  const into = new Uint8Array(4 * toHeight * toWidth);
  const resampler = new Resampler(height, width, toHeight, toWidth, into);
  for (let row = 0, rows = 1; row < height; row += rows, rows += 3) { // strips of any height
    rows = Math.min(rows, height - row);
    resampler.push(input.subarray(at, at += 4 * width * rows));
  }
  process.stdout.write(into);
}
