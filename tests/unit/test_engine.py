"""The engine: the right tokens whatever was reused, aborted, edited or decided by the host on the way."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from struct import pack_into
from typing import Any

import numpy as np
import pytest

from kernels_wgsl.catalog.words import RECORD_LOGPROB, RECORD_WORDS, STOP_IDS_MAX, control_index
from pyside.engine.decode.ahead import most_passes
from pyside.engine.engine import Engine
from pyside.engine.sampling import Sampling
from pyside.engine.timings import Timings
from pyside.errors import ContextError, DeltapageError, RequestError
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.oracle import Oracle, log_softmax
from tests.support.models.whole_plan import golden, greedy, open_engine, tiny
from tests.support.paths import GOLDENS

PROMPT: list[int] = golden("tiny-a", "hello")["input_ids"].tolist()
ANSWER: list[int] = golden("tiny-a", "hello")["decode_ids"].tolist()
V = 1024


class Clock:
    """Time that passes by a millisecond per look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


async def engine(chunk: int = 64, **options: Any) -> tuple[Engine, NumpyGpu]:
    gpu = NumpyGpu(tiny("tiny-a").shards)
    return await open_engine(gpu, tiny("tiny-a"), chunk, **options), gpu


async def fresh(ids: Sequence[int], count: int) -> list[int]:
    """What an engine without history says."""
    return await greedy((await engine())[0], ids, count)


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """An async test as pytest runs it."""

    def wrapped() -> None:
        asyncio.run(test())

    wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
    return wrapped


@run
async def test_long_responses_wrap_the_ring() -> None:
    oracle = Oracle.from_checkpoint(GOLDENS / "tiny-a")
    made, gpu = await engine(clock=Clock())
    assert await greedy(made, PROMPT, 150) == oracle.greedy(PROMPT, 150)
    bursts = "".join(name[0] for name in gpu.runs)
    assert bursts.count("d") == 149 and bursts.count("s") == 1


@run
async def test_the_next_turn_reuses_everything() -> None:
    made, _ = await engine()
    answer = await greedy(made, PROMPT, 12)
    turn = [*PROMPT, *answer, 5, 6, 7]
    assert await greedy(made, turn, 8) == await fresh(turn, 8)
    assert made.timings.cached_tokens == len(PROMPT) + 11  # the last token of the answer was never fed


@run
async def test_snapshots_serve_edits_and_branches() -> None:
    made, _ = await engine(chunk=16)
    await greedy(made, PROMPT, 6, stable=[10, 30, len(PROMPT)])
    assert made.session.snapshots == (10, 30, len(PROMPT))
    for ids, cached in (
        ([*PROMPT, 9, 9], len(PROMPT)),
        ([*PROMPT[:30], 1, 2, 3], 30),
        (PROMPT, 30),
        ([*PROMPT[:12], 4], 10),
        (PROMPT[:10], 0),
    ):
        assert await greedy(made, ids, 8) == await fresh(ids, 8)
        assert made.timings.cached_tokens == cached


@run
async def test_a_request_cancelled_twice_leaves_no_false_session() -> None:
    gpu = SlowGpu(tiny("tiny-a").shards)
    made = await open_engine(gpu, tiny("tiny-a"), 64)
    tokens = made.generate(PROMPT, Sampling(200))
    async for _ in tokens:
        if len(gpu.runs) > 12:
            break
    for patience in (0.0, 0.001):
        closing = asyncio.ensure_future(tokens.aclose())
        await asyncio.sleep(patience)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
    turn = [*made.session.ids, 3]
    assert await greedy(made, turn, 4) == await fresh(turn, 4)


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


class SlowGpu(NumpyGpu):
    """Reads take a while, so that a task can be cancelled while it waits for one."""

    def read(self, buffer: str, offset: int, size: int) -> Awaitable[bytes]:
        return self._later(super().read(buffer, offset, size))

    async def _later(self, data: Awaitable[bytes]) -> bytes:
        await asyncio.sleep(0.002)
        return await data


@run
async def test_a_cancelled_request_leaves_a_true_session() -> None:
    gpu = SlowGpu(tiny("tiny-a").shards)
    made = await open_engine(gpu, tiny("tiny-a"), 8)
    for delay in (0.0, 0.003, 0.02, 0.05):
        task = asyncio.ensure_future(greedy(made, PROMPT, 200))
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        held = list(made.session.ids)
        control = gpu.buffers["control"]
        assert int(control[control_index("position")]) == len(held)
        turn = [*held, 3] if held else PROMPT
        assert await greedy(made, turn, 4) == await fresh(turn, 4)
        assert made.timings.cached_tokens == len(held)
        made.forget()


@run
async def test_stop_ids_end_the_response_and_leave_the_state_clean() -> None:
    made, _ = await engine(clock=Clock())
    stop = ANSWER[8]
    expected = ANSWER[: ANSWER.index(stop) + 1]
    assert [t.id async for t in made.generate(PROMPT, Sampling(50, stop_ids=(1, stop)))] == expected
    turn = [*PROMPT, *expected, 2, 3]
    assert await greedy(made, turn, 5) == await fresh(turn, 5)
    assert made.timings.cached_tokens == len(PROMPT) + len(expected) - 1


@run
async def test_caches_grow_while_decoding() -> None:
    made, gpu = await engine()
    made.session._capacity = 16  # as if the plan had begun with caches of 16 tokens
    for name, row in made.session._caches.items():
        gpu.buffers[name] = gpu.buffers[name][: 16 * row // 4].copy()
    assert await greedy(made, PROMPT, 40) == await fresh(PROMPT, 40)
    assert made.session._capacity == 128


@run
async def test_seeds_decide_the_draw() -> None:
    made, _ = await engine()

    async def draw(seed: int, **options: Any) -> list[int]:
        sampling = Sampling(20, temperature=1.0, seed=seed, **options)
        return [token.id async for token in made.generate(PROMPT, sampling)]

    assert await draw(1) == await draw(1) != await draw(2)
    assert await draw(7, top_k=20, top_p=0.95) == await draw(7, top_k=20, top_p=0.95)
    assert await draw(7, top_k=1) == (await greedy(made, PROMPT, 20))
    assert await draw(1, presence_penalty=2.0) == await draw(1, presence_penalty=2.0)  # counts of one response only


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"temperature": 1.0},
        {"temperature": 1.0, "top_k": 20, "top_p": 0.95},
        {"temperature": 1.0, "presence_penalty": 2.0, "frequency_penalty": 1.0},
        {"temperature": 0.7, "repetition_penalty": 1.5},
    ],
    ids=lambda options: ", ".join(options) or "greedy",
)
def test_a_response_goes_on_where_another_engine_left_it(options: dict[str, Any]) -> None:
    async def check() -> None:
        whole = [t.id async for t in (await engine())[0].generate(PROMPT, Sampling(80, seed=3, **options))]
        for cut in (1, 13, 70):  # within the ring and beyond it
            made, _ = await engine()
            rest = made.generate([*PROMPT, *whole[:cut]], Sampling(80 - cut, seed=3, **options), answered=cut)
            assert [t.id async for t in rest] == whole[cut:]

    asyncio.run(check())


@run
async def test_repetition_penalty_knows_the_whole_prompt() -> None:
    oracle = Oracle.from_checkpoint(GOLDENS / "tiny-a")
    logits = oracle.forward(PROMPT, last_only=True).logits[-1]
    seen = sorted(set(PROMPT))
    logits[seen] = np.where(logits[seen] > 0, logits[seen] / 50, logits[seen] * 50)
    made, _ = await engine(chunk=8)
    await greedy(made, PROMPT, 1)
    tokens = [t.id async for t in made.generate(PROMPT, Sampling(1, repetition_penalty=50.0))]
    assert tokens == [int(logits.argmax())]


@run
async def test_padding_rows_are_never_drawn_but_greedy_is_over_all() -> None:
    made, _ = await engine(vocab_used=500)
    sampled = [t.id async for t in made.generate(PROMPT, Sampling(30, temperature=3.0))]
    assert 400 < max(sampled) < 500 < max(ANSWER)
    assert await greedy(made, PROMPT, 12) == ANSWER


@run
async def test_log_probabilities() -> None:
    made, _ = await engine()
    want = log_softmax(golden("tiny-a", "hello")["last_logits"])
    (token,) = [t async for t in made.generate(PROMPT, Sampling(1, top_logprobs=20))]
    best = np.argsort(-want, kind="stable")[:20]
    assert [id for id, _ in token.top] == best.tolist()
    np.testing.assert_allclose([value for _, value in token.top], want[best], atol=1e-3)
    assert token.logprob == token.top[0][1]


@run
async def test_allow_decides_what_may_follow() -> None:
    made, _ = await engine()
    calls: list[list[int]] = []

    def even_then_two(ids: Sequence[int]) -> bytes:
        calls.append(list(ids))
        bits = np.arange(V) % 2 == 0 if len(ids) < 3 else np.arange(V) == 2
        return np.packbits(bits, bitorder="little").tobytes()

    got = await greedy(made, PROMPT, 5, allow=even_then_two)
    assert all(id % 2 == 0 for id in got) and got[3:] == [2, 2]
    assert calls == [got[:n] for n in range(5)]
    assert await greedy(made, PROMPT, 12) == ANSWER  # the mask does not outlive its request


@run
async def test_process_edits_the_logits() -> None:
    made, _ = await engine()
    seen: list[float] = []

    def forbid_the_best(ids: Sequence[int], logits: memoryview[float]) -> None:
        best = max(range(V), key=logits.__getitem__)
        seen.append(logits[best])
        logits[best] = -1000.0

    got = await greedy(made, PROMPT, 4, process=forbid_the_best)
    logits = golden("tiny-a", "hello")["last_logits"]
    assert got[0] == np.argsort(-logits)[1] and math.isclose(seen[0], logits.max(), rel_tol=1e-4)
    turn = [*PROMPT, *got, 3]
    assert await greedy(made, turn, 4) == await fresh(turn, 4)


@run
async def test_a_hook_that_fails_or_is_left_does_no_harm() -> None:
    made, _ = await engine()

    def fail(ids: Sequence[int], logits: memoryview[float]) -> None:
        if len(ids) == 2:
            raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        await greedy(made, PROMPT, 5, process=fail)
    assert await greedy(made, PROMPT, 12) == ANSWER
    async with aclosing(made.generate(PROMPT, Sampling(9), process=lambda ids, logits: None)) as tokens:
        got = [token.id for token in [await anext(tokens), await anext(tokens)]]
    turn = [*PROMPT, *got, 1]
    assert await greedy(made, turn, 4) == await fresh(turn, 4)
    assert made.timings.cached_tokens == len(PROMPT) + 1


@run
async def test_scores_leave_the_text_in_the_session() -> None:
    made, _ = await engine()
    text = [*PROMPT, *ANSWER]
    scores = await made.score(text, top=1)
    assert [t.id for t in scores] == text[1:] and all(len(t.top) == 1 for t in scores)
    assert [t.top[0][0] for t in scores[len(PROMPT) - 1 :]] == ANSWER
    assert made.session.ids == text
    turn = [*text, 4]
    assert await greedy(made, turn, 4) == await fresh(turn, 4)
    assert await made.score([5]) == []


@run
async def test_progress_and_timings() -> None:
    made, _ = await engine(chunk=16, clock=Clock())
    told: list[tuple[int, int]] = []
    await greedy(made, PROMPT, 5, progress=lambda done, all: told.append((done, all)), stable=[20])
    assert told == [(16, 39), (20, 39), (36, 39), (39, 39)]
    t = made.timings
    assert (t.prompt_tokens, t.cached_tokens, t.decode_tokens) == (39, 0, 4)
    assert 0 < t.prefill_s < t.first_token_s and t.decode_s > 0
    assert Timings() == Timings(0, 0, 0.0, 0.0, 0, 0.0)
    told.clear()
    await greedy(made, [*PROMPT, *ANSWER[:5], 4], 2, progress=lambda done, all: told.append((done, all)))
    assert told == [(45, 45)], "what is still there is not read again"


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
async def test_one_request_at_a_time() -> None:
    gpu = SlowGpu(tiny("tiny-a").shards)
    made = await open_engine(gpu, tiny("tiny-a"))
    both = await asyncio.gather(greedy(made, PROMPT, 12), greedy(made, PROMPT[:20], 4))
    assert list(both) == [ANSWER, await fresh(PROMPT[:20], 4)]


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


async def _consume(tokens: AsyncIterator[Any]) -> None:
    async for _ in tokens:
        pass


@pytest.mark.parametrize(
    ("ids", "sampling", "error", "message"),
    [
        ([], Sampling(1), RequestError, "the prompt has no tokens"),
        ([1, V], Sampling(1), RequestError, "token id 1024 is outside the vocabulary, expected 0 to 1023"),
        ([1, -1], Sampling(1), RequestError, "token id -1 is outside"),
        (
            [1] * 100,
            Sampling(1),
            ContextError,
            r"the prompt is 100 tokens, the context window is 100 and an answer needs room",
        ),
        ([1], Sampling(0), RequestError, "max_tokens is 0, expected 1 to"),
        ([1], Sampling(1, temperature=-1), RequestError, "temperature is -1, expected 0 to 100"),
        (
            [1],
            Sampling(1, top_k=129, top_p=2),
            RequestError,
            "top_k is 129, expected 0 to 128; top_p is 2, expected 0 to 1",
        ),
        (
            [1],
            Sampling(1, stop_ids=tuple(range(9))),
            RequestError,
            f"number of stop_ids is 9, expected 0 to {STOP_IDS_MAX}",
        ),
        ([1], Sampling(1, temperature=math.nan), RequestError, "temperature is nan"),
    ],
)
def test_refusals(ids: list[int], sampling: Sampling, error: type[Exception], message: str) -> None:
    async def check() -> None:
        made, _ = await engine(context_window=100)
        with pytest.raises(error, match=message):
            await _consume(made.generate(ids, sampling))
        assert await greedy(made, PROMPT, 3) == ANSWER[:3]

    asyncio.run(check())


@run
async def test_the_context_window_bounds_the_answer() -> None:
    made, _ = await engine(context_window=len(PROMPT) + 5)
    assert await greedy(made, PROMPT, 50) == ANSWER[:5]
    with pytest.raises(ContextError, match=r"the text is 50 tokens, the context window is 44"):
        await made.score([1] * 50)


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
