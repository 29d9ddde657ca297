"""Reads the model's dimensions from a checkpoint's ``config.json``, whose keys are those of transformers.

``checkpoint_vision.py`` reads those of its vision tower.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyside.bundle.model_config import LAYERS_MAX, ModelConfig
from pyside.errors import ConfigError

ARCHITECTURES = ("Qwen3_5ForConditionalGeneration", "Qwen3_5ForCausalLM")


def model_config(data: Mapping[str, Any]) -> ModelConfig:
    """Read a published ``config.json`` (nested ``text_config`` or a text-only export's flat keys).

    Errors: ConfigError listing every missing or unsupported value at once.
    """
    architectures = data.get("architectures") or ["none stated"]
    model_type = data.get("model_type", "none stated")
    if not set(architectures) & set(ARCHITECTURES):
        raise ConfigError(
            f"config.json: architecture {', '.join(architectures)} (model_type {model_type}) is not supported; "
            f"expected one of {', '.join(ARCHITECTURES)}: give a dense Qwen3.5 checkpoint"
        )
    text: Mapping[str, Any] = data.get("text_config") or data
    rope: Mapping[str, Any] = text.get("rope_parameters") or text
    required = (
        "hidden_size", "intermediate_size", "vocab_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
        "head_dim", "linear_num_key_heads", "linear_num_value_heads", "linear_key_head_dim", "linear_value_head_dim",
    )  # fmt: skip
    missing = [name for name in required if name not in text]
    if missing:
        raise ConfigError(f"config.json: missing {', '.join(missing)}; expected the keys of a Qwen3.5 text_config")
    layers = int(text["num_hidden_layers"])
    if layers > LAYERS_MAX:
        raise ConfigError(
            f"config.json: num_hidden_layers is {layers:,}, expected at most {LAYERS_MAX:,}: download it again"
        )
    interval = int(text.get("full_attention_interval", 4))
    derived = ["full_attention" if (i + 1) % interval == 0 else "linear_attention" for i in range(layers)]
    layer_types = tuple(text.get("layer_types") or derived)
    rotary = int(text["head_dim"] * float(rope.get("partial_rotary_factor", text.get("partial_rotary_factor", 0.25))))
    config = ModelConfig(
        hidden_size=int(text["hidden_size"]),
        intermediate_size=int(text["intermediate_size"]),
        vocab_size=int(text["vocab_size"]),
        layer_types=layer_types,
        num_attention_heads=int(text["num_attention_heads"]),
        num_key_value_heads=int(text["num_key_value_heads"]),
        head_dim=int(text["head_dim"]),
        rotary_dim=rotary,
        rope_theta=float(rope.get("rope_theta", text.get("rope_theta", 1e7))),
        linear_num_key_heads=int(text["linear_num_key_heads"]),
        linear_num_value_heads=int(text["linear_num_value_heads"]),
        linear_key_head_dim=int(text["linear_key_head_dim"]),
        linear_value_head_dim=int(text["linear_value_head_dim"]),
        linear_conv_kernel_dim=int(text.get("linear_conv_kernel_dim", 4)),
        rms_norm_eps=float(text.get("rms_norm_eps", 1e-6)),
        max_position_embeddings=int(text.get("max_position_embeddings", 262_144)),
        # The 9B file states it at top level only; where both are given the top level decides.
        tie_word_embeddings=bool(data.get("tie_word_embeddings", text.get("tie_word_embeddings", False))),
    )
    if len(layer_types) != layers:
        raise ConfigError(f"config.json: layer_types has {len(layer_types)} entries, num_hidden_layers is {layers}")
    for key, only in (("hidden_act", "silu"), ("attention_bias", False), ("attn_output_gate", True)):
        if text.get(key, only) != only:
            raise ConfigError(
                f"config.json: {key} is {text[key]!r}; only {only!r} is supported, as in every published Qwen3.5"
            )
    config.check()
    return config
