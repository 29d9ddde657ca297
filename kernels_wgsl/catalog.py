"""Every kernel as data: its bindings in order, its constants, its grid.

The planner checks each dispatch against this list, the renderer checks each template against it, and the numpy twins take
the same names, so a kernel cannot be called in a way that one of the three does not know.

Words of the shared buffers (``CONTROL``, ``RECORD``) are defined here as well: the templates and the engine read one list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal

Access = Literal["read", "read_write"]
Value = int | float | str
Constants = Mapping[str, Value]
Grid = tuple[int, int, int]

# --- the control buffer: u32 words, f32 values as bits ---------------------------------------------------------------
# Written by the engine before a request or a chunk, advanced by the kernels, so that recorded passes never change.
CONTROL: tuple[str, ...] = (
    "position",  # tokens already in the caches; `advance` adds `count` at the end of a pass
    "count",  # rows of this pass that are real: kernels neither read nor write rows at or beyond it
    "done",  # non-zero: the response has ended; kernels return at once and write nothing
    "step",  # tokens sampled in this response; ring slot = step % RING_SLOTS
    "remaining",  # tokens that may still be sampled; the draw that takes the last one sets `done`
    "temperature",  # f32; 0, and what is too near to it to divide by, is greedy
    "top_k",  # 1..TOP_K_MAX; 0 keeps every token, or the TOP_K_MAX likeliest where top_p or min_p cuts further
    "top_p",  # f32, 1 keeps every token
    "min_p",  # f32, 0 keeps every token
    "presence",  # f32, subtracted once from every token already generated in this response
    "frequency",  # f32, subtracted per occurrence
    "repetition",  # f32, divides positive and multiplies negative logits of prompt and generated tokens; 1 is off
    "seed",  # u32; the draw hashes (seed, step)
    "top_logprobs",  # alternatives recorded per token, 0..TOP_LOGPROBS_MAX
    "stop_count",  # valid words of stop_0..stop_7
    "stop_0", "stop_1", "stop_2", "stop_3", "stop_4", "stop_5", "stop_6", "stop_7",
    "rope_offset",  # i32: rotary position = position + row + rope_offset (0 for text)
)  # fmt: skip
CONTROL_WORDS = 64

# --- the ring of sampled tokens: RING_SLOTS records of RECORD_WORDS u32 words ----------------------------------------
RING_SLOTS = 64
RECORD_WORDS = 64
RECORD_ID, RECORD_LOGPROB, RECORD_STEP, RECORD_TOP_COUNT = 0, 1, 2, 3
RECORD_TOP_IDS, RECORD_TOP_LOGPROBS = 4, 24  # TOP_LOGPROBS_MAX words each, best first
TOP_LOGPROBS_MAX = 20
TOP_K_MAX = 128
SAMPLE_BLOCKS = 2048  # block b of a row holds the logits i with i % SAMPLE_BLOCKS == b, so that reads coalesce

# --- packed weights (kernels_wgsl/pack.py) ---------------------------------------------------------------------------
ROW_TILE = 32  # rows whose 16-byte words lie side by side
FORMATS: Mapping[str, int] = {"f32": 4, "f16": 8, "q8": 16, "q4": 32}  # weights of one row per 16-byte word
GROUP = 32  # weights that share one f16 scale in q8 and q4


@dataclass(frozen=True)
class Slot:
    """One binding of a kernel: its name in the template, how it is accessed, what lies in it."""

    name: str
    access: Access
    shape: str  # for readers and error messages


@dataclass(frozen=True)
class KernelSpec:
    """One template: bindings in ``@binding`` order, the constants it needs, and the grid they imply."""

    name: str
    slots: tuple[Slot, ...]
    constants: tuple[str, ...]
    grid: Callable[[Constants], Grid]
    needs: tuple[str, ...] = field(default=())  # WebGPU features beyond the baseline


def _tiles(amount: Value, size: Value) -> int:
    return -(-int(amount) // int(size))


def scaled(format: str) -> bool:
    """Whether weights of this format carry a separate array of scales."""
    return format in ("q8", "q4")


def _r(name: str, shape: str) -> Slot:
    return Slot(name, "read", shape)


def _rw(name: str, shape: str) -> Slot:
    return Slot(name, "read_write", shape)


_CONTROL = _r("control", "[CONTROL_WORDS] u32")
_WEIGHT = _r("w", "[N/32, K/kw, 32] 16-byte words")
_SCALES = _r("scales", "[N/32, ceil(K/64), 32] 2 x f16; q8 and q4 only")  # last, so that other bindings never move

# Workgroup sizes that the grids and the templates share.
LANES = 64  # threads of a row-per-thread or channel-per-thread workgroup
DRAW_LANES = 128

# What the attention kernels can hold.
HEAD_DIM_MAX = 4 * LANES  # a lane owns four dimensions of a head's output
SHARED_KEY_MAX = 32  # query heads of one key head: their scores and weights of a tile of keys fill 16 KiB

# Rows of W per matvec thread; a workgroup has SPAN such threads side by side for each of SLICES shares of K.
MATVEC_ROWS = 4
MATMUL_COLUMNS = 16  # tokens that one thread of a matmul accumulates
MATMUL_ROWS = 256  # rows of W per matmul workgroup: 64 threads of four rows each


def _rows(c: Constants) -> int:
    """Rows of W: N, or the gate and up rows of F."""
    return 2 * int(c["F"]) if "F" in c else int(c["N"])


def _matvec_grid(c: Constants) -> Grid:
    return (_tiles(_rows(c), MATVEC_ROWS * int(c["SPAN"])), 1, 1)


def _matmul_grid(c: Constants) -> Grid:
    """Tokens first, so that workgroups which run side by side read the same weights."""
    return (_tiles(c["T"], MATMUL_COLUMNS), _tiles(_rows(c), MATMUL_ROWS), 1)


QUERY_TILE = 16  # query rows of one attention_prefill workgroup

MATRIX_KERNELS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "embed",
        (_CONTROL, _r("ids", "[T] u32"), _WEIGHT, _rw("x", "[T, D] f32"), _SCALES),
        ("FORMAT", "D", "T", "ROW_START", "ROWS"),
        lambda c: (_tiles(c["D"], LANES * 4), int(c["T"]), 1),
    ),
    KernelSpec(
        "matvec",
        (_CONTROL, _r("x", "[K] f32"), _WEIGHT, _rw("y", "[N] f32"), _SCALES),
        ("FORMAT", "K", "N", "SPAN", "SLICES", "EPILOGUE"),
        _matvec_grid,
    ),
    KernelSpec(
        "matvec_swiglu",
        (_CONTROL, _r("x", "[K] f32"), _WEIGHT, _rw("y", "[F] f32"), _SCALES),
        ("FORMAT", "K", "F", "SPAN", "SLICES"),
        _matvec_grid,
    ),
    KernelSpec(
        "matmul",
        (_CONTROL, _r("x", "[T, K] f32"), _WEIGHT, _rw("y", "[T, Y_STRIDE] f32"), _SCALES),
        ("FORMAT", "K", "N", "T", "Y_STRIDE", "EPILOGUE"),
        _matmul_grid,
    ),
    KernelSpec(
        "matmul_swiglu",
        (_CONTROL, _r("x", "[T, K] f32"), _WEIGHT, _rw("y", "[T, F] f32"), _SCALES),
        ("FORMAT", "K", "F", "T"),
        _matmul_grid,
    ),
)

SEQUENCE_KERNELS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "rmsnorm",
        (_CONTROL, _r("x", "[T, D] f32"), _r("w", "[D] f32"), _rw("y", "[T, D] f32")),
        ("D", "T", "EPS", "LAST"),  # LAST 1: row count - 1 of x becomes row 0 of y
        lambda c: (1 if c["LAST"] else int(c["T"]), 1, 1),
    ),
    KernelSpec(
        "conv_silu",
        (
            _CONTROL,
            _r("u", "[T, U_STRIDE] f32"),
            _r("w", "[C, 4] f32"),
            _rw("history", "[3, C] f32"),
            _rw("y", "[T, C] f32"),
        ),
        ("C", "U_STRIDE", "T"),
        lambda c: (_tiles(c["C"], LANES), 1, 1),
    ),
    KernelSpec(
        "delta_prepare",
        (
            _CONTROL,
            _rw("qkv", "[T, C] f32"),
            _r("ba", "[T, 2*Hv] f32"),
            _r("gates", "[2, Hv] f32"),
            _rw("decay_beta", "[T, Hv, 2] f32"),
        ),
        ("HK", "HV", "DK", "DV", "T"),
        lambda c: (int(c["HK"]), int(c["T"]), 1),
    ),
    KernelSpec(
        "delta_rule",
        (
            _CONTROL,
            _r("qkv", "[T, C] f32"),
            _r("decay_beta", "[T, Hv, 2] f32"),
            _rw("state", "[Hv, Dk, Dv] f32"),
            _rw("y", "[T, Hv*Dv] f32"),
        ),
        ("HK", "HV", "DK", "DV", "T", "SLICES"),
        lambda c: (_tiles(c["DV"], ROW_TILE), int(c["HV"]), 1),
    ),
    KernelSpec(
        "gated_norm",
        (
            _CONTROL,
            _r("o", "[T, Hv, Dv] f32"),
            _r("u", "[T, U_STRIDE] f32"),
            _r("w", "[Dv] f32"),
            _rw("y", "[T, Hv*Dv] f32"),
        ),
        ("HV", "DV", "T", "U_STRIDE", "Z_OFFSET", "EPS"),
        lambda c: (int(c["HV"]), int(c["T"]), 1),
    ),
    KernelSpec(
        "attention_prepare",
        (
            _CONTROL,
            _r("qkv", "[T, Hq*2*Dh + 2*Hkv*Dh] f32"),
            _r("q_norm", "[Dh] f32"),
            _r("k_norm", "[Dh] f32"),
            _rw("q", "[T, Hq*Dh] f32"),
            _rw("k_cache", "[P, Hkv, Dh] KV"),
            _rw("v_cache", "[P, Hkv, Dh] KV"),
        ),
        ("HQ", "HKV", "DH", "ROTARY", "ROPE_THETA", "T", "EPS", "KV"),
        lambda c: (int(c["HQ"]) + int(c["HKV"]), int(c["T"]), 1),
    ),
    KernelSpec(
        "attention_decode",
        (
            _CONTROL,
            _r("q", "[Hq*Dh] f32"),
            _r("k_cache", "[P, Hkv, Dh] KV"),
            _r("v_cache", "[P, Hkv, Dh] KV"),
            _rw("partials", "[Hq, SPLITS, Dh+2] f32"),
        ),
        ("HQ", "HKV", "DH", "SPLITS", "KV"),
        lambda c: (int(c["HKV"]), int(c["SPLITS"]), 1),
    ),
    KernelSpec(
        "attention_merge",
        (
            _CONTROL,
            _r("partials", "[Hq, SPLITS, Dh+2] f32"),
            _r("qkv", "[Hq*2*Dh + 2*Hkv*Dh] f32"),
            _rw("y", "[Hq*Dh] f32"),
        ),
        ("HQ", "DH", "SPLITS"),
        lambda c: (_tiles(int(c["HQ"]) * int(c["DH"]), LANES), 1, 1),
    ),
    KernelSpec(
        "attention_prefill",
        (
            _CONTROL,
            _r("q", "[T, Hq*Dh] f32"),
            _r("k_cache", "[P, Hkv, Dh] KV"),
            _r("v_cache", "[P, Hkv, Dh] KV"),
            _r("qkv", "[T, Hq*2*Dh + 2*Hkv*Dh] f32"),
            _rw("y", "[T, Hq*Dh] f32"),
        ),
        ("HQ", "HKV", "DH", "T", "KV"),
        lambda c: (int(c["HQ"]), _tiles(c["T"], QUERY_TILE), 1),
    ),
    KernelSpec("advance", (_rw("control", "[CONTROL_WORDS] u32"),), (), lambda c: (1, 1, 1)),
)

_LOGITS = _r("logits", "[T, V] f32")
# Per block: its best adjusted logit; the best after Gumbel noise is added; where the two lie (index = block + B * place, low
# and high 16 bits); the log-sum-exp of its allowed raw logits.
_BLOCKS = ("blocks", "[T, B, 4] u32: bits of best, bits of noisy best, two 16-bit places, bits of log-sum-exp")
_ALLOWED = _r("allowed", "[ceil(V/32)] u32: bit i % 32 of word i / 32 lets token i be sampled")

SAMPLING_KERNELS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "sample_scan",
        (
            _CONTROL,
            _LOGITS,
            _r("seen", "[V] u32"),
            _ALLOWED,
            _rw(*_BLOCKS),
        ),
        ("V", "T"),
        lambda c: (SAMPLE_BLOCKS // LANES, int(c["T"]), 1),
    ),
    KernelSpec(
        "sample_rank",
        (_CONTROL, _r(*_BLOCKS), _rw("winners", "[T, TOP_K_MAX] u32")),
        ("T",),
        lambda c: (SAMPLE_BLOCKS // LANES, int(c["T"]), 1),
    ),
    KernelSpec(
        "sample_draw",
        (
            _rw("control", "[CONTROL_WORDS] u32"),
            _LOGITS,
            _rw("seen", "[V] u32"),
            _ALLOWED,
            _r(*_BLOCKS),
            _rw("work", "[TOP_K_MAX] u32 winners, then [TOP_K_MAX * ceil(V/B), 2] candidates"),
            _rw("ring", "[RING_SLOTS, RECORD_WORDS] u32"),
            _rw("ids", "[T] u32"),
        ),
        ("V",),
        lambda c: (1, 1, 1),
    ),
    KernelSpec(
        "score_list",
        (
            _CONTROL,
            _LOGITS,
            _ALLOWED,
            _r(*_BLOCKS),
            _r("winners", "[T, TOP_K_MAX] u32"),
            _r("targets", "[T] u32"),
            _rw("candidates", "[T, TOP_K_MAX * ceil(V/B), 2] u32"),
            _rw("ring", "[RING_SLOTS, RECORD_WORDS] u32"),
        ),
        ("V", "T"),
        lambda c: (1, int(c["T"]), 1),
    ),
    KernelSpec(
        "mark_prompt",
        (_CONTROL, _r("ids", "[T] u32"), _rw("seen", "[V] u32")),
        ("V", "T"),
        lambda c: (_tiles(c["T"], LANES), 1, 1),
    ),
)

CATALOG: Mapping[str, KernelSpec] = {
    spec.name: spec for spec in (*MATRIX_KERNELS, *SEQUENCE_KERNELS, *SAMPLING_KERNELS)
}


def slots_for(spec: KernelSpec, constants: Constants) -> tuple[Slot, ...]:
    """The bindings of one rendering: a kernel of an unscaled format has no ``scales``."""
    if "FORMAT" in spec.constants and not scaled(str(constants["FORMAT"])):
        return tuple(slot for slot in spec.slots if slot.name != "scales")
    return spec.slots


def file_name(kernel: str, constants: Constants) -> str:
    """The rendered file's name: the kernel and ten hex digits that identify its constants."""

    canonical = ",".join(f"{key}={constants[key]}" for key in sorted(constants))
    return f"{kernel}-{sha256(canonical.encode()).hexdigest()[:10]}.wgsl"
