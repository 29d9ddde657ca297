"""Bundles as ``build.py`` writes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.paths import ROOT

BUNDLES = (("tiny-a", "f32"), ("tiny-b", "f32"), ("tiny-a", "q8"), ("tiny-b", "q4"))  # checkpoint, recipe
DEMO = ROOT / "web" / "demo_model" / "checkpoint"


def build_bundle(checkpoint: Path, out: Path, recipe: str) -> None:
    """Run ``build.py bundle``; AssertionError with what it said when it fails."""
    command = [sys.executable, "build.py", "bundle", str(checkpoint), str(out), "--quant", recipe]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
