"""How far eight bits in the tower move the words about a picture: mean KL divergence from a tower in f32, the rest of the model in f32.

    python -m tests.bench.quantised_tower [CHECKPOINT ...]

Over the last token of each golden's prompt and its six greedy ids. Random weights are the worst case: trained ones forgive more.
"""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from pyside.desk import recipes
from tests.support.closeness import relative_rms
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.memory_bundle import MemoryBundle, bundle
from tests.support.models.oracle import log_softmax
from tests.support.models.seeing import floats, pictures, plan_of, read_prompt, rows_of, see, step, vision_of
from tests.support.models.vision_goldens import PROMPTS, Arrays, golden, trimmed
from tests.support.models.whole_plan import MODELS
from tests.support.paths import GOLDENS

TOWERS = {
    "f16": (("vision.*", "f16"), ("*", "f32")),
    "q8": (("vision.patches.*", "f16"), ("vision.*", "q8"), ("*", "f32")),  # as the recipes q8 and q4 have it
    "q4": (("vision.patches.*", "f16"), ("vision.*", "q4"), ("*", "f32")),  # as none has it
}


def cases(folder: Path) -> dict[str, Arrays]:
    """The goldens of a checkpoint of the tests, or of one that has them in it."""
    if folder.parent == GOLDENS:
        return {case: golden(folder.name, case) for case in PROMPTS}
    files = {case: folder / "golden" / f"{case}.npz" for case in PROMPTS}
    return {case: trimmed(file) for case, file in files.items() if file.exists()}


async def seen(made: MemoryBundle, want: Arrays) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The tower's rows, and the log-probabilities [7, V] after the prompt and after each id."""
    plan, gpu, vision = plan_of(made), NumpyGpu(made.shards), vision_of(made)
    await gpu.load(plan)
    for frames, first in zip(pictures(want), rows_of(pictures(want)), strict=True):
        await see(gpu, frames, first)
    logits = [await read_prompt(gpu, plan, want, (vision.image_token_id, vision.video_token_id))]
    for i, id in enumerate(want["decode_ids"]):
        logits.append(await step(gpu, plan, int(id), len(want["input_ids"]) + i, int(want["rope_delta"])))
    return await floats(gpu, "vision_rows", *want["merged"].shape), log_softmax(np.stack(logits))


def main() -> None:
    """Print one line for each checkpoint and format."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoints", nargs="*", type=Path, default=[GOLDENS / model for model in MODELS])
    print(f"{'checkpoint':10} {'tower':6} {'rows off by':>11} {'mean KL':>10} {'largest':>10} {'same argmax':>11}")
    for folder in parser.parse_args().checkpoints:
        made = {"f32": bundle(folder, "f32", vision=True)}
        with patch.dict(recipes.RECIPES, TOWERS):
            for name in TOWERS:
                other = bundle(folder, name, vision=True)
                made[name] = replace(other, manifest=replace(other.manifest, recipe="f32"))  # and so its caches
        found = {
            name: [asyncio.run(seen(each, want)) for want in cases(folder).values()] for name, each in made.items()
        }
        known = found.pop("f32")
        rows, exact = (np.concatenate([part[i] for part in known]) for i in (0, 1))
        for name, parts in found.items():
            moved, logs = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
            divergence = (np.exp(exact) * (exact - logs)).sum(axis=1)  # KL(f32 || this) per token, nats
            same = (exact.argmax(axis=1) == logs.argmax(axis=1)).mean()
            off = relative_rms(moved, rows)
            print(
                f"{folder.name:10} {name:6} {off:11.2e} {divergence.mean():10.2e} {divergence.max():10.2e} {same:11.1%}"
            )


if __name__ == "__main__":
    main()
