"""The desk's GPU through wgpu-py: Mesa's lavapipe without a graphics card, Vulkan or Metal with one."""

from __future__ import annotations

from functools import cache
from typing import Any

import wgpu

from kernels_wgsl.catalog.spec import Slot

# WebGPU's default limits: what every kernel must run within.
BASELINE = {
    "max_compute_invocations_per_workgroup": 256,
    "max_compute_workgroup_size_x": 256,
    "max_compute_workgroup_size_y": 256,
    "max_compute_workgroup_storage_size": 16_384,
    "max_storage_buffers_per_shader_stage": 8,
    "max_storage_buffer_binding_size": 128 << 20,
    "max_buffer_size": 256 << 20,
}


@cache
def open_device() -> Any:
    """A device with the baseline's limits and no optional feature.

    Errors: RuntimeError when the machine has no adapter; a missing GPU is a failure, never a skip.
    """
    try:
        adapter = wgpu.gpu.request_adapter_sync(power_preference="high-performance")
    except RuntimeError as error:
        raise RuntimeError(f"no GPU adapter ({error}): install a driver, e.g. Debian's mesa-vulkan-drivers") from None
    return adapter.request_device_sync(required_features=[], required_limits=BASELINE)


@cache
def compile_kernel(name: str, code: str, slots: tuple[Slot, ...]) -> Any:
    """The compute pipeline of one rendered kernel whose bindings are ``slots``; each is compiled once.

    Errors: RuntimeError with the compiler's message and the numbered source.
    """
    device = open_device()
    kinds = {"read": "read-only-storage", "read_write": "storage"}
    entries = [
        {"binding": index, "visibility": wgpu.ShaderStage.COMPUTE, "buffer": {"type": kinds[slot.access]}}
        for index, slot in enumerate(slots)
    ]
    try:
        layout = device.create_pipeline_layout(bind_group_layouts=[device.create_bind_group_layout(entries=entries)])
        module = device.create_shader_module(label=name, code=code)
        return device.create_compute_pipeline(label=name, layout=layout, compute={"module": module})
    except wgpu.GPUError as error:
        numbered = "\n".join(f"{number:4} {line}" for number, line in enumerate(code.splitlines(), 1))
        raise RuntimeError(f"{name}: {error}\n{numbered}") from None
