/**
 * What the page and its worker say to each other.
 *
 * Page to worker:  {id, kind, payload}; `abort` has the id of the request that it ends as its payload.
 * Worker to page:  {id, type: 'item', value} any number of times, then one {id, type: 'end'} or {id, type: 'error', error}.
 * An error with id 0 is the engine's own end: the GPU is lost, or Python has died.
 * One request is one stream; a plain answer is a stream of one item. `chat` and `text` have {request} as their payload, and with it
 * what of a streamed answer has been shown, so that another worker can go on behind that.
 */

/**
 * @typedef {'load' | 'chat' | 'text' | 'tokenize' | 'detokenize' | 'template' | 'python' | 'unload' | 'abort'} Kind
 * @typedef {{id: number, kind: Kind, payload: any}} WorkerRequest
 * @typedef {{seed: number, id: string, created: number, ids: number[]}} Shown  see pyside/api/completions.py
 * @typedef {{id: number, type: 'item', value: any} | {id: number, type: 'end'} | {id: number, type: 'error', error: import('../common/errors.js').Fault}} WorkerReply
 * @typedef {'runtime' | 'download' | 'compile' | 'selftest' | 'ready'} Phase
 * @typedef {{phase: Phase, loaded: number, total: number}} Progress  bytes for `download`, pipelines for `compile`, else 0 of 1 or 1 of 1
 */

export {}; // a module, so that its types can be imported
