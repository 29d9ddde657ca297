"""What a worker does with a request's pictures, in numpy: resampled bit for bit as torchvision does, hashed, written to a GPU."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from pyside.plan.gpu import Gpu
from tests.support.resampling import Bytes, resize


class HeldPictures:
    """The ``Pictures`` protocol over videos and pictures [frames, h, w, 3], which may be of one frame."""

    def __init__(self, gpu: Gpu, sources: Sequence[Bytes], fps: float = 0.0) -> None:
        self._gpu, self._sources, self._fps = gpu, sources, fps
        self._fitted: dict[tuple[int, int], Bytes] = {}
        self.fits = 0
        self.uploads: list[tuple[int, int]] = []  # pictures and frames, in the order in which they went to the GPU

    async def size(self, picture: int, frame: int = 0) -> tuple[int, int]:
        height, width = self._sources[picture][frame].shape[:2]
        return height, width

    async def clip(self, picture: int) -> tuple[int, float]:
        return len(self._sources[picture]), self._fps

    async def fit(self, picture: int, height: int, width: int, frame: int = 0) -> str:
        self.fits += 1
        fitted = self._fitted[picture, frame] = resize(self._sources[picture][frame], height, width)
        return sha256(f"{height} {width} ".encode() + fitted.tobytes()).hexdigest()

    async def upload(self, picture: int, buffer: str, offset: int, frame: int = 0) -> None:
        fitted = self._fitted[picture, frame]
        alpha = np.full((*fitted.shape[:2], 1), 255, np.uint8)
        self._gpu.write(buffer, np.concatenate([fitted, alpha], 2).tobytes(), offset)
        self.uploads.append((picture, frame))
