/**
 * What the page and its worker say to each other.
 *
 * Page to worker:  {id, kind, payload, pictures}; `abort` has the id of the request that it ends as its payload.
 * Worker to page:  {id, type: 'item', value} any number of times, then one {id, type: 'end'} or {id, type: 'error', error}.
 * What has id 0 belongs to no request: an error is the engine's own end, because the GPU is lost or Python has died; progress tells of
 * what is fetched after the load.
 * One request is one stream; a plain answer is a stream of one item. `chat` and `text` have {request} as their payload, and with it
 * what of a streamed answer has been shown, so that another worker can go on behind that. A message's part that is a picture,
 * {type: 'image', picture}, or a video, has its number in `pictures`; what else stands there is the request's. A video's file comes with
 * a port: the worker says an index, and the page answers with that frame, {bitmap}, or with {fault}.
 */

/**
 * @typedef {'load' | 'chat' | 'text' | 'tokenize' | 'detokenize' | 'template' | 'python' | 'unload' | 'abort'} Kind
 * @typedef {{id: number, kind: Kind, payload: any, pictures?: import('../pictures/posting.js').Posted[]}} WorkerRequest
 * @typedef {{seed: number, id: string, created: number, ids: number[]}} Shown  see pyside/api/completions.py
 * @typedef {{id: number, type: 'item', value: any} | {id: number, type: 'end'} | {id: number, type: 'error', error: import('../common/errors.js').Fault} | {id: 0, type: 'progress', progress: Progress}} WorkerReply
 * @typedef {'runtime' | 'download' | 'compile' | 'selftest' | 'ready' | 'picture'} Phase  `picture` comes with the first one: what sees is fetched
 * @typedef {{phase: Phase, loaded: number, total: number}} Progress  bytes for `download` and `picture`, pipelines for `compile`, else 0 of 1 or 1 of 1
 */

export {}; // a module, so that its types can be imported
