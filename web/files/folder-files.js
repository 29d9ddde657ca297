/** A bundle's files in a folder of this computer that the person picked: read where they lie, nothing goes into the browser's storage. */

import { EngineError } from '../common/errors.js';
import { sha256 } from '../common/sha256.js';
import { readManifest } from './manifest.js';

/** @typedef {import('./file-source.js').FileSpec} FileSpec */
/** @typedef {import('./file-source.js').FileSource} FileSource */

/**
 * @typedef {object} PickedFolder  a folder as it can travel to a worker; a File on its own forgets there in which folder it lay
 * @property {string} name
 * @property {Map<string, File>} files  by their paths in the folder
 */

/**
 * The folder of an `<input type=file webkitdirectory>`.
 * @param {Iterable<File>} list
 * @returns {PickedFolder}
 */
export function pickedFolder(list) {
  const paths = Array.from(list, (file) => /** @type {const} */ ([file.webkitRelativePath || file.name, file]));
  const inside = (/** @type {string} */ path) => path.slice(path.indexOf('/') + 1);
  const name = /^[^/]+(?=\/)/.exec(paths[0]?.[0] ?? '')?.[0] ?? 'that was picked';
  return { name, files: new Map(paths.map(([path, file]) => [inside(path), file])) };
}

/** @implements {FileSource} */
export class FolderFiles {
  #name;
  #files;
  #onBytes;
  /** At the next visit the folder has to be picked again. */
  cached = false;

  /**
   * @param {PickedFolder} folder
   * @param {object} [options]
   * @param {(bytes: number) => void} [options.onBytes]  bytes that have been read
   */
  constructor({ name, files }, { onBytes = () => {} } = {}) {
    this.#name = name;
    this.#files = files;
    this.#onBytes = onBytes;
  }

  /** What names and hashes everything else. */
  async manifest() {
    if (this.#files.has('manifest.json')) return readManifest(await this.#read('manifest.json'), `the folder ${this.#name}`);
    throw new EngineError('BundleError', `There is no model in the folder ${this.#name}: it has no manifest.json. ` +
      'Pick the folder that has one in it, as `build.py bundle` made it.');
  }

  /**
   * One file, verified.
   * @param {FileSpec} spec
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async get(spec) {
    const bytes = await this.#read(spec.file);
    if (await sha256(bytes) !== spec.sha256) {
      throw new EngineError('BundleError', `${spec.file} in the folder ${this.#name} is damaged: its sha256 is not the one in the manifest. ` +
        'Copy the model into the folder anew, then pick it again.');
    }
    this.#onBytes(bytes.length);
    return bytes;
  }

  /** Nothing is on its way for long: files are read at once. */
  async stop() {}

  /** @param {string} path */
  async #read(path) {
    const file = this.#files.get(path);
    if (!file) {
      throw new EngineError('MissingFileError', `The folder ${this.#name} lacks ${path}, which the model needs. ` +
        'Copy the whole bundle into it, then pick it again.');
    }
    try {
      return new Uint8Array(await file.arrayBuffer());
    } catch (error) {
      throw new EngineError('MissingFileError', `${path} in the folder ${this.#name} cannot be read any more ` +
        `(${/** @type {Error} */ (error).message}): it was changed or moved. Pick the folder again.`);
    }
  }
}
