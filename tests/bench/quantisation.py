"""How far each recipe moves the model: mean KL divergence from f32 over the tokens of a prompt, by the oracle.

    python -m tests.bench.quantisation [CHECKPOINT ...]

Without arguments the tiny checkpoints of the tests. Random weights are the worst case: trained ones are more forgiving.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pyside.desk.recipes import RECIPES
from tests.support.models.dequantised import BundleWeights
from tests.support.models.memory_bundle import bundle
from tests.support.models.oracle import Oracle, log_softmax
from tests.support.models.whole_plan import MODELS, golden
from tests.support.paths import GOLDENS


def log_probabilities(folder: Path, recipe: str, ids: list[int]) -> NDArray[np.float64]:
    """The oracle's log-probabilities [n, V] after every token, from the recipe's dequantised weights and its cache."""
    made = bundle(folder, recipe)
    config = json.loads((folder / "config.json").read_text())
    cached = np.float32 if recipe == "f32" else np.float16
    trace = Oracle(config, BundleWeights(made.manifest, made.shards), cached).forward(ids)
    return log_softmax(trace.logits).astype(np.float64)


def main() -> None:
    """Print one line per checkpoint and recipe."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoints", nargs="*", type=Path, default=[GOLDENS / model for model in MODELS])
    print(f"{'checkpoint':12} {'recipe':6} {'bits/weight':>11} {'mean KL':>10} {'largest':>10} {'same argmax':>11}")
    for folder in parser.parse_args().checkpoints:
        ids: list[int] = golden(folder.name if folder.name in MODELS else MODELS[0], "long")["input_ids"].tolist()
        exact = log_probabilities(folder, "f32", ids)
        for recipe in ("f16", "q8", "q4"):
            assert recipe in RECIPES
            other = log_probabilities(folder, recipe, ids)
            divergence = (np.exp(exact) * (exact - other)).sum(axis=1)  # KL(f32 || recipe) per token, nats
            matrices = [t for t in bundle(folder, recipe).manifest.tensors.values() if t.format != "plain"]
            bits = 8 * sum(t.bytes for t in matrices) / sum(t.shape[0] * t.shape[1] for t in matrices)
            same = (exact.argmax(axis=1) == other.argmax(axis=1)).mean()
            print(
                f"{folder.name:12} {recipe:6} {bits:11.2f} {divergence.mean():10.2e} {divergence.max():10.2e} {same:11.1%}"
            )


if __name__ == "__main__":
    main()
