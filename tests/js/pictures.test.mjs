/** Pictures on their way to the engine: taken out of messages, recognised, remembered, and let go. */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { afterEach, beforeEach, test } from 'node:test';

import { steady } from '../../web/pictures/frame-rate.js';
import { headerOf } from '../../web/pictures/file-header.js';
import { takePictures } from '../../web/pictures/messages.js';
import { toPost } from '../../web/pictures/posting.js';
import { RequestPictures } from '../../web/pictures/request-pictures.js';

const FOLDER = new URL('../data/pictures/', import.meta.url);
const HEIGHT = 33;
const WIDTH = 47;

/** @type {any} */
const page = globalThis;
const replaced = ['location', 'createImageBitmap', 'OffscreenCanvas', 'ImageData', 'fetch'].map((name) => [name, page[name]]);
let decoded = 0;
let open = 0;
let fetched = [];

/** Of a browser whose every file is a picture of 4 × 2, as grey as it is long. */
class FakeCanvas {
  static noise = 0;

  getContext() {
    let shown;
    return {
      fillRect() {},
      drawImage: (bitmap) => { shown = bitmap; },
      getImageData: (x, y, width, height) => ({ data: Uint8ClampedArray.from({ length: 4 * width * height }, (_, at) => shown.data[at] + FakeCanvas.noise) }),
    };
  }
}

class FakeImageData {
  constructor(data, width, height) {
    Object.assign(this, typeof data === 'number' ? { data: new Uint8ClampedArray(4 * data * width), width: data, height: width } : { data, width, height });
  }
}

beforeEach(() => {
  [decoded, open, fetched] = [0, 0, []];
  FakeCanvas.noise = 0;
  page.location = new URL('https://page.example/chat');
  page.OffscreenCanvas = FakeCanvas;
  page.ImageData = FakeImageData;
  page.createImageBitmap = async (source) => {
    decoded += Number(source instanceof Blob);
    open++;
    const { width = 4, height = 2, data = new Uint8Array(4 * width * height).fill(source.size) } = source;
    return { width, height, data, close: () => { open--; } };
  };
  page.fetch = async (url, { mode }) => {
    fetched.push([url.href, mode]);
    return new Response('fetched');
  };
});
afterEach(() => Object.assign(page, Object.fromEntries(replaced)));

const failure = (promise) => promise.then(() => 'nothing', ({ name, message }) => `${name}: ${message}`);

test('files say what they are', async () => {
  const types = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp', gif: 'image/gif', bmp: 'image/bmp' };
  const names = (await readdir(FOLDER)).filter((name) => types[name.split('.')[1]]);
  assert.ok(names.length > 18);
  for (const name of names) {
    const file = new Uint8Array(await readFile(new URL(name, FOLDER)));
    const moves = name.startsWith('moving');
    const size = moves ? { width: 8, height: 6 } : { width: WIDTH, height: HEIGHT };
    assert.deepEqual(headerOf(file), { type: types[name.split('.')[1]], ...size, moves, whole: true }, name);
    assert.equal(headerOf(file.subarray(0, file.length * 0.7))?.whole, false, name);
    for (let length = 0; length < 200; length++) headerOf(file.subarray(0, length)); // whatever is missing, nothing is thrown
  }
  assert.equal(headerOf(new TextEncoder().encode('A text that is longer than the head of any picture.')), null);
});

test('pictures are taken out of messages, each once, and what stands beside them stays', async () => {
  const file = new File(['12345'], 'cat.png');
  const text = { type: 'text', text: 'see' };
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [text, { type: 'image', image: file, max_pixels: 9 }, { type: 'image_url', image_url: { url: '/a.png', detail: 'low' }, odd: 1 }] },
    { role: 'assistant', content: null },
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,%48%69' } }, { type: 'image', image: new URL('https://page.example/a.png') }, { type: 'image', image: file }] },
    { role: 'user', content: [{ type: 'image' }, { type: 'image_url', image_url: 'no' }, null] },
    'no message',
  ];
  const before = structuredClone(messages.slice(4));
  const { asked, pictures } = await takePictures({ messages, seed: 1 });
  assert.equal(asked.seed, 1);
  assert.deepEqual(asked.messages.slice(0, 4).map((message) => /** @type {any} */ (message).content), [
    'Be brief.',
    [text, { type: 'image', picture: 0, max_pixels: 9 }, { type: 'image', picture: 1, detail: 'low', odd: 1 }],
    null,
    [{ type: 'image', picture: 2 }, { type: 'image', picture: 3 }, { type: 'image', picture: 0 }],
  ]);
  assert.deepEqual(asked.messages.slice(4), before, 'the engine says what is wrong with it');
  assert.equal(pictures[0], file);
  assert.deepEqual(await Promise.all(pictures.slice(1).map((picture) => /** @type {Blob} */ (picture).text())), ['fetched', 'Hi', 'fetched']);
  assert.deepEqual(fetched, Array(2).fill(['https://page.example/a.png', 'same-origin']));
  assert.deepEqual((await takePictures({ prompt: 'x' })).asked, { prompt: 'x' });
});

test('a list of frames is one video for each of the rates that it is given with, and its bitmaps are released', async () => {
  const frames = /** @type {any} */ ([{}, new Blob(['22'])]);
  const content = [
    { type: 'video', video: frames, source_fps: 8, fps: 1 }, { type: 'video', video: frames }, { type: 'video', video: frames, source_fps: 8 },
    { type: 'image', image: frames[1] }, { type: 'video_url' },
  ];
  const { asked, pictures, release } = await takePictures({ messages: [{ role: 'user', content }] });
  assert.deepEqual(asked.messages[0].content, [
    { type: 'video', picture: 0, fps: 1 }, { type: 'video', picture: 1 }, { type: 'video', picture: 0 }, { type: 'image', picture: 2 }, { type: 'video_url' },
  ]);
  const sent = /** @type {any[]} */ (toPost(pictures).pictures);
  assert.deepEqual(sent.map((each) => [each.fps, each.frames?.length]), [[8, 2], [0, 2], [undefined, undefined]]);
  assert.equal(open, 2);
  const cloned = (frame) => frame instanceof Blob ? frame : { ...frame, close() {} };
  const held = new RequestPictures(sent.slice(0, 2).map(({ frames: each, fps }) => ({ frames: each.map(cloned), fps })), () => {});
  assert.deepEqual(await held.clip(0), [2, 8]);
  assert.deepEqual(await held.clip(1), [2, 0]);
  assert.deepEqual(await held.size(0, 1), [2, 4]);
  assert.notEqual(await held.fit(0, 2, 2, 0), await held.fit(0, 2, 2, 1));
  held.end();
  assert.equal(open, 2);
  await release();
  assert.equal(open, 0);

  const broken = [{}, 'https://elsewhere.example/a.png'];
  assert.match(await failure(takePictures({ messages: [{ role: 'user', content: [{ type: 'video', video: broken }] }] })), /^PictureError: Picture 1 is from/);
  assert.equal(open, 0);
  assert.match(await failure(takePictures({ messages: [{ role: 'user', content: [{ type: 'video', video: new Blob(['a film']) }] }] })), /only a page can decode/);
});

test('the frames a second are those of the times at which frames are shown, some of them left out', () => {
  assert.equal(steady([0, 0.033, 0.067, 0.1, 0.133]), 30);
  assert.equal(steady([0, 0.033, 0.133, 0.2, 0.3]), 30);
  assert.equal(steady([0, 0.042, 0.083, 0.125]), 24);
  assert.equal(steady([0, 2, 4, 6]), 1);
  assert.equal(steady([0, 0.001, 0.002, 0.003]), 120);
  assert.equal(steady([0, 0, 0.5]), null);
});

test('a page that decodes a video is asked for one frame after the other, and its answer or fault is the frame', async () => {
  const { port1, port2 } = new MessageChannel();
  const asked = [];
  port1.on('message', (index) => {
    asked.push(index);
    if (index === 9) port1.postMessage({ fault: { name: 'PictureError', message: 'damaged' } });
    else if (index < 9) port1.postMessage({ bitmap: { width: 4, height: 2, data: new Uint8Array(32).fill(index + 1), close: null } });
  });
  const video = /** @type {any} */ ({ file: new Blob(['a film']), frames: 12, fps: 4, height: 2, width: 4, port: port2 });
  const held = new RequestPictures([video], () => {});
  assert.deepEqual(await held.clip(0), [12, 4]);
  assert.deepEqual(await held.size(0, 9), [2, 4]);
  assert.deepEqual(asked, [], 'its size is stated');
  assert.equal(await failure(held.fit(0, 2, 2, 9)), 'PictureError: damaged');
  const waiting = failure(held.fit(0, 2, 2, 10));
  while (asked.length < 2) await new Promise((resolve) => { setTimeout(resolve); });
  held.end();
  assert.match(await waiting, /^AbortError/);
  port1.close();
});

test('what is drawn is released with the request, and when another picture cannot be had', async () => {
  const canvas = /** @type {any} */ ({});
  const content = [{ type: 'image', image: canvas }];
  const { release } = await takePictures({ messages: [{ role: 'user', content }] });
  assert.equal(open, 1);
  await release();
  assert.equal(open, 0);
  const messages = [{ role: 'user', content: [...content, { type: 'image', image: 'https://elsewhere.example/a.png' }] }];
  assert.match(await failure(takePictures({ messages })), /^PictureError: Picture 2 is from https:\/\/elsewhere\.example/);
  await new Promise((resolve) => { setTimeout(resolve); });
  assert.equal(open, 0);
  assert.deepEqual(fetched, []);
});

test('a picture that is fetched can be given up', async () => {
  page.fetch = (url, { signal }) => new Promise((_, reject) => { signal.addEventListener('abort', () => reject(signal.reason)); });
  const stop = new AbortController();
  const taking = failure(takePictures({ messages: [{ role: 'user', content: [{ type: 'image', image: '/a.png' }] }] }, stop.signal));
  stop.abort(new Error('given up'));
  assert.equal(await taking, 'Error: given up');
});

test('a file is decoded once for its size and its pixels, and for its digest never again', async () => {
  const written = [];
  const pictures = (...sources) => new RequestPictures(sources, (...upload) => written.push(upload));
  const file = () => new Blob(['a file that no other test has']);
  const first = pictures(file());
  assert.deepEqual(await first.size(0), [2, 4]);
  const digest = await first.fit(0, 2, 2);
  await first.upload(0, 'pixels', 64);
  assert.equal(decoded, 1);
  first.end();
  assert.equal(open, 0);

  const second = pictures(new Blob(['another']), file());
  assert.deepEqual(await second.size(1), [2, 4]);
  assert.equal(await second.fit(1, 2, 2), digest);
  assert.equal(decoded, 1, 'known by what is in it');
  assert.notEqual(await second.fit(0, 2, 2), digest);
  assert.notEqual(await second.fit(1, 4, 4), digest);
  assert.equal(await second.fit(1, 2, 2), digest);
  await second.upload(1, 'pixels', 0);
  assert.equal(decoded, 4);
  assert.deepEqual(written.map(([buffer, pixels, offset]) => [buffer, pixels.length, offset]), [['pixels', 16, 64], ['pixels', 16, 0]]);
  assert.deepEqual(written[0][1], written[1][1]);
  second.end();
  assert.equal(open, 0);
});

test('a browser that adds noise to what is read back is not trusted', async () => {
  FakeCanvas.noise = 1;
  const { decode } = await import('../../web/pictures/decode.js?noisy');
  assert.match(await failure(decode(null, 0, new Uint8Array(9))), /^PictureError: Picture 1 cannot be read: this browser changes/);
  assert.equal(open, 0);
});

test('a request that is over is not resampled for any longer', async () => {
  const pictures = new RequestPictures([new Blob(['a file of a request that is over'])], () => {});
  const fitting = failure(pictures.fit(0, 2, 2));
  while (!open) await new Promise((resolve) => { setTimeout(resolve); });
  pictures.end();
  assert.match(await fitting, /^AbortError/);
  assert.equal(open, 0);
});
