"""Where the tower begins: the patches of a picture, embedded, and their places in it."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Sizes
from pyside.network.rows import Rows
from pyside.network.tower import TowerBlock
from pyside.network.weight import Weight, matrix, plain


class VisionPatches(TowerBlock):
    """x = W patch + b + table, the table of positions stretched over the picture."""

    def weights(self) -> tuple[Weight, ...]:
        v = self.vision
        d, colours, frames, side = v.hidden_size, 3, v.temporal_patch_size, v.patch_size
        proj = self.part("patch_embed.proj.weight", d, colours, frames, side, side, padded=(d, v.patch_width))
        table = (v.num_position_embeddings, d)
        return (
            matrix("proj", proj),
            plain("proj_bias", (d,), self.part("patch_embed.proj.bias", d)),
            plain("positions", table, self.part("pos_embed.weight", *table)),
        )

    def constants(self) -> Constants:
        v = self.vision
        return {"D": v.hidden_size, "SIDE": v.side, "PATCH": v.patch_size, "MERGE": v.spatial_merge_size}

    def exchanged(self, rows: int) -> Sizes:
        v = self.vision
        return {"pixels": rows * v.temporal_patch_size * v.patch_size**2}  # RGBA of one frame, or of a pair

    def scratch(self, rows: int) -> Sizes:
        return {"vision_x": self.vision.hidden_size, "vision_wide": self.vision.patch_width}

    # fmt: off
    def run(self, n: Rows) -> None:
        n("vision_patches", "patches", pixels="pixels", y="vision_wide")                                      # [T, 1536]
        n.linear("proj", x="vision_wide", y="vision_x", bias="proj_bias")                                     # [T, d]
        n("vision_place", "place", table="positions", x="vision_x")                                           # [T, d]
