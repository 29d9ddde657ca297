"""Cut goldens of pictures and videos down to what the tests compare: ``tests/data/vision/<model>/<case>.npz``.

    python -m tests.data.trim_vision GOLDENS [MODEL ...]

GOLDENS/<model>/golden holds ``image``, ``image_default``, ``images_two`` and ``video_default`` (.npz), made by the checkpoint's own
processor and by Qwen3_5ForConditionalGeneration in f32 on the CPU (transformers 5.23, torchvision).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tests.support.models.vision_goldens import CASES, VISION, trimmed


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("goldens", type=Path)
    parser.add_argument("models", nargs="*", default=["tiny-a", "tiny-b"])
    arguments = parser.parse_args()
    for number, model in enumerate(arguments.models):
        (VISION / model).mkdir(parents=True, exist_ok=True)
        for case in CASES:
            kept = trimmed(arguments.goldens / model / "golden" / f"{case}.npz", first=number == 0)
            np.savez_compressed(VISION / model / f"{case}.npz", allow_pickle=False, **kept)


if __name__ == "__main__":
    main()
