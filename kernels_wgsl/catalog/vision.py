"""Pictures: what the vision tower does between its matrices, and how its rows reach the language model."""

from __future__ import annotations

from kernels_wgsl.catalog.sequence import KEY_TILE, QUERY_TILE
from kernels_wgsl.catalog.spec import CONTROL_SLOT, LANES, Constants, Grid, KernelSpec, reads, tiles, writes


def _row_grid(c: Constants) -> Grid:
    """A thread to a quad of a row."""
    return (tiles(c["D"], LANES * 4), int(c["T"]), 1)


def _turn_grid(c: Constants) -> Grid:
    """A thread to a quad of the first half of a query or key."""
    return (tiles(2 * int(c["HEADS"]) * int(c["HD"]) // 8, LANES), int(c["T"]), 1)


VISION_KERNELS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "vision_patches",
        (
            CONTROL_SLOT,
            reads("pixels", "[1 or 2, H, W] u32: RGBA, red in the low byte"),
            writes("y", "[T, 3, 2, PATCH, PATCH] f32"),
        ),
        ("PATCH", "MERGE", "T"),
        lambda c: (tiles(int(c["PATCH"]) ** 2 // 2, LANES), int(c["T"]), 1),
    ),
    KernelSpec(
        "vision_place",
        (CONTROL_SLOT, reads("table", "[SIDE, SIDE, D] f32"), writes("x", "[T, D] f32")),
        ("SIDE", "D", "MERGE", "T"),
        _row_grid,
    ),
    KernelSpec(
        "layer_norm",
        (
            CONTROL_SLOT,
            reads("x", "[T, D] f32"),
            reads("wb", "[2, D] f32: weight, bias"),
            writes("y", "[T, D] f32"),
        ),
        ("D", "T", "EPS"),
        lambda c: (int(c["T"]), 1, 1),
        workgroup_bytes=lambda c: 4 * LANES,  # partial sums
    ),
    KernelSpec(
        "vision_turn",
        (CONTROL_SLOT, writes("qkv", "[T, 3*HEADS*HD] f32")),
        ("HEADS", "HD", "MERGE", "T"),
        _turn_grid,
    ),
    KernelSpec(
        "vision_attention",
        (CONTROL_SLOT, reads("qkv", "[T, 3*HEADS*HD] f32"), writes("y", "[T, HEADS*HD] f32")),
        ("HEADS", "HD", "T"),
        lambda c: (int(c["HEADS"]), tiles(c["T"], QUERY_TILE), 1),
        workgroup_bytes=lambda c: 16 * LANES + 4 * KEY_TILE * QUERY_TILE,  # maxima or sums of lanes, weights of a tile
    ),
    KernelSpec(
        "keep_rows",
        (CONTROL_SLOT, reads("merged", "[T/MERGE^2, D] f32"), writes("rows", "[A, D] f32")),
        ("D", "T", "MERGE"),
        lambda c: (tiles(c["D"], LANES * 4), int(c["T"]) // int(c["MERGE"]) ** 2, 1),
    ),
    KernelSpec(
        "place_rows",
        (CONTROL_SLOT, reads("ids", "[T] u32"), reads("rows", "[A, D] f32"), writes("x", "[T, D] f32")),
        ("D", "T"),
        _row_grid,
    ),
)
