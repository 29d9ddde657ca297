"""The vision tower's plan, run by the numpy twins, computes what transformers and the oracle compute."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pyside.network.model import compile_plan, weights
from pyside.plan.limits import Limits
from pyside.plan.plan import Pass
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.checkpoints import Shape, write_checkpoint
from tests.support.models.dequantised import BundleWeights
from tests.support.models.memory_bundle import bundle
from tests.support.models.oracle import SafetensorsWeights
from tests.support.models.seeing import (
    check_against_golden,
    check_answer,
    check_layers,
    pictures,
    plan_of,
    tiny,
)
from tests.support.models.tower_oracle import Seen, TowerOracle
from tests.support.models.vision_goldens import CASES, PROMPTS, golden
from tests.support.models.whole_plan import MODELS
from tests.support.models.whole_plan import tiny as blind
from tests.support.paths import GOLDENS
from tests.support.vision_prompts import VisionPrompt, vision_prompts

BASELINE = Limits.baseline()
LAYERS = ("patch_embed", "block_in", "block_0", "block_1")


@pytest.mark.parametrize("case", PROMPTS)
@pytest.mark.parametrize("model", MODELS)
def test_goldens(model: str, case: str) -> None:
    asyncio.run(check_against_golden(NumpyGpu, tiny(model), golden(model, case)))


@pytest.mark.parametrize("prompt", vision_prompts(), ids=lambda prompt: f"{prompt.model}-{prompt.name}")
def test_an_answer_is_transformers_own(prompt: VisionPrompt) -> None:
    asyncio.run(check_answer(NumpyGpu, prompt))


@pytest.mark.parametrize("model", MODELS)
def test_every_block_is_transformers_own(model: str) -> None:
    want = golden(model, "image")
    (frames,) = pictures(want)
    embed, block_in, *blocks = (want[name] for name in LAYERS)
    asyncio.run(check_layers(NumpyGpu, tiny(model), Seen(embed, block_in, blocks, want["merged"]), frames, 1e-4))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("model", MODELS)
def test_the_oracle_computes_what_transformers_does(model: str, case: str) -> None:
    folder, want = GOLDENS / model, golden(model, case)
    config = json.loads((folder / "config.json").read_text())["vision_config"]
    seen = [TowerOracle(config, SafetensorsWeights(folder)).see(frames) for frames in pictures(want)]
    got = {"merged": np.concatenate([each.merged for each in seen])}
    if case == "image":
        got |= dict(zip(LAYERS, (seen[0].patch_embed, seen[0].block_in, *seen[0].blocks), strict=True))
    for name, values in got.items():
        np.testing.assert_allclose(values, want[name], atol=2e-5, err_msg=name)


@pytest.mark.parametrize("recipe", ["f16", "q8", "q4"])
def test_a_quantised_tower_is_the_oracle_s_on_dequantised_weights(recipe: str) -> None:
    made = tiny("tiny-b", recipe)
    config = json.loads((GOLDENS / "tiny-b" / "config.json").read_text())["vision_config"]
    oracle = TowerOracle(config, BundleWeights(made.manifest, made.shards))
    frames = pictures(golden("tiny-b", "images_two"))[1]
    asyncio.run(check_layers(NumpyGpu, made, oracle.see(frames), frames, 1e-4))


@pytest.mark.parametrize("piece_limit", [1 << 30, 1])
def test_heads_of_72_a_width_that_no_group_divides_and_matrices_in_pieces(piece_limit: int, tmp_path: Path) -> None:
    shape = Shape(vision_hidden=288, vision_intermediate=304, vision_depth=1)
    folder = write_checkpoint(tmp_path / "c", shape)
    made = bundle(folder, "f32", vision=True, piece_limit=piece_limit)
    assert bool(made.manifest.pieces("vision.blocks.0.fc1")) == (piece_limit == 1)
    config = json.loads((folder / "config.json").read_text())["vision_config"]
    frames = np.random.default_rng(7).integers(0, 256, (2, 96, 32, 3), np.uint8)
    want = TowerOracle(config, SafetensorsWeights(folder)).see(frames)
    asyncio.run(check_layers(NumpyGpu, made, want, frames, 1e-5))


def test_a_model_without_a_tower_has_the_plan_that_it_had() -> None:
    plan = compile_plan(blind("tiny-a").manifest, BASELINE)
    assert (plan.facts.vision_patches, plan.facts.vision_rows) == (0, 0)
    assert not {Pass.VISION, Pass.PREFILL_GRID} & set(plan.passes) and not {Pass.VISION, Pass.PREFILL_GRID} & set(
        plan.lazy
    )
    seeing = plan_of(tiny("tiny-a"), chunk=256)
    for name in plan.passes:
        labels = [[dispatch.label for dispatch in each.passes[name]] for each in (plan, seeing)]
        assert labels[0] == labels[1], "texts are read alike with a tower and without"


def test_what_pictures_need_is_made_with_the_first_one() -> None:
    made = tiny("tiny-a")
    plan = plan_of(made)
    assert {Pass.VISION, Pass.PREFILL_GRID} < set(plan.lazy)
    names = {
        name: {plan.buffers[binding.buffer].name for dispatch in plan.passes[name] for binding in dispatch.bindings}
        for name in plan.passes
    }
    eager = set().union(*(names[name] for name in plan.passes if name not in plan.lazy))
    tower = {weight.name for weight in weights(made.manifest.model) if weight.name.startswith("vision.")}
    own = {"pixels", "positions", "vision_rows", "vision_x", "vision_h", "vision_wide"}
    assert (names[Pass.VISION] | names[Pass.PREFILL_GRID]) - eager == tower | own
    marked = {number for number, shard in enumerate(made.manifest.shards) if shard.part == "vision"}
    needed = {upload.shard for upload in plan.uploads if plan.buffers[upload.buffer].name in tower}
    assert needed == marked and max(marked) - min(marked) + 1 == len(marked)


def test_the_largest_picture_is_what_the_load_the_model_and_a_binding_allow() -> None:
    made = tiny("tiny-a")  # pictures of up to 256 patches, videos of 1,024 in all, so 512 in two frames
    D = made.manifest.model.hidden_size
    for pixels, patches in ((None, 512), (65_536, 256), (65_535, 252), (1 << 40, 512)):
        facts = plan_of(made, pixels=pixels).facts
        assert (facts.vision_patches, facts.vision_rows) == (patches, 3 * patches // 4)
    small = compile_plan(made.manifest, replace(BASELINE, binding_bytes=1 << 20), chunk=16)
    assert small.facts.vision_patches == (1 << 20) // (4 * 1536) // 4 * 4
    sizes = {buffer.name: buffer.bytes for buffer in plan_of(made).buffers}
    assert sizes["pixels"] == 2 * 512 * 256 * 4 and sizes["vision_rows"] == 3 * 128 * D * 4
