/** Runs in a page of the site: a plan of two little kernels through every command of the replayer. */
async () => {
  const { openGpu } = await import('/engine/gpu.js');
  const { Replay } = await import('/engine/replay.js');

  const BODY = '@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u)';
  const files = {
    // The first binding is declared and not touched: layout 'auto' would drop it.
    'double.wgsl': `@group(0) @binding(0) var<storage, read> control: array<u32>;
      @group(0) @binding(1) var<storage, read> x: array<f32>;
      @group(0) @binding(2) var<storage, read_write> y: array<f32>;
      ${BODY} { if (id.x < arrayLength(&x)) { y[id.x] = 2.0 * x[id.x]; } }`,
    'add.wgsl': `@group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage, read_write> y: array<f32>;
      ${BODY} { if (id.x < arrayLength(&x)) { y[id.x] += x[id.x]; } }`,
    'wrong.wgsl': `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
      ${BODY} {
        y[id.x] = nowhere;
      }`,
  };
  const buffer = (name, kind, bytes = 256) => ({ name, bytes, kind, growing: name === 'sum' });
  const whole = (index, bytes = 256) => ({ buffer: index, offset: 0, bytes });
  const step = (pipeline, ...bindings) => ({ pipeline, bindings, grid: [1, 1, 1], label: `step ${pipeline}` });
  const plan = {
    buffers: [buffer('control', 'step'), buffer('w', 'weight', 512), buffer('twice', 'scratch'), buffer('sum', 'state'), buffer('late', 'scratch'),
      buffer('apart', 'weight'), buffer('small', 'step'), buffer('huge', 'scratch', 2 ** 42)],
    pipelines: Object.keys(files).map((file) => ({ kernel: file.split('.')[0], file, constants: {} })),
    passes: {
      step: [step(0, whole(0), { buffer: 1, offset: 256, bytes: 256 }, whole(2)), step(1, whole(2), whole(3, 0))],
      later: [step(1, whole(1), whole(4))],
      apart: [step(1, whole(5), whole(4))],
      huge: [step(1, whole(6), whole(7))],
      wrong: [step(2, whole(4))],
    },
    uploads: [
      { shard: 0, shard_offset: 0, bytes: 256, buffer: 1, buffer_offset: 0 },
      { shard: 1, shard_offset: 256, bytes: 256, buffer: 1, buffer_offset: 256 },
      { shard: 2, shard_offset: 0, bytes: 256, buffer: 5, buffer_offset: 0 },
    ],
    lazy: ['later', 'apart', 'huge', 'wrong'],
  };
  const arrivals = async function* (/** @type {number[]} */ numbers) { // shard n holds 100 n + 0, 1, .. 63 twice
    for (const number of numbers) {
      yield { number, bytes: new Uint8Array(Float32Array.from({ length: 128 }, (_, i) => (i % 64) + 100 * number).buffer) };
    }
  };
  const shards = arrivals([1, 0]);
  const asked = [];
  const more = (/** @type {number[]} */ numbers) => {
    if (asked.push(numbers) === 1) throw new Error('no network');
    return arrivals(numbers);
  };
  const compiled = [];
  const { device } = await openGpu();
  const replay = new Replay(device, { kernel: async (file) => files[file], shards, more }, (done, of) => compiled.push([done, of]));
  await replay.load(JSON.stringify(plan));
  const numbers = async (bytes) => Array.from(new Float32Array((await bytes).buffer));
  const failure = (promise) => promise.then(() => 'none', ({ name, message, detail }) => ({ name, message, detail }));
  const seen = { compiled, loaded: replay.bytes() };

  replay.run('step', 3);
  const before = replay.read('sum', 4, 8); // what was queued until here, and nothing after
  replay.copy('sum', 'snapshot');
  replay.grow('sum', 512);
  replay.run('step', 1);
  seen.before = await numbers(before);
  seen.grown = await numbers(replay.read('sum', 4, 8));
  seen.fresh = await numbers(replay.read('sum', 508, 4));

  replay.write('late', new Uint8Array(Float32Array.of(7, 8).buffer), 0);
  replay.run('later', 2); // compiles first; the commands below wait behind it
  replay.copy('snapshot', 'second');
  const late = replay.read('late', 0, 8);
  replay.clear('snapshot');
  const [cleared, second] = [replay.read('snapshot', 4, 8), replay.read('second', 4, 8)];
  seen.late = await numbers(late);
  seen.cleared = await numbers(cleared);
  seen.second = await numbers(second);
  replay.drop('second');
  seen.held = replay.bytes();

  seen.huge = await failure(replay.ready('huge'));
  seen.refused = (await failure(replay.ready('apart'))).message;
  await Promise.all([replay.ready('apart'), replay.ready('apart')]);
  replay.run('apart', 1);
  seen.apart = await numbers(replay.read('late', 0, 8));
  seen.asked = asked;
  seen.all = replay.bytes();

  replay.run('wrong', 1);
  seen.wrong = await failure(replay.read('sum', 0, 4));

  const lost = new Replay(device, { kernel: async (file) => files[file], shards, more });
  const reading = failure(lost.load(JSON.stringify({ ...plan, uploads: [] })).then(() => lost.read('sum', 0, 4)));
  device.destroy();
  seen.lost = (await reading).name;
  return seen;
}
