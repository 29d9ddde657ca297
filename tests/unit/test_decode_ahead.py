"""Decoding ahead of the host: bursts, the ring, and the end of a response."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from contextlib import aclosing
from struct import pack_into

import pytest

from kernels_wgsl.catalog.words import RECORD_LOGPROB, RECORD_WORDS, RING_SLOTS
from pyside.engine.decode.ahead import most_passes
from pyside.engine.engine import Engine
from pyside.engine.sampling import Sampling
from pyside.errors import DeltapageError
from tests.support.executors.drawing_gpu import PLAN, DrawingGpu
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.oracle import Oracle
from tests.support.models.tiny_engine import ANSWER, PROMPT, Clock, engine, fresh, run
from tests.support.models.whole_plan import greedy, open_engine, tiny
from tests.support.paths import GOLDENS


@pytest.mark.slow
@run
async def test_long_responses_wrap_the_ring() -> None:
    oracle = Oracle.from_checkpoint(GOLDENS / "tiny-a")
    made, gpu = await engine(clock=Clock())
    assert await greedy(made, PROMPT, 150) == oracle.greedy(PROMPT, 150)
    bursts = "".join(name[0] for name in gpu.runs)
    assert bursts.count("d") == 149 and bursts.count("s") == 1


@run
async def test_stop_ids_end_the_response_and_leave_the_state_clean() -> None:
    made, _ = await engine(clock=Clock())
    stop = ANSWER[8]
    expected = ANSWER[: ANSWER.index(stop) + 1]
    assert [t.id async for t in made.generate(PROMPT, Sampling(50, stop_ids=(1, stop)))] == expected
    turn = [*PROMPT, *expected, 2, 3]
    assert await greedy(made, turn, 5) == await fresh(turn, 5)
    assert made.timings.cached_tokens == len(PROMPT) + len(expected) - 1


@pytest.mark.slow
@run
async def test_caches_grow_while_decoding() -> None:
    made, gpu = await engine()
    made.session._capacity = 16  # as if the plan had begun with caches of 16 tokens
    for name, row in made.session._caches.items():
        gpu.buffers[name] = gpu.buffers[name][: 16 * row // 4].copy()
    assert await greedy(made, PROMPT, 40) == await fresh(PROMPT, 40)
    assert made.session._capacity == 128


@pytest.mark.slow
@run
async def test_a_closed_response_can_be_continued() -> None:
    for taken in (1, 2, 3, 7):
        made, _ = await engine(clock=Clock())
        got: list[int] = []
        async with aclosing(made.generate(PROMPT, Sampling(100))) as tokens:
            async for token in tokens:
                got.append(token.id)
                if len(got) == taken:
                    break
        assert len(made.session.ids) >= len(PROMPT) + taken - 1
        turn = [*PROMPT, *got, 8]
        assert await greedy(made, turn, 6) == await fresh(turn, 6)


@pytest.mark.slow
@run
async def test_bursts_grow_to_what_the_device_can_do() -> None:
    sizes: list[int] = []

    class Counting(NumpyGpu):
        def run(self, pass_name: str, times: int = 1) -> None:
            if pass_name == "decode":
                sizes.append(times)
            super().run(pass_name, times)

        async def read(self, buffer: str, offset: int, size: int) -> bytes:
            clock.now += 5 * (buffer == "control")  # what a chunk of the prompt takes
            return await super().read(buffer, offset, size)

    clock = Clock()
    made = await open_engine(Counting(tiny("tiny-a").shards), tiny("tiny-a"), clock=clock)
    await greedy(made, PROMPT, 200)
    assert sizes[0] <= 2 and max(sizes) == most_passes(1) and sum(sizes) == 199
    sizes.clear()
    await greedy(made, PROMPT[:30], 100)
    assert sizes == [32, 32, 32, 3], "the time that a prompt takes is not the device's pace"


@run
async def test_a_gpu_that_stops_writing_is_noticed() -> None:
    class Dying(NumpyGpu):
        def run(self, pass_name: str, times: int = 1) -> None:
            if len(self.runs) < 5:
                super().run(pass_name, times)

    tokens = (await open_engine(Dying(tiny("tiny-a").shards), tiny("tiny-a"))).generate(PROMPT, Sampling(9))
    with pytest.raises(DeltapageError, match=r"the GPU reported token \d+ instead of \d+: reload the page"):
        async for _ in tokens:
            pass


class NoNumbers(NumpyGpu):
    """A GPU whose log-probabilities are no numbers, as after an overflow."""

    async def read(self, buffer: str, offset: int, size: int) -> bytes:
        data = bytearray(await super().read(buffer, offset, size))
        if buffer == "ring":
            for slot in range(0, len(data), 4 * RECORD_WORDS):
                pack_into("<f", data, slot + 4 * RECORD_LOGPROB, math.nan)
        return bytes(data)


@run
async def test_what_is_no_number_is_an_error_and_no_answer() -> None:
    made = await open_engine(NoNumbers(tiny("tiny-a").shards), tiny("tiny-a"))
    with pytest.raises(DeltapageError, match="computed nan where a probability belongs: reload"):
        await greedy(made, PROMPT, 3)
    with pytest.raises(DeltapageError, match="computed nan"):
        await made.score(PROMPT)


def windowed(
    script: Sequence[int], windows: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> tuple[Engine, DrawingGpu]:
    """An engine whose decode passes yield so many tokens in turn."""
    monkeypatch.setattr("pyside.engine.engine.WINDOW", max(windows))
    gpu = DrawingGpu(script, windows)
    return Engine(gpu, PLAN, vocab_used=PLAN.facts.vocab_size, clock=Clock()), gpu


@pytest.mark.parametrize("windows", [(1,), (2, 1), (1, 3, 2, 3), (8, 1, 5)], ids=str)
@pytest.mark.parametrize(("limit", "stop"), [(150, None), (1, None), (300, 140), (300, 0)])
def test_a_pass_may_yield_several_tokens(
    windows: Sequence[int], limit: int, stop: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        script = [step % 7 for step in range(400)]
        if stop is not None:
            script[stop] = 9
        made, gpu = windowed(script, windows, monkeypatch)
        sampling = Sampling(limit, stop_ids=(9,))
        got = [token.id async for token in made.generate(range(20), sampling)]
        end = limit if stop is None else stop + 1
        assert got == script[:end]
        assert made.session.ids == [*range(20), *script[: end - 1]] and gpu.position == len(made.session.ids)
        bursts = [times for name, times in gpu.passes if name == "decode"]
        assert all(2 * times * max(windows) <= RING_SLOTS for times in bursts)
        assert made.timings.decode_tokens == end - 1

    asyncio.run(check())


@pytest.mark.parametrize("windows", [(1,), (3, 1, 2), (8,)], ids=str)
def test_a_closed_response_holds_what_its_passes_yielded(
    windows: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        script = [step % 7 for step in range(400)]
        for taken in (1, 2, 5, 60):
            made, gpu = windowed(script, windows, monkeypatch)
            async with aclosing(made.generate(range(20), Sampling(300))) as tokens:
                got = [(await anext(tokens)).id for _ in range(taken)]
            assert got == script[:taken]
            drawn = len(made.session.ids) - 20 + 1
            assert drawn >= taken and made.session.ids == [*range(20), *script[: drawn - 1]]
            assert gpu.position == len(made.session.ids)

    asyncio.run(check())


@run
async def test_a_pass_that_yields_nothing_is_noticed() -> None:
    class Dying(DrawingGpu):
        def _decode(self, yields: int) -> None:
            super()._decode(0 if self._step > 5 else yields)

    gpu = Dying(range(100))
    with pytest.raises(DeltapageError, match="the GPU reported token 0 instead of 6: reload the page"):
        await greedy(Engine(gpu, PLAN, vocab_used=1024), [1, 2], 50)
