/** Reads texts out of a zip file (PKWARE's APPNOTE.TXT), of which no more is read than they need. */

const ENDS = 22 + 0xffff; // bytes in which the record of the file's end begins: its own, and the longest comment
const NAMED = new TextDecoder();

class TooLarge extends Error {}

/** @param {Blob} file */
export async function isZip(file) {
  return file.size >= 4 && (await viewOf(file, 0, 4)).getUint32(0, true) === 0x04034b50;
}

/**
 * The texts of a zip file's members whose names match, in their order.
 * @param {Blob} file
 * @param {RegExp} wanted
 * @param {number} most  bytes of all of them
 * @returns {Promise<string[]>}
 * @throws {Error} a sentence, if they cannot be read
 */
export async function textsIn(file, wanted, most) {
  try {
    const texts = [];
    let room = most;
    for (const member of await membersOf(file)) {
      if (!wanted.test(member.name)) continue;
      const bytes = await contentOf(file, member, room);
      room -= bytes.size;
      texts.push(await bytes.text());
    }
    return texts;
  } catch (error) {
    if (error instanceof TooLarge) throw error;
    throw new Error('This zip file is damaged, or of a form that cannot be read here. Unpack it and choose its conversations.json.', { cause: error });
  }
}

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {number} method  0: as it is, 8: deflated
 * @property {number} packed  bytes
 * @property {number} at  where its own header is
 */

/**
 * @param {Blob} file
 * @returns {Promise<Member[]>}
 */
async function membersOf(file) {
  const from = Math.max(0, file.size - ENDS);
  const tail = await viewOf(file, from, file.size);
  let end = tail.byteLength - 22;
  while (tail.getUint32(end, true) !== 0x06054b50) end--; // before the beginning: a RangeError
  const [size, at] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
  const list = await viewOf(file, at, at + size);
  const members = [];
  for (let place = 0; place < size;) {
    if (list.getUint32(place, true) !== 0x02014b50) throw new RangeError('no member where one should be');
    const [named, extra, comment] = [28, 30, 32].map((field) => list.getUint16(place + field, true));
    members.push({
      name: NAMED.decode(new Uint8Array(list.buffer, place + 46, named)), method: list.getUint16(place + 10, true),
      packed: list.getUint32(place + 20, true), at: list.getUint32(place + 42, true),
    });
    place += 46 + named + extra + comment;
  }
  return members;
}

/**
 * @param {Blob} file
 * @param {Member} member
 * @param {number} most  bytes
 * @returns {Promise<Blob>}
 */
async function contentOf(file, { method, packed, at }, most) {
  const header = await viewOf(file, at, at + 30);
  const from = at + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const body = file.slice(from, from + packed);
  if (method !== 0 && method !== 8) throw new RangeError('neither stored nor deflated');
  const stream = method ? body.stream().pipeThrough(new DecompressionStream('deflate-raw')) : body.stream();
  const pieces = [];
  let size = 0;
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces);
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new TooLarge(`The conversations in this zip file have more than ${most} bytes, the most that can be imported. Export fewer of them at a time.`);
    }
    pieces.push(value);
  }
}

/**
 * @param {Blob} file
 * @param {number} from
 * @param {number} to
 * @throws {RangeError} by what reads beyond the file's end
 */
async function viewOf(file, from, to) {
  return new DataView(await file.slice(from, to).arrayBuffer());
}
