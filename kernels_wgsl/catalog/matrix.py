"""Products with packed weight matrices: the embedding's rows, one vector, many vectors."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import CONTROL_SLOT, LANES, Constants, Grid, KernelSpec, reads, tiles, writes
from kernels_wgsl.formats import ROW_TILE

_WEIGHT = reads("w", "[N/32, K/kw, 32] 16-byte words")
# Binding 4 of every kernel, as the formats' templates have it.
_SCALES = reads("scales", "[N/32, ceil(K/64), 32] 2 x f16; q8 and q4 only")

# Rows of W per matvec thread; a workgroup has SPAN such threads side by side for each of SLICES shares of K.
MATVEC_ROWS = 4
MATMUL_COLUMNS = 16  # tokens that one thread of a matmul accumulates
MATMUL_ROWS = 256  # rows of W per matmul workgroup: 64 threads of four rows each


def _rows(c: Constants) -> int:
    """Rows of W: N, or the gate and up rows of F."""
    return 2 * int(c["F"]) if "F" in c else int(c["N"])


def _matvec_grid(c: Constants) -> Grid:
    return (tiles(_rows(c), MATVEC_ROWS * int(c["SPAN"])), 1, 1)


def _matvec_workgroup(c: Constants) -> Grid:
    return (int(c["SPAN"]), int(c["SLICES"]), 1)


def _matvec_bytes(c: Constants) -> int:
    """One vec4f of four rows' sums for each thread, where threads share rows."""
    return 16 * int(c["SPAN"]) * int(c["SLICES"]) if int(c["SLICES"]) > 1 else 0


def _matmul_workgroup(c: Constants) -> Grid:
    return (ROW_TILE, MATMUL_ROWS // (4 * ROW_TILE), 1)


def _matmul_grid(c: Constants) -> Grid:
    """Tokens first, so that workgroups which run side by side read the same weights."""
    return (tiles(c["T"], MATMUL_COLUMNS), tiles(_rows(c), MATMUL_ROWS), 1)


MATRIX_KERNELS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "embed",
        (CONTROL_SLOT, reads("ids", "[T] u32"), _WEIGHT, writes("x", "[T, D] f32"), _SCALES),
        ("FORMAT", "D", "T", "ROW_START", "ROWS"),
        lambda c: (tiles(c["D"], LANES * 4), int(c["T"]), 1),
    ),
    KernelSpec(
        "matvec",
        (CONTROL_SLOT, reads("x", "[K] f32"), _WEIGHT, writes("y", "[N] f32"), _SCALES),
        ("FORMAT", "K", "N", "SPAN", "SLICES", "EPILOGUE"),
        _matvec_grid,
        _matvec_workgroup,
        _matvec_bytes,
    ),
    KernelSpec(
        "matvec_swiglu",
        (CONTROL_SLOT, reads("x", "[K] f32"), _WEIGHT, writes("y", "[F] f32"), _SCALES),
        ("FORMAT", "K", "F", "SPAN", "SLICES"),
        _matvec_grid,
        _matvec_workgroup,
        _matvec_bytes,
    ),
    KernelSpec(
        "matmul",
        (CONTROL_SLOT, reads("x", "[T, K] f32"), _WEIGHT, writes("y", "[T, Y_STRIDE] f32"), _SCALES),
        ("FORMAT", "K", "N", "T", "Y_STRIDE", "EPILOGUE"),
        _matmul_grid,
        _matmul_workgroup,
    ),
    KernelSpec(
        "matmul_bias",
        (
            CONTROL_SLOT,
            reads("x", "[T, K] f32"),
            _WEIGHT,
            writes("y", "[T, Y_STRIDE] f32"),
            _SCALES,
            reads("bias", "[N] f32"),
        ),
        # PATCHES: of a picture, side by side in a row of x; EPILOGUE: store, add, gelu_tanh or gelu_erf
        ("FORMAT", "K", "N", "T", "PATCHES", "Y_STRIDE", "EPILOGUE"),
        _matmul_grid,
        _matmul_workgroup,
    ),
    KernelSpec(
        "matmul_swiglu",
        (CONTROL_SLOT, reads("x", "[T, K] f32"), _WEIGHT, writes("y", "[T, Y_STRIDE] f32"), _SCALES),
        ("FORMAT", "K", "F", "T", "Y_STRIDE"),
        _matmul_grid,
        _matmul_workgroup,
    ),
)
