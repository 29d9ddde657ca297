"""What the network says of a weight: its name in the bundle, its shape, and the checkpoint's tensors that it is made of.

This is data, because the page has no numpy. On the desk ``pyside/desk/weights.py`` carries it out; in the page
``pyside/network/stored.py`` finds the result in the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Literal

Transform = Literal["none", "one_plus", "negative_exp"]  # w, 1 + w, -exp(w)
# plain: f32, row-major, the parts one after the other. stacked: a packed matrix, the parts one below the other. interleaved: a
# packed matrix, two parts in turn by ROW_TILE rows.
Layout = Literal["plain", "stacked", "interleaved"]


@dataclass(frozen=True)
class Part:
    """One tensor of the checkpoint: its name, the shape it must have, and what is done to its values."""

    name: str
    shape: tuple[int, ...]
    transform: Transform = "none"
    root: bool = False  # named from the checkpoint's root on, not from that of the text network
    padded: tuple[int, ...] = ()  # its shape in the weight, if another: rows laid flat, zeros behind and below

    @property
    def place(self) -> tuple[int, ...]:
        """The shape that it takes in the weight."""
        return self.padded or self.shape


@dataclass(frozen=True)
class Weight:
    """One weight as the network uses it: a tensor of the bundle, or several that are its row pieces."""

    name: str
    shape: tuple[int, ...]
    parts: tuple[Part, ...]
    layout: Layout = "plain"
    vocabulary: bool = False  # stored as numbered row pieces even if there is only one

    @property
    def matrix(self) -> bool:
        """Whether a recipe packs it; everything else stays plain f32."""
        return self.layout != "plain"

    def below(self, ours: str, theirs: str) -> Weight:
        """The same weight with longer names: ``ours`` in the bundle, ``theirs`` in the checkpoint."""
        parts = (part if part.root else replace(part, name=theirs + part.name) for part in self.parts)
        return replace(self, name=ours + self.name, parts=tuple(parts))


def matrix(name: str, *parts: Part, layout: Layout = "stacked", vocabulary: bool = False) -> Weight:
    """A packed matrix [N, K] of parts with K columns; matrices [..., N, K] lie one after the other."""
    *leading, _, columns = parts[0].place
    return Weight(name, (*leading, sum(part.place[-2] for part in parts), columns), parts, layout, vocabulary)


def plain(name: str, shape: tuple[int, ...], *parts: Part) -> Weight:
    """A tensor that stays f32: a norm, taps of a convolution, gates."""
    if sum(prod(part.place) for part in parts) != prod(shape):
        raise ValueError(f"weight {name}: its parts do not fill {list(shape)}")
    return Weight(name, shape, parts)


def norm(name: str, theirs: str, width: int) -> Weight:
    """The weight of a norm that multiplies by 1 + w, stored as 1 + w."""
    return plain(name, (width,), Part(theirs, (width,), "one_plus"))
