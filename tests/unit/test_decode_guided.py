"""Decoding with the host's guidance: masks and edited logits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import aclosing

import numpy as np
import pytest

from pyside.engine.sampling import Sampling
from tests.support.models.tiny_engine import ANSWER, PROMPT, V, engine, fresh, run
from tests.support.models.whole_plan import golden, greedy


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


@pytest.mark.slow
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
