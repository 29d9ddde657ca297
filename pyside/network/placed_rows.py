"""What a prompt's placeholder ids stand for: rows that the tower has made take the place of the embedding's."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows


class PlacedRows(Block):
    """x = rows[ids without their top bit], where that bit is set."""

    def constants(self) -> Constants:
        return {"D": self.config.hidden_size}

    def exchanged(self, rows: int) -> Sizes:
        return {"ids": rows}

    # fmt: off
    def run(self, n: Rows) -> None:
        n("place_rows", "place", ids="ids", rows="vision_rows", x="x")                                        # [T, D]
