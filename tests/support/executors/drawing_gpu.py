"""A GPU without a network: it draws what a script says, up to a window of tokens in each decode pass."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import cycle
from struct import pack_into, unpack_from

from kernels_wgsl.catalog.words import CONTROL, CONTROL_WORDS, RECORD_WORDS, RING_SLOTS, control_index
from pyside.plan.plan import Buffer, Facts, Pass, Plan

ROW = 8  # bytes of a token in the cache
PLAN = Plan(
    (Buffer("state", 16, "state"), Buffer("cache", ROW * 64, "state", growing=True)),
    (),
    {},
    (),
    facts=Facts(chunk=16, score_rows=16, cache_tokens=64, context_window=4096, vocab_size=1024),
)


class DrawingGpu:
    """Step s of a response draws ``script[s]``; a decode pass takes the newest token and yields as many as ``windows`` says.

    As a verifying pass does, it writes a row for each token that it may yield, and keeps those before the last that it does.
    """

    def __init__(self, script: Sequence[int], windows: Sequence[int] = (1,)) -> None:
        self.script, self._windows, self._widest = script, cycle(windows), max(windows)
        self.position = 0  # tokens in the caches
        self.passes: list[tuple[str, int]] = []
        self.readied: list[str] = []  # lazy passes that were asked for
        self._step = self._remaining = 0
        self._stops: tuple[int, ...] = ()
        self._done = False
        self._control = bytearray(4 * CONTROL_WORDS)
        self._capacity = PLAN.facts.cache_tokens
        self._ring = bytearray(4 * RECORD_WORDS * RING_SLOTS)

    def write(self, buffer: str, data: bytes, offset: int = 0) -> None:
        if buffer == "control":
            self._control[offset : offset + len(data)] = data
            if len(data) == len(self._control):
                self.position, self._step, self._remaining = map(self.word, ("position", "step", "remaining"))
                count = self.word("stop_count")
                self._stops = unpack_from(f"<{count}I", data, 4 * control_index("stop_0"))
                self._done = False

    def word(self, name: str) -> int:
        """A word of the control buffer as the engine has written it."""
        found: int = unpack_from("<i" if CONTROL[name] == "i32" else "<I", self._control, 4 * control_index(name))[0]
        return found

    def run(self, pass_name: str, times: int = 1) -> None:
        self.passes.append((pass_name, times))
        for _ in range(times):
            if pass_name in (Pass.PREFILL, Pass.PREFILL_GRID):
                self._take(self.word("count"), self.word("count"))
            elif pass_name == Pass.SAMPLE:
                self._draw()
            elif pass_name == Pass.DECODE and not self._done:
                self._decode(min(next(self._windows), self._remaining))

    def read(self, buffer: str, offset: int, size: int) -> asyncio.Future[bytes]:
        found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        found.set_result(bytes(self._ring) if buffer == "ring" else bytes(size))
        return found

    def grow(self, buffer: str, size: int) -> None:
        self._capacity = size // ROW

    def clear(self, buffer: str) -> None:
        if buffer == "ring":
            self._ring = bytearray(len(self._ring))

    async def load(self, plan: Plan) -> None: ...

    async def ready(self, pass_name: str) -> None:
        self.readied.append(pass_name)

    def copy(self, source: str, target: str) -> None: ...

    def drop(self, buffer: str) -> None: ...

    def _decode(self, yields: int) -> None:
        rows = min(self._widest, self._remaining)
        drawn = 0
        while drawn < yields and not self._done:
            self._draw()
            drawn += 1
        self._take(rows, drawn)

    def _take(self, rows: int, kept: int) -> None:
        assert self.position + rows <= self._capacity, "a row has room in the caches before it is written"
        self.position += kept

    def _draw(self) -> None:
        token, slot = self.script[self._step], self._step % RING_SLOTS
        pack_into("<IfI", self._ring, 4 * RECORD_WORDS * slot, token, -0.5, self._step)
        self._step += 1
        self._remaining -= 1
        self._done = self._remaining == 0 or token in self._stops
