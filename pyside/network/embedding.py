"""The embedding: token ids become the residual stream."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from pyside.bundle.model_config import ModelConfig
from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows
from pyside.network.weight import Part, Weight, matrix


def embedding_matrix(c: ModelConfig) -> Weight:
    """One row for every token id; a tied head multiplies with it, too."""
    return matrix("embed", Part("embed_tokens.weight", (c.vocab_size, c.hidden_size)), vocabulary=True)  # [V, D]


class Embedding(Block):
    """x = W[ids]."""

    def weights(self) -> tuple[Weight, ...]:
        return (embedding_matrix(self.config),)

    def constants(self) -> Constants:
        return {"D": self.config.hidden_size}

    def exchanged(self, rows: int) -> Sizes:
        return {"ids": rows}

    def scratch(self, rows: int) -> Sizes:
        return {"x": self.config.hidden_size}  # the residual stream

    # fmt: off
    def run(self, n: Rows) -> None:
        for piece in n.pieces("embed"):  # each writes the rows whose ids it holds
            n("embed", piece.name, ids="ids", x="x", FORMAT=piece.format, ROW_START=piece.first, ROWS=piece.rows, **piece.bindings)  # [T, D]
