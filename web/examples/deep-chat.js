import { connectDeepChat } from '../deep-chat.js';
import { Engine } from '../deltapage.js';
import { firstBundle, say, sayProgress } from './example.js';

const element = /** @type {import('../deep-chat.js').DeepChat} */ (document.querySelector('deep-chat'));
element.style.fontFamily = 'system-ui, sans-serif'; // without one the element fetches a font from another site
connectDeepChat(element, async () => Engine.load(await firstBundle(), { onProgress: sayProgress }), {
  instruction: 'Be brief.',
  request: { extra_body: { enable_thinking: false } },
});

const bundle = new URL('deepChat.bundle.js', import.meta.url).href;
import(bundle).catch(() => say(`${bundle} is not there: see above where it comes from.`));
