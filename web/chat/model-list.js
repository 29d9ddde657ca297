/** Which models there are: those that the server lists, and one in a folder of this computer. */

/**
 * @typedef {object} ListedModel
 * @property {string} url  '' for a folder of this computer
 * @property {string} model  its name
 * @property {string} recipe  how its weights are stored
 * @property {number} bytes
 */

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
  return models.map((model) => ({ ...model, url: new URL(model.url, url).href }));
}

/**
 * What a folder of this computer holds, as its manifest says.
 * @param {FileList | File[]} files
 * @returns {Promise<ListedModel>}
 * @throws {Error} a sentence: there is no model in it
 */
export async function modelIn(files) {
  const manifest = [...files].find(({ name, webkitRelativePath: path }) => name === 'manifest.json' && path.split('/').length < 3);
  const { name: model, recipe } = await manifest?.text().then(JSON.parse).catch(() => null) ?? {};
  if (typeof model !== 'string') {
    throw new Error('There is no model in this folder: it has no manifest.json of one. Pick a folder that `build.py bundle` has made.');
  }
  return { url: '', model, recipe, bytes: [...files].reduce((total, { size }) => total + size, 0) };
}
