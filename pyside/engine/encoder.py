"""A prompt's pictures through the vision tower: each before the first chunk that needs its rows, and once while its rows are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyside.engine.content import Content, Span
from pyside.engine.control import write_words
from pyside.engine.kept_rows import KeptRows
from pyside.engine.pictures import Image
from pyside.engine.progress import Progress, passed
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Pass

PLACED = 1 << 31  # in ``ids``: the rest is a row of the arena, which takes the place of an embedding


class Encoder:
    """Encodes the pictures of one prompt; ``images`` are those behind its spans, by digest."""

    def __init__(self, gpu: Gpu, kept: KeptRows, images: Mapping[str, Image], told: Progress | None = None) -> None:
        self._gpu, self._kept, self._images, self._told = gpu, kept, images, told
        self.encoded = 0  # pictures
        self._total = 0

    async def ready(self) -> None:
        """Have what pictures need on the GPU: their passes, with weights that a text does without.

        Errors: a sentence when that cannot be; it is tried again with the next prompt.
        """
        await self._gpu.ready(Pass.VISION)
        await self._gpu.ready(Pass.PREFILL_GRID)

    def begin(self, spans: Sequence[Span]) -> None:
        """Tell how many pictures are to be encoded, of the spans that are not in the session yet."""
        self._total = len({span.digest for span in spans if span.digest not in self._kept})
        if self._told and self._total:
            self._told(0, self._total)

    async def chunk(self, content: Content, start: int, stop: int) -> list[int]:
        """What to write to ``ids`` for a chunk, with the rows of its pictures queued before; shorter where they do not all have room."""
        ids = list(content.ids[start:stop])
        needed: set[str] = set()
        for span in content.touched(start, stop):
            if span.digest not in self._kept and not await self._encode(span, needed):
                return ids[: span.start - start]
            needed.add(span.digest)
            first = self._kept.use(span.digest).start
            for place in range(max(span.start, start), min(span.stop, stop)):
                ids[place - start] = PLACED | (first + place - span.start)
        return ids

    async def _encode(self, span: Span, needed: set[str]) -> bool:
        """Queue a picture's way through the tower, unless what is ``needed`` beside it leaves too few rows."""
        first = self._kept.room(span.length, needed)
        if first is None:
            assert needed, f"a picture of {span.length} rows is larger than what is kept of all"
            return False
        image = self._images[span.digest]
        height, width = image.grid
        stride = await image.upload("pixels")
        write_words(
            self._gpu,
            count=height * width, grid_height=height, grid_width=width, frame_stride=stride, first_row=first,
        )  # fmt: skip
        self._gpu.run(Pass.VISION)
        self._kept.keep(span.digest, range(first, first + span.length))
        self.encoded += 1
        passed(self._gpu, self._told, self.encoded, max(self._total, self.encoded))
        return True
