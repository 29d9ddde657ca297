"""How fast the tokenizer loads and encodes, on the desk and in Pyodide under Node.

    python -m tests.bench.tokenizer_speed [--tokenizer tokenizer.json] [--runtime build/runtime]

Without a tokenizer one of Qwen3.5's size is made: 8,000 trained entries, and merges of random neighbours up to 248,044.
The ids of every run must equal those of the `tokenizers` library; no figure is printed for ids that do not.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path

from tokenizers import Tokenizer as Reference

from pyside.text.tokenizer import Tokenizer, pack
from tests.bench.in_pyodide import asked, measured_in_pyodide
from tests.bench.tokenizer_measure import measure
from tests.support.texts.samples import ALPHABETS, CODE, mixed_text, words


def texts() -> dict[str, str]:
    """The measured texts: one alphabet, eleven with code between, and code alone."""
    rng = random.Random(3)
    lexicon = words(rng, ALPHABETS[0], 5000)
    prose = " ".join(lexicon[int(rng.random() ** 3 * len(lexicon))] for _ in range(20_000))
    code = "".join(rng.choice(CODE).format(*rng.sample(lexicon[:500], 3), rng.randint(0, 999)) for _ in range(2500))
    return {"prose": prose, "mixed": mixed_text(200_000, seed=4), "code": code}


def main() -> None:
    """Measure and print one JSON line per runtime."""
    data, runtime = asked(__doc__ or "")
    reference = Reference.from_str(json.dumps(data))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tokenizer.bin").write_bytes(pack(data, {}))
        ours = Tokenizer.load(pack(data, {}))
        for name, text in texts().items():
            Path(folder, f"{name}.txt").write_text(text, encoding="utf-8", newline="")
            if ours.encode(text) != reference.encode(text).ids:
                sys.exit(f"{name}: the ids are not those of the tokenizers library")
        desk = json.loads(measure(folder))
        page = measured_in_pyodide("tests.bench.tokenizer_measure", folder, runtime)
        if any(desk[name]["fingerprint"] != page[name]["fingerprint"] for name in texts()):
            sys.exit("the ids in Pyodide are not those on the desk")
        for where, result in (("desk", desk), ("pyodide", page)):
            print(json.dumps({"runtime": where, **result}))


if __name__ == "__main__":
    main()
