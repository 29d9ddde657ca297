/** Web IDL's conversions of JavaScript values (https://webidl.spec.whatwg.org/#js-type-mapping), those that the Prompt API needs. */

/**
 * @template [T=any]
 * @typedef {(value: unknown, name: string) => T} Converter  `name` is what errors call the value; each throws TypeError
 */

/** @type {Converter<boolean>} */
export const boolean = (value) => Boolean(value);

/** An unrestricted double: NaN and the infinities are numbers too. @type {Converter<number>} */
export function number(value, name) {
  if (typeof value === 'symbol' || typeof value === 'bigint') throw unexpected(value, name, 'a number');
  return Number(value);
}

/** A DOMString; whatever it is becomes text. @type {Converter<string>} */
export function text(value, name) {
  if (typeof value === 'symbol') throw unexpected(value, name, 'a text');
  return `${value}`;
}

/** @type {Converter<object>} */
export function object(value, name) {
  if (!isObject(value)) throw unexpected(value, name, 'an object');
  return value;
}

/** @type {Converter<(...values: any[]) => any>} */
export function callback(value, name) {
  if (typeof value !== 'function') throw unexpected(value, name, 'a function');
  return /** @type {any} */ (value);
}

/** Of this page or of a frame in it. @type {Converter<AbortSignal>} */
export function abortSignal(value, name) {
  try {
    AbortSignal.any([/** @type {any} */ (value)]);
  } catch {
    throw unexpected(value, name, 'an AbortSignal');
  }
  return /** @type {any} */ (value);
}

/**
 * @template {string} T
 * @param {readonly T[]} values
 * @returns {Converter<T>}
 */
export function oneOf(values) {
  return (value, name) => {
    const said = /** @type {T} */ (text(value, name));
    if (!values.includes(said)) throw new TypeError(`${name} is '${said}', expected one of ${values.join(', ')}.`);
    return said;
  };
}

/**
 * @template T
 * @param {Converter<T>} item
 * @returns {Converter<T[]>}
 */
export function sequence(item) {
  return (value, name) => {
    if (!isIterable(value)) throw unexpected(value, name, 'a list');
    return [...value].map((each, place) => item(each, `${name}[${place}]`));
  };
}

/**
 * A text or a sequence. Beyond Web IDL, one item by itself stands for a sequence of it: an object that has the member `mark`.
 * @template T
 * @param {Converter<T>} item
 * @param {string} mark
 * @returns {Converter<string | T[]>}
 */
export function textOrSequence(item, mark) {
  const list = sequence(item);
  return (value, name) => {
    if (isIterable(value)) return list(value, name);
    return isObject(value) && value[mark] !== undefined ? [item(value, name)] : text(value, name);
  };
}

/**
 * An object's members, each read once; what is undefined is not there.
 * @param {Record<string, Converter>} members
 * @param {readonly string[]} [required]
 * @returns {Converter<any>}
 */
export function dictionary(members, required = []) {
  return (value, name) => {
    const given = value === undefined || value === null ? {} : /** @type {any} */ (object(value, name));
    /** @type {Record<string, any>} */
    const made = {};
    for (const [member, convert] of Object.entries(members)) {
      const each = given[member];
      if (each !== undefined) made[member] = convert(each, `${name}.${member}`);
      else if (required.includes(member)) throw new TypeError(`${name} has no ${member}, expected one.`);
    }
    return made;
  };
}

/**
 * @param {unknown} value
 * @returns {value is any}
 */
function isObject(value) {
  return typeof value === 'function' || typeof value === 'object' && value !== null;
}

/**
 * @param {unknown} value
 * @returns {value is Iterable<unknown>}
 */
function isIterable(value) {
  return isObject(value) && value[Symbol.iterator] !== undefined && value[Symbol.iterator] !== null;
}

/**
 * @param {unknown} value
 * @param {string} name
 * @param {string} expected
 */
function unexpected(value, name, expected) {
  return new TypeError(`${name} is ${value === null ? 'null' : `of type ${typeof value}`}, expected ${expected}.`);
}
