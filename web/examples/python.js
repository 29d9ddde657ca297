import { Engine } from '../deltapage.js';
import { answerForm, firstBundle, sayProgress } from './example.js';

/** @type {Engine | undefined} Loaded with the first question. */
let engine;

answerForm(async (text, output, button) => {
  engine ??= await Engine.load(await firstBundle(), { python: new URL('hooks.py', import.meta.url), onProgress: sayProgress });
  if (button === 'read') return mark(await engine.python('surprises', text), output);
  const chunks = await engine.chat.completions.create({
    messages: [{ role: 'user', content: text }],
    stream: true,
    max_tokens: 60,
    extra_body: { enable_thinking: false, logits_processor: 'without-e' },
  });
  for await (const { choices } of chunks) output.append(choices[0]?.delta.content ?? '');
});

/**
 * Show a text's tokens, the brighter the less expected.
 * @param {[string, number][]} tokens  each with its surprise, 0 to 1
 * @param {HTMLElement} output
 */
function mark(tokens, output) {
  for (const [text, surprise] of tokens) {
    const span = document.createElement('mark');
    span.textContent = text;
    span.style.setProperty('--surprise', String(surprise));
    output.append(span);
  }
}
