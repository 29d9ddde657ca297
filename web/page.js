/** The chat page around the element: what stands there until the element's modules have come, and the title. */

const chat = /** @type {import('./delta-chat.js').DeltaChat} */ (document.querySelector('delta-chat'));
chat.addEventListener('delta-change', (event) => {
  const { title, model } = /** @type {CustomEvent<{title: string, model: string}>} */ (event).detail;
  document.title = [title, model].filter(Boolean).join(' · ') || 'deltapage';
});

customElements.whenDefined('delta-chat').then(() => {
  chat.replaceChildren();
  if (!matchMedia('(pointer: coarse)').matches) chat.focusInput(); // a phone would open its keyboard over the page
});
