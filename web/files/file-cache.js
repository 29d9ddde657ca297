/**
 * The models' files in the browser's storage, under their sha256: whole ones, and of large ones the parts that had arrived when
 * a visit ended. Whoever gets something from here verifies it. And the last manifest of each bundle, for days without a network.
 */

/** @typedef {import('./file-source.js').FileSpec} FileSpec */

const FILES = 'deltapage-files';
const MANIFESTS = 'deltapage-manifests';
const FOLDER = `${globalThis.origin}/deltapage/sha256/`;
const ANY_PART = { ignoreSearch: true }; // the whole file and its parts: their addresses differ in the query

/** Where the browser's storage is absent or refused, nothing is kept and nothing found. */
export class FileCache {
  #cache = open(FILES);

  /**
   * Whether a whole file is here; damage shows only when it is used.
   * @param {FileSpec} spec
   */
  async has({ sha256 }) {
    return Boolean(await (await this.#cache)?.match(FOLDER + sha256).catch(() => undefined));
  }

  /**
   * A whole file.
   * @param {FileSpec} spec
   * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
   */
  get({ sha256 }) {
    return this.#get(FOLDER + sha256);
  }

  /**
   * Keep a whole file.
   * @param {FileSpec} spec
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {Promise<boolean>} false: no room on the disk, or storage is switched off
   */
  put({ sha256 }, bytes) {
    return this.#put(FOLDER + sha256, bytes);
  }

  /**
   * Keep a part of a file that is still arriving.
   * @param {FileSpec} spec
   * @param {number} from
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  putPart({ sha256 }, from, bytes) {
    return this.#put(`${FOLDER}${sha256}?part=${from}-${from + bytes.length}`, bytes);
  }

  /**
   * Fill in the beginning of a file from its parts.
   * @param {FileSpec} spec
   * @param {Uint8Array<ArrayBuffer>} target
   * @returns {Promise<number>} bytes filled in
   */
  async getParts({ sha256 }, target) {
    const cache = await this.#cache;
    const requests = await cache?.keys(FOLDER + sha256, ANY_PART).catch(() => []) ?? [];
    const parts = requests.map((request) => ({ request, ...rangeOf(request.url) })).sort((a, b) => a.from - b.from);
    let have = 0;
    for (const { request, from, to } of parts) {
      if (from !== have || to > target.length) continue;
      const bytes = await this.#get(request);
      if (bytes?.length !== to - from) break;
      target.set(bytes, from);
      have = to;
    }
    return have;
  }

  /**
   * Delete a file, whole or in parts.
   * @param {{sha256: string}} spec
   */
  async delete({ sha256 }) {
    await (await this.#cache)?.delete(FOLDER + sha256, ANY_PART).catch(() => false);
  }

  /**
   * How many bytes are here of each file, by its sha256; Infinity for a whole one.
   * @returns {Promise<Map<string, number>>}
   */
  async sizes() {
    /** @type {Map<string, number>} */
    const sizes = new Map();
    for (const { url } of await (await this.#cache)?.keys() ?? []) {
      const [digest] = url.slice(url.lastIndexOf('/') + 1).split('?');
      const { from, to } = rangeOf(url);
      sizes.set(digest, (sizes.get(digest) ?? 0) + to - from);
    }
    return sizes;
  }

  /**
   * Keep a bundle's manifest in place of the one before.
   * @param {string} url
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async putManifest(url, bytes) {
    await (await open(MANIFESTS))?.put(url, new Response(bytes)).catch(() => {}); // the model loads all the same
  }

  /**
   * The last manifest that was seen of a bundle.
   * @param {string} url
   * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
   */
  async getManifest(url) {
    const response = await (await open(MANIFESTS))?.match(url).catch(() => undefined);
    return response ? new Uint8Array(await response.arrayBuffer()) : null;
  }

  /** @param {string | Request} address */
  async #get(address) {
    try {
      const response = await (await this.#cache)?.match(address);
      return response ? new Uint8Array(await response.arrayBuffer()) : null;
    } catch {
      return null; // the browser itself cannot read it any more
    }
  }

  /**
   * @param {string} address
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async #put(address, bytes) {
    const cache = await this.#cache;
    return Boolean(cache) && await /** @type {Cache} */ (cache).put(address, new Response(bytes)).then(() => true, () => false);
  }
}

/**
 * One of the browser's caches: absent on insecure origins, refused in some private windows.
 * @param {string} name
 * @returns {Promise<Cache | null>}
 */
async function open(name) {
  return await globalThis.caches?.open(name).catch(() => null) ?? null;
}

/**
 * Which bytes of a file an address stands for.
 * @param {string} url
 */
function rangeOf(url) {
  const [, from, to] = /\?part=(\d+)-(\d+)$/.exec(url) ?? [null, 0, Infinity];
  return { from: Number(from), to: Number(to) };
}
