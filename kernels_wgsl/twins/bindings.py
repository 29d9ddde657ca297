"""What a kernel's numpy twin is, and how it looks at its bindings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.catalog.words import control_index

Words = NDArray[np.uint32]
Floats = NDArray[np.float32]
Bindings = Mapping[str, Words]  # slot name -> 1-D view of the bound range
Twin = Callable[[Bindings, Constants], None]  # writes its read_write bindings in place


def f32(words: Words, *shape: int) -> Floats:
    """The first elements of a binding as an f32 array of ``shape``, sharing its memory."""
    size = int(np.prod(shape))
    if words.size < size:
        raise ValueError(f"a binding of {words.size} words cannot hold f32 {list(shape)}: {size} words are needed")
    return words[:size].view(np.float32).reshape(shape)


def control_word(control: Words, name: str) -> int:
    """One u32 word of the control buffer."""
    return int(control[control_index(name)])


def live_rows(control: Words, constants: Constants) -> int:
    """Rows this call works on: ``count`` of the T there are, 0 when the response has ended."""
    if control_word(control, "done"):
        return 0
    return min(control_word(control, "count"), int(constants["T"]))
