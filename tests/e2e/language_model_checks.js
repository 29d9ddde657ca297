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
    const session = await LanguageModel.create({ engine });
    const create = (options) => failure(() => LanguageModel.create({ engine, ...options }));
    const system = { role: 'system', content: 's' };
    const user = { role: 'user', content: 'u' };
    seen.refused = {
      nothing: await failure(() => session.prompt([])),
      number: await failure(() => session.prompt(7)),
      role: await failure(() => session.prompt([{ role: 'robot', content: 'x' }])),
      lateSystem: await create({ initialPrompts: [user, system] }),
      systemPrompt: await failure(() => session.prompt([system])),
      image: await failure(() => session.prompt([{ role: 'user', content: [{ type: 'image', value: null }] }])),
      expectedImage: await create({ expectedInputs: [{ type: 'image' }] }),
      prefix: await failure(() => session.prompt([{ ...user, prefix: true }])),
      assistantPrefix: await failure(() => session.prompt([user, { role: 'assistant', content: 'x', prefix: true }])),
      pattern: await failure(() => session.prompt('x', { responseConstraint: /x/ })),
      noBundle: await failure(() => LanguageModel.create()),
      abortedCreate: await create({ signal: AbortSignal.abort() }),
      noModel: await failure(() => LanguageModel.create({ bundle: '/bundles/nowhere/' })),
    };
    seen.unavailable = [await LanguageModel.availability({ bundle: '/bundles/nowhere/' }), await LanguageModel.availability({ bundle: '/', expectedInputs: [{ type: 'audio' }] })];
  }
  return seen;
}
