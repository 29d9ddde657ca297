"""The forms of a kernel: constants that change how fast it is on a device, and nothing of what it computes.

A form sets some of its kernel's constants, from those that the shape of a call gives. A kernel's first form is its baseline,
which any WebGPU device runs. ``pyside/plan/choice.py`` says which form a device gets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kernels_wgsl.catalog.matrix import MATVEC_ROWS
from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.formats import GROUP, ROW_TILE

MATVEC_THREADS = 8192  # a matvec with fewer threads lets up to MATVEC_SLICES of them share a row
MATVEC_SLICES = 32
MATVEC_GROUP = 128  # threads of a workgroup as far as MATVEC_SPAN allows: many small ones reach more of a GPU's cores
MATVEC_SPAN = 8, ROW_TILE  # least and most: eight words of 16 bytes side by side fill a cache line
DELTA_THREADS = 16_384  # the same for the delta rule, whose threads share the keys of a value column
DELTA_SLICES = 4
SPLITS = 32  # parts, at most, that a decoded token's attention over the keys is split into


@dataclass(frozen=True)
class Form:
    """One form: its name, the constants that it sets for a shape, and the least that it takes of a device for any shape."""

    name: str
    sets: Callable[[Constants], Constants]
    features: frozenset[str] = frozenset()  # GPUFeatureName strings, such as "subgroups"
    invocations: int = 0  # threads of a workgroup
    workgroup_bytes: int = 0
    storage_buffers: int = 0
    software: bool = (
        False  # meant for an adapter on the CPU: threads are few there, and a barrier costs more than it gains
    )


def constants_of(kernel: str, choice: Mapping[str, str], shape: Constants) -> Constants:
    """What the chosen form (kernel -> name) adds to the constants of a shape; nothing for a kernel that has no forms.

    Errors: ValueError when the choice names no form of the kernel.
    """
    forms, chosen = {form.name: form for form in forms_of(kernel)}, choice.get(FOLLOWS.get(kernel, kernel))
    if not forms:
        return {}
    if chosen not in forms:
        raise ValueError(f"{kernel} has no form {chosen!r}: expected one of {', '.join(forms)}")
    return forms[chosen].sets(shape)


def forms_of(kernel: str) -> tuple[Form, ...]:
    """The forms of a kernel, baseline first."""
    return FORMS.get(FOLLOWS.get(kernel, kernel), ())


def _shared_rows(shape: Constants) -> Constants:
    """As many threads to a row as it takes to keep a GPU busy."""
    slices = _slices(MATVEC_THREADS, _rows(shape) // MATVEC_ROWS, MATVEC_SLICES, int(shape["K"]) // GROUP)
    least, most = MATVEC_SPAN
    return {"SPAN": max(least, min(most, MATVEC_GROUP // slices)), "SLICES": slices}


def _own_rows(shape: Constants) -> Constants:
    """A thread to four rows, which lie within one run of 512 bytes: a CPU's caches miss less."""
    return {"SPAN": MATVEC_SPAN[0], "SLICES": 1}


def _shared_columns(shape: Constants) -> Constants:
    """The same for the delta rule: threads share the keys of a column of values."""
    columns = int(shape["HV"]) * int(shape["DV"])
    return {"SLICES": _slices(DELTA_THREADS, columns, DELTA_SLICES, int(shape["DK"]) // 4)}


def _rows(shape: Constants) -> int:
    """Rows of the matrix: N, or the gate and up rows of F."""
    return 2 * int(shape["F"]) if "F" in shape else int(shape["N"])


def _slices(wanted: int, threads: int, most: int, units: int) -> int:
    """Threads that share one sum: up to ``most``, as many as it takes to have those ``wanted``, each with as many units."""
    slices = 1
    while threads * slices < wanted and slices < most and units % (2 * slices) == 0:
        slices *= 2
    return slices


_MATVEC = (
    Form(
        "shared rows",
        _shared_rows,
        invocations=MATVEC_SPAN[0] * MATVEC_SLICES,
        workgroup_bytes=16 * MATVEC_SPAN[0] * MATVEC_SLICES,
        storage_buffers=5,
    ),
    Form("own rows", _own_rows, invocations=MATVEC_SPAN[0], storage_buffers=5, software=True),
)

FORMS: Mapping[str, tuple[Form, ...]] = {
    "matvec": _MATVEC,
    "matvec_swiglu": _MATVEC,
    "delta_rule": (
        Form(
            "shared columns",
            _shared_columns,
            invocations=ROW_TILE * DELTA_SLICES,
            workgroup_bytes=2 * 16 * ROW_TILE * DELTA_SLICES,
            storage_buffers=5,
        ),
        Form("own columns", lambda shape: {"SLICES": 1}, invocations=ROW_TILE, storage_buffers=5, software=True),
    ),
    "attention_decode": (
        Form(
            "split keys", lambda shape: {"SPLITS": SPLITS}, invocations=64, workgroup_bytes=16 << 10, storage_buffers=5
        ),
    ),
}

# A kernel that reads what another's form has shaped takes that one's form.
FOLLOWS: Mapping[str, str] = {"attention_merge": "attention_decode"}
