"""What a prompt is to the caches: token ids, and what stands behind those that are placeholders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from pyside.errors import RequestError


@dataclass(frozen=True)
class Span:
    """A run of placeholder ids with a picture, or two frames of a video, behind it."""

    start: int
    digest: str  # of what stands behind it
    grid: tuple[int, int]  # rows and columns of its blocks of patches, each of which is one id

    @property
    def length(self) -> int:
        """The number of ids."""
        return self.grid[0] * self.grid[1]

    @property
    def stop(self) -> int:
        """The first place behind the span."""
        return self.start + self.length


@dataclass(frozen=True)
class Content:
    """Ids, and the spans among them in order; texts have none.

    Two contents are the same as far as their ids and their spans are: equal ids with other pictures behind them are not.
    Errors: RequestError for spans that are empty, overlap or do not lie within the ids.
    """

    ids: tuple[int, ...]
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        ends = [0, *(end for span in self.spans for end in (span.start, span.stop)), len(self.ids)]
        if any(a > b for a, b in pairwise(ends)) or any(min(span.grid) < 1 for span in self.spans):
            spans = ", ".join(f"{span.start} to {span.stop}" for span in self.spans)
            raise RequestError(f"spans are {spans}, expected them in order, apart and within {len(self.ids)} ids")

    @classmethod
    def of(cls, prompt: Content | Sequence[int]) -> Content:
        """A content as it is, or that of a text's ids."""
        return prompt if isinstance(prompt, Content) else cls(tuple(prompt))

    def shared(self, ids: Sequence[int], spans: Sequence[Span]) -> int:
        """How much of the beginning is what ``ids`` with ``spans`` begin with; where it ends in a span, use ``cut``."""
        pairs = enumerate(zip(self.ids, ids, strict=False))
        length = next((place for place, (ours, theirs) in pairs if ours != theirs), min(len(self.ids), len(ids)))
        for pair in zip_longest(self.spans, spans):
            if pair[0] != pair[1]:
                return min(length, *(span.start for span in pair if span))
        return length

    def touched(self, start: int, stop: int) -> tuple[Span, ...]:
        """The spans of which an id lies from ``start`` to ``stop``."""
        return tuple(span for span in self.spans if span.start < stop and start < span.stop)

    def cut(self, length: int) -> int:
        """The longest prefix of at most ``length`` that no span reaches beyond."""
        return cut(self.spans, length)


def cut(spans: Sequence[Span], length: int) -> int:
    """The greatest length up to ``length`` that does not lie within a span."""
    return next((span.start for span in spans if span.start < length < span.stop), length)
