"""Token rows for training: conversations rendered through the chat template, tokenized, and packed side by side.

Needs numpy, tokenizers and jinja2.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from . import generate, template, tokenizer

Int = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Encoder:
    """Conversation -> (ids, which ids the model must write itself)."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = tokenizer.load(folder)
        self.template = template.compile_template()
        self.opening = self.ids("<|im_start|>assistant\n")
        self.think, self.end = self.ids("<think>")[0], self.ids("<|im_end|>")[0]
        self.silent = self.ids("<think>\n\n</think>\n\n")

    def ids(self, text: str) -> list[int]:
        """Token ids of a text that may contain control tokens."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, sample: generate.Conversation) -> tuple[list[int], list[bool]]:
        """Ids of the whole conversation; true where an assistant wrote them, after what the generation prompt gives."""
        ids = self.ids(template.render(self.template, sample.messages, sample.tools, enable_thinking=sample.thinking))
        mine = [False] * len(ids)
        at, width = 0, len(self.opening)
        while at + width < len(ids):
            if ids[at : at + width] != self.opening:
                at += 1
                continue
            at += width
            if ids[at : at + len(self.silent)] == self.silent:
                at += len(self.silent)
            elif ids[at] == self.think:
                at += 2  # <think> and the line break
            while ids[at] != self.end:
                mine[at] = True
                at += 1
            mine[at] = True
        return ids, mine


def pack(encoder: Encoder, rng: Random, rows: int, length: int, pad: int) -> tuple[Int, Mask, Mask]:
    """Rows of whole conversations: ids [rows, length], conversation starts, and which ids to learn to predict."""
    ids = np.full((rows, length), pad, np.int64)
    starts, learn = np.zeros((rows, length), np.bool_), np.zeros((rows, length), np.bool_)
    for row in range(rows):
        at, misses = 0, 0
        while misses < 4 and at < length - 16:
            tokens, mine = encoder.encode(generate.conversation(rng))
            if at + len(tokens) > length:
                misses += 1
                continue
            ids[row, at : at + len(tokens)] = tokens
            learn[row, at : at + len(tokens)] = mine
            starts[row, at] = True
            at += len(tokens)
        starts[row, min(at, length - 1)] = True  # the padding is a conversation of its own
    starts[:, 0] = True
    return ids, starts, learn
