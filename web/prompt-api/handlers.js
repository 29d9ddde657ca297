/** Event handler attributes: `target.onname = …` beside `target.addEventListener('name', …)`. */

/**
 * Call a target's attribute `on…` with each event of a name, if it is a function then.
 * @param {EventTarget & Record<string, any>} target
 * @param {string} name
 */
export function handle(target, name) {
  target.addEventListener(name, (event) => {
    if (typeof target[`on${name}`] === 'function') target[`on${name}`](event);
  });
}
