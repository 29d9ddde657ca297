"""The MLP of the vision tower."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Sizes
from pyside.network.rows import Rows
from pyside.network.tower import EPS, TowerBlock
from pyside.network.weight import Weight


class VisionMlp(TowerBlock):
    """x += W_2 gelu(W_1 norm(x) + b_1) + b_2, with the GELU that is made of tanh.

    Its width may be any; packed matrices have columns by the group: rows of W_1 and columns of W_2 that are zero make up for it.
    """

    def weights(self) -> tuple[Weight, ...]:
        d, F, padded = self.vision.hidden_size, self.vision.intermediate_size, self.vision.padded_intermediate
        return (
            self.norm("norm2", "norm2"),
            *self.linear("fc1", "mlp.linear_fc1", F, d, (padded, d)),
            *self.linear("fc2", "mlp.linear_fc2", d, F, (d, padded)),
        )

    def constants(self) -> Constants:
        return {"D": self.vision.hidden_size, "EPS": EPS}

    def scratch(self, rows: int) -> Sizes:
        d = self.vision.hidden_size
        return {"vision_x": d, "vision_h": d, "vision_wide": self.vision.padded_intermediate}

    # fmt: off
    def run(self, n: Rows) -> None:
        n("layer_norm", "norm2", x="vision_x", wb="norm2", y="vision_h")                                      # [T, d]
        n.linear("fc1", x="vision_h", y="vision_wide", bias="fc1_bias", EPILOGUE="gelu_tanh")                 # [T, F]
        n.linear("fc2", x="vision_wide", y="vision_x", bias="fc2_bias", EPILOGUE="add")                       # [T, d] residual
