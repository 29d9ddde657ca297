"""Gated attention, the softmax attention of every fourth layer, whose output a gate beside the query scales.

Grouped query heads (Ainslie et al., arXiv:2305.13245), rotary embedding of the first R dimensions (Su et al., arXiv:2104.09864),
the gate of Qiu et al., arXiv:2505.06708. A decoded token's keys are split among workgroups, as in flash-decoding.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.variants import SPLITS
from pyside.bundle.vision_config import STREAMS
from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows
from pyside.network.weight import Part, Weight, matrix, norm


@dataclass(frozen=True)
class GatedAttention(Block):
    """x += W_out(softmax(q k / sqrt(Dh)) v * sigmoid(gate))."""

    index: int = 0  # of the layer, for the names of its caches
    grid: bool = False  # rows have positions in three streams, not one after the other

    def weights(self) -> tuple[Weight, ...]:
        c = self.config
        D, DH, width, kv = c.hidden_size, c.head_dim, c.attention_width, c.key_value_width
        return (
            matrix(
                "in_proj",  # [Hq*2*Dh + 2*Hkv*Dh, D]
                Part("q_proj.weight", (2 * width, D)),  # per head Dh query rows, then Dh gate rows
                Part("k_proj.weight", (kv, D)),
                Part("v_proj.weight", (kv, D)),
            ),
            norm("q_norm", "q_norm.weight", DH),
            norm("k_norm", "k_norm.weight", DH),
            matrix("out_proj", Part("o_proj.weight", (D, width))),
        )

    def constants(self) -> Constants:
        c = self.config
        _, height, width = c.vision.mrope_section if self.grid and c.vision else (0, 0, 0)
        return {
            "HQ": c.num_attention_heads, "HKV": c.num_key_value_heads, "DH": c.head_dim,
            "ROTARY": c.rotary_dim, "ROPE_THETA": c.rope_theta, "EPS": c.rms_norm_eps,
            "POSITIONS": "grid" if self.grid else "text", "SECTION_1": height, "SECTION_2": width,
        }  # fmt: skip

    def exchanged(self, rows: int) -> Sizes:
        return {"positions": STREAMS * rows} if self.grid else {}  # [3, T]

    def cache(self) -> Sizes:
        width = self.config.key_value_width
        return {f"k_cache.{self.index}": width, f"v_cache.{self.index}": width}  # [P, Hkv, Dh] each

    def scratch(self, rows: int) -> Sizes:
        c = self.config
        split = {"partials": c.num_attention_heads * SPLITS * (c.head_dim + 2)} if rows == 1 else {}
        return {
            "u": c.qkv_width,  # input projection
            "q": c.attention_width,  # after norm and rotary
            "mixed": c.attention_width,  # what the output projection takes
            **split,
        }

    # fmt: off
    def run(self, n: Rows) -> None:
        k, v = self.cache()
        n.linear("in_proj", x="h", y="u")                                                                     # [T, Hq*2*Dh + 2*Hkv*Dh]
        streams = {"positions": "positions"} if self.grid else {}
        n("attention_prepare", "prepare", qkv="u", q_norm="q_norm", k_norm="k_norm", q="q", k_cache=k, v_cache=v, **streams)  # [T, Hq*Dh]
        if n.T == 1:
            n("attention_decode", "decode", q="q", k_cache=k, v_cache=v, partials="partials")                 # [Hq, SPLITS, Dh+2]
            n("attention_merge", "merge", partials="partials", qkv="u", y="mixed")                            # [Hq*Dh]
        else:
            n("attention_prefill", "prefill", q="q", k_cache=k, v_cache=v, qkv="u", y="mixed")                # [T, Hq*Dh]
        n.linear("out_proj", x="mixed", y="x", EPILOGUE="add")                                                # [T, D] residual
