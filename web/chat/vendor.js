/** The libraries of `/vendor/`, each fetched when it is first needed. Every piece of markup in the page comes out of `sanitise`. */

import { LANGUAGES } from '../common/facts.js';
import { escape, math } from './math.js';

const VENDOR = new URL('../vendor/', import.meta.url).href;
const MARKUP = {
  ALLOWED_TAGS: [
    'a', 'blockquote', 'br', 'code', 'del', 'div', 'em', 'h3', 'h4', 'h5', 'h6', 'hr', 'li', 'ol', 'p', 'pre', 'span', 'strong',
    'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul',
  ],
  ALLOWED_ATTR: ['align', 'class', 'data-tex', 'href', 'start', 'title'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i, // holds for every attribute but those that DOMPurify knows to be no address, and
  ADD_URI_SAFE_ATTR: ['align', 'data-tex', 'start'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};
const FORMULA = { USE_PROFILES: { mathMl: true }, FORBID_ATTR: ['style', 'href'], FORBID_TAGS: ['annotation'], ADD_FORBID_CONTENTS: ['annotation'] };
const CODE = { ALLOWED_TAGS: ['span'], ALLOWED_ATTR: ['class'] };
const PATIENCE = 5000; // ms that a text waits for what sets its formulas, before it goes on with their TeX

/** Names of languages as models write them -> files of `/vendor/highlight/`. @type {Record<string, string>} */
const ALIASES = {
  'c#': 'csharp', 'c++': 'cpp', cc: 'cpp', cs: 'csharp', docker: 'dockerfile', golang: 'go', h: 'c', hs: 'haskell', html: 'xml', js: 'javascript',
  jsx: 'javascript', jl: 'julia', kt: 'kotlin', make: 'makefile', md: 'markdown', mjs: 'javascript', ps1: 'powershell', py: 'python',
  rb: 'ruby', rs: 'rust', sh: 'bash', svg: 'xml', tex: 'latex', toml: 'ini', ts: 'typescript', tsx: 'typescript',
  yml: 'yaml', zsh: 'bash',
};

/**
 * @typedef {import('marked').Token} Token
 * @typedef {object} Renderer  turns Markdown into elements
 * @property {(text: string) => Token[]} blocks  the top-level blocks of a text; their `raw` add up to it
 * @property {(block: Token) => DocumentFragment} render
 * @property {((element: HTMLElement) => void) | null} typeset  sets a formula; null until the first one has asked for it
 * @property {() => Promise<void>} prepareTypeset  so that `typeset` is there; where it is late or missing, it leaves the TeX until it comes
 */

/** @type {Promise<Renderer> | undefined} */
let renderer;

/** What every message needs. @returns {Promise<Renderer>} */
export function loadRenderer() {
  return renderer ??= Promise.all([load('marked.js'), load('purify.js')]).then(([{ Marked }, { default: purify }]) => {
    /** @type {import('marked').Marked} */
    const marked = new Marked({ gfm: true, breaks: true });
    marked.use({ extensions: /** @type {any} */ (math), renderer: /** @type {any} */ (OVERRIDES) });
    /** @type {Renderer} */
    const made = {
      blocks: (text) => marked.lexer(text),
      render: (block) => purify.sanitize(marked.parser([block]), { ...MARKUP, RETURN_DOM_FRAGMENT: true }),
      typeset: null,
      prepareTypeset: async () => {
        const loaded = loadTypeset().then((typeset) => { made.typeset = typeset; }, () => {});
        await Promise.race([loaded, new Promise((resolve) => { setTimeout(resolve, PATIENCE); })]);
        made.typeset ??= () => {};
      },
    };
    return made;
  });
}

/** Where a model's own markup, pictures and headings differ from marked's defaults. */
const OVERRIDES = {
  /** Markup in an answer is text. @param {{text: string}} token */
  html: ({ text }) => escape(text),
  /** A picture would be a request to another host: its address is shown instead. @param {{href: string, text: string}} token */
  image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
  /** @param {{checked: boolean}} token */
  checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  /** @type {(this: any, item: {tokens: Token[], task: boolean, loose: boolean}) => string} */
  listitem({ tokens, task, loose }) {
    return `<li${task ? ' class="task"' : ''}>${this.parser.parse(tokens, loose)}</li>`;
  },
  /** A message stands below the page's own headings. @type {(this: any, heading: {tokens: Token[], depth: number}) => string} */
  heading({ tokens, depth }) {
    const tag = `h${Math.min(6, depth + 2)}`;
    return `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`;
  },
  /** @param {{text: string, lang?: string}} token */
  code: ({ text, lang = '' }) => `<pre><code class="language-${escape(lang.split(/\s/)[0])}">${escape(text)}</code></pre>`,
};

/**
 * Colour a program; one in a language that is not known stays as it is.
 * @param {HTMLElement} code
 * @param {string} name  as the model gave it
 */
export async function highlight(code, name) {
  const language = ALIASES[name.toLowerCase()] ?? name.toLowerCase();
  if (!LANGUAGES.includes(language)) return;
  const [{ default: purify }, { default: core }, { default: grammar }] = await Promise.all([
    load('purify.js'), load('highlight/core.js'), load(`highlight/${language}.js`),
  ]);
  if (!core.getLanguage(language)) core.registerLanguage(language, grammar);
  const { value } = core.highlight(code.textContent, { language });
  code.replaceChildren(purify.sanitize(value, { ...CODE, RETURN_DOM_FRAGMENT: true }));
}

/** What sets a formula. @returns {Promise<(element: HTMLElement) => void>} */
export async function loadTypeset() {
  const [{ default: purify }, { default: katex }] = await Promise.all([load('purify.js'), load('katex.js')]);
  return (element) => typeset(element, katex, purify);
}

/**
 * Set a formula as MathML, which needs no style attributes; TeX that cannot be read stays as it is.
 * @param {HTMLElement} element  with `data-tex`
 * @param {any} katex
 * @param {any} purify
 */
function typeset(element, katex, purify) {
  const options = { output: 'mathml', displayMode: element.localName === 'div', maxExpand: 200, strict: 'ignore' };
  try {
    const markup = katex.renderToString(element.dataset.tex, options);
    element.replaceChildren(purify.sanitize(markup, { ...FORMULA, RETURN_DOM_FRAGMENT: true }));
    for (const sign of element.querySelectorAll('mo')) { // of the application of a function, around which KaTeX leaves no space
      if (sign.textContent !== '\u2061') continue;
      const applied = sign.nextElementSibling ? sign.previousElementSibling : sign.closest('msub, msup, msubsup');
      (applied ?? sign.previousElementSibling)?.classList.add('function');
    }
  } catch (error) {
    element.title = /** @type {Error} */ (error).message;
  }
}

/**
 * @param {string} name
 * @returns {Promise<any>}
 */
function load(name) {
  return import(`${VENDOR}${name}`);
}
