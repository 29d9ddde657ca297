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

  /** No more will come: the last block is final, too. */
  finish() {
    this.#finished = true;
    this.#ask();
  }

  #ask() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#beforeDraw(() => this.#draw());
    });
  }

  #draw() {
    const left = this.#text.slice(this.#final);
    if (!this.#renderer) {
      this.#live.plain(left);
      return;
    }
    const blocks = this.#renderer.blocks(left);
    const last = this.#finished ? blocks.length : blocks.findLastIndex(({ type }) => type !== 'space');
    blocks.forEach((block, i) => {
      if (i < last) this.#final += block.raw.length;
      if (i > last || block.type === 'space') return;
      this.#live.show(block, /** @type {Renderer} */ (this.#renderer));
      if (i < last) this.#close();
    });
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
   */
  show(block, renderer) {
    if (block.raw === this.#raw) return;
    this.#raw = block.raw;
    this.element.classList.remove('plain');
    const code = this.element.querySelector('code');
    const same = block.type === 'code' && code?.parentElement?.localName === 'pre' && languageOf(code) === (block.lang ?? '').split(/\s/)[0];
    if (same) code.textContent = block.text; // the frame around it stays
    else {
      this.element.replaceChildren(renderer.render(block));
      this.#frame();
    }
  }

  /** Colours and formulas, which would be thrown away at each frame while the block is still being written. */
  enhance() {
    /** @type {NodeListOf<HTMLElement>} */
    const programs = this.element.querySelectorAll('pre code');
    /** @type {NodeListOf<HTMLElement>} */
    const formulas = this.element.querySelectorAll('[data-tex]');
    if (!programs.length && !formulas.length) return;
    vendor().then(({ highlight, typeset }) => Promise.allSettled([
      ...[...programs].map((code) => highlight(code, languageOf(code))),
      ...[...formulas].map(typeset),
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
