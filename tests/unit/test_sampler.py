"""What requests set the sampler to: draws, penalties, log-probabilities."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from pyside.engine.sampling import Sampling
from tests.support.models.oracle import Oracle, log_softmax
from tests.support.models.tiny_engine import ANSWER, PROMPT, engine, run
from tests.support.models.whole_plan import golden, greedy
from tests.support.paths import GOLDENS


@pytest.mark.slow
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


@pytest.mark.slow
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
