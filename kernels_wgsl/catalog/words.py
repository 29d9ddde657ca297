"""Words of the buffers that host and kernels share, said once for the templates, the twins and the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

WordType = Literal["u32", "i32", "f32"]

# --- the control buffer: name -> type of each word ---------------------------------------------------------------
STOP_IDS_MAX = 8
# Written by the engine before a request or a chunk, advanced by the kernels, so that recorded passes never change.
CONTROL: Mapping[str, WordType] = {
    "position": "u32",  # tokens already in the caches; `advance` adds `count` at the end of a pass
    "count": "u32",  # rows of this pass that are real: kernels neither read nor write rows at or beyond it
    "done": "u32",  # non-zero: the response has ended; kernels return at once and write nothing
    "step": "u32",  # tokens sampled in this response; ring slot = step % RING_SLOTS
    "remaining": "u32",  # tokens that may still be sampled; the draw that takes the last one sets `done`
    "temperature": "f32",  # 0, and what is too near to it to divide by, is greedy
    "top_k": "u32",  # 1..TOP_K_MAX; 0 keeps every token, or the TOP_K_MAX likeliest where top_p or min_p cuts further
    "top_p": "f32",  # 1 keeps every token
    "min_p": "f32",  # 0 keeps every token
    "presence": "f32",  # subtracted once from every token already generated in this response
    "frequency": "f32",  # subtracted per occurrence
    "repetition": "f32",  # divides positive and multiplies negative logits of prompt and generated tokens; 1 is off
    "seed": "u32",  # the draw hashes (seed, step)
    "top_logprobs": "u32",  # alternatives recorded per token, 0..TOP_LOGPROBS_MAX
    "stop_count": "u32",  # valid words of stop_0..stop_7
    **{f"stop_{index}": "u32" for index in range(STOP_IDS_MAX)},
    "rope_offset": "i32",  # rotary position = position + row + rope_offset (0 for text)
    # The picture that the vision pass encodes; `count` is its patches.
    "grid_height": "u32",  # patches from its top to its bottom
    "grid_width": "u32",  # patches from its left to its right
    "frame_stride": "u32",  # pixels from the first frame of a pair to the second; 0: a still picture stands for both
    "first_row": "u32",  # row of the kept pictures at which this one begins
}
CONTROL_WORDS = 64  # words of the buffer; those beyond CONTROL are free


def control_index(name: str) -> int:
    """Which word of the control buffer has this name.

    Errors: ValueError for a name that CONTROL has not.
    """
    return tuple(CONTROL).index(name)


# --- the ring of sampled tokens: RING_SLOTS records of RECORD_WORDS u32 words ----------------------------------------
RING_SLOTS = 64
RECORD_WORDS = 64
RECORD_ID, RECORD_LOGPROB, RECORD_STEP, RECORD_TOP_COUNT = 0, 1, 2, 3
RECORD_TOP_IDS, RECORD_TOP_LOGPROBS = 4, 24  # TOP_LOGPROBS_MAX words each, best first
TOP_LOGPROBS_MAX = 20
TOP_K_MAX = 128
SAMPLE_BLOCKS = 2048  # block b of a row holds the logits i with i % SAMPLE_BLOCKS == b, so that reads coalesce
