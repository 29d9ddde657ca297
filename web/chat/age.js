/** How long ago something was, as a heading of a list. */

const DAY = 86_400_000; // ms

/**
 * @param {number} time  milliseconds since 1970
 * @param {number} [now]
 * @returns {string} such as `Today`, `Last 30 days`, `March`, `March 2024`
 */
export function ageOf(time, now = Date.now()) {
  const days = Math.ceil((new Date(now).setHours(0, 0, 0, 0) - time) / DAY);
  if (days < 31) return days < 1 ? 'Today' : days < 2 ? 'Yesterday' : days < 8 ? 'Last 7 days' : 'Last 30 days';
  const thisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return new Date(time).toLocaleDateString('en', { month: 'long', ...!thisYear && { year: 'numeric' } });
}
