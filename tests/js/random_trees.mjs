/** Conversations at random, from a seed: what two windows may make of one. */

import { Tree } from '../../web/chat/tree.js';

/** A generator of numbers from 0 to 1 (mulberry32). */
export function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t ^= t + Math.imul(t ^ t >>> 7, 61 | t);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** @returns {<T>(items: T[]) => T} */
export function pick(draw) {
  return (items) => items[Math.floor(draw() * items.length)];
}

/** What a window does to a tree: messages, answers that grow, choices, removals, titles, system prompts. */
export function change(tree, draw, steps, name) {
  const one = pick(draw);
  for (let step = 0; step < steps; step++) {
    const nodes = allNodes(tree);
    const what = draw();
    if (what < 0.55 || !nodes.length) {
      const parent = nodes.length && draw() < 0.8 ? one(nodes).id : 0;
      tree.add({ role: one(['user', 'assistant']), content: `${name} ${step}` }, parent);
    } else if (what < 0.7) tree.choose(one(nodes));
    else if (what < 0.8) tree.remove(one(nodes));
    else if (what < 0.84) tree.title = `${name} ${step}`;
    else if (what < 0.86) tree.pinned = !tree.pinned;
    else if (what < 0.9) tree.system = draw() < 0.3 ? null : `${name} ${step}`;
    else {
      const mine = nodes.filter(({ message }) => message.content.startsWith(name)); // an answer has one writer
      if (!mine.length) continue;
      const node = one(mine);
      node.message.content += ' more';
      tree.revise(node);
    }
  }
  return tree;
}

/** Every message of a tree, as the objects that it holds. */
export function allNodes(tree) {
  const found = [];
  const waiting = tree.siblings({ parent: 0 });
  while (waiting.length) {
    const node = waiting.pop();
    found.push(node);
    waiting.push(...tree.siblings({ parent: node.id }));
  }
  return found;
}

/** Three windows' versions of one conversation. */
export function versions(seed) {
  const draw = random(seed);
  const root = change(new Tree(), draw, 8, 'root').toJSON();
  return ['a', 'b', 'c'].map((name) => change(new Tree(root), draw, 8, name));
}
