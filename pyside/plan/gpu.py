"""The protocol of an executor: what the engine asks of a GPU, and nothing more.

Three executors keep it: ``web/engine/replay.js`` behind ``pyside/host.py`` in the browser, wgpu-py on the desk, and numpy through
the kernels' twins. All commands are queued in call order; only ``read``, ``load`` and ``ready`` wait.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from pyside.plan.plan import Plan


class Gpu(Protocol):
    """Runs the passes of one Plan over named buffers."""

    def load(self, plan: Plan) -> Awaitable[None]:
        """Create the plan's buffers (zeroed), fill the weights, compile every pipeline of the passes that run at once."""
        ...

    def ready(self, pass_name: str) -> Awaitable[None]:
        """Have a lazy pass ready to run: its buffers, its weights, its pipelines. What fails is tried again at the next call."""
        ...

    def write(self, buffer: str, data: bytes, offset: int = 0) -> None:
        """Queue a write of bytes; offset and length are multiples of 4."""
        ...

    def run(self, pass_name: str, times: int = 1) -> None:
        """Queue a pass ``times`` times, one compute pass and one submit each."""
        ...

    def read(self, buffer: str, offset: int, size: int) -> Awaitable[bytes]:
        """Queue a copy out *now*, after everything queued before, and wait for its bytes when awaited."""
        ...

    def copy(self, source: str, target: str) -> None:
        """Queue a copy of a whole buffer; a target that does not exist is created with the source's size."""
        ...

    def clear(self, buffer: str) -> None:
        """Queue zeros over a whole buffer."""
        ...

    def grow(self, buffer: str, size: int) -> None:
        """Queue a move of a buffer into a longer one, contents kept, the rest zero; bindings follow."""
        ...

    def drop(self, buffer: str) -> None:
        """Free a buffer made by ``copy``."""
        ...
