"""Goldens of pictures and videos that lie elsewhere, against the tower and the whole network, in numpy and on the desk's GPU.

    python -m tests.bench.vision_goldens CHECKPOINT ...      folders with golden/image*.npz and golden/video*.npz in them

Prints a line for each case and executor, and ends with 1 if any failed: the tower's rows within 1e-4 relative, the last logits as
well, and the greedy ids. Of a checkpoint whose language model is not known here the tower alone.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pyside.plan.gpu import Gpu
from tests.support.executors.native_gpu import NativeGpu
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.memory_bundle import MemoryBundle, bundle
from tests.support.models.seeing import PATCH, check_against_golden, check_layers, pictures, vision_of
from tests.support.models.tower_oracle import Seen
from tests.support.models.vision_goldens import Arrays, trimmed

EXECUTORS: tuple[Callable[[Sequence[bytes]], Gpu], ...] = (NumpyGpu, NativeGpu)


async def check(executor: Callable[[Sequence[bytes]], Gpu], made: MemoryBundle, want: Arrays) -> None:
    """One case: whole, and block by block where the golden has them."""
    await check_against_golden(executor, made, want)
    if "block_0" in want:
        names = ["patch_embed", "block_in", *(f"block_{i}" for i in range(vision_of(made).depth))]
        first = 0
        for frames in pictures(want):
            rows = slice(first, first := first + frames.shape[1] * frames.shape[2] // PATCH**2)
            embed, block_in, *blocks = (want[name][rows] for name in names)
            merged = want["merged"][rows.start // 4 : rows.stop // 4]
            await check_layers(executor, made, Seen(embed, block_in, blocks, merged), frames, 1e-4)


def main() -> int:
    """Check every case of every folder."""
    failed = 0
    for folder in map(Path, sys.argv[1:]):
        made = bundle(folder, "f32", vision=True)
        for file in sorted([*(folder / "golden").glob("image*.npz"), *(folder / "golden").glob("video*.npz")]):
            for executor in EXECUTORS:
                try:
                    asyncio.run(check(executor, made, trimmed(file)))
                    said = "equal"
                except AssertionError as error:
                    failed += 1
                    said = str(error).splitlines()[0]
                print(f"{folder.name:8} {file.stem:14} {executor.__name__:10} {said}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
