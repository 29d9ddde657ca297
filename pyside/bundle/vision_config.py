"""The dimensions of a model's vision tower, as the manifest states them; those that no kernel can run are refused.

``pyside/desk/checkpoint_config.py`` reads them from a checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isqrt
from typing import Any

from kernels_wgsl.catalog.sequence import HEAD_DIM_MAX
from kernels_wgsl.formats import GROUP
from pyside.bundle.from_json import integers, read

DEPTH_MAX = 200  # blocks; published towers have up to 27
SIZE_MAX = 1 << 31  # of any dimension
STREAMS = 3  # of rotary positions: time, height, width


@dataclass(frozen=True)
class VisionConfig:
    """Dimensions of one tower, the ids that stand for what it sees, and how many pixels that may be."""

    depth: int  # blocks
    hidden_size: int  # d, the width of its residual stream
    intermediate_size: int
    num_heads: int
    num_position_embeddings: int  # entries of a square table
    patch_size: int  # pixels of a side
    spatial_merge_size: int  # patches of a side that become one row of the language model
    temporal_patch_size: int  # frames of a patch
    mrope_section: tuple[int, ...]  # [3]: frequencies of the language model's rotary embedding that each stream turns
    image_token_id: int
    video_token_id: int
    vision_start_token_id: int
    vision_end_token_id: int
    image_min_pixels: int  # of a picture after it is resized
    image_max_pixels: int
    video_min_pixels: int  # of all frames of a video together
    video_max_pixels: int

    @property
    def factor(self) -> int:
        """Sides of a resized picture are multiples of it, in pixels: the square that becomes one row."""
        return self.patch_size * self.spatial_merge_size

    @property
    def merged(self) -> int:
        """Patches that become one row."""
        return self.spatial_merge_size**2

    @property
    def head_dim(self) -> int:
        """Width of a head."""
        return self.hidden_size // self.num_heads

    @property
    def side(self) -> int:
        """Entries of a side of the table of positions."""
        return isqrt(self.num_position_embeddings)

    @property
    def patch_width(self) -> int:
        """Values of a patch: three colours of every pixel of its frames."""
        return 3 * self.temporal_patch_size * self.patch_size**2

    @property
    def padded_intermediate(self) -> int:
        """``intermediate_size`` up to a multiple of GROUP, as packed matrices need it; what is beyond is zero."""
        return -(-self.intermediate_size // GROUP) * GROUP

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> VisionConfig:
        """Read back what the manifest holds.

        Errors: TypeError for unknown, missing and ill-typed keys.
        """
        return read(cls, data, mrope_section=integers)

    def problems(self, vocab_size: int) -> list[str]:
        """What the kernels cannot run, or does not fit a language model of so many ids."""
        numbers = [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != "mrope_section"]
        sizes = [(name, value) for name, value in numbers if not name.endswith("_token_id")]
        found = [f"{name} is {value}, must be positive" for name, value in sizes if value <= 0]
        found += [f"{name} is {value}, must be at most {SIZE_MAX}" for name, value in sizes if value > SIZE_MAX]
        if found:
            return found
        if self.depth > DEPTH_MAX:
            found.append(f"depth is {self.depth}, must be at most {DEPTH_MAX}")
        for name, value in (("hidden_size", self.hidden_size), ("values of a patch", self.patch_width)):
            if value % GROUP:
                found.append(f"{name} is {value}, must be a multiple of {GROUP}")
        if self.hidden_size % self.num_heads or self.head_dim % 8 or self.head_dim > HEAD_DIM_MAX:
            found.append(
                f"{self.num_heads} heads share hidden_size {self.hidden_size}, "
                f"each must have a multiple of 8 and at most {HEAD_DIM_MAX}"
            )
        if self.side**2 != self.num_position_embeddings:
            found.append(f"num_position_embeddings is {self.num_position_embeddings}, must be a square")
        if (self.spatial_merge_size, self.temporal_patch_size) != (2, 2):
            found.append(
                f"spatial_merge_size and temporal_patch_size are {self.spatial_merge_size} and {self.temporal_patch_size}, must be 2"
            )
        if len(self.mrope_section) != STREAMS or not all(0 <= count <= SIZE_MAX for count in self.mrope_section):
            found.append(f"mrope_section is {list(self.mrope_section)[:8]}, must be {STREAMS} counts")
        for name, value in numbers:
            if name.endswith("_token_id") and not 0 <= value < vocab_size:
                found.append(f"{name} is {value}, must be an id below {vocab_size}")
        for kind in ("image", "video"):
            least, most = getattr(self, f"{kind}_min_pixels"), getattr(self, f"{kind}_max_pixels")
            if most < self.factor**2:
                found.append(f"{kind}_max_pixels is {most}, must be at least {self.factor**2}, a square of patches")
            if least > most:
                found.append(f"{kind}_min_pixels is {least}, must be at most {kind}_max_pixels {most}")
        return found
