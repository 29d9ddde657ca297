/** What the engine's worker gets of pictures, with `worker/pictures.js` in its place. */
({
  /** Ask about pictures, each {name, bytes, way, fit, ...}: what was seen of each, and how many were posted. */
  async see(pictures) {
    const content = [];
    for (const { name, bytes, way = 'file', ...part } of pictures) content.push(await this.part(way, new File([Uint8Array.from(bytes)], name), part));
    const answer = await engine.chat.completions.create({ messages: [{ role: 'user', content }] });
    return answer;
  },

  /** A PNG of large squares that is resampled to 64 × 32: the squares' colours row by row, and what was seen. */
  async tall({ width, height }) {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    const bytes = [];
    for (let y = 0; y < height; y += 100) {
      for (let x = 0; x < width; x += 100) {
        const colour = [x / 5 & 255, y / 10 & 255, x * y / 997 & 255];
        bytes.push(...colour);
        context.fillStyle = `rgb(${colour})`;
        context.fillRect(x, y, 100, 100);
      }
    }
    const image = await canvas.convertToBlob();
    const content = /** @type {any} */ ([{ type: 'image', image, fit: [64, 32] }]);
    const { seen } = /** @type {any} */ (await engine.chat.completions.create({ messages: [{ role: 'user', content }] }));
    return { bytes, seen: seen[0] };
  },

  /** What is said of each picture alone; null for what is taken. */
  async refused(pictures) {
    const failures = [];
    for (const picture of pictures) failures.push(await this.see([picture]).then(() => null, ({ name, message }) => `${name}: ${message}`));
    return failures;
  },

  /** A canvas that is drawn on as soon as it is asked about, and a bitmap that is closed then: red pixels of both. */
  async asItWas() {
    const canvas = new OffscreenCanvas(2, 1);
    const context = canvas.getContext('2d');
    context.fillStyle = '#f00';
    context.fillRect(0, 0, 2, 1);
    const bitmap = await createImageBitmap(canvas);
    const data = context.getImageData(0, 0, 2, 1);
    const content = /** @type {any} */ ([canvas, bitmap, data].map((image) => ({ type: 'image', image })));
    const asked = engine.chat.completions.create({ messages: [{ role: 'user', content }] });
    context.clearRect(0, 0, 2, 1);
    bitmap.close();
    data.data.fill(0);
    const { seen } = /** @type {any} */ (await asked);
    return seen.map(({ pixels }) => pixels);
  },

  /** What was seen of one picture, given several times, by a worker that takes over when the GPU of the first is lost. */
  async again({ name, bytes }) {
    const file = new File([Uint8Array.from(bytes)], name);
    const parts = /** @type {any} */ ([file, file, await this.bitmap(file)].map((image) => ({ type: 'image', image })));
    const messages = [{ role: /** @type {const} */ ('user'), content: [parts[0]] }, { role: /** @type {const} */ ('user'), content: parts.slice(1) }];
    const deltas = [];
    for await (const { choices } of await engine.chat.completions.create({ messages, stream: true })) deltas.push(choices[0].delta);
    return deltas;
  },

  /** A part of a message that gives a file in some way. */
  async part(way, file, part) {
    const made = await this[way](file);
    return typeof made === 'object' && 'url' in made ? { type: 'image_url', image_url: made, ...part } : { type: 'image', image: made, ...part };
  },

  file: (file) => file,
  blob: (file) => new Blob([file]),
  mistyped: (file) => new File([file], 'picture.png', { type: 'image/png' }),
  blobUrl: (file) => ({ url: URL.createObjectURL(file) }),
  async dataUrl(file) {
    const text = String.fromCharCode(...new Uint8Array(await file.arrayBuffer()));
    return { url: `data:image/png;base64,${btoa(text)}`, detail: 'low' };
  },
  async escapedDataUrl(file) {
    const bytes = [...new Uint8Array(await file.arrayBuffer())];
    return { url: `data:image/png,${bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}` };
  },
  url: ({ name }) => new URL(name, location.href),
  bitmap: (file) => createImageBitmap(file, { colorSpaceConversion: 'none' }),
  async image(file) {
    const image = new Image();
    image.src = URL.createObjectURL(file);
    await image.decode();
    return image;
  },
  async canvas(file) {
    const canvas = document.createElement('canvas');
    const image = await this.bitmap(file);
    Object.assign(canvas, { width: image.width, height: image.height });
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas;
  },
  async offscreen(file) {
    const image = await this.bitmap(file);
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas;
  },
  async pixels(file) {
    const canvas = await this.offscreen(file);
    return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  },

  // What cannot be seen.
  nothing: () => 7,
  address: ({ name }) => ({ url: name }),
  emptyCanvas: () => new OffscreenCanvas(0, 4),
  async closedBitmap(file) {
    const bitmap = await this.bitmap(file);
    bitmap.close();
    return bitmap;
  },
  unloadedImage: () => new Image(),
  emptyVideo: () => document.createElement('video'),
  async foreignImage({ name }) {
    const image = new Image();
    image.src = name;
    await image.decode();
    return image;
  },
  givenAway() {
    const data = new ImageData(2, 2);
    structuredClone(data.data.buffer, { transfer: [data.data.buffer] });
    return data;
  },
});
