"""A prompt into the session, chunk by chunk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from pyside.engine.content import Content
from pyside.engine.control import write_rows, write_words
from pyside.engine.encoder import Encoder
from pyside.engine.positions import positions, rope_offset
from pyside.engine.progress import Progress, passed
from pyside.engine.session import Session
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Pass

CHUNKS_AHEAD = (
    2  # chunks that are queued while the host waits for one: enough to keep the GPU busy, few enough to stop soon
)


async def prefill(
    gpu: Gpu,
    session: Session,
    content: Content,
    chunk: int,
    encoder: Encoder,
    stable: Sequence[int] = (),
    progress: Progress | None = None,
) -> asyncio.Future[bytes]:
    """Queue the content from where the session ends, ``chunk`` rows at a time; what is returned ends with the last chunk.

    ``stable``: lengths of prefixes to take snapshots at; one within a span moves to its beginning. ``progress``: told of tokens.
    """
    total = len(content.ids)
    lengths = {content.cut(length) for length in stable if length <= total}
    chunks: deque[asyncio.Future[bytes]] = deque()

    def turn(place: int) -> None:
        if content.spans:
            write_words(gpu, rope_offset=rope_offset(content.spans, place))

    encoder.begin([span for span in content.spans if span.start >= len(session.ids)])
    for stop in sorted({*lengths, total}):
        while (start := len(session.ids)) < stop:
            rows = await encoder.chunk(content, start, min(start + chunk, stop))
            end = start + len(rows)
            session.reserve(end)
            write_rows(gpu, rows)
            if content.touched(start, end):
                gpu.write("positions", positions(content.spans, start, end, chunk))
                gpu.run(Pass.PREFILL_GRID)
            else:
                turn(start)
                gpu.run(Pass.PREFILL)
            session.extend(content.ids[start:end])
            chunks.append(passed(gpu, progress, end, total))
            if len(chunks) > CHUNKS_AHEAD:
                await asyncio.shield(chunks.popleft())
        if stop in lengths and len(session.ids) == stop:
            session.keep()
    turn(total)
    return chunks[-1]
