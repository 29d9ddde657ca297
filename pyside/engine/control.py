"""What the kernels are told before a pass: the control words, by name, and the rows to take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from struct import Struct, pack

from kernels_wgsl.catalog.words import CONTROL, CONTROL_WORDS, control_index
from pyside.plan.gpu import Gpu

_LETTERS = {"u32": "I", "i32": "i", "f32": "f"}  # how struct calls the types of words
_CONTROL = Struct("<" + "".join(_LETTERS[type] for type in CONTROL.values()))


def packed(words: Mapping[str, int | float]) -> bytes:
    """The whole control buffer, with 0 for every word that is not named.

    Errors: ValueError for a name that CONTROL has not.
    """
    if strange := sorted(words.keys() - CONTROL.keys()):
        raise ValueError(f"control has no word {', '.join(strange)}, expected some of {', '.join(CONTROL)}")
    return _CONTROL.pack(*(words.get(name, 0) for name in CONTROL)).ljust(4 * CONTROL_WORDS, b"\0")


def write_words(gpu: Gpu, **words: int | float) -> None:
    """Change some words of the control buffer, and leave the others."""
    for name, value in words.items():
        gpu.write("control", pack(f"<{_LETTERS[CONTROL[name]]}", value), 4 * control_index(name))


def write_rows(gpu: Gpu, ids: Sequence[int]) -> None:
    """Make ``ids`` the rows of the next pass."""
    gpu.write("ids", pack(f"<{len(ids)}I", *ids))
    write_words(gpu, count=len(ids))
