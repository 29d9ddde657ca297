"""A Plan on the desk's GPU: what ``web/engine/replay.js`` does, through wgpu-py."""

from __future__ import annotations

import asyncio
import mmap
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import wgpu

from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.render import render
from pyside.bundle.manifest import Manifest
from pyside.plan.plan import Binding, Dispatch, Pipeline, Plan
from tests.support.executors.device import compile_kernel, open_device

Shard = bytes | memoryview
_USAGE = wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC | wgpu.BufferUsage.COPY_DST


def folder_shards(folder: Path) -> list[Shard]:
    """The shards of a bundle folder, mapped and not read."""
    manifest = Manifest.from_json((folder / "manifest.json").read_bytes())
    return [_mapped_file(folder / shard.file) for shard in manifest.shards]


def _mapped_file(path: Path) -> Shard:
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def rendered(pipeline: Pipeline) -> str:
    """The WGSL of a pipeline as today's templates say it."""
    return render(pipeline.kernel, pipeline.constants)


class NativeGpu:
    """The ``Gpu`` protocol on wgpu-py; ``code`` gives a pipeline's WGSL."""

    def __init__(self, shards: Sequence[Shard] = (), code: Callable[[Pipeline], str] = rendered) -> None:
        self.shards = shards
        self.code = code
        self.device = open_device()
        self.plan: Plan
        self.buffers: dict[str, Any] = {}
        self._empty: set[int] = set()  # weights that have not been uploaded
        self._pipelines: dict[int, Any] = {}
        self._groups: dict[Dispatch, Any] = {}

    async def load(self, plan: Plan) -> None:
        """Make the buffers; fill the weights and compile the pipelines of the passes that are not lazy."""
        self.plan = plan
        self.buffers = {buffer.name: self._buffer(buffer.name, buffer.bytes) for buffer in plan.buffers}
        self._empty = {upload.buffer for upload in plan.uploads}
        self._fill(self._empty - plan.later)
        for name in plan.passes.keys() - set(plan.lazy):
            await self.ready(name)

    async def ready(self, pass_name: str) -> None:
        """Fill the weights of a pass and compile its pipelines."""
        self._fill(self._empty & self.plan.bound(pass_name))
        for dispatch in self.plan.passes[pass_name]:
            self._pipeline(dispatch.pipeline)

    def _fill(self, buffers: set[int]) -> None:
        for upload in (upload for upload in self.plan.uploads if upload.buffer in buffers):
            data = self.shards[upload.shard][upload.shard_offset : upload.shard_offset + upload.bytes]
            assert len(data) == upload.bytes, f"shard {upload.shard} ends before {upload}"
            self.write(self.plan.buffers[upload.buffer].name, data, upload.buffer_offset)
        self._empty -= buffers

    def write(self, buffer: str, data: Shard, offset: int = 0) -> None:
        """Queue a write."""
        self.device.queue.write_buffer(self.buffers[buffer], offset, data)

    def run(self, pass_name: str, times: int = 1) -> None:
        """Queue a pass ``times`` times, one compute pass and one submit each."""
        assert not (self._empty and self._empty & self.plan.bound(pass_name)), f"{pass_name} runs before it is ready"
        for _ in range(times):
            encoder = self.device.create_command_encoder(label=pass_name)
            work = encoder.begin_compute_pass(label=pass_name)
            for dispatch in self.plan.passes[pass_name]:
                work.set_pipeline(self._pipeline(dispatch.pipeline))
                work.set_bind_group(0, self._group(dispatch))
                work.dispatch_workgroups(*dispatch.grid)
            work.end()
            self.device.queue.submit([encoder.finish()])

    def read(self, buffer: str, offset: int, size: int) -> Awaitable[bytes]:
        """Queue a copy out now; its bytes when awaited."""
        staging = self.device.create_buffer(size=size, usage=wgpu.BufferUsage.MAP_READ | wgpu.BufferUsage.COPY_DST)
        self._copy(self.buffers[buffer], offset, staging, size)
        return _mapped(staging)

    def copy(self, source: str, target: str) -> None:
        """Queue a copy of a whole buffer, into a new one if there is none of that name."""
        if target not in self.buffers:
            self.buffers[target] = self._buffer(target, self.buffers[source].size)
        assert self.buffers[target].size >= self.buffers[source].size, f"{target} is shorter than {source}"
        self._copy(self.buffers[source], 0, self.buffers[target], self.buffers[source].size)

    def clear(self, buffer: str) -> None:
        """Queue zeros over a whole buffer."""
        encoder = self.device.create_command_encoder()
        encoder.clear_buffer(self.buffers[buffer])
        self.device.queue.submit([encoder.finish()])

    def grow(self, buffer: str, size: int) -> None:
        """Queue a move into a longer buffer; bindings follow."""
        old = self.buffers[buffer]
        assert size >= old.size, f"{buffer} cannot shrink from {old.size} to {size} bytes"
        self.buffers[buffer] = self._buffer(buffer, size)
        self._copy(old, 0, self.buffers[buffer], old.size)
        old.destroy()
        self._groups.clear()

    def drop(self, buffer: str) -> None:
        """Free a buffer made by ``copy``."""
        self.buffers.pop(buffer).destroy()

    def _buffer(self, name: str, size: int) -> Any:
        return self.device.create_buffer(label=name, size=size, usage=_USAGE)

    def _copy(self, source: Any, offset: int, target: Any, size: int) -> None:
        encoder = self.device.create_command_encoder()
        encoder.copy_buffer_to_buffer(source, offset, target, 0, size)
        self.device.queue.submit([encoder.finish()])

    def _pipeline(self, index: int) -> Any:
        if index not in self._pipelines:
            pipeline = self.plan.pipelines[index]
            slots = slots_for(CATALOG[pipeline.kernel], pipeline.constants)
            self._pipelines[index] = compile_kernel(pipeline.file, self.code(pipeline), tuple(slots))
        return self._pipelines[index]

    def _group(self, dispatch: Dispatch) -> Any:
        if dispatch not in self._groups:
            entries = [{"binding": i, "resource": self._range(b)} for i, b in enumerate(dispatch.bindings)]
            layout = self._pipeline(dispatch.pipeline).get_bind_group_layout(0)
            self._groups[dispatch] = self.device.create_bind_group(label=dispatch.label, layout=layout, entries=entries)
        return self._groups[dispatch]

    def _range(self, binding: Binding) -> dict[str, Any]:
        buffer = self.buffers[self.plan.buffers[binding.buffer].name]
        return {"buffer": buffer, "offset": binding.offset, "size": binding.bytes or buffer.size - binding.offset}


async def _mapped(staging: Any) -> bytes:
    await asyncio.sleep(0)  # a real GPU yields here, and callers that forget it must fail in tests too
    staging.map_sync(wgpu.MapMode.READ)
    data = bytes(staging.read_mapped())
    staging.destroy()
    return data
