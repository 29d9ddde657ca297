"""The reference's resampler in numpy: torchvision's antialiased bicubic on bytes.

Source: pytorch, aten/src/ATen/native/cpu/UpSampleKernelAVXAntialias.h, which torchvision's resize of bytes takes on every CPU.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


def resize(picture: Bytes, height: int, width: int) -> Bytes:
    """[h, w, 3] -> [height, width, 3]: columns first, rounded to bytes, then rows."""
    return _one_axis(_one_axis(picture, width, 1), height, 0)


def _one_axis(picture: Bytes, to: int, axis: int) -> Bytes:
    source = np.moveaxis(picture, axis, 0).astype(np.int64)
    if len(source) == to:
        return picture
    taps = [_weights(len(source), to, place) for place in range(to)]
    largest = max(max(weights) for _, weights in taps)
    bits = next(b for b in range(22, 0, -1) if int(0.5 + largest * 2**b) < 2**15)
    lines = []
    for first, weights in taps:
        fixed = [int(weight * 2**bits + (0.5 if weight >= 0 else -0.5)) for weight in weights]
        total = np.tensordot(np.array(fixed), source[first : first + len(fixed)], 1)
        lines.append((total + 2 ** (bits - 1)) >> bits)
    return np.moveaxis(np.clip(lines, 0, 255).astype(np.uint8), 0, axis)


def _weights(size: int, to: int, place: int) -> tuple[int, list[float]]:
    """The first place that a place of the result reads, and the weights from there on."""
    scale = size / to
    stretch = max(scale, 1.0)
    centre = (place + 0.5) * scale
    first = max(int(centre - 2 * stretch + 0.5), 0)
    last = min(int(centre + 2 * stretch + 0.5), size)
    weights = [_cubic((at - centre + 0.5) / stretch) for at in range(first, last)]
    total = 0.0
    for weight in weights:  # in this order, as the reference adds them; `sum` compensates its rounding
        total += weight
    return first, [weight / total for weight in weights]


def _cubic(x: float) -> float:
    x = abs(x)
    if x < 1:
        return (1.5 * x - 2.5) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * -0.5 if x < 2 else 0.0
