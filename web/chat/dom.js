/** Elements in one expression. No markup is ever parsed from a string here, so a Trusted Types policy has nothing to forbid. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element with attributes, listeners and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [attributes]  `onclick` and its like are listeners; true is an empty attribute, false and null are none
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Outlines on a grid of 24, drawn with a stroke of the text's colour. @type {Record<string, string>} */
const ICONS = {
  menu: 'M4 7h16M4 12h16M4 17h10',
  fresh: 'M12 20h8M16.5 4.5l3 3L8 19l-4 1 1-4z',
  settings: 'M4 8h9m4 0h3M4 16h3m4 0h9M15 5.5v5M9 13.5v5',
  send: 'M12 19V5m-6 6 6-6 6 6',
  stop: 'M7.5 7.5h9v9h-9z',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  done: 'm5 13 4 4L19 7',
  edit: 'M16.5 4.5l3 3L8 19l-4 1 1-4z',
  again: 'M20 11a8 8 0 1 0-.6 4M20 4v7h-7',
  back: 'm14 6-6 6 6 6',
  on: 'm10 6 6 6-6 6',
  pin: 'M12 16v5M8 3h8l-1 7 3 3v3H6v-3l3-3z',
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.5 15.5 20 20',
  remove: 'M5 7h14M10 7V4h4v3m-7 0 1 13h8l1-13',
  close: 'm6 6 12 12M18 6 6 18',
  down: 'M12 5v14m-6-6 6 6 6-6',
  share: 'M12 15V4m-4 4 4-4 4 4M5 13v7h14v-7',
  choose: 'm7 10 5 5 5-5',
  load: 'M12 4v11m-5-5 5 5 5-5M5 20h14',
  folder: 'M3 18V6h6l2 2.5h10V18z',
  idea: 'M9.5 18h5M10.5 21h3M12 3a6 6 0 0 0-3.5 10.9c.6.5 1 1.3 1 2.1h5c0-.8.4-1.6 1-2.1A6 6 0 0 0 12 3',
  calculator: 'M6 3h12v18H6zM9.5 7.5h5M9.5 12h.01M14.5 12h.01M9.5 16.5h.01M14.5 16.5h.01',
  clock: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 7.5V12l3 2',
  tool: 'M14.5 6.5a4 4 0 0 0 5 5L11 20a2.1 2.1 0 0 1-3-3z',
};

/**
 * @param {keyof typeof ICONS} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/**
 * A button that shows an icon and says its name to those who cannot see it.
 * @param {keyof typeof ICONS} picture
 * @param {string} label
 * @param {(event: MouseEvent) => void} onclick
 * @param {Record<string, any>} [attributes]
 */
export function iconButton(picture, label, onclick, attributes = {}) {
  return h('button', { type: 'button', class: 'icon', 'aria-label': label, title: label, onclick, ...attributes }, icon(picture));
}

/** Whether people write on glass, with no keyboard or mouse about: Enter makes a line there, and a button sends. */
export function onGlass() {
  return matchMedia('(pointer: coarse)').matches && !matchMedia('(any-pointer: fine)').matches;
}

/**
 * Copy a text and let the button say so for a moment.
 * @param {HTMLButtonElement} button
 * @param {string} text
 */
export async function copyFrom(button, text) {
  await navigator.clipboard.writeText(text);
  const [shown, label] = [[...button.childNodes], button.ariaLabel];
  button.replaceChildren(icon('done'));
  button.ariaLabel = 'Copied';
  setTimeout(() => {
    button.replaceChildren(...shown);
    button.ariaLabel = label;
  }, 1500);
}
