"""The vision tower of a plan on any executor: pictures go in as bytes, what it made of them is read back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from struct import pack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.catalog.words import control_index
from pyside.api.parts import parts_of
from pyside.api.sight import Sight
from pyside.bundle.vision_config import VisionConfig
from pyside.engine.content import Content
from pyside.engine.control import packed
from pyside.engine.engine import Engine
from pyside.engine.pictures import Image
from pyside.network.model import compile_plan
from pyside.plan.gpu import Gpu
from pyside.plan.limits import Limits
from pyside.plan.plan import Pass, Plan
from pyside.text.chat_template import ChatFormat, ChatTemplate
from tests.support.closeness import assert_close
from tests.support.held_pictures import HeldPictures
from tests.support.models.memory_bundle import MemoryBundle, bundle
from tests.support.models.tower_oracle import Seen
from tests.support.models.vision_goldens import Arrays
from tests.support.models.whole_plan import greedy
from tests.support.paths import GOLDENS
from tests.support.scripted_engine import tokenizer
from tests.support.vision_prompts import VisionPrompt

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
PATCH = 16
PLACED = 1 << 31  # of an id: the rest is a row of the pictures


def tiny(model: str, recipe: str = "f32", **options: int) -> MemoryBundle:
    """The bundle of a tiny checkpoint with its tower."""
    return bundle(GOLDENS / model, recipe, vision=True, **options)


def pictures(case: Arrays) -> list[Bytes]:
    """The pictures of a golden, and the pairs of frames of its videos, each [1 or 2, H, W, 3]."""
    resized = [case[f"resized_{i}"] for i in range(len(case["grids"]))]
    return [frames[i : i + 2] for frames in resized for i in range(0, len(frames), 2)]


def plan_of(made: MemoryBundle, chunk: int = 64, **options: Any) -> Plan:
    """The bundle's plan on the least device."""
    return compile_plan(made.manifest, Limits.baseline(), chunk=chunk, **options)


async def see(gpu: Gpu, frames: Bytes, first_row: int = 0) -> None:
    """One picture or pair through the tower, to the rows from ``first_row`` on."""
    count, height, width, _ = frames.shape
    rgba = np.concatenate([frames, np.full((*frames.shape[:3], 1), 255, np.uint8)], axis=3)
    await gpu.ready(Pass.VISION)
    gpu.write("pixels", rgba.tobytes())
    words = {
        "count": height * width // PATCH**2, "grid_height": height // PATCH, "grid_width": width // PATCH,
        "frame_stride": height * width if count == 2 else 0, "first_row": first_row,
    }  # fmt: skip
    gpu.write("control", packed(words))
    gpu.run(Pass.VISION)


async def floats(gpu: Gpu, buffer: str, *shape: int) -> Floats:
    """The beginning of a buffer."""
    data = await gpu.read(buffer, 0, 4 * int(np.prod(shape)))
    return np.frombuffer(data, np.float32).reshape(shape)


def vision_of(made: MemoryBundle) -> VisionConfig:
    """The tower's dimensions."""
    assert made.manifest.model.vision is not None
    return made.manifest.model.vision


async def check_against_golden(executor: Callable[[Sequence[bytes]], Gpu], made: MemoryBundle, want: Arrays) -> None:
    """f32: every row that the tower makes, the logits of the prompt, and six greedy ids."""
    plan, gpu, seen = plan_of(made, chunk=16), executor(made.shards), pictures(want)
    await gpu.load(plan)
    for frames, first in zip(seen, rows_of(seen), strict=True):
        await see(gpu, frames, first)
    assert_close("rows", await floats(gpu, "vision_rows", *want["merged"].shape), want["merged"], 1e-4)

    vision, decoded, count = vision_of(made), [int(id) for id in want["decode_ids"]], len(want["input_ids"])
    logits = await read_prompt(gpu, plan, want, (vision.image_token_id, vision.video_token_id))
    assert_close("logits of the prompt", logits, want["last_logits"], 1e-4)
    for i, id in enumerate(decoded):
        assert int(logits.argmax()) == id, f"token {i}"
        logits = await step(gpu, plan, id, count + i, int(want["rope_delta"]))


async def check_answer(executor: Callable[[Sequence[bytes]], Gpu], prompt: VisionPrompt) -> None:
    """f32, from messages and pictures as they come to greedy ids, over chunks that end in the middle of a picture.

    And a second question, of which the tower hears nothing: the answer of an engine that reads all of it in larger chunks.
    """
    engine, content, images = await asked(executor, prompt, chunk=16)
    assert content.ids == prompt.ids
    said = await greedy(engine, content, len(prompt.answer), images=images)
    assert said == prompt.answer
    assert engine.timings.encoded_pictures == len(images)

    following = Content((*content.ids, *said, 5, 6, 7), content.spans)
    answer = await greedy(engine, following, 6, images=images)
    assert engine.timings.encoded_pictures == 0
    assert engine.timings.cached_tokens == len(following.ids) - 4, "the last id of the answer was never fed"
    fresh, _, images = await asked(executor, prompt)
    assert answer == await greedy(fresh, following, 6, images=images)


async def asked(
    executor: Callable[[Sequence[bytes]], Gpu], prompt: VisionPrompt, recipe: str = "f32", chunk: int = 64
) -> tuple[Engine, Content, dict[str, Image]]:
    """An engine, and the prompt with its pictures as the API makes it of messages."""
    made = tiny(prompt.model, recipe)
    plan, gpu = plan_of(made, chunk), executor(made.shards)
    await gpu.load(plan)
    sight = Sight(vision_of(made), plan.facts.vision_patches, tokenizer())
    rendered = ChatFormat(ChatTemplate(prompt.template), tokenizer()).encode(prompt.messages)
    seen = await sight.look(rendered, parts_of(prompt.messages), HeldPictures(gpu, prompt.sources, prompt.fps))
    return Engine(gpu, plan, vocab_used=plan.facts.vocab_size), *await seen.content()


async def check_layers(
    executor: Callable[[Sequence[bytes]], Gpu], made: MemoryBundle, want: Seen, frames: Bytes, bound: float
) -> None:
    """What is in the residual stream after every block of the tower: the first that fails names the first that differs."""
    plan = plan_of(made)
    blocks = {f"vision.blocks.{i}.fc2": block for i, block in enumerate(want.blocks)}
    layers = {"vision.patches.proj": want.patch_embed, "vision.patches.place": want.block_in, **blocks}
    for label, expected in layers.items():
        gpu = executor(made.shards)
        await gpu.load(up_to(plan, label))
        await see(gpu, frames)
        assert_close(label, await floats(gpu, "vision_x", *expected.shape), expected, bound)
    gpu = executor(made.shards)
    await gpu.load(plan)
    await see(gpu, frames, first_row=2)
    rows = await floats(gpu, "vision_rows", 2 + len(want.merged), want.merged.shape[1])
    assert_close("vision.merger", rows[2:], want.merged, bound)
    assert not rows[:2].any(), "rows before the first are left as they are"


def up_to(plan: Plan, label: str) -> Plan:
    """The plan with a vision pass that ends with the dispatches of this label, one for each piece of a matrix."""
    work = plan.passes[Pass.VISION]
    last = max(i for i, dispatch in enumerate(work) if f"{dispatch.label}.".startswith(f"{label}."))
    return replace(plan, passes={**plan.passes, Pass.VISION: work[: last + 1]})


async def read_prompt(gpu: Gpu, plan: Plan, case: Arrays, pads: tuple[int, ...]) -> Floats:
    """The last logits [V] of a golden's prompt, chunk by chunk; its pictures are kept from row 0 on."""
    ids, positions = case["input_ids"], case["position_ids"]
    placed = np.where(np.isin(ids, pads), PLACED + np.cumsum(np.isin(ids, pads)) - 1, ids)
    await gpu.ready(Pass.PREFILL_GRID)
    for start in range(0, len(ids), plan.facts.chunk):
        rows = placed[start : start + plan.facts.chunk]
        _streams(gpu, plan, positions[:, start : start + len(rows)])
        gpu.write("ids", pack(f"<{len(rows)}I", *rows))
        gpu.write("control", pack("<3I", start, len(rows), 0))
        gpu.run(Pass.PREFILL_GRID)
    gpu.run(Pass.HEAD)
    return await floats(gpu, "logits", plan.facts.vocab_size)


async def step(gpu: Gpu, plan: Plan, id: int, position: int, rope_offset: int) -> Floats:
    """The logits [V] after one more id."""
    gpu.write("ids", pack("<I", id))
    gpu.write("control", pack("<3I", position, 1, 0))
    gpu.write("control", pack("<i", rope_offset), 4 * control_index("rope_offset"))
    gpu.run(Pass.STEP)
    return await floats(gpu, "logits", plan.facts.vocab_size)


def _streams(gpu: Gpu, plan: Plan, positions: NDArray[np.int32]) -> None:
    """Positions [3, n] as the kernel takes them, [3, chunk]."""
    for stream, values in enumerate(positions):
        gpu.write("positions", values.astype(np.int32).tobytes(), 4 * stream * plan.facts.chunk)


def rows_of(pictures: Sequence[Bytes]) -> list[int]:
    """The first row of each picture when they are kept one after the other."""
    merged = [frames.shape[1] * frames.shape[2] // (2 * PATCH) ** 2 for frames in pictures]
    return [sum(merged[:i]) for i in range(len(merged))]
