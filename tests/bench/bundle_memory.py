"""How much memory and time ``build.py bundle`` takes for a random checkpoint of the real 0.8B shape.

    python tests/bench/bundle_memory.py [--quant q4] [--keep FOLDER]

``--keep`` leaves the checkpoint and the bundle in FOLDER/checkpoint and FOLDER/bundle-<quant>; a checkpoint that is there
already is used again. Exits with 1 when the peak is over the bound.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.support.models.checkpoints import SHAPE_0_8B, write_checkpoint  # noqa: E402 (a script, found beside its package)

BOUND = 1.5e9  # bytes of resident memory


def measure(command: list[str]) -> tuple[int, float]:
    """Run a command to its end: peak resident bytes, seconds. Errors: SystemExit when it fails."""
    start = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return usage.ru_maxrss * 1024, time.perf_counter() - start


def main() -> int:
    """Make the checkpoint, bundle it in a child process, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quant", default="q4")
    parser.add_argument("--keep", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = arguments.keep or Path(temporary)
        checkpoint, bundle = folder / "checkpoint", folder / f"bundle-{arguments.quant}"
        if not (checkpoint / "model.safetensors.index.json").exists():
            write_checkpoint(checkpoint, SHAPE_0_8B)
        read = sum(path.stat().st_size for path in checkpoint.glob("*.safetensors"))
        command = [
            sys.executable,
            str(ROOT / "build.py"),
            "bundle",
            str(checkpoint),
            str(bundle),
            "--quant",
            arguments.quant,
        ]
        peak, seconds = measure([*command, "--force"] if bundle.exists() else command)
        written = sum(path.stat().st_size for path in bundle.rglob("*") if path.is_file())
    print(
        f"read {read / 1e6:,.0f} MB, wrote {written / 1e6:,.0f} MB in {seconds:.1f} s ({read / 1e6 / seconds:.0f} MB/s)"
    )
    print(f"peak resident memory {peak / 1e6:,.0f} MB, bound {BOUND / 1e6:,.0f} MB")
    return int(peak > BOUND)


if __name__ == "__main__":
    sys.exit(main())
