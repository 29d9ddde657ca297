"""What a device can do, as the page reports it and the planner needs it (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Limits:
    """A WebGPU device's limits and features, in WebGPU's own terms."""

    binding_bytes: int  # maxStorageBufferBindingSize
    buffer_bytes: int  # maxBufferSize
    storage_buffers: int  # maxStorageBuffersPerShaderStage
    workgroup_bytes: int  # maxComputeWorkgroupStorageSize
    invocations: int  # maxComputeInvocationsPerWorkgroup
    workgroups: int  # maxComputeWorkgroupsPerDimension
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
            binding_bytes=int(report["maxStorageBufferBindingSize"]),
            buffer_bytes=int(report["maxBufferSize"]),
            storage_buffers=int(report["maxStorageBuffersPerShaderStage"]),
            workgroup_bytes=int(report["maxComputeWorkgroupStorageSize"]),
            invocations=int(report["maxComputeInvocationsPerWorkgroup"]),
            workgroups=int(report["maxComputeWorkgroupsPerDimension"]),
            software=bool(report.get("software", False)),
            features=frozenset(report.get("features", ())),
        )
