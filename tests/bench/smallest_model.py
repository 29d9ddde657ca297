"""The smallest real shape in real browsers: greedy ids of a random 0.8B q4 bundle against the oracle on the same weights.

    python -m tests.bench.smallest_model [--folder FOLDER] [--tokens 3] [--browser chromium --browser firefox]

FOLDER/checkpoint and FOLDER/bundle-q4 are made when they are missing (2.3 GB of disk). Prints load and token times beside the
ids, and exits with 1, without times, when an id differs. Software adapters need minutes for what a GPU does in a second.
"""

from __future__ import annotations

import argparse
import json
import mmap
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from pyside.bundle.manifest import Manifest
from tests.support.browser import browsers
from tests.support.browser.engine_page import engine_page
from tests.support.browser.faulty_site import running
from tests.support.models.checkpoints import SHAPE_0_8B, write_checkpoint
from tests.support.models.dequantised import BundleWeights
from tests.support.models.oracle import Oracle
from tests.support.paths import ROOT
from web.host import runtime

PROMPT = [248045, 846, 198, 9419, 11, 1814, 0, 248046, 198]  # <|im_start|>user\nHello, world!<|im_end|>\n
TIMEOUT_MS = 1_800_000


def make(folder: Path) -> Path:
    """The bundle of a random checkpoint, built when it is missing or out of date with the kernels."""
    checkpoint, bundle = folder / "checkpoint", folder / "bundle-q4"
    if not (checkpoint / "model.safetensors.index.json").exists():
        write_checkpoint(checkpoint, SHAPE_0_8B)
    command = [sys.executable, "build.py", "bundle", str(checkpoint), str(bundle), "--quant", "q4", "--force"]
    subprocess.run(command, cwd=ROOT, check=True)
    return bundle


def expected(checkpoint: Path, bundle: Path, count: int) -> list[int]:
    """Greedy ids by the oracle on the bundle's dequantised weights, its cache rounded to f16 as on the GPU."""
    manifest = Manifest.from_json((bundle / "manifest.json").read_bytes())
    shards = []
    for shard in manifest.shards:
        with (bundle / shard.file).open("rb") as stream:
            shards.append(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    config = json.loads((checkpoint / "config.json").read_text())
    return Oracle(config, BundleWeights(manifest, shards), np.float16).greedy(PROMPT, count)  # type: ignore[arg-type]  # mmap slices to bytes


def main() -> int:
    """Compare, then print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--tokens", type=int, default=3)
    parser.add_argument("--browser", action="append", choices=browsers.NAMES)
    arguments = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        bundle = make(folder)
        wanted = expected(folder / "checkpoint", bundle, arguments.tokens)
        print(f"oracle   ids {wanted}", flush=True)
        runtime.assemble()
        with running([bundle], runtime.RUNTIME) as (url, _), sync_playwright() as playwright:
            for name in arguments.browser or browsers.NAMES:
                browser = browsers.launch(playwright, name, Path(tempfile.mkdtemp(dir=temporary)))
                started = time.perf_counter()
                with engine_page(browser, url, bundle.name) as engine:
                    loaded = time.perf_counter() - started
                    engine.page.set_default_timeout(TIMEOUT_MS)
                    found = engine.greedy(PROMPT, arguments.tokens)
                    took = time.perf_counter() - started - loaded
                    binding = engine.info.get("limits", engine.info)
                browser.close()
                same = found == wanted
                failed |= not same
                times = (
                    f"loaded in {loaded:.1f} s, {len(PROMPT)} + {arguments.tokens} tokens in {took:.1f} s"
                    if same
                    else "DIFFERENT"
                )
                print(f"{name:8} ids {found}  {times}  {json.dumps(binding)[:300]}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
