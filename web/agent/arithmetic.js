/**
 * Arithmetic as on paper: exactly, over fractions of whole numbers, read by a parser of a few rules. No text is ever run as a program.
 *
 *   sum:     product (('+' | '-') product)*
 *   product: signed (('*' | '/' | '%') signed)*
 *   signed:  ('+' | '-') signed | power
 *   power:   atom ('^' signed)?
 *   atom:    number | '(' sum ')'
 */

/** @typedef {{over: bigint, under: bigint}} Fraction  in lowest terms, `under` positive */

const LONGEST = 500; // characters
const BITS = 4000; // of a number at which a calculation ends
const DIGITS = 15; // that are shown of a fraction without an end
/** How else people write a sign. @type {Record<string, string>} */
const SIGNS = { '×': '*', '·': '*', '÷': '/', ':': '/', '−': '-', '–': '-', '**': '^' };
const PART = /\s*(?:(\d+(?:\.\d*)?|\.\d+)|(\*\*|[-+*/%^()×·÷:−–])|$)/y;

/**
 * The value of an expression such as `12 * (3 + 4)`.
 * @param {string} expression
 * @returns {string} whole numbers and fractions that end exactly, others with 15 digits
 * @throws {Error} a sentence, where there is no value
 */
export function evaluate(expression) {
  if (expression.length > LONGEST) throw new Error(`The expression has ${expression.length} characters, expected at most ${LONGEST}.`);
  const reader = new Reader(partsOf(expression));
  const value = reader.sum();
  reader.end();
  return written(value);
}

/** @param {string} expression */
function partsOf(expression) {
  const text = expression.replace(/\d{1,3}(?:,\d{3})+(?![\d,])/g, (number) => number.replaceAll(',', '')); // 1,234 is one number
  const parts = [];
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const [, number, sign] = PART.exec(text) ?? [];
    if (number ?? sign) parts.push(number ?? SIGNS[sign] ?? sign);
    else if (text.slice(at).trim()) throw new Error(`The calculator does not understand "${text.slice(at).trim().slice(0, 40)}": it takes numbers, + - * / % ^ and brackets.`);
    else break;
  }
  return parts;
}

/** Reads what `partsOf` has found, rule by rule. */
class Reader {
  #parts;
  #at = 0;

  /** @param {string[]} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @returns {Fraction} */
  sum() {
    let value = this.#product();
    for (let sign = this.#take('+', '-'); sign; sign = this.#take('+', '-')) {
      const next = this.#product();
      value = sign === '+' ? added(value, next) : added(value, negated(next));
    }
    return value;
  }

  end() {
    if (this.#at < this.#parts.length) throw new Error(`The expression goes on with "${this.#parts[this.#at]}", expected a sign or its end.`);
  }

  /** @returns {Fraction} */
  #product() {
    let value = this.#signed();
    for (let sign = this.#take('*', '/', '%'); sign; sign = this.#take('*', '/', '%')) {
      const next = this.#signed();
      value = sign === '*' ? times(value, next) : sign === '/' ? divided(value, next) : remainder(value, next);
    }
    return value;
  }

  /** @returns {Fraction} */
  #signed() {
    const sign = this.#take('+', '-');
    if (!sign) return this.#power();
    return sign === '-' ? negated(this.#signed()) : this.#signed();
  }

  /** @returns {Fraction} */
  #power() {
    const base = this.#atom();
    return this.#take('^') ? power(base, this.#signed()) : base;
  }

  /** @returns {Fraction} */
  #atom() {
    if (this.#take('(')) {
      const value = this.sum();
      if (!this.#take(')')) throw new Error('The expression has a bracket that is not closed.');
      return value;
    }
    const number = this.#parts[this.#at++];
    if (number === undefined || !/[\d.]/.test(number)) throw new Error(`The expression has ${number ? `"${number}"` : 'its end'} where a number is expected.`);
    const [whole, decimals = ''] = number.split('.');
    return fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
  }

  /** @param {...string} signs */
  #take(...signs) {
    return signs.includes(this.#parts[this.#at]) ? this.#parts[this.#at++] : '';
  }
}

/**
 * @param {bigint} over
 * @param {bigint} under
 * @returns {Fraction}
 */
function fraction(over, under) {
  if (!under) throw new Error('The expression divides by zero, which has no value.');
  let [a, b] = [over < 0n ? -over : over, under < 0n ? -under : under];
  while (b) [a, b] = [b, a % b];
  const common = under < 0n ? -a : a;
  const value = { over: over / common, under: under / common };
  if (bits(value.over) > BITS || bits(value.under) > BITS) throw new Error('A number of this calculation has more than a thousand digits.');
  return value;
}

/** @param {bigint} value */
function bits(value) {
  return value.toString(16).length * 4;
}

/**
 * @param {Fraction} a
 * @param {Fraction} b
 */
function added(a, b) {
  return fraction(a.over * b.under + b.over * a.under, a.under * b.under);
}

/** @param {Fraction} a */
function negated({ over, under }) {
  return { over: -over, under };
}

/**
 * @param {Fraction} a
 * @param {Fraction} b
 */
function times(a, b) {
  return fraction(a.over * b.over, a.under * b.under);
}

/**
 * @param {Fraction} a
 * @param {Fraction} b
 */
function divided(a, b) {
  return fraction(a.over * b.under, a.under * b.over);
}

/**
 * What a division leaves, with the sign of what is divided by.
 * @param {Fraction} a
 * @param {Fraction} b
 */
function remainder(a, b) {
  const { over, under } = divided(a, b);
  const floor = over / under - (over % under < 0n ? 1n : 0n);
  return added(a, negated(times(b, { over: floor, under: 1n })));
}

/**
 * @param {Fraction} base
 * @param {Fraction} exponent
 */
function power(base, { over, under }) {
  if (under !== 1n) throw new Error('The calculator takes whole exponents only.');
  const size = over < 0n ? -over : over;
  const { over: a, under: b } = over < 0n ? divided({ over: 1n, under: 1n }, base) : base;
  const grows = (a !== 0n && a !== 1n && a !== -1n) || b !== 1n;
  if (grows && size * BigInt(Math.max(bits(a), bits(b)) - 3) > BigInt(BITS)) throw new Error('A number of this calculation has more than a thousand digits.');
  const few = grows ? size : size && 2n - size % 2n; // of 0, 1 and -1 what counts is whether it is even
  return fraction(a ** few, b ** few);
}

/** @param {Fraction} value */
function written({ over, under }) {
  if (under === 1n) return String(over);
  const size = over < 0n ? -over : over;
  const whole = size / under;
  let places = whole ? Math.max(1, DIGITS - String(whole).length) : DIGITS;
  if (!whole) for (let small = size * 10n; small < under; small *= 10n) places++;
  const scaled = (size * 10n ** BigInt(places) * 2n + under) / (2n * under); // rounded
  const digits = String(scaled).padStart(places + 1, '0');
  const decimals = digits.slice(-places).replace(/0+$/, '');
  return `${over < 0n ? '-' : ''}${digits.slice(0, -places)}${decimals && `.${decimals}`}`;
}
