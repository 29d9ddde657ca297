"""Control words lie where the catalog puts them, in the types that it states."""

from __future__ import annotations

from struct import unpack_from

import pytest

from kernels_wgsl.catalog.words import CONTROL, CONTROL_WORDS, control_index
from pyside.engine.control import packed


def test_every_word_has_its_place_and_its_type() -> None:
    letters = {"u32": "I", "i32": "i", "f32": "f"}
    words = {
        name: -place if type == "i32" else place + 0.5 * (type == "f32")
        for place, (name, type) in enumerate(CONTROL.items())
    }
    data = packed({name: value if CONTROL[name] == "f32" else int(value) for name, value in words.items()})
    assert len(data) == 4 * CONTROL_WORDS
    for name, type in CONTROL.items():
        assert unpack_from(f"<{letters[type]}", data, 4 * control_index(name)) == (words[name],)


def test_words_that_are_not_named_are_zero() -> None:
    assert packed({}) == bytes(4 * CONTROL_WORDS)
    data = packed({"top_p": 0.5})
    assert data.count(0) == len(data) - 1 and unpack_from("<f", data, 4 * control_index("top_p")) == (0.5,)


def test_a_misspelt_word_is_refused() -> None:
    with pytest.raises(ValueError, match="control has no word presence_penalty, expected some of position, count"):
        packed({"presence_penalty": 1.0})
