"""Where the tower ends: four patches of a square become one row of the language model, which is kept until it is placed."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Sizes
from pyside.network.rows import Rows
from pyside.network.tower import EPS, TowerBlock
from pyside.network.weight import Weight

PICTURES = 3  # of the largest size whose rows are kept: two of them may meet in one chunk of a prompt


class VisionMerger(TowerBlock):
    """rows[first_row + i] = W_2 gelu(W_1 [norm(x) of four patches] + b_1) + b_2, with the GELU that is made of erf."""

    def weights(self) -> tuple[Weight, ...]:
        v = self.vision
        square = v.merged * v.hidden_size
        return (
            self.norm("norm", "norm"),
            *self.linear("fc1", "linear_fc1", square, square),
            *self.linear("fc2", "linear_fc2", self.config.hidden_size, square),
        )

    def constants(self) -> Constants:
        return {"EPS": EPS, "MERGE": self.vision.spatial_merge_size}

    def exchanged(self, rows: int) -> Sizes:
        return {"vision_rows": PICTURES * (rows // self.vision.merged) * self.config.hidden_size}

    def scratch(self, rows: int) -> Sizes:
        v = self.vision
        row = -(-self.config.hidden_size // v.merged)  # of a row's values, what a patch has room for
        return {"vision_x": v.hidden_size, "vision_h": max(v.hidden_size, row), "vision_wide": v.hidden_size}

    # fmt: off
    def run(self, n: Rows) -> None:
        d, D, square = self.vision.hidden_size, self.config.hidden_size, self.vision.merged
        squares = n.T // square
        n("layer_norm", "norm", x="vision_x", wb="norm", y="vision_h", D=d)                                   # [T, d], that is [T/4, 4*d]
        n.linear("fc1", x="vision_h", y="vision_wide", bias="fc1_bias", EPILOGUE="gelu_erf",
                 T=squares, PATCHES=square)                                                                   # [T/4, 4*d]
        n.linear("fc2", x="vision_wide", y="vision_h", bias="fc2_bias", T=squares, PATCHES=square)            # [T/4, D]
        n("keep_rows", "keep", merged="vision_h", rows="vision_rows", D=D)                                    # [T/4, D]
