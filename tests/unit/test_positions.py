"""Positions of prompts with pictures: those of transformers, and the same in any chunks."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyside.engine.content import Content, Span
from pyside.engine.positions import positions, rope_offset
from tests.support.vision_prompts import VisionPrompt, vision_prompts, walked


def streams(data: bytes, stride: int) -> list[list[int]]:
    values = array("i", data).tolist()
    assert len(values) == 3 * stride
    return [values[stride * stream : stride * (stream + 1)] for stream in range(3)]


@pytest.mark.parametrize("prompt", vision_prompts(), ids=lambda prompt: f"{prompt.model}-{prompt.name}")
def test_they_are_those_of_transformers(prompt: VisionPrompt) -> None:
    content, count = prompt.content(), len(prompt.ids)
    assert streams(positions(content.spans, 0, count, count), count) == prompt.positions
    assert rope_offset(content.spans, count) == prompt.offset


@st.composite
def contents(draw: st.DrawFn) -> Content:
    spans: list[Span] = []
    length = draw(st.integers(0, 5))
    for number in range(draw(st.integers(0, 4))):
        grid = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
        spans.append(Span(length, str(number), grid))
        length = spans[-1].stop + draw(st.integers(0, 4))
    return Content((7,) * (length + 1), tuple(spans))


@given(contents(), st.integers(1, 9))
def test_chunks_of_any_length_have_them_too(content: Content, chunk: int) -> None:
    want = walked(content)
    for start in range(0, len(want), chunk):
        stop = min(start + chunk, len(want))
        got = streams(positions(content.spans, start, stop, chunk), chunk)
        padding = (0,) * (chunk - (stop - start))
        assert [tuple(stream) for stream in got] == [(*part, *padding) for part in zip(*want[start:stop], strict=True)]
    texts = [place for place in range(len(want)) if not content.touched(place, place + 1)]
    assert all(want[place][0] == place + rope_offset(content.spans, place) for place in texts)
    assert max(map(max, want)) + 1 - len(want) == rope_offset(content.spans, len(want))
