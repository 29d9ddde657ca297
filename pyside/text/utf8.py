"""Sets of characters, and their bytes in UTF-8 as products of sets of bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

Ranges = tuple[tuple[int, int], ...]  # code points, both ends included; sorted, and apart from each other
Letters = tuple[tuple[frozenset[int], ...], ...]  # characters: the sets of their first, second, … byte

LAST = 0x10FFFF
SURROGATES = (0xD800, 0xDFFF)  # which no text has


def ordered(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges sorted, those that touch joined."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def complement(ranges: Ranges) -> Ranges:
    """All other code points."""
    starts = [0, *(high + 1 for _, high in ranges)]
    ends = [*(low - 1 for low, _ in ranges), LAST]
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)


def encoded(ranges: Ranges) -> Letters:
    """The bytes of these characters; surrogates are none."""
    leads: dict[tuple[frozenset[int], ...], set[int]] = defaultdict(set)  # by the sets of the bytes that follow
    for low, high in ranges:
        for begin, end in ((low, min(high, SURROGATES[0] - 1)), (max(low, SURROGATES[1] + 1), high)):
            if begin <= end:
                for lead, *following in _products(begin, end):
                    leads[tuple(map(frozenset, following))].update(lead)
    return tuple((frozenset(lead), *following) for following, lead in leads.items())


def _products(low: int, high: int) -> Iterator[tuple[range, ...]]:
    """The code points ``low`` to ``high`` as products of byte ranges."""
    for last in (0x7F, 0x7FF, 0xFFFF):
        if low <= last < high:
            yield from _products(low, last)
            yield from _products(last + 1, high)
            return
    for place in range(1, len(chr(low).encode())):
        tail = (1 << 6 * place) - 1  # bits of the last ``place`` bytes
        if low & ~tail != high & ~tail:
            if low & tail:
                yield from _products(low, low | tail)
                yield from _products((low | tail) + 1, high)
                return
            if high & tail != tail:
                yield from _products(low, (high & ~tail) - 1)
                yield from _products(high & ~tail, high)
                return
    yield tuple(range(first, last + 1) for first, last in zip(chr(low).encode(), chr(high).encode(), strict=True))
