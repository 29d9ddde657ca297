"""A prompt into the session, chunk by chunk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from pyside.engine.content import Content
from pyside.engine.control import write_rows
from pyside.engine.session import Session
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Pass

CHUNKS_AHEAD = (
    2  # chunks that are queued while the host waits for one: enough to keep the GPU busy, few enough to stop soon
)

Progress = Callable[[int, int], None]  # tokens of the prompt that the GPU has gone through, and all


async def prefill(
    gpu: Gpu,
    session: Session,
    content: Content,
    chunk: int,
    stable: Sequence[int] = (),
    progress: Progress | None = None,
) -> asyncio.Future[bytes]:
    """Queue the content from where the session ends, ``chunk`` rows at a time; what is returned ends with the last chunk.

    ``stable``: lengths of prefixes to take snapshots at; one within a span moves to its beginning.
    """
    total = len(content.ids)
    lengths = {content.cut(length) for length in stable if length <= total}
    chunks: deque[asyncio.Future[bytes]] = deque()
    for stop in sorted({*lengths, total}):
        while (start := len(session.ids)) < stop:
            rows = content.ids[start : min(start + chunk, stop)]
            session.reserve(start + len(rows))
            write_rows(gpu, rows)
            gpu.run(Pass.PREFILL)
            session.extend(rows)
            done = asyncio.ensure_future(gpu.read("control", 0, 4))
            if progress:
                done.add_done_callback(partial(_told, progress, start + len(rows), total))
            chunks.append(done)
            if len(chunks) > CHUNKS_AHEAD:
                await asyncio.shield(chunks.popleft())
        if stop in lengths and len(session.ids) == stop:
            session.keep()
    return chunks[-1]


def _told(progress: Progress, processed: int, total: int, done: asyncio.Future[bytes]) -> None:
    if not done.cancelled() and done.exception() is None:
        progress(processed, total)
