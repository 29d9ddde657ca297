"""What a checkpoint says of its vision tower, in files of several ages, and what of it no kernel could run."""

from __future__ import annotations

from typing import Any

import pytest

from pyside.desk.checkpoint_config import model_config
from pyside.desk.checkpoint_vision import IMAGES, VIDEOS, vision_config
from pyside.errors import ConfigError
from tests.support.models.checkpoints import Shape, config

SIZES = {
    IMAGES: {"size": {"shortest_edge": 4096, "longest_edge": 65536}},
    VIDEOS: {"size": {"shortest_edge": 1, "longest_edge": 2048}},
}


def pixels(processors: dict[str, dict[str, Any]]) -> tuple[int, ...]:
    found = vision_config(config(Shape()), processors)
    assert found is not None
    return found.image_min_pixels, found.image_max_pixels, found.video_min_pixels, found.video_max_pixels


def test_a_published_config() -> None:
    stated = config(Shape(vision_hidden=96))
    found = vision_config(stated, SIZES)
    assert found is not None
    assert (found.depth, found.hidden_size, found.intermediate_size, found.num_heads) == (1, 96, 64, 4)
    assert (found.factor, found.merged, found.head_dim, found.side, found.patch_width) == (32, 4, 24, 8, 1536)
    assert (
        found.image_token_id == stated["image_token_id"] and found.vision_end_token_id == stated["vision_end_token_id"]
    )
    assert found.problems(model_config(stated).vocab_size) == []


def test_pixels_are_those_that_the_files_state_under_either_name() -> None:
    assert pixels(SIZES) == (4096, 65536, 1, 2048)
    assert pixels({}) == (65_536, 16_777_216, 4_096, 25_165_824)
    assert pixels({IMAGES: {"min_pixels": 5, "max_pixels": 6}}) == (5, 6, 4_096, 25_165_824)
    assert pixels({IMAGES: {"min_pixels": 5, "size": {"longest_edge": 7}}})[:2] == (5, 7)


def test_a_model_without_a_tower() -> None:
    assert vision_config(config(Shape(prefix="model.")), {}) is None
    stated = config(Shape())
    del stated["vision_config"]
    assert vision_config(stated, {}) is None


def test_sections_of_the_rotary_embedding_are_read_where_they_stand() -> None:
    stated = config(Shape())
    default = vision_config(stated, {})
    stated["text_config"]["rope_parameters"]["mrope_section"] = [2, 1, 1]
    given = vision_config(stated, {})
    assert default and given and (default.mrope_section, given.mrope_section) == ((11, 11, 10), (2, 1, 1))


@pytest.mark.parametrize(
    ("changes", "processors", "message"),
    [
        ({"deepstack_visual_indexes": [5]}, {}, r"config.json: vision_config.deepstack_visual_indexes is \[5\], expected \[\].*--no-vision"),
        ({"hidden_act": "relu"}, {}, "vision_config.hidden_act is 'relu', expected 'gelu_pytorch_tanh'"),
        ({"in_channels": 4}, {}, "vision_config.in_channels is 4, expected 3"),
        ({"out_hidden_size": 65}, {}, "vision_config.out_hidden_size is 65, expected 64"),
        ({}, {IMAGES: {"image_mean": [0.48, 0.46, 0.41]}}, r"preprocessor_config.json: image_mean is \[0.48, 0.46, 0.41\], expected 0.5"),
        ({}, {VIDEOS: {"image_std": [1, 1, 1]}}, r"video_preprocessor_config.json: image_std is \[1, 1, 1\], expected 0.5"),
    ],
)  # fmt: skip
def test_what_nothing_here_computes_is_refused(
    changes: dict[str, Any], processors: dict[str, dict[str, Any]], message: str
) -> None:
    stated = config(Shape())
    stated["vision_config"] |= changes
    with pytest.raises(ConfigError, match=message):
        vision_config(stated, processors)


def test_everything_that_is_missing_is_named() -> None:
    stated = config(Shape())
    del stated["vision_config"]["depth"], stated["image_token_id"]
    with pytest.raises(ConfigError, match=r"missing vision_config\.depth, image_token_id"):
        vision_config(stated, {})
