/** What stands where no message does yet: what this is, and that it is private. */

import { STARTERS } from '../common/facts.js';
import { h } from './dom.js';
import { bytes } from './format.js';
import { cardInUse, listedModel } from './state.js';

/** @typedef {import('./state-types.js').State} State */

export class Welcome {
  #starters = h('div', { class: 'starters', part: 'starters', role: 'group', 'aria-label': 'Begin with' });
  element = h('div', { class: 'empty', part: 'empty' });

  /** @param {import('./state-types.js').ChatStore} store */
  constructor(store) {
    store.subscribe(({ conversation }) => conversation.messages.length > 0, (begun) => { this.element.hidden = begun; });
    store.subscribe((state) => [state.introMessage, cardInUse(state).summary ?? '', loading(state)], ([intro, summary, model]) => this.element.replaceChildren(
      h('h2', {}, intro || 'What is on your mind?'),
      h('p', {}, 'A language model that runs in this page, on your own graphics processor. Nothing you write leaves this machine.'),
      h('p', { class: 'quiet' }, h('span', { class: 'line', dir: 'auto' }, summary), model),
      this.#starters,
    ));
    const starters = (/** @type {State} */ state) => {
      const { starters: own } = cardInUse(state);
      return own?.length ? own : STARTERS;
    };
    store.subscribe(starters, (texts) => this.#starters.replaceChildren(...texts.map((text) => h('button', {
      type: 'button', dir: 'auto', onclick: () => store.dispatch('send', text),
    }, text))));
  }
}

/** @param {State} state */
function loading(state) {
  if (state.info) return `${state.info.name} is ready.`;
  const listed = listedModel(state);
  const model = listed ? `The model (${bytes(listed.bytes)})` : 'The model';
  if (state.picked) return `${model} loads with the first message; it is read from your folder.`;
  if (state.here) return `${model} is already on this computer; it loads with the first message.`;
  const download = listed?.download ? `: ${bytes(listed.download)} to download with all that it runs on` : '';
  return `${model} loads with the first message${download}; the next time it is already here.`;
}
