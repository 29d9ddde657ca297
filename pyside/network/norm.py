"""RMSNorm, between the residual stream and what reads it. Zhang and Sennrich, arXiv:1910.07467."""

from __future__ import annotations

from dataclasses import dataclass

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows
from pyside.network.weight import Weight, norm


@dataclass(frozen=True)
class Norm(Block):
    """h = x / rms(x) * (1 + w)."""

    name: str = ""  # of the weight in the bundle
    published: str = ""  # in the checkpoint

    def weights(self) -> tuple[Weight, ...]:
        return (norm(self.name, self.published, self.config.hidden_size),)

    def constants(self) -> Constants:
        return {"D": self.config.hidden_size, "EPS": self.config.rms_norm_eps, "LAST": 0}

    def scratch(self, rows: int) -> Sizes:
        return {"h": self.config.hidden_size}  # what the next block reads

    # fmt: off
    def run(self, n: Rows) -> None:
        n("rmsnorm", self.name, x="x", w=self.name, y="h")                                                    # [T, D]
