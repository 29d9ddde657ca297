"""The whole network on the desk's GPU: every layer's state, the ids, the log-probabilities, and the self-test."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing

import pytest

from pyside.desk.selftest_vectors import bake
from pyside.engine import selftest
from pyside.engine.sampling import Sampling
from pyside.plan.limits import Limits
from tests.support.executors.native_gpu import NativeGpu
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.whole_plan import (
    MODELS,
    TEXTS,
    check_against_goldens,
    check_against_oracle,
    check_far_positions,
    check_in_pieces,
    golden,
    greedy,
    open_engine,
    tiny,
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("model", MODELS)
def test_goldens(model: str, text: str) -> None:
    asyncio.run(check_against_goldens(NativeGpu(tiny(model).shards), model, text))


def test_far_positions() -> None:
    asyncio.run(check_far_positions(NativeGpu(tiny("tiny-b").shards), "tiny-b"))


@pytest.mark.parametrize("recipe", ["f16", "q8", "q4"])
@pytest.mark.parametrize("model", MODELS)
def test_quantised_equals_the_oracle_on_dequantised_weights(model: str, recipe: str) -> None:
    asyncio.run(check_against_oracle(NativeGpu(tiny(model, recipe).shards), model, "hello", recipe))


@pytest.mark.parametrize("model", MODELS)
def test_every_matrix_in_pieces(model: str) -> None:
    asyncio.run(check_in_pieces(NativeGpu, model))


def test_snapshots_growth_and_an_abort_as_on_numpy() -> None:
    made = tiny("tiny-b", "q4")
    prompt = golden("tiny-b", "hello")["input_ids"].tolist()

    async def talk(gpu: NativeGpu | NumpyGpu) -> list[list[int]]:
        engine = await open_engine(gpu, made, 16)
        said = [await greedy(engine, prompt, 10, stable=[20, 30])]
        said.append(await greedy(engine, [*prompt[:30], 7, 8], 10))
        async with aclosing(engine.generate([*prompt[:20], 5], Sampling(400))) as tokens:
            said.append([(await anext(tokens)).id])
        engine.session.reserve(5000)
        said.append(await greedy(engine, [*prompt[:20], 5, 6], 10))
        return [*said, list(engine.session.snapshots)]

    assert asyncio.run(talk(NativeGpu(made.shards))) == asyncio.run(talk(NumpyGpu(made.shards)))


def test_draws_as_on_numpy() -> None:
    made = tiny("tiny-a")
    prompt = golden("tiny-a", "hello")["input_ids"].tolist()
    sampling = Sampling(30, temperature=0.8, top_k=20, top_p=0.95, presence_penalty=1.5, repetition_penalty=1.1, seed=5)

    async def draw(gpu: NativeGpu | NumpyGpu) -> list[int]:
        engine = await open_engine(gpu, made)
        return [token.id async for token in engine.generate(prompt, sampling)]

    assert asyncio.run(draw(NativeGpu(made.shards))) == asyncio.run(draw(NumpyGpu(made.shards)))


def test_selftest() -> None:
    async def check() -> None:
        data = json.loads(json.dumps(bake()))
        gpu = NativeGpu()
        await gpu.load(selftest.plan(data, Limits.baseline()))
        await selftest.check(gpu, data)

    asyncio.run(check())
