"""What the measurements of the page's Python share: their tokenizer, their arguments, and a run of a module in Pyodide under Node."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT
from tests.support.texts.samples import as_json, mixed_text, trained

VOCABULARY = 248_044  # entries of Qwen3.5's


def full_size() -> dict[str, Any]:
    """A ``tokenizer.json`` as large as the real one; entries beyond the trained ones are words nobody wrote."""
    data = as_json(trained(8000, mixed_text(400_000, seed=1)))
    vocab, merges = data["model"]["vocab"], data["model"]["merges"]
    rng, entries = random.Random(2), list(vocab)
    while len(vocab) < VOCABULARY:
        left, right = rng.choice(entries), rng.choice(entries)
        if left + right not in vocab and len(left + right) < 24:
            vocab[left + right] = len(vocab)
            merges.append([left, right])
    for place, token in enumerate(data["added_tokens"]):
        token["id"] = VOCABULARY + place
    return data


def asked(about: str) -> tuple[dict[str, Any], Path]:
    """The ``tokenizer.json`` to measure with, and the folder with ``pyodide.mjs``, from the command line."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--tokenizer", type=Path, help="a tokenizer.json; else one of Qwen3.5's size is made")
    parser.add_argument("--runtime", type=Path, default=ROOT / "build" / "runtime", help="a folder with pyodide.mjs")
    options = parser.parse_args()
    data = json.loads(options.tokenizer.read_text(encoding="utf-8")) if options.tokenizer else full_size()
    return data, options.runtime


def measured_in_pyodide(module: str, folder: str, runtime: Path, *packages: str) -> dict[str, Any]:
    """What ``measure(folder)`` of a module says in Pyodide; ``packages`` come from the runtime, not from the repository."""
    script = Path(__file__).with_name("in_pyodide.mjs")
    command = ["node", str(script), str(runtime), str(ROOT), folder, module, *packages]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found
