"""The page's resampler, bit for bit: against torchvision's own results, and against numpy on many sizes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.support.paths import TESTS
from tests.support.resampling import Bytes, resize
from web.host import runtime

RESAMPLE = Path(__file__).with_name("resample.mjs")
Case = tuple[Bytes, tuple[int, int]]  # [h, w, 3], and the size that is wanted


def resampled(cases: list[Case]) -> list[Bytes]:
    """[height, width, 3] of each, by the page's module."""
    sizes = [[*picture.shape[:2], *wanted] for picture, wanted in cases]
    junk = [np.random.default_rng(0).integers(0, 256, (*picture.shape[:2], 1), np.uint8) for picture, _ in cases]
    pictures = [np.concatenate([picture, alpha], -1).tobytes() for (picture, _), alpha in zip(cases, junk, strict=True)]
    sent = json.dumps(sizes).encode() + b"\n" + b"".join(pictures)
    done = subprocess.run([runtime.node(), str(RESAMPLE)], input=sent, capture_output=True, check=True)
    found = []
    left = np.frombuffer(done.stdout, np.uint8)
    for _, (height, width) in cases:
        rgba, left = np.split(left, [4 * height * width])
        assert (rgba[3::4] == 255).all()
        found.append(rgba.reshape(height, width, 4)[..., :3])
    assert not left.size
    return found


@pytest.mark.slow
def test_against_torchvision() -> None:
    with np.load(TESTS / "data" / "pictures" / "resize.npz") as stored:
        golden = dict(stored)
    numbers = [name.removesuffix("_image") for name in golden if name.endswith("_image")]
    wanted = [golden[f"{number}_resized"] for number in numbers]
    cases: list[Case] = [
        (golden[f"{number}_image"], (picture.shape[0], picture.shape[1]))
        for number, picture in zip(numbers, wanted, strict=True)
    ]
    assert len(cases) == 5
    for found, golden_picture, (source, size) in zip(resampled(cases), wanted, cases, strict=True):
        np.testing.assert_array_equal(found, golden_picture)
        np.testing.assert_array_equal(resize(source, *size), golden_picture)


@pytest.mark.slow
def test_against_numpy_on_many_sizes() -> None:
    rng = np.random.default_rng(7)
    cases: list[Case] = []
    for _ in range(40):
        height, width, *wanted = np.exp(rng.uniform(0, np.log(120), 4)).astype(int).tolist()
        noise = (rng.random((height, width, 3)) < 0.5) * rng.integers(200, 256, (height, width, 3))
        cases.append((noise.astype(np.uint8), (wanted[0], wanted[1])))
    cases.append((cases[0][0], cases[0][0].shape[:2]))  # as it is
    for found, (picture, size) in zip(resampled(cases), cases, strict=True):
        np.testing.assert_array_equal(found, resize(picture, *size), err_msg=f"{picture.shape} to {size}")
