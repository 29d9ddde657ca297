"""How kernels are shaped for a device: constants that change how fast a plan is and nothing of what it computes."""

from __future__ import annotations

from kernels_wgsl.catalog.matrix import MATVEC_ROWS
from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.formats import GROUP, ROW_TILE
from pyside.plan.limits import Limits

MATVEC_THREADS = 8192  # a matvec with fewer threads lets up to MATVEC_SLICES of them share a row
MATVEC_SLICES = 32
MATVEC_GROUP = 128  # threads of a workgroup as far as MATVEC_SPAN allows: many small ones reach more of a GPU's cores
MATVEC_SPAN = 8, ROW_TILE  # least and most: eight words of 16 bytes side by side fill a cache line
DELTA_THREADS = 16_384  # the same for the delta rule, whose threads share the keys of a value column
DELTA_SLICES = 4
SPLITS = 32  # parts that a decoded token's attention over the keys is split into


def tuned(kernel: str, known: Constants, limits: Limits) -> Constants:
    """What tuning adds to the constants that are ``known`` of a kernel."""
    if kernel in ("matvec", "matvec_swiglu"):
        rows = 2 * int(known["F"]) if kernel == "matvec_swiglu" else int(known["N"])
        return matvec_constants(rows, int(known["K"]), limits)
    if kernel == "delta_rule":
        return delta_constants(int(known["HV"]) * int(known["DV"]), int(known["DK"]), limits)
    return {"SPLITS": SPLITS} if kernel in ("attention_decode", "attention_merge") else {}


def matvec_constants(rows: int, columns: int, limits: Limits) -> Constants:
    """SPAN and SLICES of a matvec with a matrix [rows, columns]."""
    slices = _slices(MATVEC_THREADS, rows // MATVEC_ROWS, MATVEC_SLICES, columns // GROUP, limits)
    least, most = MATVEC_SPAN
    # On a CPU a thread's four rows lie within one run of 512 bytes: its caches miss less.
    span = least if limits.software else max(least, min(most, MATVEC_GROUP // slices))
    return {"SPAN": span, "SLICES": slices}


def delta_constants(value_columns: int, key_dim: int, limits: Limits) -> Constants:
    """SLICES of the delta rule for so many columns of values, of all heads together, and keys of ``key_dim``."""
    return {"SLICES": _slices(DELTA_THREADS, value_columns, DELTA_SLICES, key_dim // 4, limits)}


def _slices(wanted: int, threads: int, most: int, units: int, limits: Limits) -> int:
    """Threads that share one sum: up to ``most``, as many as it takes to keep a GPU busy, each with as many units."""
    slices = 1
    while not limits.software and threads * slices < wanted and slices < most and units % (2 * slices) == 0:
        slices *= 2
    return slices
