/** The script of a page that has the chat in a frame. */
const frame = /** @type {HTMLIFrameElement} */ (document.querySelector('iframe'));
const models = new URL(frame.src).origin;
globalThis.told = [];
addEventListener('message', ({ source, origin, data }) => {
  if (source === frame.contentWindow && origin === models) globalThis.told.push(data);
});
globalThis.call = (id, name, ...values) => frame.contentWindow?.postMessage({ id, call: name, arguments: values }, models);
