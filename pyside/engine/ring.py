"""The ring of records that the kernels leave: one for each token drawn, or scored."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass

from kernels_wgsl.catalog.words import (
    RECORD_ID,
    RECORD_LOGPROB,
    RECORD_STEP,
    RECORD_TOP_COUNT,
    RECORD_TOP_IDS,
    RECORD_TOP_LOGPROBS,
    RECORD_WORDS,
    RING_SLOTS,
)
from pyside.errors import DeltapageError
from pyside.plan.gpu import Gpu


@dataclass(frozen=True)
class Token:
    """One token: natural logarithm of its probability before penalties and temperature, and the likeliest at its place."""

    id: int
    logprob: float
    top: tuple[tuple[int, float], ...]  # (id, logprob), best first


class Records:
    """What one read of the ring brought."""

    def __init__(self, ring: bytes) -> None:
        view = memoryview(ring)
        self._words, self._floats = view.cast("I"), view.cast("f")

    def step(self, slot: int) -> int:
        """Which token of a response the record is of."""
        return self._words[RECORD_WORDS * slot + RECORD_STEP]

    def token(self, slot: int) -> Token:
        """The record's token.

        Errors: DeltapageError where the logits were no numbers, of which any choice would be a wrong answer.
        """
        base = RECORD_WORDS * slot
        logprob = self._floats[base + RECORD_LOGPROB]
        if not math.isfinite(logprob):
            raise DeltapageError(
                f"the GPU computed {logprob} where a probability belongs: reload the page; "
                "if that does not help, update the graphics driver or try another browser"
            )
        ids, logprobs = base + RECORD_TOP_IDS, base + RECORD_TOP_LOGPROBS
        count = self._words[base + RECORD_TOP_COUNT]
        top = tuple(zip(self._words[ids : ids + count], self._floats[logprobs : logprobs + count], strict=True))
        return Token(self._words[base + RECORD_ID], logprob, top)


def read_ring(gpu: Gpu) -> asyncio.Future[bytes]:
    """A read of all records as they are after what is queued, begun at once."""
    return asyncio.ensure_future(gpu.read("ring", 0, 4 * RECORD_WORDS * RING_SLOTS))
