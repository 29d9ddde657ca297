"""Which rows of the GPU's arena hold which pictures, so that one that is seen again is not encoded again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection


class KeptRows:
    """An arena of ``rows``, first fit; where there is no room, the picture unused for longest gives its own."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._kept: OrderedDict[str, range] = OrderedDict()  # by digest, the one used last at the end

    def __contains__(self, digest: str) -> bool:
        return digest in self._kept

    def use(self, digest: str) -> range:
        """The rows of a picture that is kept."""
        self._kept.move_to_end(digest)
        return self._kept[digest]

    def room(self, length: int, needed: Collection[str] = ()) -> int | None:
        """The first of ``length`` free rows, made free if need be, but for pictures that are ``needed``; None where that is not enough."""
        while (first := self._gap(length)) is None:
            unneeded = next((digest for digest in self._kept if digest not in needed), None)
            if unneeded is None:
                return None
            del self._kept[unneeded]
        return first

    def keep(self, digest: str, rows: range) -> None:
        """Note that these rows, which were free, hold a picture, or will before anything queued later."""
        self._kept[digest] = rows

    def forget(self) -> None:
        """All rows are free."""
        self._kept.clear()

    def _gap(self, length: int) -> int | None:
        free = 0
        for rows in (*sorted(self._kept.values(), key=lambda rows: rows.start), range(self._rows, self._rows)):
            if rows.start - free >= length:
                return free
            free = rows.stop
        return None
