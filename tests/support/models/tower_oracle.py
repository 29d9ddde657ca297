"""Qwen3.5's vision tower in plain numpy, straight from the formulas of transformers' ``modeling_qwen3_5.py`` and of its processors.

It shares nothing with the plan, the kernels or their twins: it reads published tensor names, computes in float64, and keeps what
every block leaves, so that a test can name the first one that differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import erf, isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.models.oracle import Weights

Doubles = NDArray[np.float64]
Bytes = NDArray[np.uint8]
TOWER = "model.visual."


@dataclass
class Seen:
    """What the tower makes of one picture of P patches, or of one pair of frames."""

    patch_embed: Doubles  # [P, d]
    block_in: Doubles  # [P, d]: with places
    blocks: list[Doubles] = field(default_factory=list)  # each [P, d]: what the block leaves
    merged: Doubles = field(default_factory=lambda: np.zeros(0))  # [P/4, D]


class TowerOracle:
    """The tower of one checkpoint; ``config``: the ``vision_config`` of its config.json."""

    def __init__(self, config: Mapping[str, Any], weights: Weights) -> None:
        self.depth, self.heads = int(config["depth"]), int(config["num_heads"])
        self.d = int(config["hidden_size"])
        self.side = isqrt(int(config["num_position_embeddings"]))
        self.patch, self.merge = int(config["patch_size"]), int(config["spatial_merge_size"])
        self._weights = weights

    def see(self, frames: Bytes) -> Seen:
        """Bytes [1 or 2, H, W, 3] of a picture or of a pair of frames, sides multiples of patch * merge, through the tower."""
        rows, (r, c) = self.patches(frames), self.places(*(size // self.patch for size in frames.shape[1:3]))
        embedded = self._linear("patch_embed.proj", rows)
        x = embedded + self._stretched(r, c)
        seen = Seen(embedded, x)
        for block in range(self.depth):
            at = f"blocks.{block}."
            x = x + self._attention(at, self._norm(f"{at}norm1", x), r, c)
            inner = gelu_tanh(self._linear(f"{at}mlp.linear_fc1", self._norm(f"{at}norm2", x)))
            x = x + self._linear(f"{at}mlp.linear_fc2", inner)
            seen.blocks.append(x)
        squares = self._norm("merger.norm", x).reshape(len(x) // self.merge**2, -1)  # [P/4, 4*d]
        seen.merged = self._linear("merger.linear_fc2", gelu_erf(self._linear("merger.linear_fc1", squares)))
        return seen

    def patches(self, frames: Bytes) -> Doubles:
        """[P, 3 * 2 * patch * patch]: colours from -1 to 1, a still picture given twice."""
        pair = np.repeat(frames, 2, axis=0) if len(frames) == 1 else frames
        values = (pair.astype(np.float32) - np.float32(127.5)) / np.float32(127.5)
        height, width = (size // self.patch for size in frames.shape[1:3])
        cut = values.reshape(2, height, self.patch, width, self.patch, 3).transpose(
            1, 3, 5, 0, 2, 4
        )  # [gh, gw, 3, 2, p, p]
        return np.array([cut[place].ravel() for place in zip(*self.places(height, width), strict=True)], np.float64)

    def places(self, height: int, width: int) -> tuple[list[int], list[int]]:
        """Row and column of every patch: square by square, and within one row by row."""
        merge, rows, columns = self.merge, list[int](), list[int]()
        for top in range(0, height, merge):
            for left in range(0, width, merge):
                rows += [top + i // merge for i in range(merge * merge)]
                columns += [left + i % merge for i in range(merge * merge)]
        return rows, columns

    def _stretched(self, rows: list[int], columns: list[int]) -> Doubles:
        """The learned table of places, stretched to the grid: bilinear, corners on corners."""
        table = self._read("pos_embed.weight").reshape(self.side, self.side, self.d)
        found = np.zeros((len(rows), self.d))
        for i, (r, c) in enumerate(zip(rows, columns, strict=True)):
            y, x = (at * (self.side - 1) / max(*of, 1) for at, of in ((r, rows), (c, columns)))
            top, left = int(y), int(x)
            below, right = min(top + 1, self.side - 1), min(left + 1, self.side - 1)
            v, u = y - top, x - left
            found[i] = (1 - v) * ((1 - u) * table[top, left] + u * table[top, right])
            found[i] += v * ((1 - u) * table[below, left] + u * table[below, right])
        return found

    def _attention(self, at: str, h: Doubles, rows: list[int], columns: list[int]) -> Doubles:
        width = self.d // self.heads
        q, k, v = self._linear(f"{at}attn.qkv", h).reshape(len(h), 3, self.heads, width).transpose(1, 2, 0, 3)
        inverse = 10000.0 ** (-np.arange(0, width // 2, 2) / (width // 2))
        angle = np.concatenate([np.outer(rows, inverse), np.outer(columns, inverse)], axis=1)  # [P, width/2]
        q, k = (_turned(x, np.cos(angle), np.sin(angle)) for x in (q, k))
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(width)  # [heads, P, P]
        chance = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (chance / chance.sum(-1, keepdims=True)) @ v
        return self._linear(f"{at}attn.proj", mixed.transpose(1, 0, 2).reshape(len(h), -1))

    def _linear(self, name: str, x: Doubles) -> Doubles:
        weight = self._read(f"{name}.weight")
        return np.asarray(x @ weight.reshape(len(weight), -1).T + self._read(f"{name}.bias"))

    def _norm(self, name: str, x: Doubles) -> Doubles:
        apart = x - x.mean(-1, keepdims=True)
        scaled = apart / np.sqrt((apart**2).mean(-1, keepdims=True) + 1e-6)
        return np.asarray(scaled * self._read(f"{name}.weight") + self._read(f"{name}.bias"))

    def _read(self, name: str) -> Doubles:
        return self._weights.rows(TOWER + name).astype(np.float64)


def gelu_tanh(x: Doubles) -> Doubles:
    """The approximation of GELU by a hyperbolic tangent."""
    return np.asarray(0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


def gelu_erf(x: Doubles) -> Doubles:
    """GELU itself: x times the normal distribution's chance of what is below x."""
    return np.asarray(0.5 * x * (1 + np.vectorize(erf)(x / np.sqrt(2))))


def _turned(x: Doubles, cos: Doubles, sin: Doubles) -> Doubles:
    """Halves of the last axis of x [heads, P, width] as pairs, turned by angles [P, width/2]."""
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)
