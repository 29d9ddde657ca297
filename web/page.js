/** The chat page around the element: what stands there until the element's modules have come, the title, and the address of a conversation. */

const chat = /** @type {import('./delta-chat.js').DeltaChat} */ (document.querySelector('delta-chat'));
const named = () => decodeURIComponent(location.hash.slice(1));
let shown = ''; // the id of the conversation

// The page without a network: a visitor who loads no model is not even given the module for it.
if (navigator.serviceWorker?.controller) import('./offline.js').catch(() => {});
else chat.addEventListener('delta-ready', () => import('./offline.js').then(({ keepOffline }) => keepOffline()).catch(() => {}), { once: true });

chat.addEventListener('delta-change', (event) => {
  const { title, model, conversation } = /** @type {CustomEvent<{title: string, model: string, conversation: string}>} */ (event).detail;
  document.title = [title, model].filter(Boolean).join(' · ') || 'deltapage';
  if (conversation === shown) return;
  shown = conversation;
  history.replaceState(null, '', conversation ? `#${encodeURIComponent(conversation)}` : location.pathname + location.search);
});

customElements.whenDefined('delta-chat').then(() => {
  chat.replaceChildren();
  chat.conversation = named();
  window.addEventListener('hashchange', () => { chat.conversation = named(); });
  if (!matchMedia('(pointer: coarse)').matches) chat.focusInput(); // a phone would open its keyboard over the page
});
