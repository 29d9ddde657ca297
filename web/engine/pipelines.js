/** Compiles kernels, each once. */

import { EngineError } from '../common/errors.js';
import { cause } from './gpu.js';

/** @typedef {{kernel: string, file: string}} PipelineSpec */

export class Pipelines {
  #device;
  #kernel;
  /** @type {Map<string, Promise<GPUComputePipeline>>} */
  #made = new Map(); // by the kernel's file
  /** @type {Map<string, GPUPipelineLayout>} */
  #layouts = new Map();

  /**
   * @param {GPUDevice} device
   * @param {(file: string) => Promise<string>} kernel  WGSL by file name
   */
  constructor(device, kernel) {
    this.#device = device;
    this.#kernel = kernel;
  }

  /**
   * One kernel, compiled; what failed is tried again.
   * @param {PipelineSpec} spec
   * @returns {Promise<GPUComputePipeline>}
   * @throws {EngineError} KernelError with the rendered lines around each complaint
   */
  get(spec) {
    const made = this.#made.get(spec.file) ?? this.#compile(spec);
    this.#made.set(spec.file, made);
    made.catch(() => this.#made.delete(spec.file));
    return made;
  }

  /** @param {PipelineSpec} spec */
  async #compile({ kernel, file }) {
    const code = await this.#kernel(file);
    this.#device.pushErrorScope('validation'); // keeps a compile error out of the uncaptured ones: it is reported below
    const module = this.#device.createShaderModule({ label: file, code });
    void this.#device.popErrorScope();
    try {
      return await this.#device.createComputePipelineAsync({ label: file, layout: this.#layout(code), compute: { module } });
    } catch (error) {
      throw await cause(this.#device, await compileError(kernel, file, code, module, /** @type {Error} */ (error)));
    }
  }

  /**
   * The bind group layout that the source declares. Layout 'auto' would leave out a binding that one variant does not touch.
   * @param {string} code
   */
  #layout(code) {
    const declared = [...code.matchAll(/@binding\((\d+)\)\s*var<storage(?:,\s*(read_write|read))?>/g)];
    const key = declared.map(([, binding, access]) => `${binding}${access}`).join();
    const known = this.#layouts.get(key);
    if (known) return known;
    const bindGroupLayout = this.#device.createBindGroupLayout({
      entries: declared.map(([, binding, access]) => ({
        binding: Number(binding),
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: access === 'read_write' ? 'storage' : 'read-only-storage' },
      })),
    });
    const layout = this.#device.createPipelineLayout({ bindGroupLayouts: [bindGroupLayout] });
    this.#layouts.set(key, layout);
    return layout;
  }
}

/**
 * A kernel that does not compile, with the rendered lines around each complaint.
 * @param {string} kernel
 * @param {string} file
 * @param {string} code
 * @param {GPUShaderModule} module
 * @param {Error} error
 */
async function compileError(kernel, file, code, module, error) {
  const { messages } = await module.getCompilationInfo();
  const lines = code.split('\n');
  const spots = messages.filter(({ type }) => type === 'error').map(({ lineNum, message }) => {
    const from = Math.max(0, lineNum - 4);
    const around = lines.slice(from, lineNum + 3).map((line, at) => `${from + at + 1 === lineNum ? '>' : ' '}${from + at + 1} ${line}`);
    return `line ${lineNum}: ${message.trim()}\n${around.join('\n')}`;
  });
  return new EngineError('KernelError', `The kernel ${kernel} does not compile on this GPU (${spots[0]?.split('\n')[0] ?? error.message}). ` +
    'Update the browser and the graphics driver; if it stays, report it with the details.', [file, ...spots].join('\n\n'));
}
