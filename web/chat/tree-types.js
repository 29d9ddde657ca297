/** What a conversation is made of, in the page and where it is kept. Nothing of this is there when the page runs. */

/** @typedef {import('../deltapage.js').Message} Message */

/**
 * @typedef {object} ModelFacts  what wrote an answer
 * @property {string} [model]
 * @property {number} [memory]  bytes on the GPU
 */
/** @typedef {import('../agent/answer.js').AnswerFacts & ModelFacts} Facts  what is known of an answer besides its text; `finish` may also be `abort`, `full` at the context's end, `edited`, or `unfinished` while it is being written */

/**
 * @typedef {object} Node  one message at its place
 * @property {number} id  drawn at random, so that two windows never give the same one
 * @property {number} parent  the message it answers; 0: none
 * @property {Message} message
 * @property {Facts} [facts]
 * @property {number} created  milliseconds since 1970
 * @property {number} shown  when it was last chosen among its alternatives, in milliseconds since 1970
 * @property {number} revision  counts what was added to it since, as to an answer that is being written
 */

/** @typedef {{text: string | null, since: number}} SystemPrompt  and when it was set, in milliseconds since 1970 */

/**
 * @typedef {object} Saved  a conversation as it is kept and exported; plain data
 * @property {2} version
 * @property {string} id
 * @property {string} title  that was given; without it the conversation has the first words that were written
 * @property {number} titled  when the title was given, in milliseconds since 1970
 * @property {SystemPrompt} [system]  its own; without it, and where its text is null, that of the settings counts
 * @property {number} [pins]  counts pinning and unpinning: it is pinned while this is odd
 * @property {number} created  milliseconds since 1970
 * @property {number} updated
 * @property {Node[]} nodes  the oldest first, removed ones included: another window may have answered them
 * @property {number[]} removed  ids of messages that are shown no more, unless something that stays answers them
 */

export {};
