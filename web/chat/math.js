/** TeX in Markdown, as a marked extension: `$…$` and `\(…\)` in a line, `$$…$$` and `\[…\]` on lines of their own. */

/** @typedef {{type: string, raw: string, tex: string}} MathToken */

const DISPLAY = /^(?:\$\$([^$]+?)\$\$|\\\[([^]+?)\\\])/;
// A dollar sign before a space or a digit's end is money: "between $5 and $10".
const INLINE = /^(?:\$(?![\s$])((?:\\.|[^$\n\\])+?)(?<!\s)\$(?!\d)|\\\(([^]+?)\\\))/;

/** Extensions for `marked.use`; each leaves an element with `data-tex`, which `markdown.js` fills. */
export const math = [
  extension('displayMath', 'block', DISPLAY, /\$\$|\\\[/, (tex) => `<div data-tex="${tex}">${tex}</div>`),
  extension('inlineMath', 'inline', INLINE, /\$|\\\(/, (tex) => `<span data-tex="${tex}">${tex}</span>`),
];

/**
 * @param {string} name
 * @param {'block' | 'inline'} level
 * @param {RegExp} whole
 * @param {RegExp} begin
 * @param {(tex: string) => string} render  of escaped TeX
 */
function extension(name, level, whole, begin, render) {
  return {
    name,
    level,
    start: (/** @type {string} */ source) => {
      const index = source.search(begin);
      return index < 0 ? undefined : index;
    },
    tokenizer(/** @type {string} */ source) {
      const match = whole.exec(source);
      return match ? { type: name, raw: match[0], tex: (match[1] ?? match[2]).trim() } : undefined;
    },
    renderer: (/** @type {any} */ token) => render(escape(token.tex)),
  };
}

/**
 * @param {string} text
 * @returns {string} that stands for itself in markup and in an attribute
 */
export function escape(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
