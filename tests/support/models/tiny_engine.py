"""An engine over a tiny model on numpy, and what that model says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from pyside.engine.engine import Engine
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.whole_plan import golden, greedy, open_engine, tiny

PROMPT: list[int] = golden("tiny-a", "hello")["input_ids"].tolist()
ANSWER: list[int] = golden("tiny-a", "hello")["decode_ids"].tolist()
V = 1024


class Clock:
    """Time that passes by a millisecond per look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


class SlowGpu(NumpyGpu):
    """Reads take a while, so that a task can be cancelled while it waits for one."""

    def read(self, buffer: str, offset: int, size: int) -> Awaitable[bytes]:
        return self._later(super().read(buffer, offset, size))

    async def _later(self, data: Awaitable[bytes]) -> bytes:
        await asyncio.sleep(0.002)
        return await data


async def engine(chunk: int = 64, **options: Any) -> tuple[Engine, NumpyGpu]:
    gpu = NumpyGpu(tiny("tiny-a").shards)
    return await open_engine(gpu, tiny("tiny-a"), chunk, **options), gpu


async def fresh(ids: Sequence[int], count: int) -> list[int]:
    """What an engine without history says."""
    return await greedy((await engine())[0], ids, count)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """An async test as pytest runs it."""

    def wrapped() -> None:
        asyncio.run(test())

    wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
    return wrapped
