"""The head: from the residual stream to one logit for every token id."""

from __future__ import annotations

from dataclasses import dataclass

from kernels_wgsl.catalog.spec import Constants
from pyside.network.block import Block, Sizes
from pyside.network.embedding import embedding_matrix
from pyside.network.rows import Rows
from pyside.network.weight import Part, Weight, matrix, norm


@dataclass(frozen=True)
class Head(Block):
    """logits = W norm(x), of the last row of the pass before, or of all of them."""

    every_row: bool = False

    def weights(self) -> tuple[Weight, ...]:
        c = self.config
        own = matrix("head", Part("lm_head.weight", (c.vocab_size, c.hidden_size), root=True), vocabulary=True)
        return (
            norm("final_norm", "norm.weight", c.hidden_size),
            embedding_matrix(c) if c.tie_word_embeddings else own,  # [V, D]
        )

    def constants(self) -> Constants:
        return {"D": self.config.hidden_size, "EPS": self.config.rms_norm_eps, "LAST": 0 if self.every_row else 1}

    def exchanged(self, rows: int) -> Sizes:
        return {} if self.every_row else {"logits": self.config.vocab_size}

    def scratch(self, rows: int) -> Sizes:
        return {"score_logits": self.config.vocab_size} if self.every_row else {}

    # fmt: off
    def run(self, n: Rows) -> None:
        _, vocabulary = self.weights()
        logits = "score_logits" if self.every_row else "logits"
        n("rmsnorm", "final_norm", x="x", w="final_norm", y="h")                                              # [T, D]
        n.linear(vocabulary.name, x="h", y=logits, label="head of ")                                          # [T, V]
