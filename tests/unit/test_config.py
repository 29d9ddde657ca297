"""Dimensions that no kernel can run are refused before anything is downloaded or converted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pyside.bundle.model_config import ModelConfig
from pyside.errors import ConfigError
from tests.support.models.small_bundle import CONFIG


def test_a_config_survives_its_own_json() -> None:
    assert ModelConfig.from_dict(CONFIG.to_dict()) == CONFIG


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
