/** Facts that Python states and the page's modules need. Written from Python by `python -m web.host.facts`. */

/** The least and the most that a request may state of each number, under OpenAI's names. */
export const BOUNDS = Object.freeze({
  temperature: Object.freeze({ least: 0, most: 2 }),
  top_k: Object.freeze({ least: 0, most: 128 }),
  top_p: Object.freeze({ least: 0, most: 1 }),
  min_p: Object.freeze({ least: 0, most: 1 }),
  presence_penalty: Object.freeze({ least: -2, most: 2 }),
  frequency_penalty: Object.freeze({ least: -2, most: 2 }),
  repetition_penalty: Object.freeze({ least: 0.01, most: 100 }),
  top_logprobs: Object.freeze({ least: 0, most: 20 }),
});

/** The limits that every WebGPU device offers, and that every model can do with. */
export const BASELINE = Object.freeze({
  maxStorageBufferBindingSize: 134217728,
  maxBufferSize: 268435456,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16384,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupsPerDimension: 65535,
  maxComputeWorkgroupSizeX: 256,
});

/** The format of bundles that this page reads, the most bytes that a file of one has, and what shards may hold apart. */
export const BUNDLE = Object.freeze({ format: 1, fileLimit: 268435456, parts: Object.freeze(['vision']) });

/** The names that files of a bundle may have, as patterns, by the manifest's lists. */
export const FILE_NAMES = Object.freeze({
  shards: 'shards/[0-9a-f]{64}\\.bin',
  kernels: 'kernels/[A-Za-z0-9_-]+\\.wgsl',
  files: 'tokenizer\\.bin|chat_template\\.jinja|(card|selftest|(video_)?preprocessor_config)\\.json|(LICENSE|NOTICE)(\\.txt|\\.md)?',
});

/** What to ask a model of which nothing is known. */
export const STARTERS = Object.freeze([
  'Explain in two sentences why the sky is blue.',
  'Write a short thank-you note to a neighbour.',
  'Suggest three names for a quiet grey cat.',
]);

/** What `/vendor/highlight/` colours, by the names of its files. */
export const LANGUAGES = Object.freeze([
  'bash', 'c', 'cpp', 'csharp', 'css', 'diff', 'dockerfile', 'go', 'graphql', 'haskell', 'ini', 'java', 'javascript',
  'json', 'julia', 'kotlin', 'latex', 'lua', 'makefile', 'markdown', 'php', 'powershell', 'python', 'r', 'ruby', 'rust',
  'scala', 'scss', 'shell', 'sql', 'swift', 'typescript', 'xml', 'yaml',
]);
