"""Sizes of pictures and frames of videos are the published processors', to the pixel."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyside.api.smart_resize import RATIO_MAX, frame_indices, image_size, video_size
from pyside.errors import RequestError
from tests.support.paths import TESTS
from tests.support.vision_prompts import vision_prompts

PUBLISHED = json.loads((TESTS / "data" / "vision" / "smart_resize.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row['hw']}-{row['limits'][1]}")
def test_images_as_in_transformers(row: dict[str, list[int]]) -> None:
    least, most = row["limits"]
    assert list(image_size(*row["hw"], factor=32, least=least, most=most)) == row["out"]


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((48, 48), (64, 64)),  # 1.5 rounds to 2
        ((80, 80), (64, 64)),  # and 2.5 too
        ((112, 112), (128, 128)),
        ((15, 300), (32, 160)),  # 15 / 32 rounds to no side at all, which is then fitted to `least`
        ((10, 2000), (32, 480)),
    ],
)
def test_halves_go_to_the_even_side(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert image_size(*size, factor=32, least=1024, most=1 << 24) == fitted


@given(
    st.tuples(st.integers(1, 5000), st.integers(1, 5000)).filter(lambda size: max(size) <= RATIO_MAX * min(size)),
    st.integers(262144, 1 << 24),
)
def test_a_size_keeps_its_bounds_and_its_shape(size: tuple[int, int], most: int) -> None:
    height, width = image_size(*size, factor=32, least=65536, most=most)
    assert height % 32 == width % 32 == 0 < min(height, width)
    assert height * width <= most or min(height, width) == 32
    assert height * width >= 65536
    if min(height, width) >= 320:
        assert abs(math.log(height / width * size[1] / size[0])) < 0.2


@pytest.mark.parametrize(("size", "sentence"), [
    ((1, 201), "a picture is 1 × 201 pixels, expected a longer side of at most 200 times the shorter: cut it"),
    ((0, 5), "a picture is 0 × 5 pixels, expected at least one"),
])  # fmt: skip
def test_what_has_no_size(size: tuple[int, int], sentence: str) -> None:
    for sized in (image_size, lambda *size, **rest: video_size(4, *size, **rest)):
        with pytest.raises(RequestError) as caught:
            sized(*size, factor=32, least=4096, most=65536)
        assert str(caught.value) == sentence
    assert image_size(1, 200, factor=32, least=4096, most=65536) == (32, 928)


def test_a_video_needs_two_frames() -> None:
    with pytest.raises(RequestError, match="the video has 1 frame, expected at least 2: send a picture"):
        video_size(1, 64, 64, factor=32, least=4096, most=65536)


def test_the_frames_of_a_video_share_its_pixels() -> None:
    def sized(frames: int, *size: int, most: int = 65536) -> tuple[int, int]:
        return video_size(frames, *size, factor=32, least=4096, most=most)

    assert sized(4, 1000, 1000) == (128, 128)  # 4 * 128 * 128 is all there is
    assert sized(5, 128, 128) == (128, 128)  # five frames count as four
    assert sized(6, 128, 128) == (96, 96)
    assert sized(5, 1000, 1000) == (96, 96)  # but scale as five
    assert sized(2, 8, 100) == (32, 384)  # a side below 32 is enlarged first
    assert sized(2, 16, 16) == (64, 64)


def test_frames_are_taken_evenly() -> None:
    def taken(total: int, fps: float, rate: float = 2.0, most: int = 768) -> list[int]:
        return frame_indices(total, fps, rate=rate, least=4, most=most)

    video = next(prompt for prompt in vision_prompts() if prompt.taken)
    assert taken(len(video.sources[0]), video.fps) == list(video.taken)
    assert taken(300, 30) == [round(place * 299 / 19) for place in range(20)]
    assert taken(3, 30) == [0, 1, 2] and taken(2, 1) == [0, 1] and taken(1, 30) == [0]
    assert taken(6, 24) == [0, 2, 3, 5]  # 1.667 and 3.333
    assert taken(100, 25, most=2) == [0, 99]
    assert len(taken(10**6, 24)) == 768 and taken(10**6, 24)[-1] == 10**6 - 1
