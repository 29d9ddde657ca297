"""What seeing costs each published model, in bytes: files, weights and scratch on the least device that WebGPU allows.

python -m tests.bench.tower_bytes [RECIPE ...]
"""

from __future__ import annotations

import sys

from pyside.network.model import compile_plan
from pyside.plan.limits import Limits
from pyside.plan.plan import Pass
from tests.support.models.published import TOWERS, manifest

MIB = 1 << 20
KINDS = ("weight", "scratch", "step")
HEAD = ("model", "recipe", "pixels asked", "patches", "rows kept", "files", "weights", "scratch", "pixels and rows",
        "largest binding", "what text needs")  # fmt: skip
PIXELS = (1 << 20, 1 << 21, 1 << 24)  # of the largest picture that a load asks for


def row(size: str, recipe: str, pixels: int) -> str:
    """One line of the table."""
    made = manifest(size, recipe, vision=True)
    plan = compile_plan(made, Limits.baseline(), pixels=pixels)
    theirs = (Pass.VISION, Pass.PREFILL_GRID)
    own = plan.bound(*theirs) - plan.bound(*(name for name in plan.passes if name not in theirs))
    text = sum(buffer.bytes for index, buffer in enumerate(plan.buffers) if index not in own)
    files = sum(shard.bytes for shard in made.shards if shard.part)
    kinds = (sum(plan.buffers[i].bytes for i in own if plan.buffers[i].kind == kind) for kind in KINDS)
    largest = max(binding.bytes for dispatch in plan.passes[Pass.VISION] for binding in dispatch.bindings)
    counts = (f"{count:,}" for count in (pixels, plan.facts.vision_patches, plan.facts.vision_rows))
    amounts = (f"{amount / MIB:,.1f}" for amount in (files, *kinds, largest, text))
    return f"| {' | '.join((size, recipe, *counts, *amounts))} |"


def main() -> None:
    """Print the table, in MiB."""
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for recipe in sys.argv[1:] or ("q4", "f16"):
        for size in TOWERS:
            for pixels in PIXELS:
                print(row(size, recipe, pixels))


if __name__ == "__main__":
    main()
