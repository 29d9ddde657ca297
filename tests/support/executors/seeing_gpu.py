"""A GPU without a network that remembers what each place of its caches was made of: an id or a row of a picture, and positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from struct import unpack, unpack_from
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyside.plan.plan import Pass, Plan
from tests.support.executors.drawing_gpu import PLAN, DrawingGpu

PATCH, MERGED = 16, 4  # pixels of a patch's side, patches of a row
Row = tuple[str, int]  # what a picture shows, and which of its rows
Place = tuple[int | Row, tuple[int, int, int]]  # what a token is, and where


def seeing_plan(rows: int, patches: int = 256) -> Plan:
    """A plan that keeps so many rows of pictures."""
    return replace(PLAN, facts=replace(PLAN.facts, vision_rows=rows, vision_patches=patches))


def picture_of(*frames: NDArray[np.uint8]) -> str:
    """What the tower makes of a picture [H, W, 3], or of two frames: a name."""
    return sha256(b"".join(frame.tobytes() for frame in frames)).hexdigest()[:8]


class SeeingGpu(DrawingGpu):
    """Draws ``script``; ``places`` is what the caches hold, up to ``position``."""

    def __init__(self, script: Sequence[int], plan: Plan) -> None:
        super().__init__(script)
        self.places: list[Place] = []
        self.towers: list[str] = []  # pictures that went through the tower
        self._facts = plan.facts
        self._rows: list[Row | None] = [None] * plan.facts.vision_rows
        self._bytes = {
            "ids": bytearray(4 * plan.facts.chunk),
            "positions": bytearray(12 * plan.facts.chunk),
            "pixels": bytearray(2 * 4 * PATCH**2 * plan.facts.vision_patches),
        }

    def write(self, buffer: str, data: bytes, offset: int = 0) -> None:
        super().write(buffer, data, offset)
        if buffer in self._bytes:
            assert offset + len(data) <= len(self._bytes[buffer]), f"{buffer} ends before {offset} + {len(data)}"
            self._bytes[buffer][offset : offset + len(data)] = data

    def run(self, pass_name: str, times: int = 1) -> None:
        ways: Mapping[str, Any] = {
            Pass.VISION: self._encode,
            Pass.PREFILL: self._prefill,
            Pass.PREFILL_GRID: self._prefill_grid,
            Pass.DECODE: self._fed,
            Pass.MARK: self._marked,
        }
        for _ in range(times):
            if pass_name in ways:
                ways[pass_name]()
            super().run(pass_name)

    def _encode(self) -> None:
        height, width, first = map(self.word, ("grid_height", "grid_width", "first_row"))
        assert self.word("count") == height * width <= self._facts.vision_patches and self.word("done") == 0
        size, stride = height * width * PATCH**2, self.word("frame_stride")
        words = np.frombuffer(self._bytes["pixels"], np.uint8).reshape(-1, 4)
        frames = [words[start : start + size] for start in ((0, stride) if stride else (0,))]
        assert all((frame[:, 3] == 255).all() for frame in frames)
        name = picture_of(*(frame[:, :3] for frame in frames))
        self.towers.append(name)
        for row in range(height * width // MERGED):
            self._rows[first + row] = (name, row)

    def _ids(self) -> tuple[int, ...]:
        return unpack_from(f"<{self.word('count')}I", self._bytes["ids"])

    def _prefill(self) -> None:
        assert all(id < self._facts.vocab_size for id in self._ids()), "rows of pictures have places of their own"
        self._remember([(id, (self._at(row),) * 3) for row, id in enumerate(self._ids())])

    def _prefill_grid(self) -> None:
        streams = np.array(unpack(f"<{3 * self._facts.chunk}i", self._bytes["positions"])).reshape(3, -1)
        made: list[Place] = []
        for row, id in enumerate(self._ids()):
            what = self._rows[id & 0x7FFFFFFF] if id >> 31 else id
            assert what is not None, f"row {id & 0x7FFFFFFF} was never written"
            time, down, right = map(int, streams[:, row])
            made.append((what, (time, down, right)))
        self._remember(made)

    def _fed(self) -> None:
        if not self._done:
            self._remember([(self.script[self._step - 1], (self._at(0),) * 3)])

    def _marked(self) -> None:
        assert all(id < self._facts.vocab_size for id in self._ids()), "penalties count pads by their own id"

    def _at(self, row: int) -> int:
        return self.position + row + self.word("rope_offset")

    def _remember(self, made: Sequence[Place]) -> None:
        self.places[self.position :] = made
