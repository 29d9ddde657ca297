/**
 * What requests and answers look like, for the checker and for editors; nothing of this is there when the page runs.
 * Field by field as in OpenAI's API; what is ours stands in `extra_body`, `usage.extra`, `note` and `*token_ids`.
 */

/** @typedef {Record<string, any>} JsonSchema */

/**
 * @typedef {object} ToolCall
 * @property {string} id
 * @property {'function'} type
 * @property {{name: string, arguments: string}} function  arguments as JSON
 */

/**
 * @typedef {string | URL | Blob | ImageData | ImageBitmap | HTMLImageElement | SVGImageElement | HTMLCanvasElement | OffscreenCanvas | HTMLVideoElement | VideoFrame} PictureSource
 *   a URL is a data:, a blob: or one of the page's own origin; of what moves it is what is seen when the request is made
 */

/**
 * @typedef {object} PictureSize  the most that is seen of a picture, which is made smaller as needed
 * @property {number} [max_pixels]  left out: the request's
 * @property {'low' | 'high' | 'auto'} [detail]
 */

/**
 * @typedef {string | URL | Blob | HTMLVideoElement | PictureSource[]} VideoSource
 *   a file, its address as that of a picture, an element that shows one and is not disturbed, or all frames in order
 */

/**
 * @typedef {object} VideoSize  what is seen of a video
 * @property {number} [source_fps]  frames a second that it has; left out: found for a file, 24 for a list of frames
 * @property {number} [fps]  frames a second that are seen: 2
 * @property {number} [max_frames]  that are seen: 768
 * @property {number} [max_pixels]  of all those frames together: 4,194,304
 */

/** @typedef {{type: 'text', text: string}} TextPart */
/** @typedef {{type: 'image_url', image_url: {url: string, detail?: PictureSize['detail']}, max_pixels?: number}} ImageUrlPart */
/** @typedef {{type: 'image', image: PictureSource} & PictureSize} ImagePart */
/** @typedef {{type: 'video_url', video_url: {url: string}} & VideoSize} VideoUrlPart */
/** @typedef {{type: 'video', video: VideoSource} & VideoSize} VideoPart */
/** @typedef {TextPart | ImageUrlPart | ImagePart | VideoUrlPart | VideoPart} Part */

/**
 * @typedef {object} Message
 * @property {'system' | 'user' | 'assistant' | 'tool'} role
 * @property {string | Part[] | null} [content]
 * @property {string} [reasoning_content]  what was thought before the content
 * @property {ToolCall[]} [tool_calls]
 * @property {string} [tool_call_id]
 */

/**
 * @typedef {object} Tool
 * @property {'function'} type
 * @property {{name: string, description?: string, parameters?: JsonSchema}} function
 */

/**
 * @typedef {object} Sampling  left out: the model's own defaults
 * @property {number} [max_tokens]
 * @property {number} [temperature]  0 is greedy and reproducible
 * @property {number} [top_p]  below 1: the likeliest tokens whose probabilities add up to it, among those that `top_k` keeps
 * @property {number} [top_k]  1 to 128. Left out: the model's own, or, where it has none, every token, and the 128 likeliest with
 *   `top_p` below 1 or `min_p` above 0. 0 is every token and is refused with such a `top_p` or `min_p`, the model's own included
 * @property {number} [min_p]  above 0: tokens at least this likely beside the likeliest, among those that `top_k` keeps
 * @property {number} [presence_penalty]
 * @property {number} [frequency_penalty]
 * @property {number} [repetition_penalty]
 * @property {number} [seed]  the same seed gives the same text on the same device
 * @property {string | string[]} [stop]
 * @property {1} [n]  there is one answer to a request; ask again for another
 * @property {boolean} [return_token_ids]
 * @property {{include_usage?: boolean}} [stream_options]
 * @property {string} [model]  taken and ignored, as is `user`
 * @property {string} [user]
 */

/**
 * @typedef {object} ChatFields
 * @property {Message[]} messages
 * @property {number} [max_completion_tokens]
 * @property {Tool[]} [tools]
 * @property {'auto' | 'none' | 'required' | {type: 'function', function: {name: string}}} [tool_choice]
 * @property {boolean} [parallel_tool_calls]
 * @property {{type: 'text'} | {type: 'json_object'} | {type: 'json_schema', json_schema: {schema: JsonSchema | boolean, name?: string}} | {type: 'regex', regex: string, flags?: string}} [response_format]  regex: in JavaScript's form, for the whole answer
 * @property {boolean} [logprobs]
 * @property {number} [top_logprobs]
 * @property {{enable_thinking?: boolean, thinking_budget?: number, loop_guard?: boolean, logits_processor?: string, continue_final_message?: boolean, max_pixels?: number}} [extra_body]  continue_final_message: the last message is how the answer begins; max_pixels: the most that is seen of each picture
 */

/**
 * @typedef {object} TextFields
 * @property {string | number[]} prompt
 * @property {boolean} [echo]
 * @property {number} [logprobs]
 * @property {{logits_processor?: string}} [extra_body]
 */

/**
 * @typedef {object} Delivery
 * @property {boolean} [stream]
 * @property {AbortSignal} [signal]  when it fires, the answer's promise or the stream's next chunk rejects with its `reason`, without
 *   a chunk that has a `finish_reason`; the model stops, and what it has read and written need not be read again
 */

/** @typedef {ChatFields & Sampling & Delivery} ChatRequest */
/** @typedef {TextFields & Sampling & Delivery} TextRequest */

/**
 * @typedef {object} Usage
 * @property {number} prompt_tokens
 * @property {number} completion_tokens
 * @property {number} total_tokens
 * @property {{cached_tokens: number}} prompt_tokens_details
 * @property {{reasoning_tokens: number}} completion_tokens_details
 * @property {{prefill_tokens_per_s: number, decode_tokens_per_s: number, time_to_first_token_s: number, cached_tokens: number, encoded_pictures: number}} extra  encoded_pictures: how many went through the tower for it; 0 when all were known
 */

/** @typedef {'stop' | 'length' | 'tool_calls'} FinishReason */
/** @typedef {{token: string, logprob: number, bytes: number[]}} TokenLogprob */
/** @typedef {{content: (TokenLogprob & {top_logprobs: TokenLogprob[]})[]}} ChatLogprobs */
/** @typedef {{tokens: string[], token_logprobs: (number | null)[], top_logprobs: (Record<string, number> | null)[], text_offset: number[]}} TextLogprobs */
/** @typedef {{id: string, object: string, created: number, model: string}} Head */
/** @typedef {{index: number, note?: string, prompt_token_ids?: number[], token_ids?: number[]}} Choice  `note`: why it ended otherwise than expected */

/**
 * @typedef {object} Delta
 * @property {'assistant'} [role]
 * @property {string | null} [content]
 * @property {string} [reasoning_content]
 * @property {(ToolCall & {index: number})[]} [tool_calls]
 */

/** @typedef {{role: 'assistant', content: string | null, refusal: null, reasoning_content?: string, tool_calls?: ToolCall[]}} Reply */
/** @typedef {Choice & {message: Reply, logprobs: ChatLogprobs | null, finish_reason: FinishReason}} ChatChoice */
/** @typedef {Choice & {delta: Delta, logprobs: ChatLogprobs | null, finish_reason: FinishReason | null}} ChatChunkChoice */
/** @typedef {Choice & {text: string, logprobs: TextLogprobs | null, finish_reason: Exclude<FinishReason, 'tool_calls'>}} TextChoice */
/** @typedef {Choice & {text: string, logprobs: TextLogprobs | null, finish_reason: Exclude<FinishReason, 'tool_calls'> | null}} TextChunkChoice */
/** @typedef {Head & {choices: ChatChoice[], usage: Usage}} ChatCompletion */
/** @typedef {Head & {choices: ChatChunkChoice[], usage?: Usage, prompt_progress?: {processed: number, total: number, phase?: 'picture'}}} ChatChunk  without a choice: the last one, and those that tell how pictures, and tokens of a long prompt, are being read */
/** @typedef {Head & {choices: TextChoice[], usage: Usage}} TextCompletion */
/** @typedef {Head & {choices: TextChunkChoice[], usage?: Usage}} TextChunk */

/**
 * @template Item
 * @typedef {AsyncGenerator<Item, void, void>} Chunks  leaving the loop stops the model
 */

/**
 * @template Request, Answer, Chunk
 * @typedef {{
 *   (request: Request & {stream: true}): Promise<Chunks<Chunk>>,
 *   (request: Request & {stream?: false}): Promise<Answer>,
 *   (request: Request): Promise<Answer | Chunks<Chunk>>,
 * }} Create
 */

export {}; // a module, so that its types can be imported
