"""What a step of constrained decoding costs with Qwen3.5's number of tokens, on the desk and in Pyodide under Node.

    python -m tests.bench.constraint_speed [--tokenizer tokenizer.json] [--runtime build/runtime]

Without a tokenizer one of Qwen3.5's size is made, as ``tokenizer_speed.py`` makes it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from pyside.tokenizer import pack
from tests.bench.constraint_measure import measure
from tests.bench.tokenizer_speed import REPOSITORY, full_size


def main() -> None:
    """Measure and print one JSON line per runtime."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tokenizer", type=Path, help="a tokenizer.json; else one of Qwen3.5's size is made")
    parser.add_argument(
        "--runtime", type=Path, default=REPOSITORY / "build" / "runtime", help="a folder with pyodide.mjs"
    )
    options = parser.parse_args()
    data = json.loads(options.tokenizer.read_text(encoding="utf-8")) if options.tokenizer else full_size()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tokenizer.bin").write_bytes(pack(data, {}))
        script = Path(__file__).with_name("in_pyodide.mjs")
        command = ["node", str(script), str(options.runtime), str(REPOSITORY), folder, "tests.bench.constraint_measure"]
        page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for runtime, result in (("desk", measure(folder)), ("pyodide", page)):
            print(json.dumps({"runtime": runtime, **json.loads(result)}))


if __name__ == "__main__":
    main()
