"""The engine: the right tokens whatever was reused, aborted, edited or decided by the host on the way."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from kernels_wgsl.catalog.words import STOP_IDS_MAX, control_index
from pyside.engine.content import Content, Span
from pyside.engine.engine import Engine
from pyside.engine.pictures import Image
from pyside.engine.sampling import Sampling
from pyside.engine.timings import Timings
from pyside.errors import ContextError, RequestError
from tests.support.executors.drawing_gpu import DrawingGpu
from tests.support.executors.seeing_gpu import seeing_plan
from tests.support.held_pictures import HeldPictures
from tests.support.models.tiny_engine import ANSWER, PROMPT, Clock, SlowGpu, V, engine, fresh, run
from tests.support.models.whole_plan import greedy, open_engine, tiny


@run
async def test_the_next_turn_reuses_everything() -> None:
    made, _ = await engine()
    answer = await greedy(made, PROMPT, 12)
    turn = [*PROMPT, *answer, 5, 6, 7]
    assert await greedy(made, turn, 8) == await fresh(turn, 8)
    assert made.timings.cached_tokens == len(PROMPT) + 11  # the last token of the answer was never fed


@pytest.mark.slow
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
async def test_one_request_at_a_time() -> None:
    gpu = SlowGpu(tiny("tiny-a").shards)
    made = await open_engine(gpu, tiny("tiny-a"))
    both = await asyncio.gather(greedy(made, PROMPT, 12), greedy(made, PROMPT[:20], 4))
    assert list(both) == [ANSWER, await fresh(PROMPT[:20], 4)]


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


@run
async def test_what_stands_behind_placeholders_decides_what_is_reused() -> None:
    ids = (*range(10), *[99] * 40, *range(10))  # a span across three chunks
    cat, dog = (Content(ids, (Span(10, digest, (1, 40)),)) for digest in ("cat", "dog"))
    gpu, plan = DrawingGpu([7] * 20), seeing_plan(rows=96)
    pictures = HeldPictures(gpu, [np.zeros((1, 32, 1280, 3), np.uint8)])
    images = dict.fromkeys(("cat", "dog"), Image(pictures, 0, 32, 1280, (2, 80)))
    made = Engine(gpu, plan, vocab_used=1024)
    for content, cached in ((cat, 0), (cat, 10), (dog, 10), (Content((*ids, 7, 7, 5), dog.spans), 62), (cat, 10)):
        await greedy(made, content, 3, stable=[10, 30], images=images)
        assert (made.timings.prompt_tokens, made.timings.cached_tokens) == (len(content.ids), cached)
        assert made.session.snapshots == (10,), "the stable length within the span has moved to its beginning"
