"""How a weight matrix lies in memory, and how it is quantised: the other half of ``templates/shared/<format>.wgsl``.

A matrix W [N, K] is stored as 16-byte words of ``kw = FORMATS[format]`` consecutive weights of one row, in the order
[N/32 tiles of rows][K/kw][32 rows], so that threads which own neighbouring rows read neighbouring words. N is padded with
zero rows to a multiple of 32. Inside a word:

    f32   4 floats
    f16   8 halves
    q8    16 signed bytes, -127..127
    q4    32 nibbles, value + 8; of each 8 weights, byte b holds weight b below and weight b + 4 above, so that one mask
          and one shift give four weights side by side

q8 and q4 have one f16 scale per group of 32 weights of a row, two to a u32 (group 2j in the low half), in the order
[N/32][ceil(K/64)][32 rows]. A weight is scale * code. Scales may be negative: q4 reaches -8 but only +7, and the group's
largest weight may have either sign.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.formats import FORMATS, GROUP, ROW_TILE, packed_bytes, scaled

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

# Weights quantised at a time: a few megabytes of temporaries, which a cache holds, whatever the matrix.
_CHUNK = 1 << 18

# The code that the group's largest weight is mapped to, one trial each; between trials the scale is refined by least
# squares. A value beyond the code range clips the largest weight in favour of the others.
_TRIALS = {
    "q8": (127.0, 126.0, 125.0, 124.0, 123.0),
    "q4": (-8.0, -7.6, -7.2, -8.4, -8.8, -9.3, 7.0, 7.4, 7.8, 8.3, 8.8, 6.6),
}
_RANGE = {"q8": (-127.0, 127.0), "q4": (-8.0, 7.0)}
_F16_MAX = 65_504.0
_LARGEST = 5 * _F16_MAX  # weight that is quantised: no group's scale is more than a fifth of its largest weight


def pack(weights: Floats, format: str) -> tuple[bytes, bytes]:
    """The words and the scales of ``weights`` f32 [N, K]; the same input gives the same bytes.

    Row slices of a multiple of 32 rows may be packed one by one and both results joined.
    Errors: ValueError for a shape that cannot be packed, and for a weight that is not finite or too large for the format.
    """
    if weights.ndim != 2:
        raise ValueError(f"weights of shape {weights.shape}: expected a matrix [rows, columns]")
    rows, columns = weights.shape
    words_bytes, scales_bytes = packed_bytes(format, (rows, columns))
    tiles = -(-rows // ROW_TILE)
    words = np.empty((tiles, words_bytes // max(tiles, 1)), np.uint8)
    scales = np.zeros((tiles, -(-columns // (2 * GROUP)) * 2, ROW_TILE), np.float16)  # [tiles, groups, rows]
    step = max(1, _CHUNK // (ROW_TILE * columns))
    for first in range(0, tiles, step):
        last = min(first + step, tiles)
        part = _finite(weights, first * ROW_TILE, min(last * ROW_TILE, rows))
        if len(part) % ROW_TILE:
            part = np.concatenate([part, np.zeros((-len(part) % ROW_TILE, columns), np.float32)])
        if scaled(format):
            codes, chosen = _quantise(part, format)
            words[first:last] = _code_words(codes, format).reshape(last - first, -1)
            scales[first:last, : columns // GROUP] = chosen
        else:
            words[first:last] = _float_words(part, format, first * ROW_TILE).reshape(last - first, -1)
    if not scales_bytes:
        return words.tobytes(), b""
    pairs = scales.reshape(tiles, -1, 2, ROW_TILE).transpose(0, 1, 3, 2)  # [tiles, pairs, rows, 2]
    return words.tobytes(), pairs.tobytes()


def unpack(words: bytes | Bytes, scales: bytes | Bytes, format: str, rows: int, columns: int) -> Floats:
    """The matrix f32 [rows, columns] that the kernels see: exactly scale * code.

    Errors: ValueError when the sections are not as long as the shape needs.
    """
    expected = packed_bytes(format, (rows, columns))
    data, factors = np.frombuffer(words, np.uint8), np.frombuffer(scales, np.uint8)
    if (data.size, factors.size if expected[1] else 0) != expected:
        raise ValueError(
            f"{format} [{rows}, {columns}] needs {expected[0]} + {expected[1]} bytes, got {data.size} + {factors.size}"
        )
    tiles = -(-rows // ROW_TILE)
    if not scaled(format):
        stored = data.view(np.float32 if format == "f32" else np.float16).reshape(tiles, -1, ROW_TILE, FORMATS[format])
        full = stored.transpose(0, 2, 1, 3).reshape(tiles * ROW_TILE, columns)  # [tiles, rows, words, kw] -> [N, K]
        return np.ascontiguousarray(full[:rows], np.float32)
    groups = columns // GROUP
    factor = factors.view(np.float16).reshape(tiles, -1, ROW_TILE, 2).transpose(0, 1, 3, 2)  # [tiles, pairs, 2, rows]
    factor = factor.reshape(tiles, -1, ROW_TILE)[:, :groups].transpose(0, 2, 1).astype(np.float32)  # [tiles, rows, G]
    if format == "q8":
        codes = data.view(np.int8).reshape(tiles, -1, ROW_TILE, 16).transpose(0, 2, 1, 3)  # [tiles, rows, words, 16]
        values = codes.reshape(tiles, ROW_TILE, groups, GROUP).astype(np.float32)
    else:
        nibbles = data.reshape(tiles, groups, ROW_TILE, 4, 4).transpose(
            0, 2, 1, 3, 4
        )  # [tiles, rows, G, 4 u32, 4 bytes]
        values = np.empty((tiles, ROW_TILE, groups, 4, 2, 4), np.float32)
        values[..., 0, :] = nibbles & 15
        values[..., 1, :] = nibbles >> 4
        values -= 8
        values = values.reshape(tiles, ROW_TILE, groups, GROUP)
    values *= factor[..., None]
    return values.reshape(tiles * ROW_TILE, columns)[:rows]


def dequantised(weights: Floats, format: str) -> Floats:
    """What a format makes of a matrix: ``weights`` packed and unpacked again."""
    return unpack(*pack(weights, format), format, *weights.shape)


def _finite(weights: Floats, first: int, last: int) -> Floats:
    """Rows [first, last) as contiguous f32. Errors: ValueError at the first NaN or infinity."""
    part = np.ascontiguousarray(weights[first:last], np.float32)
    # One pass without temporaries: a sum is not finite if an element is not; finite sums that overflow are looked at again.
    if not np.isfinite(np.sum(part, dtype=np.float64)):
        row, column = (int(i) for i in np.argwhere(~np.isfinite(part))[0])
        raise ValueError(
            f"weight [{first + row}, {column}] is {part[row, column]}: expected finite numbers; the checkpoint is damaged"
        )
    return part


def _float_words(part: Floats, format: str, first: int) -> Bytes:
    """f32 [R, K] -> bytes [R/32, K/kw, 32, 16]."""
    kw = FORMATS[format]
    if format == "f16" and np.abs(part).max(initial=0) > _F16_MAX:
        row, column = (int(i) for i in np.argwhere(np.abs(part) > _F16_MAX)[0])
        raise ValueError(
            f"weight [{first + row}, {column}] is {part[row, column]}: f16 holds at most {_F16_MAX}; use f32"
        )
    stored = part.astype(np.float16 if format == "f16" else np.float32, copy=False)
    words = stored.reshape(-1, ROW_TILE, part.shape[1] // kw, kw).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(words).view(np.uint8)


def _code_words(codes: NDArray[np.int8], format: str) -> Bytes:
    """Codes [32 weights, tiles, groups, 32 rows] -> bytes [tiles, words, 32 rows, 16]."""
    if format == "q8":
        halves = codes.reshape(2, 16, *codes.shape[1:])
        return np.ascontiguousarray(halves.transpose(2, 3, 0, 4, 1)).view(np.uint8)
    nibbles = (codes + np.int8(8)).view(np.uint8).reshape(4, 2, 4, *codes.shape[1:])
    joined = (nibbles[:, 0] | nibbles[:, 1] << np.uint8(4)).reshape(16, *codes.shape[1:])
    return np.ascontiguousarray(joined.transpose(1, 2, 3, 0))


def _quantise(part: Floats, format: str) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Codes int8 [32 weights, tiles, groups, 32 rows] and scales f16 [tiles, groups, 32 rows] of least squared error.

    For given codes q the best scale is s = <x, q> / <q, q>, which leaves |x|^2 - <x, q>^2 / <q, q>: each trial rounds with
    one scale and is judged by the second term, and the winner's s, rounded to f16, chooses the final codes.
    """
    low, high = _RANGE[format]
    grouped = part.reshape(-1, ROW_TILE, part.shape[1] // GROUP, GROUP).transpose(3, 0, 2, 1)
    shape = grouped.shape
    x = np.ascontiguousarray(grouped).reshape(GROUP, -1)  # [32 weights, every group]
    lower, upper = x.min(axis=0), x.max(axis=0)
    extreme = np.where(-lower > upper, lower, upper)
    if np.abs(extreme).max(initial=0) > _LARGEST:
        raise ValueError(
            f"a weight of {np.abs(extreme).max()} is too large for the f16 scale of {format}: at most {_LARGEST:.0f}"
        )
    safe: Floats = np.where(extreme == 0, 1, extreme).astype(np.float32)
    best = np.full(x.shape[1], -1, np.float32)
    scale = np.zeros(x.shape[1], np.float32)
    codes = np.empty_like(x)
    for target in _TRIALS[format]:
        _round(x, np.float32(target) / safe, low, high, codes)
        along = np.einsum("kg,kg->g", x, codes)
        size = np.einsum("kg,kg->g", codes, codes)
        refined = along / np.maximum(size, np.float32(1))  # all codes 0: the group is 0, and so is its scale
        gain = along * refined
        better = gain > best
        best[better], scale[better] = gain[better], refined[better]
    stored = scale.astype(np.float16)
    used = stored.astype(np.float32)
    _round(x, np.divide(1, used, out=np.zeros_like(used), where=used != 0), low, high, codes)
    return codes.astype(np.int8).reshape(shape), stored.reshape(shape[1:])


def _round(x: Floats, factor: Floats, low: float, high: float, out: Floats) -> None:
    """``out`` = the nearest code of each weight."""
    np.multiply(x, factor, out=out)
    np.rint(out, out=out)
    np.clip(out, np.float32(low), np.float32(high), out=out)
