/** Which model a session of the Prompt API gets: its address, and whether it is here already. */

import { bundleUrl } from '../common/bundle-url.js';
import { HostedFiles } from '../files/hosted-files.js';
import { Patience } from '../files/patience.js';
import { stateOf } from './shared-engine.js';

/** @typedef {import('./dictionaries.js').Expected} Expected */
/** @typedef {{bundle?: string | URL, expectedInputs?: Expected[], expectedOutputs?: Expected[]}} Wanted */

const INPUTS = ['text', 'tool-response'];
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
  if (!onlyText(wanted) || !await navigator.gpu?.requestAdapter()) return 'unavailable';
  const folder = wantedBundle(wanted.bundle);
  const state = stateOf(folder);
  if (state) return state === 'loaded' ? 'available' : 'downloading';
  try {
    const files = new HostedFiles(folder);
    const { shards, files: small } = await files.manifest(new Patience(1));
    const kept = await Promise.all([...shards, ...small].filter(({ part }) => !part).map((spec) => files.has(spec)));
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
 * Whether nothing but text, calls of tools and their answers are expected; any language is tried.
 * @param {Wanted} wanted
 * @throws {RangeError} for what is no language tag
 */
export function onlyText({ expectedInputs = [], expectedOutputs = [] }) {
  for (const { languages } of [...expectedInputs, ...expectedOutputs]) Intl.getCanonicalLocales(languages);
  return expectedInputs.every(({ type }) => INPUTS.includes(type)) && expectedOutputs.every(({ type }) => OUTPUTS.includes(type));
}
