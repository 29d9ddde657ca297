"""Token ids in, token ids out: prefill, decode ahead of the host, sampling, and what of a session is kept between requests.

Nothing the next token needs is read back: passes are queued in bursts, each followed by a read of the ring that the sampler
fills, and ids are handed out as those reads arrive. The GPU stops by itself (``control.done``); the host repeats that decision
from the ids it reads, so both always agree on what the session holds.
"""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from struct import pack, unpack_from

from kernels_wgsl.catalog.words import (
    CONTROL,
    CONTROL_WORDS,
    RECORD_ID,
    RECORD_LOGPROB,
    RECORD_STEP,
    RECORD_TOP_COUNT,
    RECORD_TOP_IDS,
    RECORD_TOP_LOGPROBS,
    RECORD_WORDS,
    RING_SLOTS,
    control_index,
)
from pyside.engine.sampling import Sampling
from pyside.engine.session import SNAPSHOT_BYTES, Session
from pyside.errors import ContextError, DeltapageError, RequestError
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Pass, Plan

BURST_SECONDS = 0.08  # what a burst should take: long enough to hide the host, short enough to look fluent
BURST_STEPS = RING_SLOTS // 2  # two bursts in flight never overwrite a record that was not read
_PACKED = {"u32": "I", "i32": "i", "f32": "f"}
_COUNT_OFFSET = 4 * control_index("count")

Allow = Callable[[Sequence[int]], bytes]
Process = Callable[[Sequence[int], "memoryview[float]"], None]
Progress = Callable[[int, int], None]  # tokens of the prompt that the GPU has gone through, and all


@dataclass(frozen=True)
class Token:
    """One token: natural logarithm of its probability before penalties and temperature, and the likeliest at its place."""

    id: int
    logprob: float
    top: tuple[tuple[int, float], ...]  # (id, logprob), best first


@dataclass(frozen=True)
class Timings:
    """One request's work, in tokens and seconds."""

    prompt_tokens: int = 0
    cached_tokens: int = 0  # of the prompt: already in the session
    prefill_s: float = 0.0
    first_token_s: float = 0.0  # from the request to the first token
    decode_tokens: int = 0  # tokens after the first
    decode_s: float = 0.0  # that they took


@dataclass
class _Pace:
    """How many steps to queue at once, by how long steps take on this device."""

    clock: Callable[[], float]
    steps: int = 1
    last: float = 0.0  # when the work queued before had arrived

    def arrived(self, steps: int, queued: float) -> None:
        """A burst of ``steps`` that was queued at ``queued`` has been read: at most double, to about BURST_SECONDS."""
        now = self.clock()
        each = max(now - max(queued, self.last), 1e-6) / steps
        self.last = now
        self.steps = max(1, min(int(BURST_SECONDS / each), 2 * self.steps, BURST_STEPS))


@dataclass
class _Response:
    """One response under way."""

    first: int  # tokens that it had before, and so the step of its next one
    limit: int  # tokens it may still have
    stop_ids: tuple[int, ...]
    tokens: list[Token] = field(default_factory=list)  # as read from the ring
    over: bool = False

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]

    def read(self, ring: bytes, steps: int) -> list[Token]:
        """Up to ``steps`` new records, fewer when one of them ends the response.

        Errors: DeltapageError when the GPU did not write a record that it should have.
        """
        fresh: list[Token] = []
        while len(fresh) < steps and not self.over:
            step = self.first + len(self.tokens)
            written, token = _record(ring, step % RING_SLOTS)
            if written != step:
                raise DeltapageError(f"the GPU reported token {written} instead of {step}: reload the page")
            self.tokens.append(token)
            fresh.append(token)
            self.over = token.id in self.stop_ids or len(self.tokens) == self.limit
        return fresh


class Engine:
    """One model on one GPU, one request at a time.

    ``vocab_used``: ids at and beyond it are padding rows of the vocabulary, which are never drawn. Greedy choice and scores
    are over all rows, as in the published implementation.
    """

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
        self.context_window = min(context_window or self.session.window, self.session.window)
        self.timings = Timings()
        self._gpu, self._clock = gpu, clock
        self._vocab_size, self._vocab_used = plan.facts.vocab_size, vocab_used
        self._chunk, self._score_rows = plan.facts.chunk, plan.facts.score_rows
        self._pace = _Pace(clock)
        self._lock = asyncio.Lock()
        self._trusted = True  # whether the session's ids are surely what the GPU holds

    async def generate(
        self,
        ids: Sequence[int],
        sampling: Sampling,
        *,
        answered: int = 0,
        stable: Sequence[int] = (),
        progress: Progress | None = None,
        allow: Allow | None = None,
        process: Process | None = None,
    ) -> AsyncGenerator[Token, None]:
        """The tokens after ``ids``, the one that ends the response included; ``aclose`` stops early.

        ``answered``: how many ids at the end are of this response already: its draws and penalties go on behind them.
        ``stable``: lengths of prefixes that later requests are likely to share. ``progress``: told after each chunk.
        ``allow``: given the ids so far, the bits [ceil(V/32)] u32 of those that may follow. ``process``: given the ids so far
        and the logits [V] f32, edits the logits. Either of the two makes every token wait for the host.
        Errors: RequestError, ContextError.
        """
        sampling.check()
        self._check(ids)
        if len(ids) >= self.context_window:
            raise ContextError(
                f"the prompt is {len(ids):,} tokens, the context window is {self.context_window:,} and an answer needs room: "
                "shorten the prompt or start a new chat"
            )
        async with self._request():
            started = self._clock()
            cached = self.session.restore(ids)
            limit = min(sampling.max_tokens, self.context_window - len(ids))
            response = _Response(answered, limit, sampling.stop_ids)
            self.timings = Timings(len(ids), cached)
            vocabulary = self._vocab_used if sampling.temperature else self._vocab_size
            self._begin(cached, limit, sampling, vocabulary, ids[len(ids) - answered :])
            if sampling.repetition_penalty != 1.0:
                self._mark(ids[: len(ids) - answered])
            prefilled = await self._prefill(ids, stable, progress)

            guided = allow is not None or process is not None
            bursts: deque[tuple[int, float, asyncio.Future[bytes]]] = deque()  # steps, when queued, the ring after them
            queued = fed = 0  # tokens being sampled or done; sampled tokens that went through the layers (guided only)
            try:
                while not response.over:
                    while len(bursts) < (1 if guided else 2) and queued < response.limit:
                        steps = min(self._pace.steps, response.limit - queued) if queued and not guided else 1
                        self.session.reserve(len(ids) + queued + steps - 1)
                        fed += guided and queued > 0
                        if guided:
                            await self._guide(response, allow, process)
                        else:
                            self._gpu.run(Pass.DECODE if queued else Pass.SAMPLE, steps)
                        bursts.append((steps, self._clock(), self._ring()))
                        queued += steps
                    if not response.tokens:
                        await asyncio.shield(prefilled)
                        self._pace.last = self._clock()  # what was queued behind the prompt begins now
                        self.timings = replace(self.timings, prefill_s=self._pace.last - started)
                    steps, when, ring = bursts[0]
                    records = await asyncio.shield(ring)
                    bursts.popleft()
                    self._pace.arrived(steps, when)
                    for token in self._received(response, records, steps, started):
                        yield token
            finally:
                trusted, self._trusted = self._trusted, False  # until the session's ids are true again
                for steps, _, ring in bursts:
                    response.read(await asyncio.shield(ring), steps)
                self.session.extend(response.ids[: fed if guided else -1])
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
            self._begin(0, 1, sampling, self._vocab_size)
            tokens: list[Token] = []
            for start in range(0, len(ids), self._score_rows):
                rows, targets = ids[start : start + self._score_rows], ids[start + 1 : start + 1 + self._score_rows]
                self._rows(rows)
                if targets:
                    self._gpu.write("targets", pack(f"<{len(targets)}I", *targets))
                self._gpu.run(Pass.PREFILL)
                self._gpu.run(Pass.SCORE)
                self.session.extend(rows)
                records = await asyncio.shield(self._ring())
                tokens += [_record(records, slot)[1] for slot in range(len(targets))]
            self.timings = Timings(len(ids), 0, self._clock() - started)
            return tokens

    def forget(self) -> None:
        """Drop the session: the next request starts from nothing."""
        self._trusted = False

    @asynccontextmanager
    async def _request(self) -> AsyncIterator[None]:
        """Alone on the GPU; after a failure the next request starts from an empty session."""
        async with self._lock:
            if not self._trusted:
                self.session.forget()
                self._trusted = True
            try:
                yield
            except Exception:
                self._trusted = False
                raise

    def _check(self, ids: Sequence[int]) -> None:
        if not ids:
            raise RequestError("the prompt has no tokens, expected at least one")
        if strange := [id for id in ids if not 0 <= id < self._vocab_size]:
            raise RequestError(f"token id {strange[0]} is outside the vocabulary, expected 0 to {self._vocab_size - 1}")

    def _begin(
        self, position: int, limit: int, sampling: Sampling, vocabulary: int, answered: Sequence[int] = ()
    ) -> None:
        """Write the control words of a request; ``answered`` generated before, ids below ``vocabulary`` allowed."""
        stops = {f"stop_{index}": id for index, id in enumerate(sampling.stop_ids)}
        words: dict[str, int | float] = {
            "position": position,
            "step": len(answered),
            "remaining": limit,
            "temperature": sampling.temperature,
            "top_k": sampling.top_k,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "presence": sampling.presence_penalty,
            "frequency": sampling.frequency_penalty,
            "repetition": sampling.repetition_penalty,
            "seed": sampling.seed & 0xFFFFFFFF,
            "top_logprobs": sampling.top_logprobs,
            "stop_count": len(stops),
            **stops,
        }
        packed = [pack("<" + _PACKED[type], words.get(name, 0)) for name, type in CONTROL.items()]
        self._gpu.write("control", b"".join(packed).ljust(4 * CONTROL_WORDS, b"\0"))
        self._gpu.write("allowed", self._bits(vocabulary))
        self._gpu.clear("seen")
        if answered:
            counts = array("I", bytes(4 * self._vocab_size))
            for id in answered:
                counts[id] += 1
            self._gpu.write("seen", counts.tobytes())
        self._gpu.clear("ring")

    def _rows(self, ids: Sequence[int]) -> None:
        """The rows of the next pass."""
        self._gpu.write("ids", pack(f"<{len(ids)}I", *ids))
        self._gpu.write("control", pack("<I", len(ids)), _COUNT_OFFSET)

    def _mark(self, ids: Sequence[int]) -> None:
        """Tell the sampler which tokens the prompt has."""
        for start in range(0, len(ids), self._chunk):
            self._rows(ids[start : start + self._chunk])
            self._gpu.run(Pass.MARK)

    async def _prefill(
        self, ids: Sequence[int], stable: Sequence[int], progress: Progress | None
    ) -> asyncio.Future[bytes]:
        """Queue the prompt from where the session ends, two chunks ahead; the last read is returned, not waited for."""
        chunks: deque[asyncio.Future[bytes]] = deque()
        for stop in sorted({length for length in stable if length < len(ids)} | {len(ids)}):
            while (start := len(self.session.ids)) < stop:
                rows = ids[start : min(start + self._chunk, stop)]
                self.session.reserve(start + len(rows))
                self._rows(rows)
                self._gpu.run(Pass.PREFILL)
                self.session.extend(rows)
                done = asyncio.ensure_future(self._gpu.read("control", 0, 4))
                if progress:
                    done.add_done_callback(partial(_told, progress, start + len(rows), len(ids)))
                chunks.append(done)
                if len(chunks) > 2:
                    await asyncio.shield(chunks.popleft())
            if stop in stable and len(self.session.ids) == stop:
                self.session.keep()
        return chunks[-1]

    async def _guide(self, response: _Response, allow: Allow | None, process: Process | None) -> None:
        """Queue one token whose candidates or logits the host decides on."""
        first, ids = not response.tokens, response.ids
        if allow:
            allowed = int.from_bytes(allow(ids), "little") & int.from_bytes(self._bits(self._vocab_used), "little")
            self._gpu.write("allowed", allowed.to_bytes(len(self._bits(0)), "little"))
        if process is None:
            self._gpu.run(Pass.SAMPLE if first else Pass.DECODE)
            return
        self._gpu.run(Pass.HEAD if first else Pass.STEP)
        read = asyncio.ensure_future(self._gpu.read("logits", 0, 4 * self._vocab_size))
        logits = bytearray(await asyncio.shield(read))
        process(ids, memoryview(logits).cast("f"))
        self._gpu.write("logits", bytes(logits))
        self._gpu.run(Pass.DRAW)

    def _ring(self) -> asyncio.Future[bytes]:
        """A read of all records, queued now."""
        return asyncio.ensure_future(self._gpu.read("ring", 0, 4 * RECORD_WORDS * RING_SLOTS))

    def _received(self, response: _Response, records: bytes, steps: int, started: float) -> list[Token]:
        """The new tokens of a burst that has been read, timed."""
        first = not response.tokens
        fresh = response.read(records, steps)
        passed = self._clock() - started
        self.timings = replace(
            self.timings,
            first_token_s=passed if first else self.timings.first_token_s,
            decode_tokens=len(response.tokens) - 1,
            decode_s=0.0 if first else passed - self.timings.first_token_s,
        )
        return fresh

    def _bits(self, count: int) -> bytes:
        """The bit mask [ceil(V/32)] u32 of the ids below ``count``."""
        return ((1 << count) - 1).to_bytes(4 * -(-self._vocab_size // 32), "little")


def _told(progress: Progress, processed: int, total: int, done: asyncio.Future[bytes]) -> None:
    if not done.cancelled() and done.exception() is None:
        progress(processed, total)


def _record(ring: bytes, slot: int) -> tuple[int, Token]:
    """The step and the token of one record of the ring.

    Errors: DeltapageError where the logits were no numbers, of which any choice would be a wrong answer.
    """
    base = 4 * RECORD_WORDS * slot
    id, step, top = (unpack_from("<I", ring, base + 4 * word)[0] for word in (RECORD_ID, RECORD_STEP, RECORD_TOP_COUNT))
    logprob = unpack_from("<f", ring, base + 4 * RECORD_LOGPROB)[0]
    if not math.isfinite(logprob):
        raise DeltapageError(
            f"the GPU computed {logprob} where a probability belongs: reload the page; "
            "if that does not help, update the graphics driver or try another browser"
        )
    top_ids = unpack_from(f"<{top}I", ring, base + 4 * RECORD_TOP_IDS)
    top_logprobs = unpack_from(f"<{top}f", ring, base + 4 * RECORD_TOP_LOGPROBS)
    return step, Token(id, logprob, tuple(zip(top_ids, top_logprobs, strict=True)))
