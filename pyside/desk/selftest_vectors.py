"""What a device must compute before it is trusted: small kernel calls with their inputs and, from the twins, their outputs.

The runtime's assembly puts what ``bake`` gives beside ``pyside/engine/selftest.py``, which runs it: it has to be of the same day as
the kernels of the page, and a bundle may be older.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.catalog.spec import Constants, Value
from kernels_wgsl.catalog.words import CONTROL_WORDS, control_index
from kernels_wgsl.formats import FORMATS
from kernels_wgsl.pack import pack
from kernels_wgsl.twins import TWINS
from kernels_wgsl.twins.bindings import Words

POSITION = 3  # tokens in the caches before the attention step
N, K = 32, 64
_DELTA: dict[str, Value] = {"HK": 1, "HV": 2, "DK": 16, "DV": 32, "T": 1}
_ATTENTION: dict[str, Value] = {"HQ": 2, "HKV": 1, "DH": 32}
_ROTARY: dict[str, Value] = {"ROTARY": 16, "ROPE_THETA": 1e7, "POSITIONS": "text", "SECTION_1": 0, "SECTION_2": 0}
_PREPARE: dict[str, Value] = _ATTENTION | _ROTARY | {"T": 1, "EPS": 1e-6, "KV": "f16"}


@dataclass
class _Script:
    """Kernel calls on named arrays; each call runs its twin at once, so that the next one reads its result."""

    words: dict[str, Words] = field(default_factory=dict)
    inputs: dict[str, Words] = field(default_factory=dict)  # as they were before the first call
    steps: list[dict[str, Any]] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(35))

    def put(self, name: str, data: bytes) -> None:
        self.words[name] = np.frombuffer(data, np.uint32).copy()
        self.inputs[name] = self.words[name].copy()

    def normal(self, name: str, *shape: int, dtype: type[np.floating[Any]] = np.float32) -> None:
        self.put(name, self.random.standard_normal(shape).astype(dtype).tobytes())

    def zeros(self, name: str, *shape: int) -> None:
        self.put(name, np.zeros(shape, np.float32).tobytes())

    def call(self, label: str, kernel: str, constants: Constants, **buffers: str) -> None:
        bindings = {slot.name: buffers.get(slot.name, slot.name) for slot in slots_for(CATALOG[kernel], constants)}
        TWINS[kernel]({slot: self.words[name] for slot, name in bindings.items()}, constants)
        self.steps.append({"label": label, "kernel": kernel, "constants": dict(constants), "bindings": bindings})


def bake() -> dict[str, Any]:
    """The self-test as JSON: ``buffers`` (name -> base64 of little-endian words), ``steps``, ``expected`` (name -> f32 values).

    One matvec per weight format, one step of the delta rule, one step of attention from projection to gated output.
    """
    script = _Script()
    control = np.zeros(CONTROL_WORDS, np.uint32)
    control[control_index("position")], control[control_index("count")] = POSITION, 1
    script.put("control", control.tobytes())
    _matvecs(script)
    _delta_rule(script)
    _attention(script)
    return {
        "buffers": {name: b64encode(words.tobytes()).decode() for name, words in script.inputs.items()},
        "steps": script.steps,
        "expected": {name: [float(value) for value in script.words[name].view(np.float32)] for name in script.outputs},
    }


def _matvecs(script: _Script) -> None:
    script.normal("x", K)
    matrix = script.random.standard_normal((N, K)).astype(np.float32)
    for format in FORMATS:
        words, scales = pack(matrix, format)
        script.put(f"{format}.w", words)
        if scales:
            script.put(f"{format}.scales", scales)
        script.zeros(f"{format}.y", N)
        constants: dict[str, Value] = {"FORMAT": format, "K": K, "N": N, "SPAN": 8, "SLICES": 2, "EPILOGUE": "store"}
        names = {"w": f"{format}.w", "scales": f"{format}.scales", "y": f"{format}.y"}
        script.call(f"matrix-vector product in {format}", "matvec", constants, **names)
        script.outputs.append(f"{format}.y")


def _delta_rule(script: _Script) -> None:
    heads, dk, dv = (int(_DELTA[name]) for name in ("HV", "DK", "DV"))
    script.normal("delta.qkv", 2 * int(_DELTA["HK"]) * dk + heads * dv)
    script.put("delta.decay_beta", np.array([0.9, 0.5, 0.6, 0.8], np.float32).tobytes())  # [Hv, 2]
    script.normal("delta.state", heads, dk, dv)
    script.zeros("delta.y", heads * dv)
    names = {name: f"delta.{name}" for name in ("qkv", "decay_beta", "state", "y")}
    script.call("delta rule", "delta_rule", _DELTA | {"SLICES": 1}, **names)
    script.outputs += ["delta.y", "delta.state"]


def _attention(script: _Script) -> None:
    heads, kv_heads, dim = (int(_ATTENTION[name]) for name in ("HQ", "HKV", "DH"))
    script.normal("attention.qkv", 2 * (heads + kv_heads) * dim)
    script.normal("attention.q_norm", dim)
    script.normal("attention.k_norm", dim)
    script.zeros("attention.q", heads * dim)
    for cache in ("k_cache", "v_cache"):
        script.normal(f"attention.{cache}", POSITION + 1, kv_heads, dim, dtype=np.float16)
    script.zeros("attention.partials", heads * 2 * (dim + 2))
    script.zeros("attention.y", heads * dim)
    names = {
        name: f"attention.{name}" for name in ("qkv", "q_norm", "k_norm", "q", "k_cache", "v_cache", "partials", "y")
    }
    split = _ATTENTION | {"SPLITS": 2}
    script.call("attention, norms and rotary", "attention_prepare", _PREPARE, **names)
    script.call("attention over the cache", "attention_decode", split | {"KV": "f16"}, **names)
    script.call("attention, sum of its parts", "attention_merge", {"HQ": heads, "DH": dim, "SPLITS": 2}, **names)
    script.outputs += ["attention.q", "attention.y"]
