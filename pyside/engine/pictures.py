"""What the engine asks of whoever holds a request's pictures, and which of them stand behind a span."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol


class Pictures(Protocol):
    """The pictures and videos that came with one request, by number; ``frame`` is an index among a video's own frames.

    Errors of all: a sentence about a picture that cannot be read, as the page shows it.
    """

    def size(self, picture: int, frame: int = 0) -> Awaitable[tuple[int, int]]:
        """Height and width in pixels."""
        ...

    def clip(self, picture: int) -> Awaitable[tuple[int, float]]:
        """How many frames a video has, and how many of them make a second; 0 where that is not known."""
        ...

    def fit(self, picture: int, height: int, width: int, frame: int = 0) -> Awaitable[str]:
        """Have it resampled to so many pixels: the sha256 of the result, in hexadecimal digits."""
        ...

    def upload(self, picture: int, buffer: str, offset: int, frame: int = 0) -> Awaitable[None]:
        """Queue a write of what ``fit`` made last, [height, width] u32 with red in the low byte, at a byte of a GPU buffer."""
        ...


@dataclass(frozen=True)
class Image:
    """What the tower encodes at once: a still picture, or a pair of a video's frames, at the size at which it is seen."""

    pictures: Pictures
    picture: int
    height: int  # pixels
    width: int
    grid: tuple[int, int]  # rows and columns of patches
    frames: tuple[int, ...] = (0,)  # one of a still picture, two of a video; those may be the same

    async def digest(self) -> str:
        """What tells it from others: that of its frame, or of both where they differ."""
        return ":".join([await self._fitted(frame) for frame in dict.fromkeys(self.frames)])

    async def upload(self, buffer: str) -> int:
        """Queue a write of its pixels, frame behind frame, and say how many pixels lie between them: 0 when one stands for both."""
        frames = tuple(dict.fromkeys(self.frames))
        pixels = self.height * self.width
        for place, frame in enumerate(frames):
            await self._fitted(frame)  # a picture may stand at several sizes in a prompt, and the last one counts
            await self.pictures.upload(self.picture, buffer, 4 * pixels * place, frame)
        return pixels if len(frames) > 1 else 0

    async def _fitted(self, frame: int) -> str:
        return await self.pictures.fit(self.picture, self.height, self.width, frame)
