/** The one address of a bundle, however it was written. */

/**
 * @param {string | URL} bundle  its folder, relative to the page, with or without a slash at its end
 * @returns {string} absolute, with the slash: names of files are appended to it
 */
export function bundleUrl(bundle) {
  const url = new URL(bundle, globalThis.document?.baseURI ?? location.href);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}
