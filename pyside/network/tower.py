"""What the blocks of the vision tower share: where their weights lie in a checkpoint, and that all of them have a bias."""

from __future__ import annotations

from dataclasses import dataclass

from pyside.bundle.vision_config import VisionConfig
from pyside.network.block import Block
from pyside.network.weight import Part, Weight, matrix, plain

CHECKPOINT = "model.visual."  # begins the names of the tower's tensors in a checkpoint
EPS = 1e-6  # of its layer norms


@dataclass(frozen=True)
class TowerBlock(Block):
    """A block of the tower; ``theirs`` begins the names of its tensors below CHECKPOINT."""

    @property
    def vision(self) -> VisionConfig:
        """The tower's dimensions."""
        assert self.config.vision is not None, "a block of the tower for a model without one"
        return self.config.vision

    def part(self, name: str, *shape: int, padded: tuple[int, ...] = ()) -> Part:
        """One of the tower's tensors."""
        return Part(f"{CHECKPOINT}{self.theirs}{name}", shape, root=True, padded=padded)

    def linear(
        self, name: str, theirs: str, rows: int, columns: int, padded: tuple[int, int] | None = None
    ) -> tuple[Weight, Weight]:
        """A matrix [rows, columns] and its bias ``<name>_bias``, with zeros up to ``padded``."""
        taken = padded or (rows, columns)
        return (
            matrix(name, self.part(f"{theirs}.weight", rows, columns, padded=taken)),
            plain(f"{name}_bias", taken[:1], self.part(f"{theirs}.bias", rows, padded=taken[:1])),
        )

    def norm(self, name: str, theirs: str) -> Weight:
        """A layer norm: its weight, then its bias."""
        width = self.vision.hidden_size
        return plain(name, (2, width), self.part(f"{theirs}.weight", width), self.part(f"{theirs}.bias", width))
