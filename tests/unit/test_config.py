"""Dimensions that no kernel can run are refused before anything is downloaded or converted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pyside.bundle.model_config import ModelConfig
from pyside.errors import ConfigError
from tests.support.models.small_bundle import CONFIG, VISION


def test_a_config_survives_its_own_json() -> None:
    for config in (CONFIG, replace(CONFIG, vision=VISION)):
        assert ModelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert "vision" not in CONFIG.to_dict()  # so that a bundle of text alone is what it was before there were others


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"head_dim": 512}, "head_dim is 512, must be a multiple of 4 and at most 256"),
        ({"head_dim": 66, "num_attention_heads": 16}, "head_dim is 66, must be a multiple of 4"),
        ({"rotary_dim": 4}, "rotary_dim is 4, must be a multiple of 8"),
        ({"rotary_dim": 20}, "rotary_dim is 20, must be a multiple of 8"),
        ({"rotary_dim": 72}, "must be a multiple of 8 and at most head_dim 64"),
        ({"linear_key_head_dim": 30}, "linear_key_head_dim is 30, must be a multiple of 4"),
        ({"num_attention_heads": 64}, "64 attention heads share 1 key/value heads, must be at most 32 to each"),
        ({"num_attention_heads": 3, "num_key_value_heads": 2}, "3 attention heads do not divide"),
        ({"linear_num_value_heads": 5, "linear_num_key_heads": 2}, "5 value heads do not divide"),
        ({"hidden_size": 100}, "hidden_size is 100, must be a multiple of 32"),
        ({"linear_conv_kernel_dim": 3}, "linear_conv_kernel_dim is 3, must be 4"),
        ({"layer_types": ("linear_attention", "sliding_attention")}, "unknown entries"),
        ({"layer_types": ()}, "number of layers is 0, must be positive"),
        ({"rms_norm_eps": 0.0}, "rms_norm_eps is 0.0, must be positive"),
    ],
    ids=str,
)
def test_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        replace(CONFIG, **changes).check()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_size": 80, "num_heads": 5}, "hidden_size is 80, must be a multiple of 32"),
        ({"num_heads": 16}, "16 heads share hidden_size 64, each must have a multiple of 8"),
        ({"num_heads": 3}, "3 heads share hidden_size 64, each must have a multiple of 8"),
        ({"patch_size": 14}, "values of a patch is 1176, must be a multiple of 32"),
        ({"num_position_embeddings": 65}, "num_position_embeddings is 65, must be a square"),
        ({"spatial_merge_size": 3}, "spatial_merge_size and temporal_patch_size are 3 and 2, must be 2"),
        ({"mrope_section": (3, 3)}, r"mrope_section is \[3, 3\], must be 3 counts"),
        ({"mrope_section": (3, -1, 6)}, "must be 3 counts"),
        ({"image_token_id": 512}, "image_token_id is 512, must be an id below 512"),
        ({"vision_end_token_id": -1}, "vision_end_token_id is -1, must be an id below 512"),
        ({"image_min_pixels": 65_537}, "image_min_pixels is 65537, must be at most image_max_pixels 65536"),
        ({"video_max_pixels": 1023}, "video_max_pixels is 1023, must be at least 1024, a square of patches"),
        ({"depth": 0}, "depth is 0, must be positive"),
        ({"depth": 201}, "depth is 201, must be at most 200"),
        ({"intermediate_size": 1 << 40}, "intermediate_size is 1099511627776, must be at most"),
    ],
    ids=str,
)
def test_a_tower_that_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"vision: .*{message}"):
        replace(CONFIG, vision=replace(VISION, **changes)).check()


@pytest.mark.parametrize("change", [{"depth": "2"}, {"depth": True}, {"mrope_section": 3}, {"extra": 1}])
def test_a_tower_with_strange_keys_is_refused(change: dict[str, Any]) -> None:
    data = replace(CONFIG, vision=VISION).to_dict()
    with pytest.raises(ConfigError, match="model config: "):
        ModelConfig.from_dict(data | {"vision": data["vision"] | change})
    with pytest.raises(ConfigError, match="model config: "):
        ModelConfig.from_dict(data | {"vision": None})


def test_what_does_not_fill_its_columns_is_padded() -> None:
    assert [replace(VISION, intermediate_size=size).padded_intermediate for size in (4304, 4096, 33)] == [
        4320,
        4096,
        64,
    ]
