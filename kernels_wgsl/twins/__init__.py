"""Every kernel's numpy twin by name: what the kernel tests compare with and what runs a plan without a GPU."""

from __future__ import annotations

from collections.abc import Mapping

from kernels_wgsl.twins import matrix as reference_matrix
from kernels_wgsl.twins import sampling as reference_sampling
from kernels_wgsl.twins import sequence as reference_sequence
from kernels_wgsl.twins import vision as reference_vision
from kernels_wgsl.twins.bindings import Twin

TWINS: Mapping[str, Twin] = {
    **reference_matrix.TWINS,
    **reference_sequence.TWINS,
    **reference_sampling.TWINS,
    **reference_vision.TWINS,
}
