/** Which models there are: those that the server lists, and one in a folder of this computer. */

/**
 * @typedef {object} ListedModel
 * @property {string} url  '' for a folder of this computer
 * @property {string} model  its name
 * @property {string} recipe  how its weights are stored
 * @property {number} bytes
 * @property {string} [license]  as its model card names it
 * @property {string} [summary]  one line on what it is
 * @property {string[]} [starters]  what to ask it first
 * @property {number} [download]  all bytes of a first visit that uses it, the page included; not every list says so
 */
/** @typedef {Pick<ListedModel, 'summary' | 'starters'>} Card  of a bundle: pyside/bundle/card.py */

const STARTERS = 4; // at most, and so long that a line holds each
const LONGEST = 120; // characters of a card's texts

/**
 * @param {string} list  URL of a `bundles.json`
 * @returns {Promise<ListedModel[]>} with absolute URLs
 */
export async function listModels(list) {
  const url = new URL(list, document.baseURI);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The list of models, ${url.href}, cannot be read (status ${response.status}). Check the address.`);
  /** @type {ListedModel[] | null} */
  const models = await response.json().catch(() => null);
  if (!Array.isArray(models) || !models.every((model) => typeof model?.url === 'string' && typeof model.model === 'string')) {
    throw new Error(`${url.href} holds no list of models. Check the address, and whether this network asks for a login.`);
  }
  return models.map((model) => ({ ...model, ...cardOf(model), url: new URL(model.url, url).href }));
}

/**
 * What of a card can be shown, whoever has written it.
 * @param {any} card
 * @returns {Card}
 */
export function cardOf(card) {
  const fits = (/** @type {unknown} */ text) => typeof text === 'string' && text.trim() !== '' && text.length <= LONGEST;
  const { summary, starters } = card ?? {};
  return {
    summary: fits(summary) ? summary : undefined,
    starters: Array.isArray(starters) ? starters.filter(fits).slice(0, STARTERS) : undefined,
  };
}

/**
 * What a folder of this computer holds, as its manifest says.
 * @param {FileList | File[]} files
 * @returns {Promise<ListedModel>}
 * @throws {Error} a sentence: there is no model in it
 */
export async function modelIn(files) {
  const json = async (/** @type {string} */ file) => {
    const found = [...files].find(({ name, webkitRelativePath: path }) => name === file && path.split('/').length < 3);
    return await found?.text().then(JSON.parse).catch(() => null) ?? {};
  };
  const [{ name: model, recipe, source }, card] = await Promise.all([json('manifest.json'), json('card.json')]);
  if (typeof model !== 'string') {
    throw new Error('There is no model in this folder: it has no manifest.json of one. Pick a folder that `build.py bundle` has made.');
  }
  return { url: '', model, recipe, license: source?.license, ...cardOf(card), bytes: [...files].reduce((total, { size }) => total + size, 0) };
}
