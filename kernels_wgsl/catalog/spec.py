"""What one kernel is to the planner: its bindings in order, its constants, the grid that they imply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Access = Literal["read", "read_write"]
Value = int | float | str
Constants = Mapping[str, Value]
Grid = tuple[int, int, int]


@dataclass(frozen=True)
class Slot:
    """One binding of a kernel: its name in the template, how it is accessed, what lies in it."""

    name: str
    access: Access
    shape: str  # for readers and error messages


# Threads of a row-per-thread or channel-per-thread workgroup, which the grids and the templates share.
LANES = 64


@dataclass(frozen=True)
class KernelSpec:
    """One template: bindings in ``@binding`` order, the constants it needs, and what they imply."""

    name: str
    slots: tuple[Slot, ...]
    constants: tuple[str, ...]
    grid: Callable[[Constants], Grid]  # workgroups
    workgroup: Callable[[Constants], Grid] = lambda c: (LANES, 1, 1)  # threads of a workgroup
    # Bytes that a workgroup shares; WebGPU counts every variable in units of 16.
    workgroup_bytes: Callable[[Constants], int] = lambda c: 0


def tiles(amount: Value, size: Value) -> int:
    """How many tiles of ``size`` cover ``amount``."""
    return -(-int(amount) // int(size))


def reads(name: str, shape: str) -> Slot:
    """A binding that the kernel only reads."""
    return Slot(name, "read", shape)


def writes(name: str, shape: str) -> Slot:
    """A binding that the kernel writes, and may read."""
    return Slot(name, "read_write", shape)


CONTROL_SLOT = reads("control", "[CONTROL_WORDS] u32")
