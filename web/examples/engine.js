import { Engine } from '../deltapage.js';
import { answerForm, firstBundle, sayProgress } from './example.js';

/** @type {Engine | undefined} Loaded with the first question. */
let engine;

answerForm(async (text, output) => {
  engine ??= await Engine.load(await firstBundle(), { onProgress: sayProgress });
  const chunks = await engine.chat.completions.create({
    messages: [{ role: 'user', content: text }],
    stream: true,
    max_tokens: 200,
    extra_body: { enable_thinking: false },
  });
  for await (const { choices } of chunks) output.append(choices[0]?.delta.content ?? '');
});
