/**
 * Markdown while it is written. A block is final once another begins after it; each frame sets only what is not final,
 * so a long answer costs no more per token than a short one and nothing above the last block ever moves.
 */

import { copyFrom, h, icon } from './dom.js';

/** @typedef {import('./vendor.js').Renderer} Renderer */
/** @typedef {import('./vendor.js').Token} Token */

/** Fetched with the first message. */
const vendor = () => import('./vendor.js');

export class Markdown {
  element = h('div', { class: 'prose' });
  #text = '';
  #final = 0; // characters of #text whose blocks are final
  #live = new Block();
  #frame = 0;
  #finished = false;
  /** @type {Promise<void> | null} Until what sets formulas is there, which the next block to be shown has. */
  waiting = null;
  #beforeDraw;
  /** @type {Renderer | null} */
  #renderer = null;

  /**
   * @param {string} [text]
   * @param {(draw: () => void) => void} [around]  is given each change of the page, to keep the reader's place
   */
  constructor(text = '', around = (draw) => draw()) {
    this.#beforeDraw = around;
    this.element.append(this.#live.element);
    vendor().then(({ loadRenderer }) => loadRenderer()).then((renderer) => {
      this.#renderer = renderer;
      this.#ask();
    }, () => {}); // without the libraries, which the browser has logged, the text stays plain
    if (text) {
      this.push(text);
      this.finish();
    }
  }

  /** @param {string} piece */
  push(piece) {
    this.#text += piece.replace(/\r\n?/g, '\n');
    this.#ask();
  }

  /** No more will come: the last block is final, too, and shown unless it is `waiting`. */
  finish() {
    this.#finished = true;
    if (this.#renderer) this.#beforeDraw(() => this.#draw());
    else this.#ask();
  }

  #ask() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#beforeDraw(() => this.#draw());
    });
  }

  #draw() {
    if (this.waiting) return;
    const left = this.#text.slice(this.#final);
    if (!this.#renderer) {
      this.#live.plain(left);
      return;
    }
    const blocks = this.#renderer.blocks(left);
    const last = this.#finished ? blocks.length : blocks.findLastIndex(({ type }) => type !== 'space');
    for (const [i, block] of blocks.entries()) {
      if (block.type !== 'space' && i <= last && !this.#live.show(block, this.#renderer)) {
        this.waiting = this.#renderer.prepareTypeset().then(() => {
          this.waiting = null;
          this.#ask();
        });
        return;
      }
      if (i >= last) continue;
      this.#final += block.raw.length;
      if (block.type !== 'space') this.#close();
    }
  }

  /** The block that was written is final; what follows goes below it. */
  #close() {
    this.#live.enhance();
    this.#live = new Block(this.#live.level);
    this.element.append(this.#live.element);
  }
}

/** One top-level block of a text. Its direction is that of its own words. */
class Block {
  element = h('div', { class: 'block', dir: 'auto' });
  /** Of the last heading so far: the next one may be one deeper, whatever the model skips. */
  level;
  #above;
  #raw = '';
  /** @type {Map<string, Node[]>} Formulas that are set already, by their TeX: the block is shown anew at each frame. */
  #formulas = new Map();

  /** @param {number} [above]  the level of the last heading above it */
  constructor(above = 2) {
    this.#above = this.level = above;
  }

  /** @param {string} text */
  plain(text) {
    this.element.classList.add('plain');
    this.element.textContent = text;
  }

  /**
   * @param {Token} block
   * @param {Renderer} renderer
   * @returns {boolean} false where it has formulas that cannot be set yet: set later, they would move what stands below
   */
  show(block, renderer) {
    if (block.raw === this.#raw) return true;
    const code = this.element.querySelector('code');
    const same = block.type === 'code' && code?.parentElement?.localName === 'pre' && languageOf(code) === (block.lang ?? '').split(/\s/)[0];
    if (same) code.textContent = block.text; // the frame around it stays
    else {
      const content = renderer.render(block);
      if (!this.#typeset(content, renderer)) return false;
      this.element.replaceChildren(content);
      this.#frame();
    }
    this.element.classList.remove('plain');
    this.#raw = block.raw;
    return true;
  }

  /**
   * @param {DocumentFragment} content
   * @param {Renderer} renderer
   * @returns {boolean} whether its formulas, if any, can be set
   */
  #typeset(content, { typeset }) {
    /** @type {NodeListOf<HTMLElement>} */
    const formulas = content.querySelectorAll('[data-tex]');
    if (formulas.length && !typeset) return false;
    for (const formula of formulas) {
      const key = `${formula.localName} ${formula.dataset.tex}`;
      const set = this.#formulas.get(key);
      if (set) formula.replaceChildren(...set.map((node) => node.cloneNode(true)));
      else {
        typeset?.(formula);
        this.#formulas.set(key, [...formula.childNodes].map((node) => node.cloneNode(true)));
      }
    }
    return true;
  }

  /** Colours, which would be thrown away at each frame while the block is still being written, and formulas that could not wait. */
  enhance() {
    /** @type {NodeListOf<HTMLElement>} */
    const programs = this.element.querySelectorAll('pre code');
    /** @type {NodeListOf<HTMLElement>} */
    const formulas = this.element.querySelectorAll('[data-tex]:not(:has(math))');
    if (!programs.length && !formulas.length) return;
    vendor().then(({ highlight, loadTypeset }) => Promise.allSettled([
      ...[...programs].map((code) => highlight(code, languageOf(code))),
      formulas.length && loadTypeset().then((typeset) => formulas.forEach(typeset)),
    ]), () => {}); // as with the text, what cannot be set stays plain
  }

  /** Give programs a title and a copy button, tables a frame that scrolls, links a window of their own. */
  #frame() {
    for (const pre of this.element.querySelectorAll('pre')) {
      const code = /** @type {Element} */ (pre.firstElementChild);
      const name = languageOf(code);
      const copy = h('button', { type: 'button', class: 'copy', onclick: () => copyFrom(copy, code.textContent ?? '') }, icon('copy'), 'Copy');
      const frame = h('figure', { class: 'code', dir: 'ltr' }, h('figcaption', {}, h('span', {}, name), copy));
      pre.replaceWith(frame);
      pre.tabIndex = 0;
      pre.ariaLabel = `${name || 'Program'} text`;
      pre.role = 'region';
      frame.append(pre);
    }
    for (const table of this.element.querySelectorAll('table')) {
      const frame = h('div', { class: 'table', tabindex: 0, role: 'group', 'aria-label': 'Table' });
      table.replaceWith(frame);
      frame.append(table);
    }
    this.level = this.#above;
    for (const heading of this.element.querySelectorAll('h3, h4, h5, h6')) {
      this.level = Math.min(Number(heading.localName[1]), this.level + 1);
      heading.ariaLevel = String(this.level);
    }
    for (const link of this.element.querySelectorAll('a')) {
      link.target = '_blank';
      link.rel = 'noopener noreferrer';
    }
  }
}

/** @param {Element} code */
function languageOf(code) {
  return code.className.replace(/^language-/, '');
}
