"""How fast the tokenizer loads and encodes, on the desk and in Pyodide under Node.

    python -m tests.bench.tokenizer_speed [--tokenizer tokenizer.json] [--runtime build/runtime]

Without a tokenizer one of Qwen3.5's size is made: 8,000 trained entries, and merges of random neighbours up to 248,044.
The ids of every run must equal those of the `tokenizers` library; no figure is printed for ids that do not.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer as Reference

from pyside.tokenizer import Tokenizer, pack
from tests.bench.tokenizer_measure import measure
from tests.text_samples import ALPHABETS, CODE, as_json, mixed_text, trained, words

REPOSITORY = Path(__file__).parents[2]
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


def texts() -> dict[str, str]:
    """The measured texts: one alphabet, eleven with code between, and code alone."""
    rng = random.Random(3)
    lexicon = words(rng, ALPHABETS[0], 5000)
    prose = " ".join(lexicon[int(rng.random() ** 3 * len(lexicon))] for _ in range(20_000))
    code = "".join(rng.choice(CODE).format(*rng.sample(lexicon[:500], 3), rng.randint(0, 999)) for _ in range(2500))
    return {"prose": prose, "mixed": mixed_text(200_000, seed=4), "code": code}


def main() -> None:
    """Measure and print one JSON line per runtime."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tokenizer", type=Path, help="a tokenizer.json; else one of Qwen3.5's size is made")
    parser.add_argument(
        "--runtime", type=Path, default=REPOSITORY / "build" / "runtime", help="a folder with pyodide.mjs"
    )
    options = parser.parse_args()
    data = json.loads(options.tokenizer.read_text(encoding="utf-8")) if options.tokenizer else full_size()
    reference = Reference.from_str(json.dumps(data))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tokenizer.bin").write_bytes(pack(data, {}))
        ours = Tokenizer.load(pack(data, {}))
        for name, text in texts().items():
            Path(folder, f"{name}.txt").write_text(text, encoding="utf-8", newline="")
            if ours.encode(text) != reference.encode(text).ids:
                sys.exit(f"{name}: the ids are not those of the tokenizers library")
        script = Path(__file__).with_name("in_pyodide.mjs")
        command = ["node", str(script), str(options.runtime), str(REPOSITORY), folder, "tests.bench.tokenizer_measure"]
        page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        desk, page = json.loads(measure(folder)), json.loads(page)
        if any(desk[name]["fingerprint"] != page[name]["fingerprint"] for name in texts()):
            sys.exit("the ids in Pyodide are not those on the desk")
        for runtime, result in (("desk", desk), ("pyodide", page)):
            print(json.dumps({"runtime": runtime, **result}))


if __name__ == "__main__":
    main()
