"""The end of the layers: the position moves on by the rows that went through them."""

from __future__ import annotations

from pyside.network.block import Block
from pyside.network.rows import Rows


class Advance(Block):
    """position += count."""

    def run(self, n: Rows) -> None:
        n("advance", "advance")
