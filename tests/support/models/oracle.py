"""Qwen3.5's text network in plain numpy, straight from the formulas of transformers' ``modeling_qwen3_5.py``: slow, short, and on its own.

It shares nothing with the plan, the kernels or their twins: it reads published tensor names, walks tokens one by one where
the network is recurrent, and keeps every layer's output, so that a test can name the first layer that differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
TRUNK = "model.language_model."
HEAD_ROWS = 1 << 14  # rows of the head multiplied at a time: a vocabulary in f32 is a gigabyte


class Weights(Protocol):
    """Published tensors by name, a run of rows at a time."""

    def rows(self, name: str, start: int = 0, stop: int | None = None) -> Floats:
        """Rows ``start`` to ``stop`` of a tensor as f32."""
        ...


class SafetensorsWeights:
    """The tensors of a checkpoint folder."""

    def __init__(self, folder: Path) -> None:
        self._places: dict[str, tuple[Path, int, Mapping[str, Any]]] = {}
        for file in sorted(folder.glob("*.safetensors")):
            with file.open("rb") as stream:
                length = int.from_bytes(stream.read(8), "little")
                header = json.loads(stream.read(length))
            self._places |= {
                name: (file, 8 + length, entry) for name, entry in header.items() if name != "__metadata__"
            }

    def rows(self, name: str, start: int = 0, stop: int | None = None) -> Floats:
        """Rows of a BF16 or F32 tensor as f32."""
        file, base, entry = self._places[name]
        dtype = np.dtype({"BF16": "<u2", "F32": "<f4"}[entry["dtype"]])
        raw: NDArray[Any] = np.memmap(file, dtype, "r", base + entry["data_offsets"][0], tuple(entry["shape"]))[
            start:stop
        ]
        return (raw.astype(np.uint32) << 16).view(np.float32) if entry["dtype"] == "BF16" else np.array(raw)


@dataclass
class LayerState:
    """What one layer remembers: a linear layer the first two, a full-attention layer the others."""

    history: Floats  # [3, C] raw inputs of the convolution
    S: Floats  # [Hv, Dk, Dv]
    k: Floats  # [P, Hkv, Dh] after norm and rotary
    v: Floats  # [P, Hkv, Dh]


@dataclass
class Trace:
    """Everything one forward pass computed for its n tokens."""

    embedding: Floats  # [n, D]
    layers: list[Floats] = field(default_factory=list)  # each [n, D]: the residual stream after the layer
    final_norm: Floats = field(default_factory=lambda: np.zeros(0, np.float32))  # [n, D]
    logits: Floats = field(default_factory=lambda: np.zeros(0, np.float32))  # [n or 1, V]


class Oracle:
    """One model and one sequence: every call to ``forward`` continues where the last one ended."""

    def __init__(
        self, config: Mapping[str, Any], weights: Weights, cached: type[np.floating[Any]] = np.float32
    ) -> None:
        text = config.get("text_config", config)
        self.tied = bool(config.get("tie_word_embeddings", text.get("tie_word_embeddings", False)))
        every = text.get("full_attention_interval", 4)
        derived = [
            "linear_attention" if (i + 1) % every else "full_attention" for i in range(text["num_hidden_layers"])
        ]
        self.kinds: Sequence[str] = text.get("layer_types") or derived
        self.V, self.eps = text["vocab_size"], text["rms_norm_eps"]
        self.Hq, self.Hkv, self.Dh = text["num_attention_heads"], text["num_key_value_heads"], text["head_dim"]
        self.Hk, self.Hv = text["linear_num_key_heads"], text["linear_num_value_heads"]
        self.Dk, self.Dv = text["linear_key_head_dim"], text["linear_value_head_dim"]
        self.C = 2 * self.Hk * self.Dk + self.Hv * self.Dv
        self.R = int(self.Dh * text["rope_parameters"]["partial_rotary_factor"])
        self.theta = text["rope_parameters"]["rope_theta"]
        self.w, self.cached = weights, cached  # ``cached``: what keys and values are rounded to when they are stored
        self.position = 0
        self.states = [self._empty() for _ in self.kinds]

    @classmethod
    def from_checkpoint(cls, folder: Path) -> Oracle:
        """The model of a checkpoint folder."""
        return cls(json.loads((folder / "config.json").read_text()), SafetensorsWeights(folder))

    def forward(self, ids: Sequence[int], last_only: bool = False) -> Trace:
        """The next n tokens through the network; with ``last_only`` only the last one gets logits."""
        h = np.concatenate([self.w.rows(f"{TRUNK}embed_tokens.weight", i, i + 1) for i in ids])  # [n, D]
        trace = Trace(h)
        for i, kind in enumerate(self.kinds):
            weight = self._of(f"{TRUNK}layers.{i}.")
            mixer = self._gated_delta_net if kind == "linear_attention" else self._gated_attention
            h = h + mixer(self._norm(h, 1 + weight("input_layernorm.weight")), weight, self.states[i])
            y = self._norm(h, 1 + weight("post_attention_layernorm.weight"))
            gated = silu(y @ weight("mlp.gate_proj.weight").T) * (y @ weight("mlp.up_proj.weight").T)  # [n, F]
            h = h + gated @ weight("mlp.down_proj.weight").T
            trace.layers.append(h)
        self.position += len(ids)
        trace.final_norm = self._norm(h, 1 + self.w.rows(f"{TRUNK}norm.weight"))
        head = f"{TRUNK}embed_tokens.weight" if self.tied else "lm_head.weight"
        rows = trace.final_norm[-1:] if last_only else trace.final_norm
        blocks = [rows @ self.w.rows(head, r, min(r + HEAD_ROWS, self.V)).T for r in range(0, self.V, HEAD_ROWS)]
        trace.logits = np.concatenate(blocks, axis=1)
        return trace

    def greedy(self, ids: Sequence[int], count: int) -> list[int]:
        """The ``count`` likeliest ids after ``ids``, one by one."""
        chosen: list[int] = []
        for _ in range(count):
            chosen.append(int(self.forward(chosen[-1:] or ids, last_only=True).logits[-1].argmax()))
        return chosen

    def _gated_delta_net(self, x: Floats, weight: Callable[[str], Floats], state: LayerState) -> Floats:
        """Gated DeltaNet, token by token; x [n, D]."""
        n = len(x)
        project = self._of("linear_attn.", weight)
        u = x @ project("in_proj_qkv.weight").T  # [n, C]
        z = (x @ project("in_proj_z.weight").T).reshape(n, self.Hv, self.Dv)
        beta = sigmoid(x @ project("in_proj_b.weight").T)  # [n, Hv]
        g = -np.exp(project("A_log")) * softplus(x @ project("in_proj_a.weight").T + project("dt_bias"))  # [n, Hv]
        taps = project("conv1d.weight")[:, 0]  # [C, 4]
        extended = np.concatenate([state.history, u])  # [3 + n, C]
        state.history = extended[-3:]
        y = silu(np.stack([taps[:, j] * extended[j : j + n] for j in range(4)]).sum(axis=0))  # [n, C]
        q, k, v = np.split(y, [self.Hk * self.Dk, 2 * self.Hk * self.Dk], axis=1)
        repeat = self.Hv // self.Hk  # each key head serves this many value heads side by side
        q = unit(q.reshape(n, self.Hk, self.Dk)).repeat(repeat, axis=1) * self.Dk**-0.5  # [n, Hv, Dk]
        k = unit(k.reshape(n, self.Hk, self.Dk)).repeat(repeat, axis=1)
        o = delta_rule(q, k, v.reshape(n, self.Hv, self.Dv), decay=np.exp(g), beta=beta, S=state.S)  # [n, Hv, Dv]
        o = self._norm(o, project("norm.weight")) * silu(z)
        return o.reshape(n, -1) @ project("out_proj.weight").T

    def _gated_attention(self, x: Floats, weight: Callable[[str], Floats], state: LayerState) -> Floats:
        """Gated attention, query by query; x [n, D]."""
        n = len(x)
        project = self._of("self_attn.", weight)
        q, gate = np.split((x @ project("q_proj.weight").T).reshape(n, self.Hq, 2 * self.Dh), 2, axis=2)
        k = (x @ project("k_proj.weight").T).reshape(n, self.Hkv, self.Dh)
        v = (x @ project("v_proj.weight").T).reshape(n, self.Hkv, self.Dh)
        q = self._rotate(self._norm(q, 1 + project("q_norm.weight")))
        k = self._rotate(self._norm(k, 1 + project("k_norm.weight")))
        state.k, state.v = (
            np.concatenate([old, new.astype(self.cached).astype(np.float32)])
            for old, new in ((state.k, k), (state.v, v))
        )
        o = np.empty_like(q)
        for t in range(n):
            for head in range(self.Hq):
                past, shared = self.position + t + 1, head // (self.Hq // self.Hkv)
                scores = state.k[:past, shared] @ q[t, head] * self.Dh**-0.5  # [P]
                p = np.exp(scores - scores.max())
                o[t, head] = (p / p.sum()) @ state.v[:past, shared]
        mixed: Floats = (o * sigmoid(gate)).reshape(n, -1)
        return mixed @ project("o_proj.weight").T

    def _rotate(self, x: Floats) -> Floats:
        """Rotary positions on the first R of Dh, halves paired; x [n, heads, Dh]."""
        half = self.R // 2
        inverse = 1 / self.theta ** (np.arange(half) / half)
        angle = (self.position + np.arange(len(x)))[:, None, None] * inverse  # [n, 1, R/2], f64
        cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
        a, b, rest = np.split(x, [half, self.R], axis=2)
        return np.concatenate([a * cos - b * sin, b * cos + a * sin, rest], axis=2)

    def _norm(self, x: Floats, weight: Floats) -> Floats:
        """RMSNorm over the last axis."""
        return np.asarray(x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + self.eps) * weight, np.float32)

    def _of(self, prefix: str, weight: Callable[[str], Floats] | None = None) -> Callable[[str], Floats]:
        """Tensors whose names begin with a prefix."""
        return lambda name: (weight or self.w.rows)(prefix + name)

    def _empty(self) -> LayerState:
        def zeros(*shape: int) -> Floats:
            return np.zeros(shape, np.float32)

        caches = zeros(0, self.Hkv, self.Dh), zeros(0, self.Hkv, self.Dh)
        return LayerState(zeros(3, self.C), zeros(self.Hv, self.Dk, self.Dv), *caches)


def delta_rule(q: Floats, k: Floats, v: Floats, *, decay: Floats, beta: Floats, S: Floats) -> Floats:
    """The gated delta rule over n tokens; q, k [n, Hv, Dk], v [n, Hv, Dv], decay, beta [n, Hv]; S is updated in place."""
    o = np.empty_like(v)
    for t in range(len(q)):
        S *= decay[t, :, None, None]
        read = np.einsum("hkv,hk->hv", S, k[t])
        S += k[t][:, :, None] * (beta[t, :, None] * (v[t] - read))[:, None, :]
        o[t] = np.einsum("hkv,hk->hv", S, q[t])
    return o


def unit(x: Floats) -> Floats:
    """x over its length; epsilon is added to the sum of squares."""
    return np.asarray(x / np.sqrt(np.sum(x * x, axis=-1, keepdims=True) + 1e-6), np.float32)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e^-x) without overflow."""
    return np.asarray((np.tanh(x / 2) + 1) / 2, np.float32)


def silu(x: Floats) -> Floats:
    """x times its sigmoid."""
    return x * sigmoid(x)


def softplus(x: Floats) -> Floats:
    """log(1 + e^x) without overflow."""
    return np.logaddexp(x, np.float32(0))


def log_softmax(logits: Floats) -> Floats:
    """Natural logarithms of probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)
