"""Rotary positions of a prompt with pictures: three streams, for time, row and column, which agree in texts.

A picture's blocks share one time and count their rows and columns from there. What follows goes on behind the longer side, so that
positions fall behind indices. Source: ``get_rope_index`` of transformers' Qwen3-VL; each pair of a video's frames is a span.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from pyside.engine.content import Span


def rope_offset(spans: Sequence[Span], length: int) -> int:
    """What a text's token at index ``length`` adds to that for its position; never above 0."""
    return sum(max(span.grid) - span.length for span in spans if span.stop <= length)


def positions(spans: Sequence[Span], start: int, stop: int, stride: int) -> bytes:
    """The positions of the tokens from ``start`` to ``stop``: [3, stride] i32, zeros behind the last token of each stream."""
    times, rows, columns = streams = array("i"), array("i"), array("i")

    def text(first: int, last: int) -> None:
        offset = rope_offset(spans, first)
        for stream in streams:
            stream.extend(range(first + offset, last + offset))

    place = start
    for span in spans:
        if span.stop <= place or stop <= span.start:
            continue
        text(place, span.start)
        corner, place = span.start + rope_offset(spans, span.start), max(place, span.start)
        for block in range(place - span.start, min(span.stop, stop) - span.start):
            row, column = divmod(block, span.grid[1])
            times.append(corner)
            rows.append(corner + row)
            columns.append(corner + column)
        place = min(span.stop, stop)
    text(place, stop)
    padding = bytes(4 * (stride - (stop - start)))
    return b"".join(stream.tobytes() + padding for stream in streams)
