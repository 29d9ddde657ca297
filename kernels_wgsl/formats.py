"""How weights may be stored, and how many bytes that takes: what the bundle, the planner, the packer and the kernels agree on.

A matrix [N, K] lies in tiles of ROW_TILE rows, as 16-byte words of one row's consecutive weights (``pack.py`` draws it). Its
leading dimensions, if there are more than two, count matrices that lie one after the other, each padded by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

ROW_TILE = 32  # rows whose 16-byte words lie side by side
FORMATS: Mapping[str, int] = {"f32": 4, "f16": 8, "q8": 16, "q4": 32}  # weights of one row per 16-byte word
GROUP = 32  # weights that share one f16 scale in q8 and q4
# Bytes at whose multiples a bound range begins (WebGPU's minStorageBufferOffsetAlignment): tensors in a shard, scales in a tensor.
ALIGNMENT = 256


def scaled(format: str) -> bool:
    """Whether weights of this format carry a separate array of scales."""
    return format in ("q8", "q4")


def packed_bytes(format: str, shape: Sequence[int]) -> tuple[int, int]:
    """Bytes of the words and of the scales (0 without) of packed matrices [..., N, K].

    Errors: ValueError for an unknown format, fewer than two dimensions, or columns that are not a multiple of GROUP.
    """
    if format not in FORMATS:
        raise ValueError(f"weight format {format!r}: expected one of {', '.join(FORMATS)}")
    if len(shape) < 2:
        raise ValueError(f"shape {list(shape)} cannot be packed: expected a matrix [rows, columns], or several")
    *matrices, rows, columns = shape
    if columns % GROUP:
        raise ValueError(f"a matrix of {columns} columns cannot be packed: columns must be a multiple of {GROUP}")
    padded = prod(matrices) * -(-rows // ROW_TILE) * ROW_TILE
    words = padded * columns // FORMATS[format] * 16
    return words, padded * -(-columns // (2 * GROUP)) * 4 if scaled(format) else 0
