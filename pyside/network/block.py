"""What a block of the network says of itself. A new kind of layer is one file with one such class, and its line in ``model.py``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from kernels_wgsl.catalog.spec import Constants
from pyside.bundle.model_config import ModelConfig
from pyside.network.weight import Weight

if TYPE_CHECKING:
    from pyside.network.rows import Rows

Sizes = Mapping[str, int]  # by buffer


@dataclass(frozen=True)
class Block(ABC):
    """One block: its weights, what it needs of memory, and the dispatches that run it.

    ``ours`` and ``theirs`` begin the names of its weights, in the bundle and in the checkpoint's text network; ``ours`` begins
    the labels of its dispatches, too. Blocks share exchanged and scratch buffers by name; the largest wish counts.
    """

    config: ModelConfig
    ours: str = ""
    theirs: str = ""

    def weights(self) -> tuple[Weight, ...]:
        """Its weights in the order of their use, without ``ours`` and ``theirs``."""
        return ()

    def constants(self) -> Constants:
        """The constants of its kernels that the model implies."""
        return {}

    def exchanged(self, rows: int) -> Sizes:
        """4-byte words that it exchanges with the engine in a pass of so many rows."""
        return {}

    def state(self) -> Sizes:
        """f32 values that a session keeps for this block, however long it is."""
        return {}

    def cache(self) -> Sizes:
        """Values that a session keeps for this block for every token, in buffers of its own."""
        return {}

    def scratch(self, rows: int) -> Sizes:
        """f32 values for every row of a pass of so many rows, valid within that pass."""
        return {}

    @abstractmethod
    def run(self, n: Rows) -> None:
        """Write its dispatches."""

    @cached_property
    def named_weights(self) -> Mapping[str, Weight]:
        """Its weights under their full names, by the short ones."""
        return {weight.name: weight.below(self.ours, self.theirs) for weight in self.weights()}


@dataclass(frozen=True)
class Work:
    """What one pass runs: blocks, top to bottom, over a prefill chunk, one row, the rows that are scored, a picture's patches."""

    rows: Literal["chunk", "one", "scored", "patches"]
    blocks: tuple[Block, ...]
