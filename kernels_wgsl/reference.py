"""Every kernel's numpy twin by name: what the kernel tests compare with and what runs a plan without a GPU."""

from __future__ import annotations

from collections.abc import Mapping

from kernels_wgsl import reference_matrix, reference_sampling, reference_sequence
from kernels_wgsl.twin import Twin

TWINS: Mapping[str, Twin] = {**reference_matrix.TWINS, **reference_sequence.TWINS, **reference_sampling.TWINS}
