/** How a session of the Prompt API samples: the model card's defaults, and the names and bounds of the specification. */

import { BOUNDS } from '../common/facts.js';

/** @typedef {{defaultTopK: number, maxTopK: number, defaultTemperature: number, maxTemperature: number}} Params  LanguageModelParams */
/** @typedef {import('./dictionaries.js').SamplingMode} SamplingMode */
/** @typedef {import('./dictionaries.js').SamplingOptions} SamplingOptions */

const TOP_K_MAX = BOUNDS.top_k.most;
const TEMPERATURE_MAX = BOUNDS.temperature.most;

/** By what each mode multiplies the model card's temperature. @type {Record<SamplingMode, number>} */
export const MODES = { 'most-predictable': 0, predictable: 0.5, balanced: 1, creative: 1.25, 'most-creative': 1.5 };

/**
 * What sessions sample with, when they are not told, and at most.
 * @param {Record<string, any>} generation  the bundle's own defaults
 * @returns {Params}
 */
export function paramsOf({ presets: { direct = {} } }) {
  return { defaultTopK: direct.top_k || TOP_K_MAX, maxTopK: TOP_K_MAX, defaultTemperature: direct.temperature ?? 1, maxTemperature: TEMPERATURE_MAX };
}

/**
 * Options within the bounds.
 * @param {SamplingOptions} options
 * @returns {SamplingOptions}
 * @throws {RangeError | TypeError}
 */
export function samplingOf({ temperature, topK, samplingMode }) {
  if (temperature !== undefined && !(temperature >= 0)) throw new RangeError(`temperature is ${temperature}, expected 0 to ${TEMPERATURE_MAX}.`);
  if (topK !== undefined && !(topK >= 1)) throw new RangeError(`topK is ${topK}, expected 1 to ${TOP_K_MAX}.`);
  if (samplingMode !== undefined && (temperature ?? topK) !== undefined) {
    throw new TypeError('samplingMode stands beside temperature or topK, expected one or the other.');
  }
  return {
    temperature: temperature && Math.min(temperature, TEMPERATURE_MAX),
    topK: topK && Math.floor(Math.min(topK, TOP_K_MAX)),
    samplingMode,
  };
}

/**
 * What a session's requests state of sampling; the rest is the model card's.
 * @param {SamplingOptions} options
 * @param {Params} params
 * @returns {{temperature?: number, top_k?: number}}
 */
export function samplingFields({ temperature, topK, samplingMode }, { defaultTemperature, maxTemperature }) {
  if (samplingMode) temperature = Math.min(defaultTemperature * MODES[samplingMode], maxTemperature);
  return { temperature, top_k: topK };
}
