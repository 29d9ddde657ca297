/** A bundle's manifest as JavaScript reads it: sealed, and naming only what a bundle may hold. What the model is, Python reads. */

import { EngineError } from '../common/errors.js';
import { BUNDLE, FILE_NAMES } from '../common/facts.js';
import { sha256 } from '../common/sha256.js';

/** @typedef {import('./file-source.js').FileSpec} FileSpec */

/**
 * @typedef {object} Manifest
 * @property {Uint8Array<ArrayBuffer>} bytes  its text
 * @property {FileSpec[]} shards
 * @property {FileSpec[]} kernels
 * @property {FileSpec[]} files
 * @property {Record<string, any>} model  the network's dimensions, which Python checks
 * @property {Record<string, any>} generation  the model's own defaults for answers, which Python checks
 */

const SEAL = /^,\n "sha256": "([0-9a-f]{64})"\n\}\n$/; // the end of the text
const SEAL_BYTES = ',\n "sha256": ""\n}\n'.length + 64;
const HASH = /^[0-9a-f]{64}$/;
const REMEDY = 'Load again; if it stays, build the bundle again and upload it anew.';

/**
 * A manifest whose names, sizes and hashes can be acted on.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {string} where  it came from
 * @returns {Promise<Manifest>}
 * @throws {EngineError} BundleError
 */
export async function readManifest(bytes, where) {
  const failure = (/** @type {string} */ what) => new EngineError('BundleError', `The manifest.json of ${where} ${what}. ${REMEDY}`);
  const text = textOf(bytes);
  const manifest = text === null ? undefined : parsed(text);
  if (!isObject(manifest)) throw failure('is not a bundle\'s: it holds no JSON object');
  if (manifest.format !== BUNDLE.format) {
    throw failure(`has bundle format ${JSON.stringify(manifest.format)?.slice(0, 80)}, this page reads format ${BUNDLE.format}`);
  }
  const [, seal] = SEAL.exec(/** @type {string} */ (text).slice(-SEAL_BYTES)) ?? [];
  if (!seal || await sha256(bytes.slice(0, -SEAL_BYTES)) !== seal) throw failure('has changed: its text does not have the sha256 that it states');
  for (const [section, names] of Object.entries(FILE_NAMES)) {
    const entries = manifest[section];
    if (!Array.isArray(entries)) throw failure(`has no list of ${section}`);
    const name = new RegExp(`^(?:${names})$`);
    for (const entry of entries) {
      const problem = problemOf(entry, section, name);
      if (problem) throw failure(`cannot be used: ${problem}`);
    }
  }
  const { shards, kernels, files, model, generation } = manifest;
  if (!isObject(model)) throw failure('has no model');
  if (!isObject(generation)) throw failure('has no generation');
  return { bytes, shards, kernels, files, model, generation };
}

/**
 * What is wrong with an entry of a list, or ''.
 * @param {any} entry
 * @param {string} section
 * @param {RegExp} name  of the list's files
 */
function problemOf(entry, section, name) {
  if (!isObject(entry)) return `an entry of ${section} is no object`;
  const { file, bytes, sha256: digest, part } = entry;
  if (typeof file !== 'string' || !name.test(file)) return `${shown(file)} is no file name that ${section} of a bundle have`;
  if (typeof digest !== 'string' || !HASH.test(digest)) return `${file} has sha256 ${shown(digest)}, expected 64 hexadecimal digits in lower case`;
  if (section === 'shards' && file !== `shards/${digest}.bin`) return `${file} is named by another sha256 than its own, ${digest}`;
  if (!Number.isInteger(bytes) || bytes < 0 || bytes > BUNDLE.fileLimit) return `${file} has ${shown(bytes)} bytes, expected 0 to ${BUNDLE.fileLimit}`;
  if (part !== undefined && !(section === 'shards' && BUNDLE.parts.includes(part))) return `${file} has part ${shown(part)}, which it cannot have`;
  return '';
}

/** @param {Uint8Array} bytes */
function textOf(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {any} value */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
function shown(value) {
  return String(JSON.stringify(value)).slice(0, 80);
}
