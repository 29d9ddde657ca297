"""Decode ahead of the host: nothing that the next token needs is read back."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from kernels_wgsl.catalog.words import RING_SLOTS
from pyside.engine.pace import Pace
from pyside.engine.response import Response
from pyside.engine.ring import Token, read_ring
from pyside.engine.session import Session
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Pass

BURSTS = 2  # in flight: one that the GPU works on, and one that it finds when it is done


def most_passes(window: int) -> int:
    """The passes of a burst, so that those in flight never overwrite a record that was not read."""
    return RING_SLOTS // (BURSTS * window)


class Burst(NamedTuple):
    """Passes that were queued together, and the read behind them."""

    passes: int  # each yields a token at least
    tokens: int  # that they yield at most
    queued: float  # when
    ring: asyncio.Future[bytes]


class Ahead:
    """Queues passes in bursts. The sampler feeds each token to the next pass, and ends the response by itself.

    ``window``: tokens that a decode pass yields at most.
    """

    def __init__(self, gpu: Gpu, session: Session, response: Response, pace: Pace, window: int = 1) -> None:
        self._gpu, self._session, self._response, self._pace, self._window = gpu, session, response, pace, window
        self._prompt = len(session.ids)
        self._bursts: deque[Burst] = deque()
        self._passes = self._tokens = 0  # sums over the bursts in flight

    async def queue(self) -> None:
        """Fill up to two bursts, as far as the response surely goes unless it meets a stop id."""
        ids, limit = self._response.ids, self._response.limit
        while len(self._bursts) < BURSTS:
            sure = len(ids) + self._passes
            if sure == limit:
                return
            if sure == 0:
                name, passes, tokens = Pass.SAMPLE, 1, 1
            else:
                name, passes = Pass.DECODE, min(self._pace.passes, limit - sure)
                tokens = passes * self._window
            self._passes += passes
            self._tokens += tokens
            most = min(len(ids) + self._tokens, limit)
            self._session.reserve(self._prompt + most - 1)  # the last token drawn is not fed
            self._gpu.run(name, passes)
            self._bursts.append(Burst(passes, tokens, self._pace.clock(), read_ring(self._gpu)))

    async def arrived(self) -> list[Token]:
        """The tokens of the oldest burst."""
        burst = self._bursts[0]
        ring = await asyncio.shield(burst.ring)
        self._bursts.popleft()
        self._passes -= burst.passes
        self._tokens -= burst.tokens
        self._pace.arrived(burst.passes, burst.queued)
        return self._response.read(ring, burst.passes, burst.tokens)

    async def settle(self) -> int:
        """Read what is in flight; the last token is not fed."""
        for burst in self._bursts:
            self._response.read(await asyncio.shield(burst.ring), burst.passes, burst.tokens)
        return max(0, len(self._response.ids) - 1)
