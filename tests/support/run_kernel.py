"""Runs one kernel on the desk's GPU and on its twin, with the same bindings, and compares what they wrote.

Around every GPU binding lie traps: bytes of NaN follow inputs and outputs, so that a read beyond the end poisons the
result and a write beyond the end is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import wgpu
from numpy.typing import NDArray

from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.catalog.spec import Constants, Value
from kernels_wgsl.catalog.words import CONTROL_WORDS, control_index
from kernels_wgsl.render import render
from tests.support.closeness import assert_close
from tests.support.executors.device import compile_kernel, open_device

Array = NDArray[Any]
GUARD = 64  # words of trap after each binding
TRAP = np.uint32(0xFFFFFFFF)  # NaN as f32, out of range as an index


def poisoned(*shape: int) -> NDArray[np.float32]:
    """An output before the kernel has run: NaN everywhere."""
    return np.full(shape, np.nan, np.float32)


def control(**words: float) -> NDArray[np.uint32]:
    """A control buffer; f32 words are given as Python floats, the others as integers. ``count`` is 1 if not given."""
    values = np.zeros(CONTROL_WORDS, np.uint32)
    for name, value in ({"count": 1} | words).items():
        as_bits = np.float32(value).view(np.uint32) if isinstance(value, float) else np.uint32(value & 0xFFFFFFFF)
        values[control_index(name)] = as_bits
    return values


def run_kernel(kernel: str, constants: Constants, bindings: Mapping[str, Array], times: int = 1) -> dict[str, Array]:
    """Dispatch one kernel over its catalog grid; the ``read_write`` bindings as they are afterwards.

    Arrays are of 4-byte elements and are left as they are. ``times`` dispatches follow one another.
    Errors: AssertionError when bindings are not the catalog's or bytes beyond an output were written.
    """
    device = open_device()
    slots = slots_for(CATALOG[kernel], constants)
    assert list(bindings) == [slot.name for slot in slots], f"{kernel}: bindings {list(bindings)}, expected {slots}"
    pipeline = _pipeline(kernel, tuple(sorted(constants.items())))
    usage = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC
    buffers = {
        name: device.create_buffer_with_data(data=np.concatenate([_words(a), np.full(GUARD, TRAP)]), usage=usage)
        for name, a in bindings.items()
    }
    group = device.create_bind_group(
        layout=pipeline.get_bind_group_layout(0),
        entries=[{"binding": i, "resource": {"buffer": buffers[slot.name]}} for i, slot in enumerate(slots)],
    )
    encoder = device.create_command_encoder()
    work = encoder.begin_compute_pass()
    work.set_pipeline(pipeline)
    work.set_bind_group(0, group)
    for _ in range(times):
        work.dispatch_workgroups(*CATALOG[kernel].grid(constants))
    work.end()
    device.queue.submit([encoder.finish()])
    results: dict[str, Array] = {}
    for slot in slots:
        if slot.access == "read_write":
            words = np.frombuffer(device.queue.read_buffer(buffers[slot.name]), np.uint32)
            assert (words[-GUARD:] == TRAP).all(), f"{kernel}: wrote beyond the end of {slot.name}"
            like = bindings[slot.name]
            results[slot.name] = words[:-GUARD].view(like.dtype).reshape(like.shape)
    for buffer in buffers.values():
        buffer.destroy()
    return results


def run_twin(kernel: str, constants: Constants, bindings: Mapping[str, Array], times: int = 1) -> dict[str, Array]:
    """The same call on the numpy twin."""
    from kernels_wgsl.twins import TWINS

    views = {name: _words(array).copy() for name, array in bindings.items()}
    for _ in range(times):
        TWINS[kernel](views, constants)
    return {
        slot.name: views[slot.name].view(bindings[slot.name].dtype).reshape(bindings[slot.name].shape)
        for slot in slots_for(CATALOG[kernel], constants)
        if slot.access == "read_write"
    }


def check(
    kernel: str, constants: Constants, bindings: Mapping[str, Array], bound: float = 1e-5, times: int = 1
) -> dict[str, Array]:
    """Run GPU and twin and compare every output: f32 within ``bound``, anything else exactly. The GPU's outputs."""
    got, want = run_kernel(kernel, constants, bindings, times), run_twin(kernel, constants, bindings, times)
    for name, wanted in want.items():
        if wanted.dtype == np.float32:
            assert_close(f"{kernel}.{name}", got[name], wanted, bound)
        else:
            np.testing.assert_array_equal(got[name], wanted, f"{kernel}.{name}")
    return got


def _words(array: Array) -> NDArray[np.uint32]:
    assert array.dtype.itemsize == 4, f"{array.dtype} array: bindings are arrays of 4-byte elements"
    return np.ascontiguousarray(array).reshape(-1).view(np.uint32)


@cache
def _pipeline(kernel: str, constants: tuple[tuple[str, Value], ...]) -> Any:
    named = dict(constants)
    return compile_kernel(kernel, render(kernel, named), tuple(slots_for(CATALOG[kernel], named)))
