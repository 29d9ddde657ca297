// A page in TypeScript that uses all of the public modules; `npm run types` compiles it against the generated declarations.

import { Engine, EngineError } from '../../../build/types/deltapage.js';
import { connectDeepChat, deepChatHandler } from '../../../build/types/deep-chat.js';
import { LanguageModel } from '../../../build/types/language-model.js';
import '../../../build/types/delta-chat.js';

const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
const controller = new AbortController();

const engine: Engine = await Engine.load('bundles/demo/', {
  python: ['hooks.py'],
  onProgress: ({ phase, loaded, total }) => console.log(phase satisfies string, loaded / total),
  signal: controller.signal,
});

const reply = await engine.chat.completions.create({ messages, max_tokens: 8, seed: 1, n: 1 });
const content: string | null = reply.choices[0].message.content;
const reason: 'stop' | 'length' | 'tool_calls' = reply.choices[0].finish_reason;
const perSecond: number = reply.usage.extra.decode_tokens_per_s;

for await (const { choices, usage } of await engine.chat.completions.create({ messages, stream: true })) {
  const piece: string | null | undefined = choices[0]?.delta.content;
  console.log(piece, usage?.completion_tokens);
}

await engine.chat.completions.create({
  messages,
  response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
  extra_body: { enable_thinking: true, thinking_budget: 64, logits_processor: 'plain' },
});
await engine.chat.completions.create({
  messages: [...messages, { role: 'assistant', content: 'Because' }],
  response_format: { type: 'regex', regex: 'Because [a-z ]+\\.', flags: 'i' },
  extra_body: { continue_final_message: true },
});
const text: string = (await engine.completions.create({ prompt: [1, 2, 3] })).choices[0].text;

// @ts-expect-error: there is one answer to a request
await engine.chat.completions.create({ messages, n: 2 });
// @ts-expect-error: an answer that is not streamed has a message
reply.choices[0].delta;

LanguageModel.bundle = 'bundles/demo/';
const state: 'unavailable' | 'downloadable' | 'downloading' | 'available' = await LanguageModel.availability();
const session = await LanguageModel.create({
  initialPrompts: [{ role: 'system', content: 'Be brief.' }],
  tools: [{ name: 'now', description: 'The time', inputSchema: { type: 'object' }, execute: async () => Date.now() }],
  monitor: (monitor) => monitor.addEventListener('downloadprogress', (event) => console.log((event as ProgressEvent).loaded)),
});
session.oncontextoverflow = () => console.log(session.contextUsage, session.contextWindow);
const stream: ReadableStream<string> = session.promptStreaming('Hello', { signal: controller.signal });
const copy: LanguageModel = await session.clone();
const maxTopK: number | undefined = (await LanguageModel.params())?.maxTopK;
const creative = await LanguageModel.create({ samplingMode: 'creative', expectedOutputs: [{ type: 'text', languages: ['en'] }] });
const code: string = await creative.prompt(
  [{ role: 'user', content: 'A code?' }, { role: 'assistant', content: 'It is ', prefix: true }],
  { responseConstraint: /It is [A-Z]{2}-\d+/, omitResponseConstraintInput: true },
);
// @ts-expect-error: no such mode
await LanguageModel.create({ samplingMode: 'wild' });

connectDeepChat(document.createElement('deep-chat') as HTMLElement & { connect?: object }, engine);
const handler = deepChatHandler(() => Engine.load('bundles/demo/'), { instruction: 'Be brief.', request: { max_tokens: 9 } });

if (new Error('x') instanceof EngineError) await engine.unload();
export { code, content, copy, handler, maxTopK, perSecond, reason, state, stream, text };
