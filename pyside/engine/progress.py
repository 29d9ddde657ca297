"""How far a prompt is, as the GPU goes through it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pyside.plan.gpu import Gpu

Progress = Callable[[int, int], None]  # how many the GPU has gone through, and all


def passed(gpu: Gpu, tell: Progress | None, processed: int, total: int) -> asyncio.Future[bytes]:
    """What ends when the GPU has gone through all that is queued, and then tells how far that is."""
    end = asyncio.ensure_future(gpu.read("control", 0, 4))

    def told(end: asyncio.Future[bytes]) -> None:
        if not end.cancelled() and end.exception() is None and tell:
            tell(processed, total)

    end.add_done_callback(told)
    return end
