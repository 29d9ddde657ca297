import { LanguageModel } from '../language-model.js';
import { answerForm, firstBundle, say } from './example.js';

/** @type {LanguageModel | undefined} Created with the first question. */
let session;

answerForm(async (text, output) => {
  session ??= await LanguageModel.create({
    bundle: await firstBundle(),
    initialPrompts: [{ role: 'system', content: 'You answer in one short sentence.' }],
    monitor: (monitor) => monitor.addEventListener('downloadprogress', (event) => {
      say(`download: ${Math.floor(/** @type {ProgressEvent} */ (event).loaded * 100)} %`);
    }),
  });
  const stream = session.promptStreaming(text);
  const reader = stream.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) output.append(value ?? '');
  const facts = await session.prompt('Give the same as JSON.', {
    responseConstraint: { type: 'object', properties: { answer: { type: 'string', maxLength: 60 } }, required: ['answer'], additionalProperties: false },
  });
  output.append(`\n${facts}\n${session.contextUsage} of ${session.contextWindow} tokens used`);
});
