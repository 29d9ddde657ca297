"""Every kernel as data: its bindings in order, its constants, its grid.

The planner checks each dispatch against this list, the renderer checks each template against it, and the numpy twins take
the same names, so a kernel cannot be called in a way that one of the three does not know.
"""

from __future__ import annotations

from collections.abc import Mapping

from kernels_wgsl.catalog.matrix import MATRIX_KERNELS
from kernels_wgsl.catalog.sampling import SAMPLING_KERNELS
from kernels_wgsl.catalog.sequence import SEQUENCE_KERNELS
from kernels_wgsl.catalog.spec import Constants, KernelSpec, Slot
from kernels_wgsl.catalog.vision import VISION_KERNELS
from kernels_wgsl.formats import scaled

CATALOG: Mapping[str, KernelSpec] = {
    spec.name: spec for spec in (*MATRIX_KERNELS, *SEQUENCE_KERNELS, *SAMPLING_KERNELS, *VISION_KERNELS)
}


def slots_for(spec: KernelSpec, constants: Constants) -> tuple[Slot, ...]:
    """The bindings of one rendering: unscaled formats have no ``scales``, positions of plain text no buffer."""
    absent = {"positions"} if constants.get("POSITIONS") == "text" else set()
    if "FORMAT" in spec.constants and not scaled(str(constants["FORMAT"])):
        absent.add("scales")
    return tuple(slot for slot in spec.slots if slot.name not in absent)
