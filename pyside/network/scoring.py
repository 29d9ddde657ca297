"""Scoring: how likely the next id of a given text was after each of its rows, and which ids were likelier."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.catalog.words import RECORD_WORDS, RING_SLOTS, SAMPLE_BLOCKS, TOP_K_MAX
from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows


class Scoring(Block):
    """The ring gets a record for every row."""

    def constants(self) -> Constants:
        return {"V": self.config.vocab_size}

    def exchanged(self, rows: int) -> Sizes:
        V = self.config.vocab_size
        return {"targets": rows, "seen": V, "allowed": -(-V // 32), "ring": RING_SLOTS * RECORD_WORDS}

    def scratch(self, rows: int) -> Sizes:
        V = self.config.vocab_size
        return {
            "score_logits": V,
            "score_blocks": 4 * SAMPLE_BLOCKS,
            "score_winners": TOP_K_MAX,
            "score_candidates": 2 * TOP_K_MAX * -(-V // SAMPLE_BLOCKS),
        }

    # fmt: off
    def run(self, n: Rows) -> None:
        n("sample_scan", "scan", logits="score_logits", seen="seen", allowed="allowed", blocks="score_blocks")  # [T, B, 4]
        n("sample_rank", "rank", blocks="score_blocks", winners="score_winners")                              # [T, TOP_K_MAX]
        n("score_list", "list", logits="score_logits", allowed="allowed", blocks="score_blocks", winners="score_winners",
          targets="targets", candidates="score_candidates", ring="ring")                                      # [T, RECORD_WORDS]
