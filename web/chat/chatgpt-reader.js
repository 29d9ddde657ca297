/**
 * Reads what ChatGPT exports, conversations.json: each conversation is a map of messages, every one with its parent. What people and the
 * model said to each other is taken, with all its branches; what the model said to tools, and they to it, is not. Linear time, no recursion.
 */

import { isRecord } from './message-fault.js';
import { readConversation } from './saved.js';
import { TITLE_MOST } from './tree.js';

/** @typedef {import('../deltapage.js').Message} Message */
/** @typedef {import('./tree-types.js').Node} Node */
/** @typedef {import('./tree-types.js').Saved} Saved */
/** @typedef {Map<string, {parent: string, message: Message | null, raw: any}>} Mapping  without a message: nothing of it is taken */

const ROOT = ''; // in place of a parent
const MARKS = /\ue200[^\ue201]*\ue201|【[^】]*†[^】]*】/g; // references to what tools found, which are not exported

/**
 * @param {unknown[]} list
 * @returns {import('./conversation-import.js').Imported}
 */
export function fromChatGpt(list) {
  /** @type {Saved[]} */
  const conversations = [];
  /** @type {string[]} */
  const skipped = [];
  for (const value of list) {
    try {
      const saved = conversationOf(value);
      if (saved.nodes.length) conversations.push(saved);
      else skipped.push('without messages');
    } catch (error) {
      skipped.push(`damaged (${/** @type {Error} */ (error).message})`);
    }
  }
  return { conversations, skipped };
}

/**
 * @param {any} value
 * @returns {Saved}
 */
function conversationOf(value) {
  if (!isRecord(value) || !isRecord(value.mapping)) throw new Error('it is no conversation');
  const updated = timeOf(value.update_time) ?? timeOf(value.create_time) ?? Date.now();
  const created = timeOf(value.create_time) ?? updated;
  /** @type {Mapping} */
  const mapping = new Map(Object.entries(value.mapping).filter(([, each]) => isRecord(each)).map(([id, { parent, message }]) => (
    [id, { parent: typeof parent === 'string' ? parent : ROOT, message: messageOf(message), raw: message }])));
  const above = ancestors(mapping);
  const { nodes, nodeOf } = nodesOf(mapping, above, created);
  if (nodeOf.size < [...mapping.values()].filter(({ message }) => message).length) throw new Error('its messages answer one another in a circle');
  const last = mapping.get(value.current_node)?.message ? value.current_node : above.get(value.current_node) ?? ROOT;
  for (let id = last; id !== ROOT; id = above.get(id) ?? ROOT) /** @type {Node} */ (nodeOf.get(id)).shown = updated;
  const title = typeof value.title === 'string' ? value.title.trim().slice(0, TITLE_MOST) : '';
  const { saved, faults } = readConversation({ version: 2, id: ROOT, title, titled: title && updated || 0, created, updated, nodes, removed: [] });
  if (faults.length) throw new Error(faults[0]);
  return saved;
}

/**
 * The messages, the first before what answers them; what the model says in several ones, as around calls of tools, is one.
 * @param {Mapping} mapping
 * @param {Map<string, string>} above  the message that each answers
 * @param {number} begun  milliseconds since 1970
 * @returns {{nodes: Node[], nodeOf: Map<string, Node>}}
 */
function nodesOf(mapping, above, begun) {
  /** @type {Map<string, string[]>} */
  const answersTo = new Map();
  for (const [id, asked] of above) {
    if (!mapping.get(id)?.message) continue;
    const answers = answersTo.get(asked);
    if (answers) answers.push(id);
    else answersTo.set(asked, [id]);
  }
  /** @type {Node[]} */
  const nodes = [];
  /** @type {Map<string, Node>} */
  const nodeOf = new Map();
  const waiting = [ROOT];
  for (const asked of waiting) { // which grows meanwhile
    const answers = answersTo.get(asked) ?? [];
    for (const id of answers) {
      const { message, raw } = /** @type {{message: Message, raw: any}} */ (mapping.get(id));
      const parent = nodeOf.get(asked);
      waiting.push(id);
      if (parent?.message.role === 'assistant' && message.role === 'assistant' && answers.length === 1) {
        parent.message = joined(parent.message, message);
        nodeOf.set(id, parent);
        continue;
      }
      const model = message.role === 'assistant' && raw.metadata?.model_slug;
      const node = {
        id: nodes.length + 1, parent: parent?.id ?? 0, message, ...typeof model === 'string' && { facts: { model } },
        created: timeOf(raw.create_time) ?? (parent?.created ?? begun) + 1, shown: 0, revision: 0,
      };
      nodes.push(node);
      nodeOf.set(id, node);
    }
  }
  return { nodes, nodeOf };
}

/**
 * The nearest message above each that is taken; a circle of such as are not has none.
 * @param {Mapping} mapping
 * @returns {Map<string, string>}
 */
function ancestors(mapping) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const start of mapping.keys()) {
    const passed = [];
    let at = start;
    while (at !== ROOT && !found.has(at)) {
      passed.push(at);
      found.set(at, ROOT); // unless the way up from here says otherwise
      const { parent } = /** @type {{parent: string}} */ (mapping.get(at));
      at = mapping.has(parent) ? parent : ROOT;
      if (mapping.get(at)?.message) break;
    }
    const above = mapping.get(at)?.message ? at : found.get(at) ?? ROOT;
    for (const id of passed) found.set(id, above);
  }
  return found;
}

/**
 * What a message of theirs says, as one of ours.
 * @param {any} theirs
 * @returns {Message | null} null: it is not for people
 */
function messageOf(theirs) {
  const role = theirs?.author?.role;
  const { recipient, metadata, content } = theirs ?? {};
  if (role !== 'user' && role !== 'assistant' || !isRecord(content) || (recipient ?? 'all') !== 'all') return null;
  if (metadata?.is_visually_hidden_from_conversation) return null;
  if (content.content_type === 'thoughts') {
    const thoughts = [content.thoughts].flat().flatMap((each) => [each?.summary, each?.content]).filter((text) => typeof text === 'string' && text.trim());
    return thoughts.length ? { role, content: '', reasoning_content: thoughts.join('\n\n') } : null;
  }
  const text = textIn(content).replace(MARKS, '').trim();
  return text ? { role, content: text } : null;
}

/** @param {Record<string, any>} content */
function textIn({ content_type: type, parts, text, language }) {
  if (type === 'code') return typeof text === 'string' ? `\`\`\`${typeof language === 'string' && /^\w+$/.test(language) ? language : ''}\n${text}\n\`\`\`` : '';
  if (type !== 'text' && type !== 'multimodal_text' || !Array.isArray(parts)) return '';
  return parts.map(textOfPart).filter((part) => part.trim()).join('\n\n');
}

/**
 * @param {any} part
 * @returns {string}
 */
function textOfPart(part) {
  if (typeof part === 'string') return part;
  if (part?.content_type === 'image_asset_pointer') return '[picture]';
  return typeof part?.text === 'string' ? part.text : ''; // what was said aloud
}

/**
 * @param {Message} first
 * @param {Message} then
 * @returns {Message}
 */
function joined(first, then) {
  const both = (/** @type {'content' | 'reasoning_content'} */ field) => [first[field], then[field]].filter(Boolean).join('\n\n');
  const thought = both('reasoning_content');
  return { role: 'assistant', content: both('content'), ...thought && { reasoning_content: thought } };
}

/**
 * @param {any} seconds  since 1970
 * @returns {number | null} milliseconds
 */
function timeOf(seconds) {
  return typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds) ? Math.round(seconds * 1000) : null;
}
