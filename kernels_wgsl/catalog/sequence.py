"""What happens between the matrices: norms, the convolution, the delta rule, attention, the position."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import CONTROL_SLOT, LANES, Constants, Grid, KernelSpec, reads, tiles, writes
from kernels_wgsl.formats import ROW_TILE

QUERY_TILE = 16  # query rows of one attention_prefill workgroup
KEY_TILE = 64  # keys that it takes at a time
HEAD_LANES = 32  # threads of a workgroup that has one head of one row

# What the attention kernels can hold.
HEAD_DIM_MAX = 4 * LANES  # a lane owns four dimensions of a head's output
SHARED_KEY_MAX = 32  # query heads of one key head: their scores and weights of a tile of keys fill 16 KiB


def _head_workgroup(c: Constants) -> Grid:
    return (HEAD_LANES, 1, 1)


def _delta_workgroup(c: Constants) -> Grid:
    return (ROW_TILE, int(c["SLICES"]), 1)


def _delta_bytes(c: Constants) -> int:
    """Two halves in turn, each a vec3f for every thread, where threads share a column."""
    return 2 * 16 * ROW_TILE * int(c["SLICES"]) if int(c["SLICES"]) > 1 else 0


def _decode_bytes(c: Constants) -> int:
    """Scores and weights of a tile of keys for each query head of one key head."""
    return 2 * 4 * LANES * (int(c["HQ"]) // int(c["HKV"]))


def _prefill_bytes(c: Constants) -> int:
    """Scores and weights of a tile of keys for each query, what fades of a query's output, partial sums."""
    return 2 * 4 * KEY_TILE * QUERY_TILE + 4 * QUERY_TILE + 4 * LANES


SEQUENCE_KERNELS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "rmsnorm",
        (CONTROL_SLOT, reads("x", "[T, D] f32"), reads("w", "[D] f32"), writes("y", "[T, D] f32")),
        ("D", "T", "EPS", "LAST"),  # LAST 1: row count - 1 of x becomes row 0 of y
        lambda c: (1 if c["LAST"] else int(c["T"]), 1, 1),
        workgroup_bytes=lambda c: 4 * LANES,  # partial sums
    ),
    KernelSpec(
        "conv_silu",
        (
            CONTROL_SLOT,
            reads("u", "[T, U_STRIDE] f32"),
            reads("w", "[C, 4] f32"),
            writes("history", "[3, C] f32"),
            writes("y", "[T, C] f32"),
        ),
        ("C", "U_STRIDE", "T"),
        lambda c: (tiles(c["C"], LANES), 1, 1),
    ),
    KernelSpec(
        "delta_prepare",
        (
            CONTROL_SLOT,
            writes("qkv", "[T, C] f32"),
            reads("ba", "[T, 2*Hv] f32"),
            reads("gates", "[2, Hv] f32"),
            writes("decay_beta", "[T, Hv, 2] f32"),
        ),
        ("HK", "HV", "DK", "DV", "T"),
        lambda c: (int(c["HK"]), int(c["T"]), 1),
        _head_workgroup,
        lambda c: 8 * HEAD_LANES,  # partial sums of q and k
    ),
    KernelSpec(
        "delta_rule",
        (
            CONTROL_SLOT,
            reads("qkv", "[T, C] f32"),
            reads("decay_beta", "[T, Hv, 2] f32"),
            writes("state", "[Hv, Dk, Dv] f32"),
            writes("y", "[T, Hv*Dv] f32"),
        ),
        ("HK", "HV", "DK", "DV", "T", "SLICES"),
        lambda c: (tiles(c["DV"], ROW_TILE), int(c["HV"]), 1),
        _delta_workgroup,
        _delta_bytes,
    ),
    KernelSpec(
        "gated_norm",
        (
            CONTROL_SLOT,
            reads("o", "[T, Hv, Dv] f32"),
            reads("u", "[T, U_STRIDE] f32"),
            reads("w", "[Dv] f32"),
            writes("y", "[T, Hv*Dv] f32"),
        ),
        ("HV", "DV", "T", "U_STRIDE", "Z_OFFSET", "EPS"),
        lambda c: (int(c["HV"]), int(c["T"]), 1),
        _head_workgroup,
        lambda c: 4 * HEAD_LANES,  # partial sums
    ),
    KernelSpec(
        "attention_prepare",
        (
            CONTROL_SLOT,
            reads("qkv", "[T, Hq*2*Dh + 2*Hkv*Dh] f32"),
            reads("q_norm", "[Dh] f32"),
            reads("k_norm", "[Dh] f32"),
            writes("q", "[T, Hq*Dh] f32"),
            writes("k_cache", "[P, Hkv, Dh] KV"),
            writes("v_cache", "[P, Hkv, Dh] KV"),
            reads("positions", "[3, T] i32: time, height, width; POSITIONS grid only"),
        ),
        # POSITIONS text: position + row + rope_offset, whatever the sections; SECTION_1, SECTION_2: frequencies of height and width
        ("HQ", "HKV", "DH", "ROTARY", "ROPE_THETA", "POSITIONS", "SECTION_1", "SECTION_2", "T", "EPS", "KV"),
        lambda c: (int(c["HQ"]) + int(c["HKV"]), int(c["T"]), 1),
        _head_workgroup,
        lambda c: 4 * HEAD_LANES,  # partial sums
    ),
    KernelSpec(
        "attention_decode",
        (
            CONTROL_SLOT,
            reads("q", "[Hq*Dh] f32"),
            reads("k_cache", "[P, Hkv, Dh] KV"),
            reads("v_cache", "[P, Hkv, Dh] KV"),
            writes("partials", "[Hq, SPLITS, Dh+2] f32"),
        ),
        ("HQ", "HKV", "DH", "SPLITS", "KV"),
        lambda c: (int(c["HKV"]), int(c["SPLITS"]), 1),
        workgroup_bytes=_decode_bytes,
    ),
    KernelSpec(
        "attention_merge",
        (
            CONTROL_SLOT,
            reads("partials", "[Hq, SPLITS, Dh+2] f32"),
            reads("qkv", "[Hq*2*Dh + 2*Hkv*Dh] f32"),
            writes("y", "[Hq*Dh] f32"),
        ),
        ("HQ", "DH", "SPLITS"),
        lambda c: (tiles(int(c["HQ"]) * int(c["DH"]), LANES), 1, 1),
    ),
    KernelSpec(
        "attention_prefill",
        (
            CONTROL_SLOT,
            reads("q", "[T, Hq*Dh] f32"),
            reads("k_cache", "[P, Hkv, Dh] KV"),
            reads("v_cache", "[P, Hkv, Dh] KV"),
            reads("qkv", "[T, Hq*2*Dh + 2*Hkv*Dh] f32"),
            writes("y", "[T, Hq*Dh] f32"),
        ),
        ("HQ", "HKV", "DH", "T", "KV"),
        lambda c: (int(c["HQ"]), tiles(c["T"], QUERY_TILE), 1),
        workgroup_bytes=_prefill_bytes,
    ),
    KernelSpec("advance", (writes("control", "[CONTROL_WORDS] u32"),), (), lambda c: (1, 1, 1), lambda c: (1, 1, 1)),
)
