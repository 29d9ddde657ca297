"""How a tensor lies in a bundle: its bytes, and the runs of the shards that hold them.

A tensor is stored as the GPU binds it. A packed one (``kernels_wgsl/formats.py``) is its words, then its scales at the next
multiple of ALIGNMENT; a plain one is f32, row-major. ``pyside/desk/bundle_writer.py`` writes it, ``pyside/network/stored.py`` lists
it for upload.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from kernels_wgsl.formats import ALIGNMENT, FORMATS, packed_bytes

SHARD_LIMIT = 32 << 20  # bytes of a shard
PIECE_LIMIT = 128 << 20  # bytes: a larger tensor is stored as several row pieces
DIMENSIONS_MAX = 4
EXTENT_MAX = 1 << 31
PLAIN = "plain"  # f32, row-major: norms, convolution taps, gates


@dataclass(frozen=True)
class Segment:
    """Where a run of a tensor's bytes lies; a tensor longer than a shard has several, in order."""

    shard: int
    offset: int  # bytes into the shard
    bytes: int


@dataclass(frozen=True)
class Tensor:
    """One weight as the network uses it, or a row piece of one."""

    format: str  # PLAIN, or a key of FORMATS
    shape: tuple[int, ...]
    segments: tuple[Segment, ...]

    @property
    def bytes(self) -> int:
        """Bytes on disk and on the GPU."""
        return sum(segment.bytes for segment in self.segments)

    def problems(self, shards: Sequence[int]) -> list[str]:
        """What contradicts itself or the shards, which are so many bytes each."""
        if self.format != PLAIN and self.format not in FORMATS:
            return [f"has unknown format {self.format!r}"]
        if len(self.shape) > DIMENSIONS_MAX or max(self.shape, default=0) > EXTENT_MAX:
            return [
                f"has {len(self.shape)} dimensions of up to {max(self.shape)}, expected {DIMENSIONS_MAX} of up to {EXTENT_MAX}"
            ]
        if min(self.shape, default=0) <= 0 or (self.format != PLAIN and len(self.shape) < 2):
            return [f"has shape {list(self.shape)}, which {self.format} cannot have"]
        try:
            needed = tensor_bytes(self.format, self.shape)
        except ValueError as error:
            return [f"has shape {list(self.shape)}, which {self.format} cannot have: {error}"]
        found = [] if self.bytes == needed else [f"has {self.bytes} bytes, its shape needs {needed}"]
        for shard, offset, size in ((segment.shard, segment.offset, segment.bytes) for segment in self.segments):
            if not 0 <= shard < len(shards):
                found.append(f"lies in shard {shard} of {len(shards)}")
            elif offset < 0 or size <= 0 or offset + size > shards[shard]:
                found.append(f"ends beyond shard {shard}")
            elif offset % ALIGNMENT:
                found.append(f"starts at {offset} of shard {shard}, not a multiple of {ALIGNMENT}")
        return found


def aligned(size: int) -> int:
    """``size`` rounded up to the next multiple of ALIGNMENT."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def sections(format: str, shape: tuple[int, ...]) -> tuple[int, int]:
    """Bytes of a tensor's words and of its scales (0 without), before alignment between them.

    Errors: ValueError for a shape that cannot be packed.
    """
    return (4 * prod(shape), 0) if format == PLAIN else packed_bytes(format, shape)


def tensor_bytes(format: str, shape: tuple[int, ...]) -> int:
    """Bytes of a stored tensor: words, padding to ALIGNMENT if scales follow, scales."""
    words, scales = sections(format, shape)
    return aligned(words) + scales if scales else words
