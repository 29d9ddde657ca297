"""Cut what transformers made of pictures and videos down to what the tests compare: ``tests/data/vision/<model>/<case>.npz``.

    python tests/data/trim_vision.py GOLDENS OUT [MODEL ...]

GOLDENS/<model>/golden holds ``image``, ``image_default``, ``images_two`` and ``video_default`` (.npz), made by the checkpoint's own
processor and by Qwen3_5ForConditionalGeneration in f32 on the CPU (transformers 5.23, torchvision). What is kept of a case: the
resized bytes that its pixel values stand for, the prompt, positions, the tower's rows, the last logits, and six greedy ids.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]
CASES = ("image", "image_default", "images_two", "video_default")
KEPT = ("input_ids", "rope_delta", "merged", "decode_ids", "frame_indices", "source_fps", "prompt", "expanded")
FIRST = ("frames", "frames_0", "frames_1", "clip")  # the same for every model, so of the first one alone
LAYERS = ("patch_embed", "block_in", "block_0", "block_1")
PATCH, MERGE = 16, 2


def trimmed(golden: Arrays, first: bool) -> Arrays:
    """One case."""
    grids = np.atleast_2d(golden["grid_thw"])
    kept = {name: golden[name] for name in (*KEPT, *LAYERS, *(FIRST if first else ())) if name in golden}
    kept |= {
        "grids": grids,
        "position_ids": golden["position_ids"].astype(np.int32),
        "last_logits": golden["logits"][-1],
    }
    start = 0
    for picture, (pairs, height, width) in enumerate(grids):
        count = pairs * height * width
        kept[f"resized_{picture}"] = _bytes(golden["pixel_values"][start : start + count], pairs, height, width)
        start += count
    return kept


def _bytes(rows: NDArray[np.float32], pairs: int, height: int, width: int) -> NDArray[np.uint8]:
    """Frames [2 * pairs, H, W, 3], or one of a still picture, from rows [P, 3 * 2 * PATCH * PATCH]."""
    cut = rows.reshape(pairs, height // MERGE, width // MERGE, MERGE, MERGE, 3, 2, PATCH, PATCH)
    frames = cut.transpose(0, 6, 1, 3, 7, 2, 4, 8, 5).reshape(2 * pairs, height * PATCH, width * PATCH, 3)
    found: NDArray[np.uint8] = np.rint(frames * 127.5 + 127.5).astype(np.uint8)
    assert np.abs((found.astype(np.float32) - np.float32(127.5)) / np.float32(127.5) - frames).max() < 1e-6
    return found[:1] if pairs == 1 and (found[0] == found[1]).all() else found


def main() -> None:
    """Write OUT/<model>/<case>.npz."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("goldens", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("models", nargs="*", default=["tiny-a", "tiny-b"])
    arguments = parser.parse_args()
    for number, model in enumerate(arguments.models):
        (arguments.out / model).mkdir(parents=True, exist_ok=True)
        for case in CASES:
            source = arguments.goldens / model / "golden" / f"{case}.npz"
            if source.exists():
                with np.load(source) as golden:
                    kept = trimmed(dict(golden), first=number == 0)
                np.savez_compressed(arguments.out / model / f"{case}.npz", allow_pickle=False, **kept)


if __name__ == "__main__":
    main()
