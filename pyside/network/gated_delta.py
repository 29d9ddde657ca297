"""Gated DeltaNet, the linear attention of three layers in four. Yang, Kautz and Hatamizadeh, arXiv:2412.06464.

A head remembers one matrix [Dk, Dv], which decays and is corrected by every token; a convolution over four tokens comes before.
"""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows
from pyside.network.weight import Part, Weight, matrix, plain


class GatedDelta(Block):
    """x += W_out(norm(rule(q, k, v)) * silu(z))."""

    def weights(self) -> tuple[Weight, ...]:
        c = self.config
        D, C, width, taps = c.hidden_size, c.conv_channels, c.value_width, c.linear_conv_kernel_dim
        HV, DV = c.linear_num_value_heads, c.linear_value_head_dim
        return (
            matrix("in_proj", Part("in_proj_qkv.weight", (C, D)), Part("in_proj_z.weight", (width, D))),  # [C + Hv*Dv, D]
            matrix("in_proj_ba", Part("in_proj_b.weight", (HV, D)), Part("in_proj_a.weight", (HV, D))),   # [2*Hv, D]
            plain("conv", (C, taps), Part("conv1d.weight", (C, 1, taps))),
            plain("gates", (2, HV), Part("A_log", (HV,), "negative_exp"), Part("dt_bias", (HV,))),
            plain("norm", (DV,), Part("norm.weight", (DV,))),                                             # the one norm without 1 + w
            matrix("out_proj", Part("out_proj.weight", (D, width))),
        )  # fmt: skip

    def constants(self) -> Constants:
        c = self.config
        return {
            "HK": c.linear_num_key_heads, "DK": c.linear_key_head_dim,
            "HV": c.linear_num_value_heads, "DV": c.linear_value_head_dim,
            "C": c.conv_channels, "U_STRIDE": c.conv_channels + c.value_width, "Z_OFFSET": c.conv_channels,
            "EPS": c.rms_norm_eps,
        }  # fmt: skip

    def state(self) -> Sizes:
        c = self.config
        return {
            "delta_state": c.linear_num_value_heads * c.linear_key_head_dim * c.linear_value_head_dim,  # [Hv, Dk, Dv]
            "conv_state": (c.linear_conv_kernel_dim - 1) * c.conv_channels,  # [3, C]: rows before the next
        }

    def scratch(self, rows: int) -> Sizes:
        c = self.config
        return {
            "u": c.conv_channels + c.value_width,  # input projection
            "qkv": c.conv_channels,  # after convolution
            "ba": 2 * c.linear_num_value_heads,
            "decay_beta": 2 * c.linear_num_value_heads,
            "o": c.value_width,
            "mixed": c.value_width,  # what the output projection takes
        }

    # fmt: off
    def run(self, n: Rows) -> None:
        n.linear("in_proj", x="h", y="u")                                                                     # [T, C + Hv*Dv] q, k, v, z
        n.linear("in_proj_ba", x="h", y="ba")                                                                 # [T, 2*Hv] b, a
        n("conv_silu", "conv", u="u", w="conv", history="conv_state", y="qkv")                                # [T, C]
        n("delta_prepare", "prepare", qkv="qkv", ba="ba", gates="gates", decay_beta="decay_beta")             # [T, Hv, 2]
        n("delta_rule", "rule", qkv="qkv", decay_beta="decay_beta", state="delta_state", y="o")               # [T, Hv, Dv]
        n("gated_norm", "norm", o="o", u="u", w="norm", y="mixed")                                            # [T, Hv*Dv]
        n.linear("out_proj", x="mixed", y="x", EPILOGUE="add")                                                # [T, D] residual
