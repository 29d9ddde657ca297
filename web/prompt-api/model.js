/** Which model a session of the Prompt API gets: its address, whether it is here already, and how its download is told. */

import { bundleUrl } from '../common/bundle-url.js';
import { HostedFiles } from '../files/hosted-files.js';
import { Patience } from '../files/patience.js';
import { stateOf } from './shared-engine.js';

/** @typedef {{bundle?: string | URL, expectedInputs?: Expected[], expectedOutputs?: Expected[]}} Wanted */
/** @typedef {{type: string, languages?: string[]}} Expected  LanguageModelExpected */

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
    const kept = await Promise.all([...shards, ...small].map((spec) => files.has(spec)));
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
 * Whether nothing but text is expected; any language is tried.
 * @param {Wanted} wanted
 * @throws {RangeError} for what is no language tag
 */
export function onlyText({ expectedInputs = [], expectedOutputs = [] }) {
  const expected = [...expectedInputs, ...expectedOutputs];
  for (const { languages } of expected) Intl.getCanonicalLocales(languages);
  return expected.every(({ type }) => type === 'text');
}

/**
 * Tells a monitor each new share of the download; a file that has to come again does not take it back.
 * @param {((monitor: EventTarget) => void) | undefined} monitor
 * @returns {(share: number) => void}
 */
export function progressTeller(monitor) {
  const target = new EventTarget();
  monitor?.(target);
  let told = -1;
  return (share) => {
    if (share <= told) return;
    told = share;
    target.dispatchEvent(new ProgressEvent('downloadprogress', { lengthComputable: true, loaded: share, total: 1 }));
  };
}
