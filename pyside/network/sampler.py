"""The sampler: penalties, temperature, top-k, top-p, min-p, one draw; and the prompt's tokens, which penalties count."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.catalog.words import RECORD_WORDS, RING_SLOTS, SAMPLE_BLOCKS, TOP_K_MAX
from pyside.network.block import Block, Sizes
from pyside.network.rows import Rows


class Sampler(Block):
    """``ids[0]`` becomes the next id, and the ring gets its record."""

    def constants(self) -> Constants:
        return {"V": self.config.vocab_size}

    def exchanged(self, rows: int) -> Sizes:
        V = self.config.vocab_size
        return {
            "logits": V,
            "seen": V,  # how often each id has come
            "allowed": -(-V // 32),  # bits
            "ring": RING_SLOTS * RECORD_WORDS,
            "ids": 1,
        }

    def scratch(self, rows: int) -> Sizes:
        candidates = 2 * TOP_K_MAX * -(-self.config.vocab_size // SAMPLE_BLOCKS)
        return {"blocks": 4 * SAMPLE_BLOCKS, "work": TOP_K_MAX + candidates}

    # fmt: off
    def run(self, n: Rows) -> None:
        n("sample_scan", "scan", logits="logits", seen="seen", allowed="allowed", blocks="blocks")            # [B, 4]
        n("sample_rank", "rank", blocks="blocks", winners="work")                                             # [TOP_K_MAX]
        n("sample_draw", "draw", logits="logits", seen="seen", allowed="allowed", blocks="blocks",
          work="work", ring="ring", ids="ids")                                                                # [1]
    # fmt: on


class MarkPrompt(Block):
    """Counts the ids of a prompt."""

    def constants(self) -> Constants:
        return {"V": self.config.vocab_size}

    def exchanged(self, rows: int) -> Sizes:
        return {"ids": rows, "seen": self.config.vocab_size}

    # fmt: off
    def run(self, n: Rows) -> None:
        n("mark_prompt", "mark", ids="ids", seen="seen")                                                      # [V]
