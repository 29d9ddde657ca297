"""What a worker does with a request's pictures, in numpy: resampled bit for bit as torchvision does, hashed, written to a GPU."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from pyside.plan.gpu import Gpu

Pixels = NDArray[np.uint8]


class HeldPictures:
    """The ``Pictures`` protocol over videos and pictures [frames, h, w, 3], which may be of one frame."""

    def __init__(self, gpu: Gpu, sources: Sequence[Pixels], fps: float = 0.0) -> None:
        self._gpu, self._sources, self._fps = gpu, sources, fps
        self._fitted: dict[tuple[int, int], Pixels] = {}
        self.fits = 0
        self.uploads: list[tuple[int, int]] = []  # pictures and frames, in the order in which they went to the GPU

    async def size(self, picture: int, frame: int = 0) -> tuple[int, int]:
        height, width = self._sources[picture][frame].shape[:2]
        return height, width

    async def clip(self, picture: int) -> tuple[int, float]:
        return len(self._sources[picture]), self._fps

    async def fit(self, picture: int, height: int, width: int, frame: int = 0) -> str:
        self.fits += 1
        fitted = self._fitted[picture, frame] = resampled(self._sources[picture][frame], height, width)
        return sha256(f"{height} {width} ".encode() + fitted.tobytes()).hexdigest()

    async def upload(self, picture: int, buffer: str, offset: int, frame: int = 0) -> None:
        fitted = self._fitted[picture, frame]
        alpha = np.full((*fitted.shape[:2], 1), 255, np.uint8)
        self._gpu.write(buffer, np.concatenate([fitted, alpha], 2).tobytes(), offset)
        self.uploads.append((picture, frame))


def resampled(image: Pixels, height: int, width: int) -> Pixels:
    """Bicubic with antialiasing, columns first, in integers: ATen's uint8 path (UpSampleKernelAVXAntialias.h). [h, w, 3] -> [H, W, 3]."""
    return _along(_along(image.transpose(1, 0, 2), width).transpose(1, 0, 2), height)


def _along(image: Pixels, size: int) -> Pixels:
    """The first axis at another size."""
    if len(image) == size:
        return image
    scale = len(image) / size
    stretch = max(scale, 1.0)
    taps = []
    for place in range(size):
        centre = (place + 0.5) * scale
        first, last = max(int(centre - 2 * stretch + 0.5), 0), min(int(centre + 2 * stretch + 0.5), len(image))
        weights = [_cubic((at - centre + 0.5) / stretch) for at in range(first, last)]
        taps.append((first, [weight / sum(weights) for weight in weights]))
    largest = max(max(weights) for _, weights in taps)
    bits = next(bits for bits in range(22, -1, -1) if int(0.5 + largest * (1 << bits)) < 1 << 15)
    rows = []
    for first, weights in taps:
        whole = np.array([int(weight * (1 << bits) + math.copysign(0.5, weight)) for weight in weights], np.int64)
        total = np.tensordot(whole, image[first : first + len(whole)].astype(np.int64), 1)
        rows.append(np.clip((total + (1 << bits >> 1)) >> bits, 0, 255).astype(np.uint8))
    return np.stack(rows)


def _cubic(x: float) -> float:
    """Keys' kernel with a = -1/2."""
    x = abs(x)
    if x < 1:
        return (1.5 * x - 2.5) * x * x + 1
    return (((x - 5) * x + 8) * x - 4) * -0.5 if x < 2 else 0.0
