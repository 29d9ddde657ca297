/**
 * What becomes of a conversation that two windows have changed at the same time: every message of either is there, and what either
 * removed stays removed. Merging is commutative, associative and idempotent, so whatever order windows end in, all come to the same.
 */

/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {import('./tree-types.js').SystemPrompt} SystemPrompt */

/**
 * @param {Saved} a
 * @param {Saved} b  of the same conversation
 * @returns {Saved} which shares messages with both
 */
export function merged(a, b) {
  const nodes = new Map(a.nodes.map((node) => [node.id, node]));
  for (const node of b.nodes) {
    const other = nodes.get(node.id);
    nodes.set(node.id, other ? joined(other, node) : node);
  }
  const { title, titled } = a.titled > b.titled || a.titled === b.titled && a.title > b.title ? a : b;
  const system = setLast(a.system, b.system);
  const pins = Math.max(a.pins ?? 0, b.pins ?? 0);
  return {
    version: 2, id: a.id, title, titled, ...system && { system }, created: Math.min(a.created, b.created), updated: Math.max(a.updated, b.updated), ...pins && { pins },
    nodes: [...nodes.values()].sort(byAge), removed: [...new Set([...a.removed, ...b.removed])].sort((x, y) => x - y),
  };
}

/**
 * The order of messages: the oldest first.
 * @param {Node} a
 * @param {Node} b
 */
export function byAge(a, b) {
  return a.created - b.created || a.id - b.id;
}

/**
 * The messages that were not removed, and those that they answer: one window may have answered a message while another removed it.
 * @param {Pick<Saved, 'nodes' | 'removed'>} saved
 * @returns {Node[]} the oldest first
 */
export function standing({ nodes, removed }) {
  const gone = new Set(removed);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** @type {Set<Node>} */
  const found = new Set();
  for (const node of nodes) {
    if (gone.has(node.id)) continue;
    for (let at = /** @type {Node | undefined} */ (node); at && !found.has(at); at = byId.get(at.parent)) found.add(at);
  }
  return [...found].sort(byAge);
}

/**
 * The system prompt that was set last.
 * @param {SystemPrompt} [a]
 * @param {SystemPrompt} [b]
 */
function setLast(a, b) {
  if (!a || !b) return a ?? b;
  return a.since > b.since || a.since === b.since && (a.text ?? '') > (b.text ?? '') ? a : b;
}

/**
 * The one of which more was written, chosen when either was chosen last.
 * @param {Node} a
 * @param {Node} b
 * @returns {Node}
 */
function joined(a, b) {
  const later = a.revision === b.revision ? textual(a) > textual(b) : a.revision > b.revision;
  return { ...later ? a : b, shown: Math.max(a.shown, b.shown) };
}

/** @param {Node} node */
function textual({ message, facts }) {
  return JSON.stringify([message, facts]);
}
