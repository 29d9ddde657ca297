"""Token ids in, token ids out: prefill, decode ahead of the host, sampling, and what of a session is kept between requests.

Nothing the next token needs is read back: passes are queued in bursts, each followed by a read of the ring that the sampler
fills, and ids are handed out as those reads arrive. The GPU stops by itself (``control.done``); the host repeats that decision
from the ids it reads, so both always agree on what the session holds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from struct import pack

from pyside.engine.content import Content
from pyside.engine.control import write_rows
from pyside.engine.decode import Decode
from pyside.engine.decode.ahead import Ahead, most_passes
from pyside.engine.decode.guided import Allow, Guided, Process
from pyside.engine.encoder import Encoder
from pyside.engine.kept_rows import KeptRows
from pyside.engine.pace import Pace
from pyside.engine.pictures import Image
from pyside.engine.prefill import prefill
from pyside.engine.progress import Progress
from pyside.engine.response import Response
from pyside.engine.ring import Records, Token, read_ring
from pyside.engine.sampler import Sampler
from pyside.engine.sampling import Sampling
from pyside.engine.session import SNAPSHOT_BYTES, Session
from pyside.engine.timings import Timings
from pyside.errors import ContextError, RequestError
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Pass, Plan

WINDOW = 1  # tokens that a decode pass yields at most


class Engine:
    """One model on one GPU, one request at a time; ``vocab_used`` is as in Sampler."""

    def __init__(
        self,
        gpu: Gpu,
        plan: Plan,
        *,
        vocab_used: int,
        context_window: int | None = None,
        clock: Callable[[], float] = time.perf_counter,
        snapshot_bytes: int = SNAPSHOT_BYTES,
    ) -> None:
        self.session = Session(gpu, plan, snapshot_bytes)
        self.context_window = min(context_window or self.session.context_window, self.session.context_window)
        self.timings = Timings()
        self._gpu, self._facts, self._clock = gpu, plan.facts, clock
        self._kept = KeptRows(plan.facts.vision_rows)
        self._sampler = Sampler(gpu, plan.facts, vocab_used)
        self._pace = Pace(clock, most_passes(WINDOW))
        self._lock = asyncio.Lock()
        self._trusted = True  # whether the session's ids are surely what the GPU holds

    async def generate(
        self,
        prompt: Content | Sequence[int],
        sampling: Sampling,
        *,
        answered: int = 0,
        stable: Sequence[int] = (),
        images: Mapping[str, Image] | None = None,
        progress: Progress | None = None,
        encoding: Progress | None = None,
        allow: Allow | None = None,
        process: Process | None = None,
    ) -> AsyncGenerator[Token, None]:
        """The tokens after ``prompt``, the one that ends the response included; ``aclose`` stops early.

        ``answered``: how many ids at the end are of this response already: its draws and penalties go on behind them.
        ``stable``: lengths of prefixes that later requests are likely to share. ``images``: what stands behind the prompt's
        spans, by digest. ``progress``: told of tokens, after each chunk. ``encoding``: told of pictures, before and after each.
        ``allow`` and ``process`` have the host decide which tokens may follow, or edit the logits; either of the two makes
        every token wait for it.
        Errors: RequestError, ContextError; with pictures what the executor says of their passes, and their holder of pixels.
        """
        content = Content.of(prompt)
        ids = content.ids
        sampling.check()
        self._check(ids)
        self.check_room(len(ids))
        encoder = Encoder(self._gpu, self._kept, images or {}, encoding)
        if content.spans:
            await encoder.ready()
        async with self._request():
            started = self._clock()
            cached = self.session.restore(content)
            self.timings = Timings(len(ids), cached)
            limit = min(sampling.max_tokens, self.context_window - len(ids))
            response = Response(answered, limit, sampling.stop_ids)
            begun = len(ids) - answered
            self._sampler.begin(sampling, position=cached, limit=limit, answered=ids[begun:])
            if sampling.repetition_penalty != 1.0:
                self._sampler.mark(ids[:begun])
            prefilled = await prefill(self._gpu, self.session, content, self._facts.chunk, encoder, stable, progress)
            self.timings = replace(self.timings, encoded_pictures=encoder.encoded)
            decode = self._decode(response, allow, process)
            try:
                while not response.over:
                    await decode.queue()
                    if not response.ids:
                        await asyncio.shield(prefilled)
                        self.timings = replace(self.timings, prefill_s=self._pace.idle() - started)
                    fresh = await decode.arrived()
                    self.timings = self.timings.after(len(response.ids), self._clock() - started)
                    for token in fresh:
                        yield token
            finally:
                trusted, self._trusted = self._trusted, False  # until the session's ids are true again
                fed = await decode.settle()
                self.session.extend(response.ids[:fed])
                self._trusted = trusted

    async def score(self, ids: Sequence[int], top: int = 0) -> list[Token]:
        """How likely each id but the first is after those before it, with the ``top`` likeliest at its place.

        Errors: RequestError, ContextError.
        """
        sampling = Sampling(max_tokens=1, top_logprobs=top)
        sampling.check()
        self._check(ids)
        if len(ids) > self.context_window:
            raise ContextError(
                f"the text is {len(ids):,} tokens, the context window is {self.context_window:,}: shorten it"
            )
        async with self._request():
            started = self._clock()
            self.session.forget()
            self.session.reserve(len(ids))
            self._sampler.begin(sampling, position=0, limit=1)
            tokens: list[Token] = []
            for start in range(0, len(ids), self._facts.score_rows):
                stop = start + self._facts.score_rows
                rows, targets = ids[start:stop], ids[start + 1 : stop + 1]
                write_rows(self._gpu, rows)
                if targets:
                    self._gpu.write("targets", pack(f"<{len(targets)}I", *targets))
                self._gpu.run(Pass.PREFILL)
                self._gpu.run(Pass.SCORE)
                self.session.extend(rows)
                records = Records(await asyncio.shield(read_ring(self._gpu)))
                tokens += map(records.token, range(len(targets)))
            self.timings = Timings(len(ids), 0, self._clock() - started)
            return tokens

    def check_room(self, tokens: int) -> None:
        """Whether a prompt leaves room for an answer.

        Errors: ContextError when it does not.
        """
        if tokens >= self.context_window:
            raise ContextError(
                f"the prompt is {tokens:,} tokens, the context window is {self.context_window:,} and an answer needs room: "
                "shorten the prompt or start a new chat"
            )

    def forget(self) -> None:
        """Drop the session: the next request starts from nothing."""
        self._trusted = False

    @asynccontextmanager
    async def _request(self) -> AsyncIterator[None]:
        """Alone on the GPU; after a failure the next request starts from an empty session."""
        async with self._lock:
            if not self._trusted:
                self.session.forget()
                self._kept.forget()
                self._trusted = True
            try:
                yield
            except Exception:
                self._trusted = False
                raise

    def _check(self, ids: Sequence[int]) -> None:
        if not ids:
            raise RequestError("the prompt has no tokens, expected at least one")
        size = self._facts.vocab_size
        if strange := [id for id in ids if not 0 <= id < size]:
            raise RequestError(f"token id {strange[0]} is outside the vocabulary, expected 0 to {size - 1}")

    def _decode(self, response: Response, allow: Allow | None, process: Process | None) -> Decode:
        if allow is None and process is None:
            return Ahead(self._gpu, self.session, response, self._pace, WINDOW)
        return Guided(self._gpu, self.session, response, self._sampler, allow, process)
