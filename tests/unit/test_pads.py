"""One pad of the template becomes as many as a picture has rows; what was counted before is counted behind."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pyside.errors import RequestError
from pyside.text.chat_template import Prompt
from pyside.text.pads import fill, timestamps


@dataclass(frozen=True)
class Rows:
    ids: tuple[int, ...]


A, B, C = Rows((91,) * 3), Rows((91,)), Rows((5, 92, 92, 6))
PROMPT = Prompt((1, 91, 2, 92, 3, 91, 4), (1, 2, 4, 6), False, "text")


def test_pads_are_filled_in_their_order() -> None:
    prompt, placed = fill(PROMPT, {91: [A, B], 92: [C]})
    assert prompt.ids == (1, 91, 91, 91, 2, 5, 92, 92, 6, 3, 91, 4)
    assert placed == [(1, A), (5, C), (10, B)]
    assert prompt.stable == (1, 4, 9, 11)
    assert [prompt.ids[:length][-1] for length in prompt.stable] == [1, 91, 6, 91]


def test_a_text_stays_as_it_is() -> None:
    text = Prompt((1, 2), (1,), False, "text")
    assert fill(text, {91: [], 92: []}) == (text, [])


@pytest.mark.parametrize("fillings", [{91: [A]}, {91: [A, B, A]}, {91: [A, B], 92: []}])
def test_there_is_a_pad_for_each(fillings: dict[int, list[Rows]]) -> None:
    with pytest.raises(RequestError, match=r"the chat template wrote \d placeholders for \d pictures or videos"):
        fill(PROMPT, fillings)


def test_times_are_written_as_python_writes_them() -> None:
    assert timestamps([0, 2, 5, 8, 10], 4.0) == ["<0.2 seconds>", "<1.6 seconds>", "<2.5 seconds>"]
    assert timestamps([0, 1], 2.0) == ["<0.2 seconds>"], "a quarter is written with the even digit"
    assert timestamps([3], 1.0) == ["<3.0 seconds>"] and timestamps([], 1.0) == []
