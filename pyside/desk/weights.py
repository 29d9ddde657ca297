"""The rename table: every weight as the network uses it, and the checkpoint tensors it is made of (spec qwen3_5 §2.3).

Matrices that read the same input are stacked by rows, so that one kernel call serves them. What the network always does to a
weight is done here once: ``1 + w`` of the norms, ``-exp(A_log)`` of the decay.
"""
# ruff: noqa: D102 (the properties of Dimensions are the config's, under their published names)

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Protocol

import numpy as np

from kernels_wgsl.formats import ROW_TILE
from pyside.desk.checkpoint import DTYPES, Checkpoint, Entry, F32Array, finite, raise_all

LEFT_OUT: Mapping[str, str] = {"model.visual.": "vision", "mtp.": "MTP"}  # not bundled: prefix -> what it is for
_PREFIXES = ("model.language_model.", "model.")  # the multimodal layout, a text-only export


class Dimensions(Protocol):
    """What the table needs to know of a model; the letters are the glossary's."""

    @property
    def hidden_size(self) -> int: ...  # D
    @property
    def intermediate_size(self) -> int: ...  # F
    @property
    def vocab_size(self) -> int: ...  # V
    @property
    def layer_types(self) -> tuple[str, ...]: ...  # [L]
    @property
    def num_attention_heads(self) -> int: ...  # Hq
    @property
    def num_key_value_heads(self) -> int: ...  # Hkv
    @property
    def head_dim(self) -> int: ...  # Dh
    @property
    def linear_num_value_heads(self) -> int: ...  # Hv
    @property
    def linear_value_head_dim(self) -> int: ...  # Dv
    @property
    def linear_conv_kernel_dim(self) -> int: ...
    @property
    def conv_channels(self) -> int: ...  # C
    @property
    def value_width(self) -> int: ...  # Hv*Dv
    @property
    def attention_width(self) -> int: ...  # Hq*Dh
    @property
    def tie_word_embeddings(self) -> bool: ...


@dataclass(frozen=True)
class Part:
    """One checkpoint tensor: its name, the shape it must have, and what is done to its values."""

    name: str
    shape: tuple[int, ...]
    transform: Callable[[F32Array], F32Array] = lambda values: values


@dataclass(frozen=True)
class Weight:
    """One tensor of the bundle."""

    name: str
    shape: tuple[int, ...]
    parts: tuple[Part, ...]
    matrix: bool = False  # packed by a recipe; everything else stays plain f32
    interleaved: bool = False  # two parts in turn by ROW_TILE rows, otherwise one after the other
    first: int = 0  # row of the parts at which this weight begins: row pieces of one matrix

    def piece(self, index: int, start: int, stop: int) -> Weight:
        """Rows ``start`` to ``stop`` as a weight of its own, named ``<name>.<index>``."""
        return replace(self, name=f"{self.name}.{index}", shape=(stop - start, *self.shape[1:]), first=start)

    def values(self, checkpoint: Checkpoint) -> F32Array:
        """The whole of a weight that is no matrix, f32 of ``shape``.

        Errors: CheckpointError for values that are, or become, NaN or infinite.
        """
        with np.errstate(over="ignore"):  # reported by `finite`, with the tensor's name
            parts = [part.transform(checkpoint.rows(part.name, 0, part.shape[0])).ravel() for part in self.parts]
        values = np.concatenate(parts).reshape(self.shape)
        finite(self.name, values)
        return values

    def rows(self, checkpoint: Checkpoint, start: int, stop: int) -> F32Array:
        """Rows ``start`` to ``stop`` of a matrix, f32 [stop - start, K]; an interleaved one is cut at multiples of 2*ROW_TILE.

        Errors: CheckpointError for NaN and infinite values.
        """
        start, stop = start + self.first, stop + self.first
        if self.interleaved:
            # [rows/64, 32, K] of each part -> [rows/64, 2, 32, K]: a block of the first, a block of the second, and so on
            halves = [checkpoint.rows(part.name, start // 2, stop // 2) for part in self.parts]
            tiles = [half.reshape(-1, ROW_TILE, half.shape[1]) for half in halves]
            return np.stack(tiles, axis=1).reshape(stop - start, -1)
        pieces: list[F32Array] = []
        begin = 0
        for part in self.parts:
            end = begin + part.shape[0]
            if begin < stop and start < end:
                pieces.append(checkpoint.rows(part.name, max(start, begin) - begin, min(stop, end) - begin))
            begin = end
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def network(dims: Dimensions, prefix: str) -> tuple[Weight, ...]:
    """Every weight of the text network in the order in which a token meets them."""
    weights = [_matrix("embed", Part(f"{prefix}embed_tokens.weight", (dims.vocab_size, dims.hidden_size)))]
    for index, kind in enumerate(dims.layer_types):
        ours, theirs = f"layers.{index}.", f"{prefix}layers.{index}."
        weights.append(_norm(f"{ours}input_norm", f"{theirs}input_layernorm.weight", dims.hidden_size))
        if kind == "linear_attention":
            weights += _linear_attention(dims, f"{ours}gdn.", f"{theirs}linear_attn.")
        else:
            weights += _full_attention(dims, f"{ours}attn.", f"{theirs}self_attn.")
        weights.append(_norm(f"{ours}post_norm", f"{theirs}post_attention_layernorm.weight", dims.hidden_size))
        weights += _mlp(dims, f"{ours}mlp.", f"{theirs}mlp.")
    weights.append(_norm("final_norm", f"{prefix}norm.weight", dims.hidden_size))
    if not dims.tie_word_embeddings:
        weights.append(_matrix("head", Part("lm_head.weight", (dims.vocab_size, dims.hidden_size))))
    return tuple(weights)


def trunk_prefix(names: Iterable[str]) -> str:
    """The prefix of the text network's tensors in this checkpoint."""
    names = list(names)
    return next((prefix for prefix in _PREFIXES if any(name.startswith(prefix) for name in names)), _PREFIXES[0])


def account(weights: Iterable[Weight], entries: Mapping[str, Entry]) -> dict[str, int]:
    """Match the table against a checkpoint: every tensor is used once, or left out knowingly; returns how many of which kind.

    Errors: CheckpointError with every tensor that is missing, of another shape or dtype, or of no use.
    """
    wanted = {part.name: part for weight in weights for part in weight.parts}
    problems = [f"tensor {name} is missing" for name in wanted if name not in entries]
    left_out = dict.fromkeys(LEFT_OUT.values(), 0)
    for name, entry in entries.items():
        if name not in wanted:
            kind = next((kind for prefix, kind in LEFT_OUT.items() if name.startswith(prefix)), None)
            if kind is None:
                problems.append(
                    f"tensor {name} {list(entry.shape)} is not part of the model that config.json describes"
                )
            else:
                left_out[kind] += 1
        elif entry.shape != wanted[name].shape:
            problems.append(f"tensor {name} is {list(entry.shape)}, expected {list(wanted[name].shape)}")
        elif entry.dtype not in DTYPES:
            problems.append(f"tensor {name} is {entry.dtype}, expected {', '.join(DTYPES)}")
    raise_all(problems, "the config and the weights must belong together")
    return {kind: count for kind, count in left_out.items() if count}


def _one_plus(values: F32Array) -> F32Array:
    return 1 + values


def _negative_exp(values: F32Array) -> F32Array:
    return -np.exp(values)


def _norm(name: str, theirs: str, width: int) -> Weight:
    """An RMSNorm weight, stored as 1 + w."""
    return Weight(name, (width,), (Part(theirs, (width,), _one_plus),))


def _matrix(name: str, *parts: Part, interleaved: bool = False) -> Weight:
    rows = sum(part.shape[0] for part in parts)
    return Weight(name, (rows, prod(parts[0].shape[1:])), parts, matrix=True, interleaved=interleaved)


def _linear_attention(dims: Dimensions, ours: str, theirs: str) -> list[Weight]:
    D, C, Hv = dims.hidden_size, dims.conv_channels, dims.linear_num_value_heads
    taps, width, Dv = dims.linear_conv_kernel_dim, dims.value_width, dims.linear_value_head_dim
    return [
        _matrix(f"{ours}in_proj", Part(f"{theirs}in_proj_qkv.weight", (C, D)), Part(f"{theirs}in_proj_z.weight", (width, D))),
        _matrix(f"{ours}in_proj_ba", Part(f"{theirs}in_proj_b.weight", (Hv, D)), Part(f"{theirs}in_proj_a.weight", (Hv, D))),
        Weight(f"{ours}conv", (C, taps), (Part(f"{theirs}conv1d.weight", (C, 1, taps)),)),
        Weight(f"{ours}gates", (2, Hv), (Part(f"{theirs}A_log", (Hv,), _negative_exp), Part(f"{theirs}dt_bias", (Hv,)))),
        Weight(f"{ours}norm", (Dv,), (Part(f"{theirs}norm.weight", (Dv,)),)),  # the one norm without 1 + w
        _matrix(f"{ours}out_proj", Part(f"{theirs}out_proj.weight", (D, width))),
    ]  # fmt: skip


def _full_attention(dims: Dimensions, ours: str, theirs: str) -> list[Weight]:
    D, Dh, width, kv = dims.hidden_size, dims.head_dim, dims.attention_width, dims.num_key_value_heads * dims.head_dim
    return [
        _matrix(
            f"{ours}in_proj",
            Part(f"{theirs}q_proj.weight", (2 * width, D)),  # per head Dh query rows, then Dh gate rows
            Part(f"{theirs}k_proj.weight", (kv, D)),
            Part(f"{theirs}v_proj.weight", (kv, D)),
        ),
        _norm(f"{ours}q_norm", f"{theirs}q_norm.weight", Dh),
        _norm(f"{ours}k_norm", f"{theirs}k_norm.weight", Dh),
        _matrix(f"{ours}out_proj", Part(f"{theirs}o_proj.weight", (D, width))),
    ]


def _mlp(dims: Dimensions, ours: str, theirs: str) -> list[Weight]:
    D, F = dims.hidden_size, dims.intermediate_size
    gate, up = Part(f"{theirs}gate_proj.weight", (F, D)), Part(f"{theirs}up_proj.weight", (F, D))
    return [
        _matrix(f"{ours}gate_up", gate, up, interleaved=True),
        _matrix(f"{ours}down", Part(f"{theirs}down_proj.weight", (D, F))),
    ]
