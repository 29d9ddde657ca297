"""Sets of characters as products of byte sets: exactly those characters, each once."""

from __future__ import annotations

from math import prod

from hypothesis import given
from hypothesis import strategies as st

from pyside.text.utf8 import LAST, complement, encoded, ordered

POINTS = st.one_of(
    st.sampled_from([0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, LAST]), st.integers(0, LAST)
)
RANGES = st.lists(st.tuples(POINTS, POINTS).map(lambda pair: (min(pair), max(pair))), max_size=4).map(ordered)


@given(RANGES, POINTS)
def test_a_character_is_encoded_when_it_is_in_the_ranges(ranges: tuple[tuple[int, int], ...], point: int) -> None:
    inside = any(low <= point <= high for low, high in ranges)
    assert any(low <= point <= high for low, high in complement(ranges)) != inside
    if not 0xD800 <= point <= 0xDFFF:
        text = chr(point).encode()
        fits = [
            sets for sets in encoded(ranges) if len(sets) == len(text) and all(map(frozenset.__contains__, sets, text))
        ]
        assert len(fits) == inside


@given(RANGES)
def test_nothing_else_is_encoded(ranges: tuple[tuple[int, int], ...]) -> None:
    characters = sum(high + 1 - low - max(0, min(high, 0xDFFF) + 1 - max(low, 0xD800)) for low, high in ranges)
    assert sum(prod(map(len, sets)) for sets in encoded(ranges)) == characters
