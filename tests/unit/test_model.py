"""The network's plan, run by the numpy twins, computes what transformers and the oracle compute."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from pyside.bundle.layout import PLAIN
from pyside.errors import BundleError, PlanError
from pyside.network.gated_delta import GatedDelta
from pyside.network.memory import Memory
from pyside.network.model import compile_plan, passes
from pyside.plan.limits import Limits
from pyside.plan.plan import Pass, PlanBuilder
from tests.support.closeness import assert_close
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.whole_plan import (
    MODELS,
    Floats,
    assert_states,
    check_against_goldens,
    check_against_oracle,
    check_far_positions,
    check_in_pieces,
    golden,
    greedy,
    open_engine,
    prefill,
    states,
    tiny,
)


@pytest.mark.parametrize("text", [pytest.param("long", marks=pytest.mark.slow), "hello", "one"])
@pytest.mark.parametrize("model", MODELS)
def test_goldens(model: str, text: str) -> None:
    asyncio.run(check_against_goldens(NumpyGpu(tiny(model).shards), model, text))


def test_far_positions() -> None:
    asyncio.run(check_far_positions(NumpyGpu(tiny("tiny-b").shards), "tiny-b"))


@pytest.mark.parametrize("recipe", ["f16", "q8", "q4"])
@pytest.mark.parametrize("model", MODELS)
def test_quantised_equals_the_oracle_on_dequantised_weights(model: str, recipe: str) -> None:
    asyncio.run(check_against_oracle(NumpyGpu(tiny(model, recipe).shards), model, "hello", recipe))


async def prefilled(model: str, ids: list[int], chunk: int) -> tuple[dict[str, Floats], Floats]:
    """States and the last row of the residual stream after a prompt in chunks."""
    plan = compile_plan(tiny(model).manifest, Limits.baseline(), chunk=chunk)
    gpu = NumpyGpu(tiny(model).shards)
    await gpu.load(plan)
    for start in range(0, len(ids), chunk):
        prefill(gpu, ids[start : start + chunk], start)
    rows = gpu.buffers["x"].view(np.float32).reshape(chunk, -1)
    return await states(gpu, plan, len(ids)), rows[(len(ids) - 1) % chunk].copy()


@pytest.mark.slow
@pytest.mark.parametrize("chunk", [1, 13, 39, 100])
@pytest.mark.parametrize("model", MODELS)
def test_chunked_stepwise_and_padded_are_one(model: str, chunk: int) -> None:
    ids = golden(model, "hello")["input_ids"].tolist()
    want_states, want_row = asyncio.run(prefilled(model, ids, len(ids)))
    got_states, got_row = asyncio.run(prefilled(model, ids, chunk))
    assert_states(got_states, want_states)
    assert_close("last row", got_row, want_row, 1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_prefill_then_decode_is_one_prefill(model: str) -> None:
    async def check() -> None:
        ids = golden(model, "hello")["input_ids"].tolist()
        gpu = NumpyGpu(tiny(model).shards)
        engine = await open_engine(gpu, tiny(model))
        produced = await greedy(engine, ids, 9)
        plan = compile_plan(tiny(model).manifest, Limits.baseline(), chunk=64)
        whole, _ = await prefilled(model, ids + produced[:-1], 64)
        assert_states(await states(gpu, plan, len(ids) + 8), whole)

    asyncio.run(check())


def test_pieces_of_the_vocabulary() -> None:
    """Several row pieces of embedding and head, as devices with small bindings need them, give the same tokens."""
    made = tiny("tiny-b", piece_limit=100_000)
    assert len(made.manifest.pieces("embed")) > 2 and len(made.manifest.pieces("head")) > 2

    async def check() -> None:
        want = golden("tiny-b", "hello")
        engine = await open_engine(NumpyGpu(made.shards), made)
        assert await greedy(engine, want["input_ids"].tolist(), 12) == want["decode_ids"].tolist()
        scores = await engine.score(want["input_ids"].tolist())
        np.testing.assert_allclose([token.logprob for token in scores], want["prompt_logprobs"], atol=1e-3)

    asyncio.run(check())


@pytest.mark.parametrize("model", MODELS)
def test_every_matrix_in_pieces(model: str) -> None:
    """Row pieces write their own columns, whatever a product does with them: store, add, or gate."""
    asyncio.run(check_in_pieces(NumpyGpu, model))


@pytest.mark.parametrize("chunk", [1, 5])
def test_a_chunk_shorter_than_the_rows_that_are_scored(chunk: int) -> None:
    async def check() -> None:
        want = golden("tiny-b", "hello")
        engine = await open_engine(NumpyGpu(tiny("tiny-b").shards), tiny("tiny-b"), chunk=chunk)
        scores = await engine.score(want["input_ids"].tolist())
        np.testing.assert_allclose([token.logprob for token in scores], want["prompt_logprobs"], atol=1e-3)

    asyncio.run(check())


def test_states_share_buffers_and_split_when_they_must() -> None:
    manifest = tiny("tiny-a").manifest
    names = {buffer.name for buffer in compile_plan(manifest, Limits.baseline()).buffers if buffer.kind == "state"}
    assert names == {"delta_state.0", "conv_state.0", "k_cache.3", "k_cache.7", "v_cache.3", "v_cache.7"}

    wide = replace(manifest.model, linear_num_value_heads=32, linear_key_head_dim=64, linear_value_head_dim=64)
    small = PlanBuilder(limits=replace(Limits.baseline(), buffer_bytes=1_100_000))
    memory = Memory(small, passes(wide), replace(manifest, model=wide), chunk=16, context=64)
    mixers = [block for block in passes(wide)[Pass.PREFILL].blocks if isinstance(block, GatedDelta)]
    found = [memory.view(block, "delta_state") for block in mixers]
    layers = 32 * 64 * 64 * 4  # bytes of one state: two fit a buffer
    at = [(small.buffers[view.buffer].name, view.offset, view.bytes) for view in found]
    assert at == [(f"delta_state.{i // 2}", i % 2 * layers, layers) for i in range(6)]


def test_context_window() -> None:
    manifest = tiny("tiny-a", "q4").manifest
    row = 2 * 32 * 2  # bytes of a token's keys: two heads of 32 in f16
    assert compile_plan(manifest, Limits.baseline()).facts.context_window == manifest.model.max_position_embeddings
    assert compile_plan(manifest, Limits.baseline(), context=500).facts.context_window == 500
    small = replace(Limits.baseline(), binding_bytes=1 << 20)
    assert compile_plan(manifest, small, chunk=16).facts.context_window == (1 << 20) // row


def test_the_context_of_a_software_adapter() -> None:
    """Lavapipe ends a kernel's loops after 65,535 iterations in all: beyond some 20,000 keys attention would be wrong."""
    manifest = tiny("tiny-a").manifest
    plan = compile_plan(manifest, replace(Limits.baseline(), software=True))
    assert plan.facts.context_window == min(16_384, manifest.model.max_position_embeddings)
    longer = replace(manifest, model=replace(manifest.model, max_position_embeddings=262_144))
    assert compile_plan(longer, replace(Limits.baseline(), software=True)).facts.context_window == 16_384
    assert compile_plan(longer, Limits.baseline(), context=262_144).facts.context_window > 16_384


def test_a_chunk_fits_the_scratch() -> None:
    manifest = tiny("tiny-a").manifest
    wide = replace(manifest.model, intermediate_size=1 << 17)
    assert Memory(PlanBuilder(), passes(manifest.model), manifest).facts.chunk == 256
    assert Memory(PlanBuilder(), passes(wide), replace(manifest, model=wide)).facts.chunk == 128


def test_what_is_missing_is_named() -> None:
    manifest = tiny("tiny-a").manifest
    tensors = {name: tensor for name, tensor in manifest.tensors.items() if name != "layers.5.gdn.out_proj"}
    with pytest.raises(BundleError, match=r"no tensor 'layers\.5\.gdn\.out_proj'.*build it again"):
        compile_plan(replace(manifest, tensors=tensors), Limits.baseline())
    with pytest.raises(BundleError, match=r"'final_norm' is \[65\], the model needs \[64\]"):
        shorter = dict(manifest.tensors) | {"final_norm": replace(manifest.tensors["final_norm"], shape=(65,))}
        compile_plan(replace(manifest, tensors=shorter), Limits.baseline())
    with pytest.raises(BundleError, match=r"'final_norm' has format q4, expected plain"):
        packed = dict(manifest.tensors) | {"final_norm": replace(manifest.tensors["final_norm"], format="q4")}
        compile_plan(replace(manifest, tensors=packed), Limits.baseline())
    with pytest.raises(BundleError, match=r"pieces of 'embed' have 0 rows, the vocabulary 1,024"):
        headless = {name: tensor for name, tensor in manifest.tensors.items() if name != "embed.0"}
        compile_plan(replace(manifest, tensors=headless), Limits.baseline())


def test_a_device_that_is_too_small_is_told() -> None:
    small = replace(Limits.baseline(), buffer_bytes=100_000)
    with pytest.raises(PlanError, match=r"needs a buffer of [\d,]+ bytes, this device makes at most 100,000"):
        compile_plan(tiny("tiny-a").manifest, small, chunk=16, context=64)


def test_every_weight_is_used_and_uploaded_once() -> None:
    for model in MODELS:
        manifest = tiny(model, "q4").manifest
        plan = compile_plan(manifest, Limits.baseline())
        weights = {buffer.name for buffer in plan.buffers if buffer.kind == "weight"}
        assert weights == set(manifest.tensors)
        uploaded: dict[int, int] = {}
        for upload in plan.uploads:
            assert upload.buffer_offset == uploaded.get(upload.buffer, 0)
            uploaded[upload.buffer] = upload.buffer_offset + upload.bytes
        assert {plan.buffers[i].name: size for i, size in uploaded.items()} == {
            name: tensor.bytes for name, tensor in manifest.tensors.items()
        }
        assert any(tensor.format == PLAIN for tensor in manifest.tensors.values())


def test_what_a_block_names_hides_no_shared_buffer() -> None:
    """A word of a line is looked up among the block's weights, then its state, then the buffers that blocks share."""
    for model in MODELS:
        for work in passes(tiny(model).manifest.model).values():
            shared = {
                name for block in work.blocks for name in (*block.exchanged(1), *block.scratch(1), *block.cache())
            }
            for block in work.blocks:
                own = [weight.name for weight in block.weights()] + list(block.state())
                assert len(set(own)) == len(own) and not shared & set(own)


def test_lazy_passes_exist_and_the_others_answer() -> None:
    plan = compile_plan(tiny("tiny-a").manifest, Limits.baseline())
    assert set(plan.lazy) < set(plan.passes)
    assert set(plan.passes) - set(plan.lazy) == {"prefill", "sample", "decode"}


def test_threads_share_sums_on_a_gpu_and_not_on_a_cpu() -> None:
    def values(name: str, limits: Limits) -> set[int]:
        plan = compile_plan(tiny("tiny-b").manifest, limits)
        return {int(p.constants[name]) for p in plan.pipelines if name in p.constants}

    software = replace(Limits.baseline(), software=True)
    assert (values("SLICES", software), values("SPAN", software)) == ({1}, {8})
    assert max(values("SLICES", Limits.baseline())) > 1
