"""The held-out examination while training goes on: one forward pass instead of writing.

A greedy reply equals the expected one exactly when, read behind its prompt, every expected token is the most likely one at
its place; so one pass over prompt and expected reply marks it. Without thoughts, which are many for one answer.
Needs torch, numpy, tokenizers, jinja2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from . import batches, generate, tokenizer
from .questions import Question

ROWS = 16
Hidden = Callable[[batches.Batch], Tensor]


def encode(encoder: batches.Encoder, question: Question) -> batches.Encoded:
    """Prompt and expected reply, of which only the last reply is the model's own."""
    told = [*question.messages, {"role": "assistant", "content": question.expected, "reasoning_content": ""}]
    sample = encoder.encode(generate.Conversation(told, question.tools, False, (), question.pictures))
    last = len(sample.mine)
    while last and not sample.mine[last - 1]:
        last -= 1
    first = last
    while first and sample.mine[first - 1]:
        first -= 1
    return replace(sample, mine=[first <= i < last for i in range(len(sample.mine))])


@torch.no_grad()
def examine(logits: Hidden, encoder: batches.Encoder, asked: list[Question]) -> dict[str, tuple[int, int]]:
    """Right and asked per skill; ``logits`` gives those of the learned tokens of a batch, [L, V]."""
    score: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    encoded = [encode(encoder, question) for question in asked]
    skills = {id(sample): question.skill for sample, question in zip(encoded, asked, strict=True)}
    encoded.sort(key=lambda sample: len(sample.ids))
    for at in range(0, len(encoded), ROWS):
        part = encoded[at : at + ROWS]
        length = -(-(len(part[-1].ids) + 17) // 32) * 32
        batch = batches.pack(iter(part), len(part), length, tokenizer.BASE)
        learn = torch.from_numpy(batch.learn)
        wrong = torch.zeros_like(learn)
        wrong[learn] = logits(batch).argmax(-1) != torch.from_numpy(batch.ids)[learn]
        for sample, row, first in batch.placed:
            entry = score[skills[id(sample)]]
            entry[0] += not wrong[row, first : first + len(sample.ids)].any()
            entry[1] += 1
    return {skill: (right, count) for skill, (right, count) in score.items()}
