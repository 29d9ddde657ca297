"""Numpy twins of the kernels of the vision tower, and of those that bring its rows to the language model.

The formulas are those of the reference implementation, transformers' ``models/qwen3_5/modeling_qwen3_5.py``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.twins.bindings import Bindings, Floats, Twin, control_word, f32, live_rows
from kernels_wgsl.twins.sequence import inverse_frequencies, turned

PICTURE = 0x80000000  # the bit of an id that tells a row of a picture from a token


def _places(bindings: Bindings, constants: Constants) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column in the picture's grid of each patch: squares row by row, and so the patches of a square."""
    merge, width = int(constants["MERGE"]), control_word(bindings["control"], "grid_width")
    square, inside = np.divmod(np.arange(live_rows(bindings["control"], constants)), merge * merge)
    return square // (width // merge) * merge + inside // merge, square % (width // merge) * merge + inside % merge


def vision_patches(bindings: Bindings, constants: Constants) -> None:
    """y[t, c, f] = (bytes - 127.5) / 127.5 of channel c in frame f of a pair, where patch t lies."""
    control, side = bindings["control"], int(constants["PATCH"])
    rows, columns = _places(bindings, constants)
    width = side * control_word(control, "grid_width")
    corner = side * (rows * width + columns)  # [T]
    inside = np.arange(side)[:, None] * width + np.arange(side)  # [PATCH, PATCH]
    y = f32(bindings["y"], len(rows), 3, 2, side, side)
    for frame in range(2):
        at = corner[:, None, None] + inside + frame * control_word(control, "frame_stride")
        for channel in range(3):
            values = (bindings["pixels"][at] >> np.uint32(8 * channel)) & np.uint32(255)  # [T, PATCH, PATCH]
            y[:, channel, frame] = (values.astype(np.float32) - np.float32(127.5)) / np.float32(127.5)


def _taps(places: NDArray[np.int64], count: int, side: int) -> tuple[tuple[NDArray[np.int64], Floats], ...]:
    """Where rows (or columns) of a grid of ``count`` fall in a table of ``side``: two entries, each with its share."""
    at = (places * (side - 1)).astype(np.float32) / np.float32(max(count, 2) - 1)
    low = np.floor(at).astype(np.int64)
    far = at - low.astype(np.float32)
    return (low, 1 - far), (np.minimum(low + 1, side - 1), far)


def vision_place(bindings: Bindings, constants: Constants) -> None:
    """x[t] += table at the place of patch t, bilinear between four entries."""
    side, width = int(constants["SIDE"]), int(constants["D"])
    rows, columns = _places(bindings, constants)
    table = f32(bindings["table"], side, side, width)
    x = f32(bindings["x"], len(rows), width)
    for row, row_share in _taps(rows, control_word(bindings["control"], "grid_height"), side):
        for column, share in _taps(columns, control_word(bindings["control"], "grid_width"), side):
            x += (row_share * share)[:, None] * table[row, column]


def vision_turn(bindings: Bindings, constants: Constants) -> None:
    """Rotary embedding of q and k by row and column of a patch, in place; q is scaled by HD^-1/2."""
    heads, dim = int(constants["HEADS"]), int(constants["HD"])
    rows, columns = _places(bindings, constants)
    frequencies = inverse_frequencies(10_000.0, dim // 2)  # [HD/4], the same for both axes
    angle = np.concatenate([place.astype(np.float32)[:, None] * frequencies for place in (rows, columns)], axis=1)
    qkv = f32(bindings["qkv"], len(rows), 3, heads, dim)
    qkv[:, :2] = turned(qkv[:, :2], angle[:, None, None])  # angle [T, 1, 1, HD/2]
    qkv[:, 0] *= np.float32(dim**-0.5)


def vision_attention(bindings: Bindings, constants: Constants) -> None:
    """y = softmax(q K^T) V per head over all rows of the picture; q comes scaled."""
    heads, dim, rows = int(constants["HEADS"]), int(constants["HD"]), live_rows(bindings["control"], constants)
    if not rows:
        return
    q, k, v = f32(bindings["qkv"], rows, 3, heads, dim).transpose(1, 2, 0, 3)  # each [HEADS, T, HD]
    y = f32(bindings["y"], rows, heads, dim)
    for head in range(heads):
        scores = q[head] @ k[head].T  # [T, T]
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        y[:, head] = (weights @ v[head]) / weights.sum(axis=-1, keepdims=True)


def layer_norm(bindings: Bindings, constants: Constants) -> None:
    """y = (x - mean(x)) / sqrt(variance(x) + eps) * weight + bias per row [T, D]."""
    width, rows = int(constants["D"]), live_rows(bindings["control"], constants)
    x = f32(bindings["x"], rows, width)
    weight, bias = f32(bindings["wb"], 2, width)
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(constants["EPS"]))
    f32(bindings["y"], rows, width)[:] = centred / deviation * weight + bias


def keep_rows(bindings: Bindings, constants: Constants) -> None:
    """rows[first_row + i] = merged[i] for the rows that a picture's patches have been merged into."""
    control, width = bindings["control"], int(constants["D"])
    count = live_rows(control, constants) // int(constants["MERGE"]) ** 2
    first = control_word(control, "first_row")
    f32(bindings["rows"], first + count, width)[first:] = f32(bindings["merged"], count, width)


def place_rows(bindings: Bindings, constants: Constants) -> None:
    """x[t] = rows[ids[t] - 2^31] for the ids that stand for parts of pictures."""
    width, count = int(constants["D"]), live_rows(bindings["control"], constants)
    ids = bindings["ids"][:count]
    tokens = np.flatnonzero(ids >= PICTURE)
    if len(tokens):
        kept = ids[tokens].astype(np.int64) - PICTURE
        f32(bindings["x"], count, width)[tokens] = f32(bindings["rows"], int(kept.max()) + 1, width)[kept]


TWINS: Mapping[str, Twin] = {
    twin.__name__: twin
    for twin in (
        vision_patches,
        vision_place,
        layer_norm,
        vision_turn,
        vision_attention,
        keep_rows,
        place_rows,
    )
}
