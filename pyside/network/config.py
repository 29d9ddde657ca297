"""The network's dimensions, read from a checkpoint's ``config.json`` and validated (spec qwen3_5 §1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from kernels_wgsl.catalog.sequence import HEAD_DIM_MAX, SHARED_KEY_MAX
from pyside.errors import ConfigError

LayerType = Literal["linear_attention", "full_attention"]
ARCHITECTURES = ("Qwen3_5ForConditionalGeneration", "Qwen3_5ForCausalLM")


@dataclass(frozen=True)
class ModelConfig:
    """Dimensions of one model; the letters are the glossary's (``kernels_wgsl/__init__.py``)."""

    hidden_size: int  # D
    intermediate_size: int  # F
    vocab_size: int  # V
    layer_types: tuple[LayerType, ...]  # [L]
    num_attention_heads: int  # Hq
    num_key_value_heads: int  # Hkv
    head_dim: int  # Dh
    rotary_dim: int  # R
    rope_theta: float
    linear_num_key_heads: int  # Hk
    linear_num_value_heads: int  # Hv
    linear_key_head_dim: int  # Dk
    linear_value_head_dim: int  # Dv
    linear_conv_kernel_dim: int
    rms_norm_eps: float
    max_position_embeddings: int  # tokens
    tie_word_embeddings: bool

    @property
    def conv_channels(self) -> int:
        """C = 2*Hk*Dk + Hv*Dv."""
        return 2 * self.linear_num_key_heads * self.linear_key_head_dim + self.value_width

    @property
    def value_width(self) -> int:
        """Hv*Dv."""
        return self.linear_num_value_heads * self.linear_value_head_dim

    @property
    def attention_width(self) -> int:
        """Hq*Dh."""
        return self.num_attention_heads * self.head_dim

    @property
    def qkv_width(self) -> int:
        """Rows of the attention input projection: Hq*2*Dh + 2*Hkv*Dh."""
        return 2 * self.attention_width + 2 * self.num_key_value_heads * self.head_dim

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields, as the manifest holds them."""
        return asdict(self) | {"layer_types": list(self.layer_types)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelConfig:
        """Read back what ``to_dict`` wrote; unknown and missing keys are refused together."""
        names = {f.name for f in fields(cls)}
        if set(data) != names:
            raise ConfigError(
                f"model config: unknown keys {sorted(set(data) - names)}, missing keys {sorted(names - set(data))}"
            )
        config = cls(**{**data, "layer_types": tuple(data["layer_types"])})
        config.check()
        return config

    @classmethod
    def from_checkpoint(cls, data: Mapping[str, Any]) -> ModelConfig:
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
        interval = int(text.get("full_attention_interval", 4))
        derived = ["full_attention" if (i + 1) % interval == 0 else "linear_attention" for i in range(layers)]
        layer_types = tuple(text.get("layer_types") or derived)
        rotary = int(
            text["head_dim"] * float(rope.get("partial_rotary_factor", text.get("partial_rotary_factor", 0.25)))
        )
        config = cls(
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
            # The 9B file states it at top level only; where both are given the top level decides (spec §1.1).
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

    def check(self) -> None:
        """Refuse dimensions that the kernels cannot run; every problem in one ConfigError."""
        problems = [f"{name} is {value}, must be positive" for name, value in self._sizes() if value <= 0]
        if not problems:
            problems += [
                f"{name} is {value}, must be a multiple of 32" for name, value in self._columns() if value % 32
            ]
            if unknown := sorted(set(self.layer_types) - {"linear_attention", "full_attention"}):
                problems.append(f"layer_types has unknown entries {unknown}")
            if self.num_attention_heads % self.num_key_value_heads:
                problems.append(
                    f"{self.num_attention_heads} attention heads do not divide among {self.num_key_value_heads} key/value heads"
                )
            if self.linear_num_value_heads % self.linear_num_key_heads:
                problems.append(
                    f"{self.linear_num_value_heads} value heads do not divide among {self.linear_num_key_heads} key heads"
                )
            if self.head_dim % 4 or self.head_dim > HEAD_DIM_MAX:
                problems.append(f"head_dim is {self.head_dim}, must be a multiple of 4 and at most {HEAD_DIM_MAX}")
            if self.rotary_dim % 8 or self.rotary_dim > self.head_dim:
                problems.append(
                    f"rotary_dim is {self.rotary_dim}, must be a multiple of 8 and at most head_dim {self.head_dim}"
                )
            if self.linear_key_head_dim % 4:
                problems.append(f"linear_key_head_dim is {self.linear_key_head_dim}, must be a multiple of 4")
            if self.num_attention_heads > SHARED_KEY_MAX * self.num_key_value_heads:
                problems.append(
                    f"{self.num_attention_heads} attention heads share {self.num_key_value_heads} key/value heads, "
                    f"must be at most {SHARED_KEY_MAX} to each"
                )
            if self.linear_conv_kernel_dim != 4:
                problems.append(f"linear_conv_kernel_dim is {self.linear_conv_kernel_dim}, must be 4")
        if problems:
            raise ConfigError("model config: " + "; ".join(problems))

    def _sizes(self) -> list[tuple[str, float]]:
        return [(f.name, getattr(self, f.name)) for f in fields(self) if isinstance(getattr(self, f.name), int | float)
                and not isinstance(getattr(self, f.name), bool)] + [("number of layers", len(self.layer_types))]  # fmt: skip

    def _columns(self) -> list[tuple[str, int]]:
        """Column counts of weight matrices, which packed words and scale groups tile by 32."""
        return [
            ("hidden_size", self.hidden_size),
            ("intermediate_size", self.intermediate_size),
            ("num_attention_heads * head_dim", self.attention_width),
            ("linear_num_value_heads * linear_value_head_dim", self.value_width),
        ]
