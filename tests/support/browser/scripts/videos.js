/** What the engine's worker gets of videos, with `worker/pictures.js` in its place. */
({
  /** Ask about a WebM file of one-coloured frames, given in some way: what was seen of the frames `at` some indices. */
  async see({ colours, rate, way, stated, ...part }) {
    const file = await this.film(colours, rate, stated);
    const source = await this[way](file);
    const content = /** @type {any} */ ([way === 'url' ? { type: 'video_url', video_url: { url: source }, ...part } : { type: 'video', video: source, ...part }]);
    const { seen } = /** @type {any} */ (await engine.chat.completions.create({ messages: [{ role: 'user', content }] }));
    return seen.map(({ pixels, ...rest }) => ({ ...rest, middle: pixels.slice(pixels.length / 2 + 128, pixels.length / 2 + 131) }));
  },

  /** How a request about a video fails; null when it does not. */
  async refused(video, part = {}) {
    const content = /** @type {any} */ ([{ type: 'video', video, ...part }]);
    return engine.chat.completions.create({ messages: [{ role: 'user', content }] }).then(() => null, ({ name, message }) => `${name}: ${message}`);
  },

  /** The middle pixel of each frame, one after the other, of what the browser records of these colours. */
  async seeRecorded({ colours, rate }) {
    const video = await this.recorded(colours);
    const seen = async (/** @type {number[]} */ at) => {
      const content = /** @type {any} */ ([{ type: 'video', video, source_fps: rate, at }]);
      return /** @type {any} */ (await engine.chat.completions.create({ messages: [{ role: 'user', content }] })).seen;
    };
    const [{ clip: [frames] }] = await seen([0]);
    const all = await seen(Array.from({ length: frames }, (_, at) => at));
    return all.map(({ pixels }) => pixels.slice(pixels.length / 2 + 128, pixels.length / 2 + 131));
  },

  /** A request that is given up while its frames are read, and whether the video's element holds a file afterwards. */
  async interrupted(colours) {
    const video = await this.film(colours, 8);
    const elements = [];
    const { createElement } = document;
    document.createElement = (/** @type {string} */ name) => elements[elements.push(createElement.call(document, name)) - 1];
    const stop = new AbortController();
    try {
      const at = Array.from({ length: 500 }, (_, place) => place % colours.length);
      const content = /** @type {any} */ ([{ type: 'video', video, source_fps: 8, at }]);
      const asked = engine.chat.completions.create({ messages: [{ role: 'user', content }], signal: stop.signal }).then(() => 'nothing', (error) => error);
      while (!(elements[0]?.currentTime > 0)) await new Promise((resolve) => { setTimeout(resolve); });
      stop.abort('given up');
      const reason = await asked;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
      return { reason, closed: elements.length === 1 && !elements[0].getAttribute('src') };
    } finally {
      document.createElement = createElement;
    }
  },

  /** What is said of each video that cannot be seen. */
  async faults() {
    const film = await this.film([[255, 0, 0], [0, 255, 0]], 1, true);
    const long = await this.film([[255, 0, 0], [0, 255, 0]], 1 / 9000, true);
    const stream = document.createElement('video');
    stream.srcObject = new MediaStream();
    const stop = new AbortController();
    const content = /** @type {any} */ ([{ type: 'video', video: film }]);
    const given = engine.chat.completions.create({ messages: [{ role: 'user', content }], signal: stop.signal }).then(() => null, (error) => error);
    stop.abort('given up');
    return {
      none: await this.refused([]),
      text: await this.refused(new File(['Hello'], 'notes.txt', { type: 'text/plain' })),
      sound: await this.refused(this.silence()),
      long: await this.refused(long),
      stream: await this.refused(stream),
      empty: await this.refused(document.createElement('video')),
      rate: await this.refused(film, { source_fps: -1 }),
      pixels: await this.refused(new ImageData(2, 2)),
      elsewhere: await this.refused('https://elsewhere.example/a.webm'),
      many: await this.refused(Array(17).fill(new ImageData(2048, 2048))),
      given: await given,
    };
  },

  file: (file) => file,
  url: (file) => URL.createObjectURL(file),
  async element(file) {
    const element = document.createElement('video');
    element.src = URL.createObjectURL(file);
    await new Promise((resolve) => { element.onloadeddata = resolve; });
    return element;
  },

  /** A WAV of a tenth of a second. */
  silence() {
    const file = new DataView(new ArrayBuffer(44 + 800));
    const words = { 0: 0x52494646, 8: 0x57415645, 12: 0x666d7420, 36: 0x64617461 };
    for (const [at, word] of Object.entries(words)) file.setUint32(Number(at), word);
    for (const [at, value] of Object.entries({ 4: 836, 16: 16, 24: 8000, 28: 8000, 40: 800 })) file.setUint32(Number(at), value, true);
    for (const [at, value] of Object.entries({ 20: 1, 22: 1, 32: 1, 34: 8 })) file.setUint16(Number(at), value, true);
    return new File([file], 'silence.wav', { type: 'audio/wav' });
  },

  /** What the browser's recorder makes of a canvas that is painted with one colour after the other, each for a quarter of a second and five paints at least. */
  async recorded(colours) {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 64, height: 64 });
    const context = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm' });
    const pieces = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
    for (const [place, colour] of colours.entries()) {
      const end = performance.now() + 250;
      for (let paints = 0; performance.now() < end || paints < 5; paints++) {
        context.fillStyle = `rgb(${colour})`;
        context.fillRect(0, 0, 64, 64);
        await new Promise(requestAnimationFrame);
        if (!place && recorder.state === 'inactive') recorder.start();
      }
    }
    recorder.stop();
    await stopped;
    return new Blob(pieces, { type: 'video/webm' });
  },

  /** A WebM (https://www.matroska.org/technical/elements.html) of frames of 64 × 64, with a duration where that is to be stated. */
  async film(colours, rate, stated = true) {
    const blocks = [];
    const encoder = new VideoEncoder({
      output: (chunk) => {
        const data = new Uint8Array(4 + chunk.byteLength);
        new DataView(data.buffer).setInt16(1, Math.round(blocks.length * 1000 / rate) & 0x7fff);
        data[0] = 0x81; // what stands in a block's head: track, time in ms, whether it is a key frame
        data[3] = chunk.type === 'key' ? 0x80 : 0;
        chunk.copyTo(data.subarray(4));
        blocks.push(data);
      },
      error: (error) => { throw error; },
    });
    encoder.configure({ codec: 'vp8', width: 64, height: 64, bitrate: 1_000_000, framerate: 8 });
    const canvas = new OffscreenCanvas(64, 64);
    const context = canvas.getContext('2d');
    for (const [place, colour] of colours.entries()) {
      context.fillStyle = `rgb(${colour})`;
      context.fillRect(0, 0, 64, 64);
      const frame = new VideoFrame(canvas, { timestamp: place * 125_000 });
      encoder.encode(frame, { keyFrame: place % 5 === 0 });
      frame.close();
    }
    await encoder.flush();
    encoder.close();
    const number = (...bytes) => Uint8Array.from(bytes);
    const text = (value) => new TextEncoder().encode(value);
    const real = (value) => {
      const data = new DataView(new ArrayBuffer(8));
      data.setFloat64(0, value);
      return new Uint8Array(data.buffer);
    };
    const joined = (parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
    const element = (id, ...parts) => {
      const body = joined(parts);
      const name = id.toString(16).match(/../g).map((digits) => parseInt(digits, 16));
      return joined([name, [0x10 | body.length >>> 24, body.length >>> 16 & 255, body.length >>> 8 & 255, body.length & 255], body]);
    };
    const header = element(0x1a45dfa3, element(0x4286, number(1)), element(0x42f7, number(1)), element(0x42f2, number(4)), element(0x42f3, number(8)),
      element(0x4282, text('webm')), element(0x4287, number(2)), element(0x4285, number(2)));
    const info = element(0x1549a966, element(0x2ad7b1, number(0x0f, 0x42, 0x40)), ...stated ? [element(0x4489, real(colours.length * 1000 / rate))] : []);
    const track = element(0x1654ae6b, element(0xae, element(0xd7, number(1)), element(0x73c5, number(1)), element(0x83, number(1)), element(0x86, text('V_VP8')),
      element(0xe0, element(0xb0, number(64)), element(0xba, number(64)))));
    const cluster = element(0x1f43b675, element(0xe7, number(0)), ...blocks.map((block) => element(0xa3, block)));
    return new File([header, element(0x18538067, info, track, cluster)], 'film.webm', { type: 'video/webm' });
  },
});
