/** Messages that are being written, kept for the next visit: one for each conversation, and one for a conversation that is yet to begin. */

/** @typedef {import('./state-types.js').ChatStore} ChatStore */
/** @typedef {import('./state-types.js').State} State */

const KEY = 'deltapage-drafts';
const MOST = 50; // drafts; the ones that were touched last
const NEW = 'new';

/**
 * Keep the draft as it is written, and bring back what was written where another conversation is shown.
 * @param {ChatStore} store
 */
export function keepDrafts(store) {
  store.subscribe(placeOf, (place) => { if (place) store.set({ draft: all()[place] ?? '' }); });
  store.subscribe(({ draft }) => draft, (draft, before) => {
    const place = placeOf(store.state);
    if (place && before !== undefined) keep(place, draft);
  });
}

/**
 * @param {string} id  of a conversation that is no more
 */
export function forgetDraft(id) {
  keep(id, '');
}

/**
 * @param {State} state
 * @returns {string} '' where nothing is kept
 */
function placeOf({ storage, conversation: { id, messages } }) {
  if (!storage) return '';
  return messages.length ? id : NEW;
}

/** @returns {Record<string, string>} */
function all() {
  try {
    const kept = Object.entries(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
    return Object.fromEntries(kept.filter(([, draft]) => typeof draft === 'string'));
  } catch {
    return {}; // damaged, or a page that may not keep anything
  }
}

/**
 * @param {string} place
 * @param {string} draft
 */
function keep(place, draft) {
  const { [place]: before, ...others } = all();
  if ((before ?? '') === draft) return;
  const kept = Object.entries(draft ? { ...others, [place]: draft } : others).slice(-MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // full, or a page that may not keep anything: the draft holds until it is closed
  }
}
