import { connectDeepChat } from '../deep-chat.js';
import { Engine } from '../deltapage.js';
import { firstBundle, say, sayProgress } from './example.js';

const element = /** @type {HTMLElement & import('../deep-chat.js').DeepChat} */ (document.querySelector('deep-chat'));
connectDeepChat(element, async () => Engine.load(await firstBundle(), { onProgress: sayProgress }), { instruction: 'Be brief.' });

const bundle = new URL('deepChat.bundle.js', import.meta.url).href;
import(bundle).catch(() => say(`${bundle} is not there: see above where it comes from.`));
