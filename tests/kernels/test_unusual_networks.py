"""Networks of dimensions that nobody has published, on the desk's GPU: what the config admits, the kernels compute."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from pyside.engine.sampling import Sampling
from tests.support.executors.native_gpu import NativeGpu
from tests.support.models.checkpoints import Shape, write_checkpoint
from tests.support.models.dequantised import BundleWeights
from tests.support.models.memory_bundle import bundle
from tests.support.models.oracle import Oracle, log_softmax
from tests.support.models.whole_plan import open_engine

NETWORKS = {  # dimensions, recipe, rows of a prefill
    "no attention, three value heads to a key head, K of nine groups": (
        Shape(hidden_size=288, intermediate_size=32, layers=2, key_heads=1, value_heads=3, key_dim=36, value_dim=96, tied=False),
        "q4", 5,
    ),
    "attention only, the largest heads, five to a key head": (
        Shape(hidden_size=96, intermediate_size=224, layers=2, full_attention_interval=1, heads=5, kv_heads=1, head_dim=256),
        "f16", 64,
    ),
    "one group wide, a key head to a value head, values off a tile, a vocabulary in pieces": (
        Shape(hidden_size=32, intermediate_size=32, vocab_size=701, key_heads=4, value_heads=4, key_dim=4, value_dim=40),
        "q8", 33,
    ),
    "alternating layers, heads of 96 that turn 24, row by row": (
        Shape(hidden_size=160, layers=4, full_attention_interval=2, heads=6, kv_heads=3, head_dim=96, value_dim=24),
        "f32", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("network", NETWORKS)
def test_a_reply_and_a_score_are_the_oracles(network: str, tmp_path: Path, rng: np.random.Generator) -> None:
    shape, recipe, chunk = NETWORKS[network]
    folder = write_checkpoint(tmp_path / "checkpoint", shape)
    made = bundle(folder, recipe, piece_limit=20_000)
    ids = [int(i) for i in rng.integers(0, shape.vocab_size, 40)]

    def oracle() -> Oracle:
        config = json.loads((folder / "config.json").read_text())
        weights = BundleWeights(made.manifest, made.shards)
        return Oracle(config, weights, np.float32 if recipe == "f32" else np.float16)

    async def check() -> None:
        engine = await open_engine(NativeGpu(made.shards), made, chunk=chunk)
        read, rows = oracle(), ids
        async for token in engine.generate(ids, Sampling(3)):
            logits = read.forward(rows, last_only=True).logits[-1]
            assert token.id == int(logits.argmax())
            assert abs(token.logprob - log_softmax(logits)[token.id]) < 5e-3
            rows = [token.id]
        scores = await engine.score(ids)
        want = log_softmax(oracle().forward(ids).logits)[np.arange(len(ids) - 1), ids[1:]]
        np.testing.assert_allclose([token.logprob for token in scores], want, atol=5e-3)

    asyncio.run(check())
