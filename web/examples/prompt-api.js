import { LanguageModel } from '../language-model.js';
import { answerForm, firstBundle, say } from './example.js';

/** @type {LanguageModel | undefined} Created with the first question. */
let session;

answerForm(async (text, output) => {
  session ??= await LanguageModel.create({
    bundle: await firstBundle(),
    monitor: (monitor) => monitor.addEventListener('downloadprogress', (event) => {
      say(`download: ${Math.floor(/** @type {ProgressEvent} */ (event).loaded * 100)} %`);
    }),
  });
  say('answers');
  const reader = session.promptStreaming(text).getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) output.append(value ?? '');

  // In a form of your choice: JSON that a schema describes, or a text that a regular expression matches.
  const responseConstraint = { type: 'object', properties: { answer: { type: 'string', maxLength: 60 } }, required: ['answer'], additionalProperties: false };
  output.append(`\n${await session.prompt(text, { responseConstraint })}`);
  output.append(`\n${await session.prompt(text, { responseConstraint: /(Yes|No|\d+)\./, omitResponseConstraintInput: true })}`);
  output.append(`\n${session.contextUsage} of ${session.contextWindow} tokens used`);
});
