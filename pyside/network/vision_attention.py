"""Attention in the vision tower: every patch of a picture looks at all of it, whatever comes before or after the picture.

Rotary embedding in two axes: half of the frequencies turn with a patch's row, half with its column.
"""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Sizes
from pyside.network.rows import Rows
from pyside.network.tower import EPS, TowerBlock
from pyside.network.weight import Weight


class VisionAttention(TowerBlock):
    """x += W_out softmax(q k / sqrt(hd)) v + b, of norm(x)."""

    def weights(self) -> tuple[Weight, ...]:
        d = self.vision.hidden_size
        return (
            self.norm("norm1", "norm1"),
            *self.linear("qkv", "attn.qkv", 3 * d, d),
            *self.linear("proj", "attn.proj", d, d),
        )

    def constants(self) -> Constants:
        v = self.vision
        return {"D": v.hidden_size, "HEADS": v.num_heads, "HD": v.head_dim, "MERGE": v.spatial_merge_size, "EPS": EPS}

    def scratch(self, rows: int) -> Sizes:
        d = self.vision.hidden_size
        return {"vision_x": d, "vision_h": d, "vision_wide": 3 * d}

    # fmt: off
    def run(self, n: Rows) -> None:
        n("layer_norm", "norm1", x="vision_x", wb="norm1", y="vision_h")                                      # [T, d]
        n.linear("qkv", x="vision_h", y="vision_wide", bias="qkv_bias")                                       # [T, 3*d]
        n("vision_turn", "turn", qkv="vision_wide")                                                           # [T, 3*d]
        n("vision_attention", "attention", qkv="vision_wide", y="vision_h")                                   # [T, d]
        n.linear("proj", x="vision_h", y="vision_x", bias="proj_bias", EPILOGUE="add")                        # [T, d] residual
