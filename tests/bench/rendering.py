"""What a page pays for a bundle whose kernels are not its own: naming and rendering all kernels of the 0.8B model in Pyodide under Node.

python -m tests.bench.rendering
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.bench.in_pyodide import measured_in_pyodide
from tests.support.models.published import manifest
from web.host import runtime


def main() -> None:
    """Measure and print one JSON line."""
    runtime.assemble()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "manifest.json").write_text(manifest("0.8B", "q4").to_json(), encoding="utf-8")
        found = measured_in_pyodide("tests.bench.rendering_measure", folder, runtime.RUNTIME, "deltapage")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
