/** What the page says about itself. Written from Python by `python -m web.host.facts`. */

/** What this is. */
export const PROJECT = Object.freeze({
  name: 'deltapage',
  version: '0.1.0',
  license: 'Apache-2.0',
  description: 'Qwen3.5 in a web page: Python in the page, WebGPU underneath, nothing leaves the machine.',
});

/** Works of others in the page, and their licences. */
export const OTHERS = Object.freeze({
  '@highlightjs/cdn-assets': 'BSD-3-Clause',
  CPython: 'PSF-2.0',
  dompurify: 'MPL-2.0 OR Apache-2.0',
  Jinja2: 'BSD-3-Clause',
  katex: 'MIT',
  marked: 'MIT',
  MarkupSafe: 'BSD-3-Clause',
  pyodide: 'MPL-2.0',
});
