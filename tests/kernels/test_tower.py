"""The vision tower on the desk's GPU: every block, the rows, the logits and ids of prompts with pictures."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.executors.native_gpu import NativeGpu
from tests.support.models.checkpoints import Shape, write_checkpoint
from tests.support.models.dequantised import BundleWeights
from tests.support.models.memory_bundle import bundle
from tests.support.models.seeing import check_against_golden, check_answer, check_layers, pictures, tiny
from tests.support.models.tower_oracle import Seen, TowerOracle
from tests.support.models.vision_goldens import PROMPTS, golden
from tests.support.models.whole_plan import MODELS
from tests.support.vision_prompts import VisionPrompt, vision_prompts

TOWERS = {  # dimensions, recipe, frames, height and width of the picture in patches
    "heads of 72 and a width that no group divides, a tall pair of frames": (
        Shape(vision_hidden=288, vision_intermediate=304, vision_depth=2), "f32", 2, (14, 2),
    ),
    "heads of 8, one square": (Shape(vision_hidden=32, vision_intermediate=33, vision_depth=3), "f16", 1, (2, 2)),
    "heads of 64, a wide picture, in eight bits": (
        Shape(vision_hidden=256, vision_intermediate=320, vision_depth=1, hidden_size=96), "q8", 1, (6, 22),
    ),
    "rows of the language model that are wider than the tower's squares": (
        Shape(vision_hidden=32, vision_intermediate=64, vision_depth=1, hidden_size=160), "f32", 1, (4, 6),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PROMPTS)
@pytest.mark.parametrize("model", MODELS)
def test_goldens(model: str, case: str) -> None:
    asyncio.run(check_against_golden(NativeGpu, tiny(model), golden(model, case)))


@pytest.mark.parametrize("prompt", vision_prompts(), ids=lambda prompt: f"{prompt.model}-{prompt.name}")
def test_an_answer_is_transformers_own(prompt: VisionPrompt) -> None:
    asyncio.run(check_answer(NativeGpu, prompt))


@pytest.mark.parametrize("model", MODELS)
def test_every_block_is_transformers_own(model: str) -> None:
    want = golden(model, "image")
    (frames,) = pictures(want)
    seen = Seen(want["patch_embed"], want["block_in"], [want["block_0"], want["block_1"]], want["merged"])
    asyncio.run(check_layers(NativeGpu, tiny(model), seen, frames, 1e-4))


@pytest.mark.parametrize("tower", TOWERS)
def test_every_block_is_the_oracle_s(tower: str, tmp_path: Path, rng: np.random.Generator) -> None:
    shape, recipe, frames, (height, width) = TOWERS[tower]
    folder = write_checkpoint(tmp_path / "checkpoint", shape)
    made = bundle(folder, recipe, piece_limit=200_000, vision=True)
    picture = rng.integers(0, 256, (frames, 16 * height, 16 * width, 3), np.uint8)
    config = json.loads((folder / "config.json").read_text())["vision_config"]
    want = TowerOracle(config, BundleWeights(made.manifest, made.shards)).see(picture)
    asyncio.run(check_layers(NativeGpu, made, want, picture, 1e-4))
