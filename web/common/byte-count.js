/** Amounts of memory and storage as people read them. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB'];

/**
 * @param {number} count
 * @returns {string} such as `12.3 MiB`
 */
export function bytes(count) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  const value = count / 2 ** (10 * power);
  return `${value.toFixed(power && value < 100 ? 1 : 0)} ${UNITS[power]}`;
}
