"""Decode with the host's guidance: it decides for each token which may follow, or edits the logits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from pyside.engine.response import Response
from pyside.engine.ring import Token, read_ring
from pyside.engine.sampler import Sampler
from pyside.engine.session import Session
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Pass

Allow = Callable[[Sequence[int]], bytes]  # the response's ids so far -> bits [ceil(V/32)] u32 of those that may follow
Process = Callable[[Sequence[int], "memoryview[float]"], None]  # edits logits [V], given the response's ids so far


class Guided:
    """One token at a time, because what the host says of the next one depends on it."""

    def __init__(
        self,
        gpu: Gpu,
        session: Session,
        response: Response,
        sampler: Sampler,
        allow: Allow | None,
        process: Process | None,
    ) -> None:
        self._gpu, self._session, self._response, self._sampler = gpu, session, response, sampler
        self._allow, self._process = allow, process
        self._prompt = len(session.ids)
        self._fed = 0  # tokens that went through the layers
        self._rings: list[asyncio.Future[bytes]] = []  # the read behind the token that is queued

    async def queue(self) -> None:
        """Queue one token, as soon as the host has decided on its candidates or its logits."""
        ids = self._response.ids
        self._session.reserve(self._prompt + len(ids))
        self._fed = len(ids)
        if self._allow:
            self._sampler.allow(self._allow(ids))
        if self._process is None:
            self._gpu.run(Pass.DECODE if ids else Pass.SAMPLE)
        else:
            self._gpu.run(Pass.STEP if ids else Pass.HEAD)
            await self._sampler.edit(partial(self._process, ids))
            self._gpu.run(Pass.DRAW)
        self._rings.append(read_ring(self._gpu))

    async def arrived(self) -> list[Token]:
        """The token that was queued."""
        ring = await asyncio.shield(self._rings[0])
        self._rings.clear()
        return self._response.read(ring, 1, 1)

    async def settle(self) -> int:
        """Read the token that is in flight, if one is; it is not fed."""
        for ring in self._rings:
            self._response.read(await asyncio.shield(ring), 1, 1)
        return self._fed
