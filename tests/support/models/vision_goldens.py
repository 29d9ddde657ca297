"""What transformers made of prompts with pictures and videos, cut down to what the tests compare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.paths import TESTS

Arrays = dict[str, NDArray[Any]]
VISION = TESTS / "data" / "vision"
PROMPTS = ("image_default", "images_two", "video_default")
CASES = ("image", *PROMPTS)  # the first with what every block leaves, of another processor
KEPT = ("input_ids", "rope_delta", "merged", "decode_ids", "frame_indices", "source_fps", "prompt", "expanded")
FIRST = ("frames", "frames_0", "frames_1", "clip")  # the same for every model, so of the first one alone
LAYERS = ("patch_embed", "block_in", "block_0", "block_1")
PATCH, MERGE = 16, 2


def golden(model: str, case: str) -> Arrays:
    """One case of a checkpoint of the tests."""
    with np.load(VISION / model / f"{case}.npz") as data:
        return dict(data)


def trimmed(file: Path, first: bool = False) -> Arrays:
    """One case as it was made: the resized bytes that its pixel values stand for, what was asked, and what came of it.

    ``first``: with the pictures as they were before, too.
    """
    with np.load(file) as data:
        golden = dict(data)
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
