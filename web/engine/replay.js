/**
 * Executes a plan on a WebGPU device: a list of buffers, pipelines and passes that somebody else composed.
 *
 * Pipelines and bind groups are made once; a pass is then replayed as one compute pass and one submit. Commands take effect in
 * call order. What lazy passes alone use, weights too, is there when they are ready. A command that meets a pass which is not waits
 * for it, and everything after it waits behind.
 */

import { cause, guarded, loss, lostError, refusal } from './gpu.js';
import { Pipelines } from './pipelines.js';

/**
 * @typedef {{name: string, bytes: number, kind: string, growing: boolean}} BufferSpec
 * @typedef {{buffer: number, offset: number, bytes: number}} BindingSpec  bytes 0 binds the whole buffer
 * @typedef {{pipeline: number, bindings: BindingSpec[], grid: [number, number, number], label: string}} DispatchSpec
 * @typedef {{shard: number, shard_offset: number, bytes: number, buffer: number, buffer_offset: number}} UploadSpec
 * @typedef {object} Plan
 * @property {BufferSpec[]} buffers
 * @property {import('./pipelines.js').PipelineSpec[]} pipelines
 * @property {Record<string, DispatchSpec[]>} passes
 * @property {UploadSpec[]} uploads
 * @property {string[]} lazy  passes made ready at first use
 */

/**
 * @typedef {object} PlanSource  where a plan's bytes come from
 * @property {(file: string) => Promise<string>} kernel  WGSL by file name
 * @property {AsyncIterable<Arrival>} shards  those that every load takes, in any order
 * @property {(numbers: number[]) => AsyncIterable<Arrival>} more  those of these numbers, in any order
 */

/** @typedef {{number: number, bytes: Uint8Array<ArrayBuffer>}} Arrival  a shard */
/** @typedef {{pipeline: GPUComputePipeline, group: GPUBindGroup, grid: [number, number, number]}} BoundDispatch */

const UPLOADS_IN_FLIGHT = 128 * 2 ** 20; // bytes handed to the queue before waiting for it, so that staging memory stays bounded
const SMALLEST_STAGING = 4096; // bytes; read-back buffers are pooled by power-of-two size

export class Replay {
  #device;
  #source;
  #onCompiled;
  /** @type {Plan} */
  #plan = { buffers: [], pipelines: [], passes: {}, uploads: [], lazy: [] };
  /** @type {Map<string, GPUBuffer>} */
  #buffers = new Map();
  #pipelines;
  /** @type {Map<string, BoundDispatch[]>} */
  #passes = new Map();
  /** @type {Map<string, Promise<void>>} */
  #preparing = new Map(); // passes that are ready, or are being made so
  /** @type {Set<number>} */
  #filled = new Set(); // buffers whose uploads are done
  /** @type {GPUCommandEncoder | null} */
  #encoder = null; // copies recorded and not yet submitted
  /** @type {(() => void)[] | null} */
  #waiting = null; // commands behind a pass that is being compiled
  /** @type {Map<number, GPUBuffer[]>} */
  #staging = new Map();
  /** @type {Error | null} */
  #failure = null;

  /**
   * @param {GPUDevice} device
   * @param {PlanSource} source
   * @param {(done: number, of: number) => void} [onCompiled]  called as pipelines become ready
   */
  constructor(device, source, onCompiled = () => {}) {
    this.#device = device;
    this.#source = source;
    this.#pipelines = new Pipelines(device, source.kernel);
    this.#onCompiled = onCompiled;
    loss(device).then((error) => { this.#failure = error; });
    device.addEventListener('uncapturederror', ({ error }) => { this.#failure ??= refusal(error); });
  }

  /**
   * Create the buffers, fill the weights and compile the pipelines of all but the lazy passes.
   * @param {string} json  a Plan
   */
  async load(json) {
    this.#plan = /** @type {Plan} */ (JSON.parse(json));
    const { buffers, passes, lazy } = this.#plan;
    const eager = Object.keys(passes).filter((name) => !lazy.includes(name));
    const [used, later] = [this.#usedBy(eager), this.#usedBy(lazy)];
    const now = buffers.map((_, index) => index).filter((index) => used.has(index) || !later.has(index) || buffers[index].kind === 'state');
    await this.#create(now);
    const pipelines = [...new Set(eager.flatMap((name) => passes[name].map(({ pipeline }) => pipeline)))];
    let compiled = 0;
    this.#onCompiled(0, pipelines.length);
    await Promise.all([
      this.#upload(this.#source.shards, new Set(now)),
      ...pipelines.map((index) => this.#pipelines.get(this.#plan.pipelines[index]).then(() => this.#onCompiled(++compiled, pipelines.length))),
    ]);
    for (const name of eager) await this.#prepared(name);
    await this.#check();
  }

  /**
   * Make a lazy pass ready: its buffers, its weights, its pipelines. What fails here has done no harm, and can be tried again.
   * @param {string} name
   */
  async ready(name) {
    await this.#prepared(name);
    await this.#check();
  }

  /**
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} bytes  taken over by the call; a multiple of 4 long
   * @param {number} offset
   */
  write(name, bytes, offset) {
    this.#do(() => {
      this.#submit();
      this.#device.queue.writeBuffer(this.#buffer(name), offset, bytes);
    });
  }

  /**
   * @param {string} name
   * @param {number} times
   */
  run(name, times) {
    this.#do(() => {
      const dispatches = this.#passes.get(name);
      if (this.#failure) return; // the next reading reports it
      if (dispatches) this.#replay(dispatches, times);
      else this.#compileThen(name, () => this.run(name, times));
    });
  }

  /**
   * Copy bytes out; the copy is queued at the call, the promise waits for it.
   * @param {string} name
   * @param {number} offset
   * @param {number} size
   * @returns {Promise<Uint8Array>}
   */
  read(name, offset, size) {
    /** @type {Promise<Uint8Array>} */
    const bytes = new Promise((resolve, reject) => this.#do(() => this.#readBack(name, offset, size).then(resolve, reject)));
    bytes.catch(() => {}); // whoever awaits it is told; a reading given up is not an unhandled rejection
    return bytes;
  }

  /**
   * @param {string} source
   * @param {string} target  created with the source's size when there is none
   */
  copy(source, target) {
    this.#do(() => {
      const from = this.#buffer(source);
      const to = this.#buffers.get(target) ?? this.#add(target, from.size);
      this.#commands().copyBufferToBuffer(from, 0, to, 0, from.size);
    });
  }

  /** @param {string} name */
  clear(name) {
    this.#do(() => this.#commands().clearBuffer(this.#buffer(name)));
  }

  /**
   * Move a buffer into a longer one; what is bound to it follows.
   * @param {string} name
   * @param {number} size  bytes
   */
  grow(name, size) {
    this.#do(() => {
      const old = this.#buffer(name);
      const longer = this.#add(name, size);
      this.#commands().copyBufferToBuffer(old, 0, longer, 0, old.size);
      this.#submit();
      old.destroy();
      const index = this.#plan.buffers.findIndex((buffer) => buffer.name === name);
      for (const [pass, bound] of this.#passes) {
        this.#plan.passes[pass].forEach((dispatch, at) => {
          if (dispatch.bindings.some(({ buffer }) => buffer === index)) bound[at].group = this.#bind(dispatch, bound[at].pipeline);
        });
      }
    });
  }

  /** @param {string} name */
  drop(name) {
    this.#do(() => {
      this.#submit();
      this.#buffer(name).destroy();
      this.#buffers.delete(name);
    });
  }

  /** GPU bytes held now, by kind of buffer; `copy` for those that the plan does not list. */
  bytes() {
    const kinds = new Map(this.#plan.buffers.map(({ name, kind }) => [name, kind]));
    /** @type {Record<string, number>} */
    const sums = {};
    for (const [name, { size }] of this.#buffers) {
      const kind = kinds.get(name) ?? 'copy';
      sums[kind] = (sums[kind] ?? 0) + size;
    }
    return sums;
  }

  /** Why the GPU no longer works, or null; it does not come back. */
  get failure() {
    return this.#failure;
  }

  /** Give the GPU back. */
  destroy() {
    this.#device.destroy();
  }

  // --- order ---------------------------------------------------------------------------------------------------------

  /** @param {() => void} command */
  #do(command) {
    if (this.#waiting) this.#waiting.push(command);
    else command();
  }

  /**
   * Compile a pass, hold back every later command until then, and run `command` first.
   * @param {string} name
   * @param {() => void} command
   */
  #compileThen(name, command) {
    /** @type {(() => void)[]} */
    const waiting = [command];
    this.#waiting = waiting;
    this.#prepared(name).then(() => {
      this.#waiting = null;
      waiting.forEach((each) => this.#do(each));
    }).catch((error) => {
      this.#waiting = null;
      this.#failure ??= error;
      waiting.forEach((each) => this.#do(each)); // readings among them reject with the failure
    });
  }

  /** The encoder that collects copies until something must be submitted. */
  #commands() {
    this.#encoder ??= this.#device.createCommandEncoder();
    return this.#encoder;
  }

  #submit() {
    if (!this.#encoder) return;
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
  }

  async #check() {
    if (this.#failure) throw await cause(this.#device, this.#failure);
  }

  // --- commands ------------------------------------------------------------------------------------------------------

  /**
   * @param {BoundDispatch[]} dispatches
   * @param {number} times
   */
  #replay(dispatches, times) {
    for (let time = 0; time < times; time++) {
      const pass = this.#commands().beginComputePass();
      for (const { pipeline, group, grid } of dispatches) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...grid);
      }
      pass.end();
      this.#submit();
    }
  }

  /**
   * @param {string} name
   * @param {number} offset
   * @param {number} size
   */
  async #readBack(name, offset, size) {
    if (this.#failure) await this.#check();
    const room = Math.max(SMALLEST_STAGING, 2 ** Math.ceil(Math.log2(size)));
    const pool = this.#staging.get(room) ?? [];
    this.#staging.set(room, pool);
    const staging = pool.pop() ?? this.#device.createBuffer({ size: room, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    this.#commands().copyBufferToBuffer(this.#buffer(name), offset, staging, 0, size);
    this.#submit();
    let bytes;
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, size);
      bytes = new Uint8Array(staging.getMappedRange(0, size)).slice(); // no longer mapped when the device is lost by now
    } catch (thrown) {
      const error = /** @type {Error} */ (thrown);
      if (error.name === 'AbortError') this.#failure ??= lostError(error); // nothing else takes a mapping back; the notice may be late
      throw await cause(this.#device, this.#failure ?? error);
    }
    staging.unmap();
    pool.push(staging);
    await this.#check();
    return bytes;
  }

  // --- objects -------------------------------------------------------------------------------------------------------

  /**
   * @param {string} name
   * @param {number} size
   */
  #add(name, size) {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.#device.createBuffer({ label: name, size, usage });
    this.#buffers.set(name, buffer);
    return buffer;
  }

  /** @param {number[]} indices */
  async #create(indices) {
    const missing = indices.map((index) => this.#plan.buffers[index]).filter(({ name }) => !this.#buffers.has(name));
    const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    try {
      await guarded(this.#device, `${Math.ceil(total / 2 ** 20)} MiB of buffers`, () => {
        missing.forEach(({ name, bytes }) => this.#add(name, bytes));
      });
    } catch (error) {
      for (const { name } of missing) { // those that were made take room, the others are none
        this.#buffers.get(name)?.destroy();
        this.#buffers.delete(name);
      }
      throw error;
    }
  }

  /** @param {string} name */
  #buffer(name) {
    const buffer = this.#buffers.get(name);
    if (buffer) return buffer;
    const spec = this.#plan.buffers.find((each) => each.name === name); // scratch of a pass that has not run yet
    if (!spec) throw new Error(`the plan has no buffer named ${name}`);
    return this.#add(name, spec.bytes);
  }

  /**
   * @param {AsyncIterable<Arrival>} shards
   * @param {Set<number>} buffers  to be filled
   */
  async #upload(shards, buffers) {
    /** @type {Map<number, UploadSpec[]>} */
    const perShard = new Map();
    for (const upload of this.#plan.uploads) {
      if (buffers.has(upload.buffer)) perShard.set(upload.shard, [...(perShard.get(upload.shard) ?? []), upload]);
    }
    let inFlight = 0;
    for await (const { number, bytes } of shards) {
      for (const { shard_offset, bytes: size, buffer, buffer_offset } of perShard.get(number) ?? []) {
        const target = this.#buffer(this.#plan.buffers[buffer].name);
        this.#device.queue.writeBuffer(target, buffer_offset, bytes, shard_offset, size);
      }
      inFlight += bytes.length;
      if (inFlight >= UPLOADS_IN_FLIGHT) {
        await this.#device.queue.onSubmittedWorkDone();
        inFlight = 0;
      }
    }
    for (const buffer of buffers) this.#filled.add(buffer);
  }

  /**
   * Fetch and upload the weights that are not there yet.
   * @param {number[]} buffers
   */
  async #fill(buffers) {
    const missing = new Set(buffers.filter((buffer) => !this.#filled.has(buffer)));
    const shards = new Set(this.#plan.uploads.filter(({ buffer }) => missing.has(buffer)).map(({ shard }) => shard));
    if (shards.size) await this.#upload(this.#source.more([...shards]), missing);
  }

  /**
   * The buffers that passes bind.
   * @param {string[]} names
   */
  #usedBy(names) {
    return new Set(names.flatMap((name) => this.#plan.passes[name].flatMap(({ bindings }) => bindings.map(({ buffer }) => buffer))));
  }

  /**
   * Ends when a pass is ready to replay; one that could not be made so is tried again.
   * @param {string} name
   */
  #prepared(name) {
    const under = this.#preparing.get(name) ?? this.#prepare(name);
    this.#preparing.set(name, under);
    under.catch(() => this.#preparing.delete(name));
    return under;
  }

  /** @param {string} name */
  async #prepare(name) {
    const dispatches = this.#plan.passes[name];
    if (!dispatches) throw new Error(`the plan has no pass named ${name}`);
    const used = [...this.#usedBy([name])];
    await this.#create(used);
    const [pipelines] = await Promise.all([
      Promise.all(dispatches.map(({ pipeline }) => this.#pipelines.get(this.#plan.pipelines[pipeline]))),
      this.#fill(used),
    ]);
    this.#passes.set(name, dispatches.map((dispatch, at) => (
      { pipeline: pipelines[at], group: this.#bind(dispatch, pipelines[at]), grid: dispatch.grid }
    )));
  }

  /**
   * @param {DispatchSpec} dispatch
   * @param {GPUComputePipeline} pipeline
   */
  #bind({ bindings, label }, pipeline) {
    const entries = bindings.map(({ buffer, offset, bytes }, binding) => (
      { binding, resource: { buffer: this.#buffer(this.#plan.buffers[buffer].name), offset, size: bytes || undefined } }
    ));
    return this.#device.createBindGroup({ label, layout: pipeline.getBindGroupLayout(0), entries });
  }
}
