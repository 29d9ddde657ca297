"""What a device can do, as the page reports it and the planner needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WEBGPU_NAMES = {  # a field of Limits -> the name of that limit in WebGPU
    "binding_bytes": "maxStorageBufferBindingSize",
    "buffer_bytes": "maxBufferSize",
    "storage_buffers": "maxStorageBuffersPerShaderStage",
    "workgroup_bytes": "maxComputeWorkgroupStorageSize",
    "invocations": "maxComputeInvocationsPerWorkgroup",
    "workgroups": "maxComputeWorkgroupsPerDimension",
}


@dataclass(frozen=True)
class Limits:
    """A WebGPU device's limits and features (``WEBGPU_NAMES``)."""

    binding_bytes: int
    buffer_bytes: int
    storage_buffers: int
    workgroup_bytes: int
    invocations: int
    workgroups: int
    features: frozenset[str] = frozenset()  # GPUFeatureName strings, such as "shader-f16"
    software: bool = False  # isFallbackAdapter: threads are few there, and a barrier costs more than it gains

    @classmethod
    def baseline(cls) -> Limits:
        """The least that any WebGPU device offers: the defaults of the specification, no feature."""
        return cls(
            binding_bytes=128 << 20,
            buffer_bytes=256 << 20,
            storage_buffers=8,
            workgroup_bytes=16 << 10,
            invocations=256,
            workgroups=65_535,
        )

    @classmethod
    def from_report(cls, report: Mapping[str, Any]) -> Limits:
        """Read a device's ``limits`` (WebGPU's names) with ``software`` and ``features``, a list, beside them."""
        return cls(
            **{field: int(report[name]) for field, name in WEBGPU_NAMES.items()},
            software=bool(report.get("software", False)),
            features=frozenset(report.get("features", ())),
        )

    def in_webgpu_names(self) -> dict[str, int]:
        """The limits as WebGPU names them."""
        return {name: getattr(self, field) for field, name in WEBGPU_NAMES.items()}
