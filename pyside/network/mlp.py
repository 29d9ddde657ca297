"""The gated MLP (SwiGLU; Shazeer, arXiv:2002.05202)."""

from __future__ import annotations

from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows
from pyside.network.weight import Part, Weight, matrix


class Mlp(Block):
    """x += W_down(silu(W_gate h) * W_up h)."""

    def weights(self) -> tuple[Weight, ...]:
        D, F = self.config.hidden_size, self.config.intermediate_size
        gate, up = Part("gate_proj.weight", (F, D)), Part("up_proj.weight", (F, D))
        return (
            matrix("gate_up", gate, up, layout="interleaved"),  # [2*F, D]
            matrix("down", Part("down_proj.weight", (D, F))),
        )

    def scratch(self, rows: int) -> Sizes:
        return {"act": self.config.intermediate_size}

    # fmt: off
    def run(self, n: Rows) -> None:
        n.swiglu("gate_up", x="h", y="act")                                                                   # [T, F]
        n.linear("down", x="act", y="x", EPILOGUE="add")                                                      # [T, D] residual
