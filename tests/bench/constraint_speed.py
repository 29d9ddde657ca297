"""What a step of constrained decoding costs with Qwen3.5's number of tokens, on the desk and in Pyodide under Node.

    python -m tests.bench.constraint_speed [--tokenizer tokenizer.json] [--runtime build/runtime]

Without a tokenizer one of Qwen3.5's size is made (``in_pyodide.py``).
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from pyside.text.tokenizer import pack
from tests.bench.constraint_measure import measure
from tests.bench.in_pyodide import asked, measured_in_pyodide


def main() -> None:
    """Measure and print one JSON line per runtime."""
    data, runtime = asked(__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "tokenizer.bin").write_bytes(pack(data, {}))
        desk = json.loads(measure(folder))
        page = measured_in_pyodide("tests.bench.constraint_measure", folder, runtime)
    for where, result in (("desk", desk), ("pyodide", page)):
        print(json.dumps({"runtime": where, **result}))


if __name__ == "__main__":
    main()
