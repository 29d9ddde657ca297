"""Rows of pictures are kept while there is room, those used last for longest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pyside.engine.kept_rows import KeptRows


def keep(kept: KeptRows, digest: str, length: int, *needed: str) -> int | None:
    first = kept.room(length, needed)
    if first is not None:
        kept.keep(digest, range(first, first + length))
    return first


def test_the_picture_unused_for_longest_goes() -> None:
    kept = KeptRows(10)
    assert [keep(kept, digest, length) for digest, length in (("a", 4), ("b", 3), ("c", 3))] == [0, 4, 7]
    assert kept.use("a") == range(4)
    assert keep(kept, "d", 2) == 4 and "b" not in kept
    assert keep(kept, "e", 1) == 6 and "c" in kept, "first fit"
    assert kept.use("a") == range(4)
    assert keep(kept, "f", 6) == 4 and "a" in kept, "c, d and e made room"
    assert [digest in kept for digest in "cde"] == [False] * 3


def test_what_is_needed_stays() -> None:
    kept = KeptRows(10)
    keep(kept, "a", 6)
    keep(kept, "b", 4)
    assert keep(kept, "c", 5, "a") is None and "a" in kept
    assert keep(kept, "c", 4, "a") == 6
    assert keep(kept, "d", 10) == 0 and keep(kept, "e", 11) is None
    kept.forget()
    assert "d" not in kept and keep(kept, "f", 10) == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 12))))
def test_no_two_pictures_share_a_row(asked: list[tuple[int, int]]) -> None:
    kept = KeptRows(20)
    held: dict[str, range] = {}
    for number, length in asked:
        if (digest := f"{number} {length}") in kept:
            assert kept.use(digest) == held[digest]
        else:
            first = keep(kept, digest, length)
            assert first is not None
            held[digest] = range(first, first + length)
        rows = [row for other, rows in held.items() if other in kept for row in rows]
        assert len(rows) == len(set(rows)) and all(0 <= row < 20 for row in rows)
