"""A Plan without a GPU: every dispatch is the kernel's numpy twin on views of numpy buffers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import numpy as np

from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.twins import TWINS
from kernels_wgsl.twins.bindings import Words
from pyside.plan.plan import Dispatch, Plan


class NumpyGpu:
    """The ``Gpu`` protocol; commands run when they are queued, so nothing ever waits."""

    def __init__(self, shards: Sequence[bytes] = (), after: Callable[[Dispatch], None] | None = None) -> None:
        self.shards = shards
        self.after = after  # called after each dispatch: tests look at the buffers in between
        self.plan: Plan
        self.buffers: dict[str, Words] = {}
        self._empty: set[int] = set()  # weights that have not been uploaded
        self.runs: list[str] = []  # every pass that ran, in order

    async def load(self, plan: Plan) -> None:
        """Make the buffers and fill the weights that are not of lazy passes alone."""
        self.plan = plan
        self.buffers = {buffer.name: np.zeros(buffer.bytes // 4, np.uint32) for buffer in plan.buffers}
        self._empty = {upload.buffer for upload in plan.uploads}
        self._fill(self._empty - plan.later)

    async def ready(self, pass_name: str) -> None:
        """Fill the weights of a lazy pass."""
        self._fill(self._empty & self.plan.bound(pass_name))

    def _fill(self, buffers: set[int]) -> None:
        for upload in (upload for upload in self.plan.uploads if upload.buffer in buffers):
            data = self.shards[upload.shard][upload.shard_offset : upload.shard_offset + upload.bytes]
            self.write(self.plan.buffers[upload.buffer].name, data, upload.buffer_offset)
        self._empty -= buffers

    def write(self, buffer: str, data: bytes, offset: int = 0) -> None:
        """Bytes into a buffer."""
        assert offset % 4 == 0 and len(data) % 4 == 0, f"write to {buffer}: {len(data)} bytes at {offset}"
        assert offset + len(data) <= self.buffers[buffer].nbytes, f"write to {buffer}: beyond its end"
        self.buffers[buffer][offset // 4 :][: len(data) // 4] = np.frombuffer(data, np.uint32)

    def run(self, pass_name: str, times: int = 1) -> None:
        """A pass, dispatch by dispatch."""
        assert not (self._empty and self._empty & self.plan.bound(pass_name)), f"{pass_name} runs before it is ready"
        for _ in range(times):
            self.runs.append(pass_name)
            for dispatch in self.plan.passes[pass_name]:
                self.dispatch(dispatch)
                if self.after:
                    self.after(dispatch)

    def dispatch(self, dispatch: Dispatch) -> None:
        """One kernel's twin on the bound ranges."""
        pipeline = self.plan.pipelines[dispatch.pipeline]
        slots = slots_for(CATALOG[pipeline.kernel], pipeline.constants)
        views = {}
        for slot, binding in zip(slots, dispatch.bindings, strict=True):
            whole = self.buffers[self.plan.buffers[binding.buffer].name]
            start = binding.offset // 4
            view = whole[start : start + binding.bytes // 4] if binding.bytes else whole[start:]
            if slot.access == "read":
                view = view.view()
                view.flags.writeable = False  # a twin that writes what its kernel only reads fails here
            views[slot.name] = view
        TWINS[pipeline.kernel](views, pipeline.constants)

    def read(self, buffer: str, offset: int, size: int) -> Awaitable[bytes]:
        """Bytes of a buffer as they are now."""
        return _ready(self.buffers[buffer][offset // 4 :][: size // 4].tobytes())

    def copy(self, source: str, target: str) -> None:
        """A buffer into another, which may be new."""
        self.buffers[target] = self.buffers[source].copy()

    def clear(self, buffer: str) -> None:
        """Zeros."""
        self.buffers[buffer][:] = 0

    def grow(self, buffer: str, size: int) -> None:
        """A longer buffer with the same beginning."""
        old = self.buffers[buffer]
        assert size >= old.nbytes, f"{buffer} cannot shrink from {old.nbytes} to {size} bytes"
        self.buffers[buffer] = np.concatenate([old, np.zeros(size // 4 - old.size, np.uint32)])

    def drop(self, buffer: str) -> None:
        """Forget a buffer."""
        del self.buffers[buffer]


async def _ready(data: bytes) -> bytes:
    return data
