/**
 * What this browser keeps of the site's models: how much, for how long, and away with it.
 *
 * Files are kept under their sha256 by files/file-cache.js, so what two bundles share is stored once and stays until neither is kept.
 */

import { bundleUrl } from './common/bundle-url.js';
import { bytes as size } from './common/byte-count.js';
import { EngineError } from './common/errors.js';
import { FileCache } from './files/file-cache.js';
import { HostedFiles } from './files/hosted-files.js';
import { Patience } from './files/patience.js';

/** @typedef {import('./files/file-source.js').FileSpec} FileSpec */

/**
 * @typedef {object} Kept  a bundle, and what of it is here
 * @property {string} url  the folder's
 * @property {number} bytes  here, those of a file that has only begun to arrive included
 * @property {number} total  bytes of everything that it names: what sees comes with the first picture, kernels for other devices never
 */

/**
 * What is kept of one bundle.
 * @param {string | URL} bundle  the folder's URL, relative to the page
 * @returns {Promise<Kept>}
 */
export async function keptOf(bundle) {
  const url = bundleUrl(bundle);
  const here = await new FileCache().sizes();
  const files = await filesOf(url);
  return { url, bytes: sum(files, here), total: sum(files) };
}

/**
 * Whether all of a bundle is here that loading it needs, as its last manifest has it; nobody is asked.
 * @param {string | URL} bundle
 * @returns {Promise<boolean>}
 */
export async function isKept(bundle) {
  const manifest = await new HostedFiles(bundleUrl(bundle)).lastManifest();
  if (!manifest) return false;
  const here = await new FileCache().sizes();
  const needed = manifest.shards.filter(({ part }) => !part); // the others come when they are first needed
  return [...needed, ...manifest.files].every(({ sha256 }) => here.get(sha256) === Infinity);
}

/**
 * Remove a bundle's files, but not those that another of the site's bundles shares with it.
 * @param {string | URL} bundle
 * @param {(string | URL)[]} [others]  the folders of the bundles that stay
 * @returns {Promise<number>} bytes that became free
 */
export async function remove(bundle, others = []) {
  const url = bundleUrl(bundle);
  const cache = new FileCache();
  const here = await cache.sizes();
  const shared = new Set();
  for (const other of others.map(bundleUrl)) {
    if (other !== url) for (const { sha256 } of await filesOf(other)) shared.add(sha256);
  }
  const gone = (await filesOf(url)).filter(({ sha256 }) => here.has(sha256) && !shared.has(sha256));
  await Promise.all(gone.map((file) => cache.delete(file)));
  return sum(gone, here);
}

/**
 * Ask the browser not to clear the site's storage when the disk runs low.
 * @returns {Promise<boolean>} whether it agreed
 */
export async function persist() {
  return Boolean(await navigator.storage?.persisted?.() || await navigator.storage?.persist?.());
}

/**
 * What the site uses and what is left for it.
 * @returns {Promise<{used: number, free: number}>} bytes; an unknown room counts as endless
 */
export async function room() {
  const { usage = 0, quota = Infinity } = await navigator.storage?.estimate?.() ?? {};
  return { used: usage, free: Math.max(0, quota - usage) };
}

/**
 * Check that a bundle's missing files fit.
 * @param {string | URL} bundle
 * @throws {EngineError} QuotaError: what is needed, what is free and what to do
 */
export async function checkRoom(bundle) {
  const { bytes, total } = await keptOf(bundle);
  const { free } = await room();
  const needed = total - bytes;
  if (needed <= free) return;
  throw new EngineError('QuotaError', `Keeping this model needs ${size(needed)} of storage, and this browser has ${size(free)} left ` +
    'for the site. Delete another model or free disk space; without that it runs, and is downloaded again at each visit.');
}

/**
 * Every file that a bundle names, once; without a network, by the last manifest that was seen.
 * @param {string} url
 * @returns {Promise<FileSpec[]>}
 */
async function filesOf(url) {
  const { shards, kernels, files } = await new HostedFiles(url).manifest(new Patience(1));
  return [...new Map([...shards, ...kernels, ...files].map((file) => [file.sha256, file])).values()];
}

/**
 * @param {FileSpec[]} files
 * @param {Map<string, number>} [here]  counts no more of a file than these bytes
 */
function sum(files, here) {
  return files.reduce((total, { bytes, sha256 }) => total + Math.min(bytes, here ? here.get(sha256) ?? 0 : bytes), 0);
}
