/**
 * What the browser keeps of the models' files, under their sha256: whole ones, and of large ones the parts that had arrived when
 * a visit ended. Whoever takes something from here verifies it. And the last manifest of each bundle, for days without a network.
 */

/** @typedef {import('./shards.js').FileSpec} FileSpec */

const CACHE = 'deltapage-files';
const MANIFESTS = 'deltapage-manifests';
const FOLDER = `${globalThis.origin}/deltapage/sha256/`;
const ANY_PART = { ignoreSearch: true }; // the whole file and its parts: their addresses differ in the query

/** The browser's storage; where it is absent or refused nothing is kept and nothing found. */
export class Kept {
  // Absent on insecure origins, refused in some private windows.
  #cache = globalThis.caches ? caches.open(CACHE).catch(() => null) : Promise.resolve(null);

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
  async take({ sha256 }) {
    return this.#take(FOLDER + sha256);
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
  async takeParts({ sha256 }, target) {
    const cache = await this.#cache;
    const requests = await cache?.keys(FOLDER + sha256, ANY_PART).catch(() => []) ?? [];
    const parts = requests.map((request) => ({ request, ...rangeOf(request.url) })).sort((a, b) => a.from - b.from);
    let have = 0;
    for (const { request, from, to } of parts) {
      if (from !== have || to > target.length) continue;
      const bytes = await this.#take(request);
      if (bytes?.length !== to - from) break;
      target.set(bytes, from);
      have = to;
    }
    return have;
  }

  /**
   * Remove a file, whole or in parts.
   * @param {{sha256: string}} spec
   */
  async remove({ sha256 }) {
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

  /** @param {string | Request} address */
  async #take(address) {
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
 * @param {string} url
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function keepManifest(url, bytes) {
  const cache = await globalThis.caches?.open(MANIFESTS).catch(() => null);
  await cache?.put(url, new Response(bytes)).catch(() => {}); // the model loads all the same
}

/**
 * @param {string} url
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
 */
export async function lastManifest(url) {
  const cache = await globalThis.caches?.open(MANIFESTS).catch(() => null);
  const response = await cache?.match(url).catch(() => undefined);
  return response ? new Uint8Array(await response.arrayBuffer()) : null;
}

/**
 * Which bytes of a file an address stands for.
 * @param {string} url
 */
function rangeOf(url) {
  const [, from, to] = /\?part=(\d+)-(\d+)$/.exec(url) ?? [null, 0, Infinity];
  return { from: Number(from), to: Number(to) };
}
