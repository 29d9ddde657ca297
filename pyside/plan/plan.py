"""The list of GPU work as data, and the builder that checks every line of it against the kernel catalog.

A Plan is what the three executors run. It holds no code: buffers, pipelines (a kernel with its constants), and passes, each a
tuple of dispatches in order. Nothing in it knows the network; ``model.py`` says that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from math import prod
from typing import Literal

from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.catalog.spec import Constants, KernelSpec, Value
from kernels_wgsl.formats import ALIGNMENT
from kernels_wgsl.sources import file_name
from pyside.errors import PlanError
from pyside.plan.limits import Limits

# weight: filled at load, never written. state: what a session is; growing state is the caches. step: words and rows that the
# engine exchanges with the kernels. scratch: valid within one pass only.
Kind = Literal["weight", "state", "step", "scratch"]


class Pass(StrEnum):
    """The passes that an engine runs; ``pyside/network`` says what each computes."""

    PREFILL = "prefill"  # a chunk of rows through the layers
    PREFILL_GRID = "prefill_grid"  # the same for a chunk that holds rows of pictures, which have places of their own
    DECODE = "decode"  # the id in ``ids`` through the layers, the head and the sampler, which leaves the next id there
    SAMPLE = "sample"  # the head and the sampler for the last row of the pass before
    HEAD = "head"  # SAMPLE as far as the logits
    STEP = "step"  # DECODE as far as the logits
    DRAW = "draw"  # the sampler alone, on logits that the host may have edited
    SCORE = "score"  # the likeliest tokens after each row of the pass before
    MARK = "mark"  # ids of a prompt, for the sampler's penalties
    VISION = "vision"  # a picture, or a pair of a video's frames, through the tower, into rows that a prompt can hold


@dataclass(frozen=True)
class Facts:
    """What an engine goes by; all 0 in a plan without a model, such as the self-test's."""

    chunk: int = 0  # rows of a prefill pass
    score_rows: int = 0  # rows that a score pass takes of the pass before
    cache_tokens: int = 0  # tokens that the caches hold at first
    context_window: int = 0  # tokens that they hold at most
    vocab_size: int = 0
    vision_rows: int = 0  # rows of pictures that are kept; 0 without a tower, as the next
    vision_patches: int = 0  # patches that one picture may have


@dataclass(frozen=True)
class Buffer:
    """One GPU buffer."""

    name: str
    bytes: int
    kind: Kind
    growing: bool = False  # the engine lengthens it while it runs; bound whole


@dataclass(frozen=True)
class Pipeline:
    """A kernel with its constants, and the name of its code, which the bundle may hold in ``kernels/``."""

    kernel: str
    constants: Mapping[str, Value]
    file: str


@dataclass(frozen=True)
class Binding:
    """A range of a buffer. ``bytes`` 0 is the whole buffer, as growing buffers are bound."""

    buffer: int
    offset: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Dispatch:
    """One kernel call: bindings in the kernel's slot order and a grid of workgroups."""

    pipeline: int
    bindings: tuple[Binding, ...]
    grid: tuple[int, int, int]
    label: str


@dataclass(frozen=True)
class Upload:
    """Bytes of one shard that go into one weight buffer."""

    shard: int
    shard_offset: int
    bytes: int
    buffer: int
    buffer_offset: int


@dataclass(frozen=True)
class Plan:
    """Everything an executor needs to run a model, as data."""

    buffers: tuple[Buffer, ...]
    pipelines: tuple[Pipeline, ...]
    passes: Mapping[str, tuple[Dispatch, ...]]
    uploads: tuple[Upload, ...]
    lazy: tuple[str, ...] = ()  # passes whose pipelines, and whatever no other pass binds, are made at first use
    facts: Facts = Facts()

    def bound(self, *passes: str) -> frozenset[int]:
        """The buffers that passes bind."""
        return frozenset(binding.buffer for name in passes for each in self.passes[name] for binding in each.bindings)

    @property
    def later(self) -> frozenset[int]:
        """The buffers that only lazy passes bind."""
        return self.bound(*self.lazy) - self.bound(*(name for name in self.passes if name not in self.lazy))

    def joined(self, other: Plan) -> Plan:
        """Both plans as one; the names of their buffers and passes must differ, the facts are this one's."""
        first_buffer, first_pipeline = len(self.buffers), len(self.pipelines)
        moved = {
            name: tuple(
                replace(
                    dispatch,
                    pipeline=dispatch.pipeline + first_pipeline,
                    bindings=tuple(replace(b, buffer=b.buffer + first_buffer) for b in dispatch.bindings),
                )
                for dispatch in dispatches
            )
            for name, dispatches in other.passes.items()
        }
        return Plan(
            (*self.buffers, *other.buffers),
            (*self.pipelines, *other.pipelines),
            {**self.passes, **moved},
            (*self.uploads, *(replace(upload, buffer=upload.buffer + first_buffer) for upload in other.uploads)),
            (*self.lazy, *other.lazy),
            self.facts,
        )

    def to_json(self) -> str:
        """The plan as the browser's replayer reads it."""
        return json.dumps(asdict(self), separators=(",", ":"))


@dataclass(frozen=True)
class View:
    """A named range of a buffer, as ``PlanBuilder`` hands it out."""

    buffer: int
    offset: int
    bytes: int

    def at(self, offset: int, size: int) -> View:
        """The range ``size`` bytes long that starts ``offset`` bytes into this one."""
        if offset % ALIGNMENT or offset + size > self.bytes:
            raise PlanError(
                f"range {offset}+{size} of a {self.bytes}-byte view: must lie inside and start at a multiple of {ALIGNMENT}"
            )
        return View(self.buffer, self.offset + offset, size)


@dataclass
class PlanBuilder:
    """Collects buffers and dispatches; refuses a dispatch that its kernel would not take."""

    buffers: list[Buffer] = field(default_factory=list)
    pipelines: list[Pipeline] = field(default_factory=list)
    passes: dict[str, list[Dispatch]] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits.baseline)
    _views: dict[str, View] = field(default_factory=dict)
    _pipeline_index: dict[tuple[str, ...], int] = field(default_factory=dict)
    _current: str = ""

    def buffer(self, name: str, size: int, kind: Kind, growing: bool = False) -> View:
        """A new buffer of ``size`` bytes, rounded up to 4.

        Errors: PlanError when the name is taken or the device makes no buffer this large.
        """
        if name in self._views:
            raise PlanError(f"buffer {name!r} is defined twice")
        size = (size + 3) & ~3
        if size > self.limits.buffer_bytes:
            raise PlanError(
                f"{name} needs a buffer of {size:,} bytes, this device makes at most {self.limits.buffer_bytes:,}: "
                "use a smaller model or a smaller recipe"
            )
        self.buffers.append(Buffer(name, size, kind, growing))
        # A growing buffer is bound whole: its view has no length of its own.
        view = View(len(self.buffers) - 1, 0, 0 if growing else size)
        self._views[name] = view
        return view

    def view(self, name: str) -> View:
        """The whole of a buffer defined before."""
        return self._views[name]

    def begin(self, pass_name: str) -> None:
        """Dispatches that follow belong to this pass."""
        self._current = pass_name
        self.passes[pass_name] = []

    def dispatch(self, kernel: str, label: str, constants: Constants, /, **bindings: View) -> None:
        """Append one kernel call; names, constants, sizes and grid are checked here, on the desk.

        Errors: PlanError naming the kernel, the label, and what is missing, unknown or too large.
        """
        if kernel not in CATALOG:
            raise PlanError(f"{label}: no kernel named {kernel!r} in the catalog")
        spec = CATALOG[kernel]
        where = f"{label} ({kernel})"
        if set(constants) != set(spec.constants):
            raise PlanError(f"{where}: constants are {sorted(constants)}, the kernel takes {sorted(spec.constants)}")
        slots = slots_for(spec, constants)
        if set(bindings) != {slot.name for slot in slots}:
            raise PlanError(
                f"{where}: bindings are {sorted(bindings)}, the kernel takes {[slot.name for slot in slots]}"
            )
        for slot in slots:
            if bindings[slot.name].bytes > self.limits.binding_bytes:
                raise PlanError(
                    f"{where}: binding {slot.name} is {bindings[slot.name].bytes:,} bytes, "
                    f"this device binds at most {self.limits.binding_bytes:,}: use a smaller model or a smaller recipe"
                )
        written = [bindings[slot.name].buffer for slot in slots if slot.access == "read_write"]
        bound = [binding.buffer for binding in bindings.values()]
        if twice := [self.buffers[buffer].name for buffer in written if bound.count(buffer) > 1]:
            raise PlanError(f"{where}: writes {', '.join(twice)}, which it binds twice")
        self._fits(where, spec, constants, len(slots))
        grid = spec.grid(constants)
        ordered = tuple(Binding(v.buffer, v.offset, v.bytes) for v in (bindings[slot.name] for slot in slots))
        self.passes[self._current].append(Dispatch(self._pipeline(kernel, constants), ordered, grid, label))

    def _fits(self, where: str, spec: KernelSpec, constants: Constants, slots: int) -> None:
        """Whether the device runs such workgroups, and so many. Errors: PlanError naming the first limit that is too small."""
        limits, grid, threads = self.limits, spec.grid(constants), prod(spec.workgroup(constants))
        shared = spec.workgroup_bytes(constants)
        if slots > limits.storage_buffers:
            raise PlanError(f"{where}: {slots} storage buffers, this device takes {limits.storage_buffers}")
        if threads > limits.invocations:
            raise PlanError(f"{where}: workgroups of {threads} threads, this device takes {limits.invocations}")
        if shared > limits.workgroup_bytes:
            raise PlanError(
                f"{where}: a workgroup shares {shared:,} bytes, this device takes {limits.workgroup_bytes:,}"
            )
        if max(grid) > limits.workgroups:
            raise PlanError(f"{where}: grid {grid} exceeds {limits.workgroups:,} workgroups in one dimension")

    def _pipeline(self, kernel: str, constants: Constants) -> int:
        key = (kernel, *(f"{constants[name]}" for name in CATALOG[kernel].constants))
        if key not in self._pipeline_index:
            self._pipeline_index[key] = len(self.pipelines)
            self.pipelines.append(Pipeline(kernel, dict(constants), file_name(kernel, constants)))
        return self._pipeline_index[key]

    def build(self, lazy: tuple[str, ...] = (), facts: Facts = Facts()) -> Plan:
        """The finished, frozen plan."""
        passes = {name: tuple(dispatches) for name, dispatches in self.passes.items()}
        return Plan(tuple(self.buffers), tuple(self.pipelines), passes, tuple(self.uploads), lazy, facts)
