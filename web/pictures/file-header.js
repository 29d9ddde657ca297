/** What a picture's file says of itself before it is decoded: format, size, whether it moves, and whether it is there to its end. */

/**
 * @typedef {object} FileHeader
 * @property {string} type  the media type, whatever the file's name or sender says
 * @property {number} [width]  as stored, before its orientation is applied; absent where only a decoder finds it
 * @property {number} [height]
 * @property {boolean} moves  it has more than one frame
 * @property {boolean} whole  not cut off: a browser may show what there is of a picture
 */

/** Each reads a file that begins as its format does, and may reach beyond its end, where there are zeros. @type {((file: DataView) => FileHeader | null)[]} */
const FORMATS = [png, jpeg, webp, gif, bmp, avif];

/**
 * @param {Uint8Array} bytes  of the whole file
 * @returns {FileHeader | null} null for what is no picture that we know; a browser may know it
 */
export function headerOf(bytes) {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const format of FORMATS) {
    try {
      const header = format(file);
      if (header) return header;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // the file ends early: no decoder will like it
    }
  }
  return null;
}

/**
 * PNG, and APNG (https://www.w3.org/TR/png-3/): chunks of length, name, data and checksum.
 * @param {DataView} file
 * @returns {FileHeader | null}
 */
function png(file) {
  if (file.getUint32(0) !== 0x89504e47) return null;
  let moves = false;
  let whole = false;
  for (let at = 8; at + 12 <= file.byteLength && !whole; at += 12 + file.getUint32(at)) {
    const name = text(file, at + 4);
    if (name === 'acTL') moves = file.getUint32(at + 8) > 1;
    whole = name === 'IEND';
  }
  return { type: 'image/png', width: file.getUint32(16), height: file.getUint32(20), moves, whole };
}

/**
 * JPEG (ITU-T T.81, B.1): markers, of which the frame's header has the size.
 * @param {DataView} file
 * @returns {FileHeader | null}
 */
function jpeg(file) {
  if (file.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  for (;;) {
    if (file.getUint8(at) !== 0xff) return null;
    const marker = file.getUint8(at + 1);
    if (marker === 0xff) at += 1; // padding
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { type: 'image/jpeg', height: file.getUint16(at + 5), width: file.getUint16(at + 7), moves: false, whole: endsAfter(file, at) };
    } else at += 2 + file.getUint16(at + 2);
  }
}

/**
 * Whether a JPEG's end is marked somewhere behind a place.
 * @param {DataView} file
 * @param {number} begin
 */
function endsAfter(file, begin) {
  for (let at = file.byteLength - 2; at > begin; at--) if (file.getUint16(at) === 0xffd9) return true;
  return false;
}

/**
 * WebP (RFC 9649): lossy, lossless, or extended, which alone may move.
 * @param {DataView} file
 * @returns {FileHeader | null}
 */
function webp(file) {
  if (text(file, 0) !== 'RIFF' || text(file, 8) !== 'WEBP') return null;
  const stated = { type: 'image/webp', whole: 8 + file.getUint32(4, true) <= file.byteLength + 1 }; // the last byte may be padding
  const chunk = text(file, 12);
  if (chunk === 'VP8X') {
    const side = (/** @type {number} */ at) => 1 + (file.getUint32(at, true) & 0xffffff);
    return { ...stated, width: side(24), height: 1 + (file.getUint16(27, true) | file.getUint8(29) << 16), moves: (file.getUint8(20) & 2) > 0 };
  }
  if (chunk === 'VP8L') {
    const bits = file.getUint32(21, true);
    return { ...stated, width: 1 + (bits & 0x3fff), height: 1 + (bits >>> 14 & 0x3fff), moves: false };
  }
  return { ...stated, width: file.getUint16(26, true) & 0x3fff, height: file.getUint16(28, true) & 0x3fff, moves: false };
}

/**
 * GIF (GIF89a specification): blocks, of which each frame has one.
 * @param {DataView} file
 * @returns {FileHeader | null}
 */
function gif(file) {
  if (text(file, 0) !== 'GIF8') return null;
  const colours = (/** @type {number} */ flags) => flags & 0x80 ? 3 << (flags & 7) + 1 : 0;
  let frames = 0;
  let at = 13 + colours(file.getUint8(10));
  while (at < file.byteLength && frames < 2) {
    const block = file.getUint8(at);
    if (block === 0x2c) {
      frames++;
      at += 11 + colours(file.getUint8(at + 9));
    } else if (block === 0x21) at += 2;
    else break;
    while (at < file.byteLength && file.getUint8(at)) at += 1 + file.getUint8(at);
    at++;
  }
  return { type: 'image/gif', width: file.getUint16(6, true), height: file.getUint16(8, true), moves: frames > 1, whole: at < file.byteLength };
}

/**
 * BMP, whose oldest header has other places for the size.
 * @param {DataView} file
 * @returns {FileHeader | null}
 */
function bmp(file) {
  if (text(file, 0).slice(0, 2) !== 'BM') return null;
  const stated = { type: 'image/bmp', moves: false, whole: file.getUint32(2, true) <= file.byteLength };
  if (file.getUint32(14, true) === 12) return { ...stated, width: file.getUint16(18, true), height: file.getUint16(20, true) };
  return { ...stated, width: Math.abs(file.getInt32(18, true)), height: Math.abs(file.getInt32(22, true)) };
}

/**
 * AVIF (ISO/IEC 14496-12): the brand says whether it is a sequence; the size lies deeper than is worth looking.
 * @param {DataView} file
 * @returns {FileHeader | null}
 */
function avif(file) {
  if (text(file, 4) !== 'ftyp') return null;
  const brand = text(file, 8);
  return brand === 'avif' || brand === 'avis' ? { type: 'image/avif', moves: brand === 'avis', whole: true } : null;
}

/**
 * Four letters.
 * @param {DataView} file
 * @param {number} at
 */
function text(file, at) {
  return String.fromCharCode(...[0, 1, 2, 3].map((place) => file.getUint8(at + place)));
}
