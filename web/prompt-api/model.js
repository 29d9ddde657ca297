/** Which model a session of the Prompt API gets: its address, and whether it is here already. */

import { bundleUrl } from '../common/bundle-url.js';
import { HostedFiles } from '../files/hosted-files.js';
import { Patience } from '../files/patience.js';
import { stateOf } from './shared-engine.js';

/** @typedef {import('./dictionaries.js').Expected} Expected */
/** @typedef {{bundle?: string | URL, expectedInputs?: Expected[], expectedOutputs?: Expected[]}} Wanted */

const INPUTS = ['text', 'tool-response', 'image'];
const OUTPUTS = ['text', 'tool-call'];

/**
 * The address of the bundle that is wanted.
 * @param {string | URL | undefined} bundle
 * @returns {string}
 */
export function wantedBundle(bundle) {
  if (!bundle) throw new TypeError('No bundle is named: give `bundle`, the URL of a model\'s folder, or set LanguageModel.bundle.');
  return bundleUrl(bundle);
}

/**
 * Whether a model runs here, and what it takes: it is there, on its way, or to be downloaded.
 * @param {Wanted} wanted
 * @returns {Promise<'unavailable' | 'downloadable' | 'downloading' | 'available'>}
 */
export async function availabilityOf(wanted) {
  if (!understands(wanted) || !await navigator.gpu?.requestAdapter()) return 'unavailable';
  const folder = wantedBundle(wanted.bundle);
  const state = stateOf(folder);
  if (state && !wantsPictures(wanted)) return state === 'loaded' ? 'available' : 'downloading';
  try {
    const files = new HostedFiles(folder);
    const { shards, files: small, model } = await files.manifest(new Patience(1));
    if (wantsPictures(wanted) && !model.vision) return 'unavailable';
    if (state) return state === 'loaded' ? 'available' : 'downloading';
    const needed = [...shards, ...small].filter(({ part }) => !part || wantsPictures(wanted));
    const kept = await Promise.all(needed.map((spec) => files.has(spec)));
    return kept.every(Boolean) ? 'available' : 'downloadable';
  } catch {
    return 'unavailable';
  }
}

/**
 * A bundle's own defaults for answers.
 * @param {string | URL | undefined} bundle
 */
export async function generationOf(bundle) {
  return (await new HostedFiles(wantedBundle(bundle)).manifest()).generation;
}

/**
 * Whether an engine's model, or a bundle's that is not loaded, sees pictures.
 * @param {import('../deltapage.js').Engine | undefined} engine
 * @param {string | URL | undefined} bundle
 */
export async function sees(engine, bundle) {
  const { model } = engine?.info ?? await new HostedFiles(wantedBundle(bundle)).manifest();
  return Boolean(model.vision);
}

/** @param {Wanted} wanted */
export function wantsPictures({ expectedInputs = [] }) {
  return expectedInputs.some(({ type }) => type === 'image');
}

/**
 * Whether nothing is expected but text, pictures, calls of tools and their answers; any language is tried.
 * @param {Wanted} wanted
 * @throws {RangeError} for what is no language tag
 */
export function understands({ expectedInputs = [], expectedOutputs = [] }) {
  for (const { languages } of [...expectedInputs, ...expectedOutputs]) Intl.getCanonicalLocales(languages);
  return expectedInputs.every(({ type }) => INPUTS.includes(type)) && expectedOutputs.every(({ type }) => OUTPUTS.includes(type));
}
