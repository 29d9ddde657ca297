"""The dimensions of a bundle's model, as the manifest states them; dimensions that no kernel can run are refused.

``pyside/desk/checkpoint_config.py`` reads them from a checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from kernels_wgsl.catalog.sequence import HEAD_DIM_MAX, SHARED_KEY_MAX
from pyside.bundle.from_json import names, read, written
from pyside.bundle.vision_config import VisionConfig
from pyside.errors import ConfigError

LAYERS_MAX = 1000  # of a model; published ones have under 100
SIZE_MAX = 1 << 31  # of any dimension

LayerType = Literal["linear_attention", "full_attention"]


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
    vision: VisionConfig | None = None  # of its tower; without one it reads text alone

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
    def key_value_width(self) -> int:
        """Hkv*Dh."""
        return self.num_key_value_heads * self.head_dim

    @property
    def qkv_width(self) -> int:
        """Rows of the attention input projection: Hq*2*Dh + 2*Hkv*Dh."""
        return 2 * self.attention_width + 2 * self.key_value_width

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields, as the manifest holds them."""
        return written(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelConfig:
        """Read back what ``to_dict`` wrote; unknown, missing and ill-typed keys are refused."""
        try:
            config = read(cls, data, layer_types=names, vision=VisionConfig.from_dict)
        except TypeError as error:
            raise ConfigError(f"model config: {str(error).removeprefix(f'{cls.__name__}: ')}") from None
        config.check()
        return config

    def check(self) -> None:
        """Refuse dimensions that the kernels cannot run; every problem in one ConfigError."""
        problems = [f"{name} is {value}, must be positive" for name, value in self._sizes() if value <= 0]
        problems += [
            f"{name} is {value}, must be at most {most}" for name, value, most in self._bounded() if value > most
        ]
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
            if self.vision:
                problems += [f"vision: {problem}" for problem in self.vision.problems(self.vocab_size)]
        if problems:
            raise ConfigError("model config: " + "; ".join(problems))

    def _bounded(self) -> list[tuple[str, float, int]]:
        return [(name, value, LAYERS_MAX if name == "number of layers" else SIZE_MAX) for name, value in self._sizes()]

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
