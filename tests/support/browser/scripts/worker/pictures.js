/** In the place of the engine's worker: answers a chat with what the engine would get of its pictures. */
import { RequestPictures } from '/pictures/request-pictures.js';

self.onmessage = async ({ data: { id, kind, payload, pictures } }) => {
  const say = (reply) => self.postMessage({ id, ...reply });
  try {
    if (kind === 'load') say({ type: 'item', value: { info: { name: 'a pair of eyes' } } });
    else if (kind === 'chat') await look(payload, pictures, say);
    say({ type: 'end' });
  } catch ({ name, message }) {
    say({ type: 'error', error: { name, message } });
  }
};

async function look({ request, shown }, sources, say) {
  const parts = request.messages.flatMap(({ content }) => content).filter(({ type }) => type !== 'text');
  const written = [];
  const given = new RequestPictures(sources, (buffer, pixels, offset) => written.push([buffer, Array.from(pixels), offset]));
  const seen = [];
  for (const { picture, fit, at = [0], ...part } of parts) {
    const clip = await given.clip(picture);
    for (const frame of at) {
      const size = await given.size(picture, frame);
      const digest = await given.fit(picture, fit?.[0] ?? size[0], fit?.[1] ?? size[1], frame);
      await given.upload(picture, 'pixels', 0, frame);
      const [, pixels] = written.at(-1);
      seen.push({ picture, part, size, digest, pixels, clip });
    }
  }
  given.end();
  if (shown?.ids.length === 0) {
    say({ type: 'item', value: { id: 'one', created: 1, choices: [{ delta: {}, token_ids: [7] }] } });
    say({ id: 0, type: 'error', error: { name: 'DeviceLostError', message: 'lost' } });
  } else say({ type: 'item', value: shown ? { id: 'one', created: 1, choices: [{ delta: { seen }, token_ids: [8] }] } : { seen, sources: sources.length } });
}
