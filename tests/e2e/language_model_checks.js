/** Runs in a page of the site: what a session does over any engine, a letter counting as a token. */
async () => {
  const { LanguageModel } = await import('/language-model.js');
  const { ScriptedEngine } = await import('/scripted_engine.js');
  const failure = async (run) => {
    try {
      await run();
      return null;
    } catch (error) {
      return error instanceof DOMException ? `DOMException ${error.name}` : error.name;
    }
  };
  const contents = ({ messages }) => messages.map(({ role, content }) => `${role}: ${content}`);
  const seen = {};

  { // The oldest turns go, the initial prompts stay.
    const engine = new ScriptedEngine(40, ['one', 'two', 'three', 'four']);
    const initialPrompts = [{ role: 'system', content: 'brief' }];
    const session = await LanguageModel.create({ engine, initialPrompts, temperature: 0, topK: 5 });
    let overflows = 0;
    session.oncontextoverflow = () => overflows++;
    session.onquotaoverflow = () => overflows++;
    session.addEventListener('contextoverflow', () => overflows++);
    seen.usages = [session.contextUsage];
    seen.overflows = [];
    for (const question of ['aaaaaaaa', 'bbbbbbbb', 'cccccccc']) {
      await session.prompt(question);
      seen.usages.push(session.contextUsage);
      seen.overflows.push(overflows);
    }
    seen.last = contents(engine.requests.at(-1));
    const { temperature, top_k, stream } = engine.requests[0];
    seen.fields = { temperature, top_k, stream };
    seen.tooLong = await failure(() => session.prompt('x'.repeat(40)));
    seen.keptAfterTooLong = session.contextUsage;
    seen.initialTooLong = await failure(() => LanguageModel.create({ engine, initialPrompts: [{ role: 'user', content: 'x'.repeat(40) }] }));
  }
  { // Messages added without an answer; a copy goes its own way.
    const engine = new ScriptedEngine(1000, ['copied']);
    const session = await LanguageModel.create({ engine });
    seen.measured = await session.measureContextUsage('hello');
    seen.olderNames = [await session.measureInputUsage('hello'), session.inputUsage, session.inputQuota];
    await session.append([{ role: 'user', content: [{ type: 'text', value: 'hel' }, { type: 'text', value: 'lo' }] }]);
    seen.appended = session.contextUsage;
    const copy = await session.clone();
    await copy.prompt('more');
    seen.copied = [session.contextUsage, copy.contextUsage, contents(engine.requests[0])];
  }
  { // Tools are called, and what they answer is read.
    const engine = new ScriptedEngine(1000, [{ name: 'add', arguments: { a: 2, b: 3 } }, 'five']);
    const add = { name: 'add', description: 'Adds', inputSchema: { type: 'object' }, execute: async ({ a, b }) => ({ sum: a + b }) };
    const session = await LanguageModel.create({ engine, tools: [add] });
    seen.tooled = [await session.prompt('2 + 3?'), engine.requests[0].tools[0].function.name, contents(engine.requests[1])];
  }
  { // An answer goes on from a given beginning, and the conversation has both as one message.
    const engine = new ScriptedEngine(1000, [{ name: 'now', arguments: {} }, ' of tea', 'next']);
    const now = { name: 'now', description: 'Tells the time', inputSchema: { type: 'object' }, execute: async () => 'noon' };
    const session = await LanguageModel.create({ engine, tools: [now] });
    const input = [{ role: 'user', content: 'What?' }, { role: 'assistant', content: 'A cup', prefix: true }];
    const measured = await session.measureContextUsage(input);
    const answer = await session.prompt(input);
    await session.prompt('And?');
    seen.begun = [measured, answer, engine.requests.map(({ extra_body }) => extra_body.continue_final_message), ...[0, 2].map((place) => contents(engine.requests[place]))];
  }
  { // Constraints: what the engine is asked for, what the model is told, and an answer that was cut.
    const engine = new ScriptedEngine(1000, ['7', 'b', 'c', { cut: '{"a' }]);
    const session = await LanguageModel.create({ engine });
    const responseConstraint = { type: 'integer' };
    const measured = await session.measureContextUsage('How many?', { responseConstraint });
    await session.prompt('How many?', { responseConstraint });
    await session.prompt('Which?', { responseConstraint: /[a-c]/i, omitResponseConstraintInput: true });
    await session.prompt([{ role: 'assistant', content: 'It is ', prefix: true }], { responseConstraint: /[a-c]/ });
    seen.constrained = engine.requests.map(({ response_format: format, messages }) => [format, messages.at(-1).content, messages.at(-2)?.content]);
    seen.guidance = measured - 'How many?'.length > 0;
    seen.cut = await failure(() => session.prompt('x', { responseConstraint }));
    const helped = new ScriptedEngine(1000, ['7']);
    const tools = [{ name: 'now', description: 'Tells the time', inputSchema: { type: 'object' }, execute: async () => 'noon' }];
    await (await LanguageModel.create({ engine: helped, tools })).prompt('How many?', { responseConstraint });
    seen.constrainedTools = helped.requests[0].tool_choice;
  }
  { // Sampling: the card's own, raw parameters within their bounds, and modes.
    const engine = new ScriptedEngine(1000, Array(5).fill('x'));
    const used = async (options) => {
      const session = await LanguageModel.create({ engine, ...options });
      await session.prompt('x');
      const { temperature, top_k } = engine.requests.at(-1);
      return [session.temperature, session.topK, session.samplingMode, temperature, top_k];
    };
    seen.params = await LanguageModel.params({ engine });
    seen.sampling = [
      await used({}), await used({ temperature: Infinity, topK: 5.9 }), await used({ topK: Infinity, temperature: 0 }),
      await used({ samplingMode: 'most-predictable' }), await used({ samplingMode: 'most-creative' }),
    ];
  }
  { // Signals and the end of a session; an answer that was left is not in the conversation.
    const engine = new ScriptedEngine(1000, ['a long answer', 'second', 'third', 'fourth']);
    const session = await LanguageModel.create({ engine });
    const reader = session.promptStreaming('first').getReader();
    seen.piece = (await reader.read()).value;
    await reader.cancel();
    seen.afterCancel = [await session.prompt('again'), contents(engine.requests.at(-1))];
    seen.aborted = await failure(() => session.prompt('x', { signal: AbortSignal.abort() }));
    seen.reason = await failure(() => session.prompt('x', { signal: AbortSignal.abort(new RangeError('mine')) }));
    const streams = ['one', 'two'].map((text) => session.promptStreaming(text)); // nobody reads the first
    seen.inOrder = (await Array.fromAsync(streams[1])).join('');
    session.destroy();
    seen.destroyed = await Promise.all([
      failure(() => session.prompt('x')), failure(() => session.append('x')), failure(() => session.clone()), failure(() => session.measureContextUsage('x')),
    ]);
  }
  { // What the specification refuses, and what this engine does.
    const engine = new ScriptedEngine(1000, []);
    const session = await LanguageModel.create({ engine, expectedInputs: [{ type: 'text', languages: ['en', 'de'] }] });
    const create = (options) => failure(() => LanguageModel.create({ engine, ...options }));
    const system = { role: 'system', content: 's' };
    const user = { role: 'user', content: 'u' };
    seen.refused = {
      number: await failure(() => session.prompt(7)),
      role: await failure(() => session.prompt([{ role: 'robot', content: 'x' }])),
      lateSystem: await create({ initialPrompts: [user, system] }),
      systemPrompt: await failure(() => session.prompt([system])),
      image: await failure(() => session.prompt([{ role: 'user', content: [{ type: 'image', value: null }] }])),
      expectedImage: await create({ expectedInputs: [{ type: 'image' }] }),
      prefix: await failure(() => session.prompt([{ ...user, prefix: true }])),
      earlyPrefix: await failure(() => session.prompt([{ role: 'assistant', content: 'x', prefix: true }, user])),
      appendedPrefix: await failure(() => session.append([user, { role: 'assistant', content: 'x', prefix: true }])),
      streamed: await failure(() => Array.fromAsync(session.promptStreaming([system]))),
      noSchema: await failure(() => session.prompt('x', { responseConstraint: 'integer' })),
      nullSchema: await failure(() => session.prompt('x', { responseConstraint: null })),
      nothingToOmit: await failure(() => session.prompt('x', { omitResponseConstraintInput: true })),
      language: await create({ expectedInputs: [{ type: 'text', languages: ['no such'] }] }),
      cold: await create({ temperature: -1 }),
      narrow: await create({ topK: 0.5 }),
      mode: await create({ samplingMode: 'wild' }),
      both: await create({ samplingMode: 'creative', topK: 3 }),
      noBundle: await failure(() => LanguageModel.create()),
      abortedCreate: await create({ signal: AbortSignal.abort() }),
      noModel: await failure(() => LanguageModel.create({ bundle: '/bundles/nowhere/' })),
    };
    seen.noParams = await LanguageModel.params({ bundle: '/bundles/nowhere/' });
    seen.unavailable = [await LanguageModel.availability({ bundle: '/bundles/nowhere/' }), await LanguageModel.availability({ bundle: '/', expectedInputs: [{ type: 'audio' }] })];
  }
  return seen;
}
