"""Token rows for training: conversations rendered through the chat template, tokenized, and packed side by side.

Needs numpy, tokenizers and jinja2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from . import generate, template, tokenizer
from .pictures.canvas import Bytes
from .pictures.drawing import draw
from .pictures.scenes import Scene

Int = NDArray[np.int64]
Mask = NDArray[np.bool_]
TOKEN_SIDE = 32  # pixels along one side of what one token sees
SEEN = -1  # stands where a picture's rows come in


@dataclass(frozen=True)
class Encoded:
    """One conversation: ids, which of them the model must write itself, and the rotary positions [3, T]."""

    ids: list[int]
    mine: list[bool]
    positions: Int
    pictures: tuple[Scene, ...]


@dataclass(frozen=True)
class Batch:
    """Packed rows: ids, conversation starts and what to learn [B, T], positions [B, 3, T], pictures in the order of ids."""

    ids: Int
    starts: Mask
    learn: Mask
    positions: Int
    pictures: list[Bytes]
    placed: list[tuple[Encoded, int, int]]  # each conversation with its row and where it begins there


class Encoder:
    """Conversation -> ids and what belongs to them."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = tokenizer.load(folder)
        self.template = template.compile_template()
        self.opening = self.ids("<|im_start|>assistant\n")
        self.think, self.end = self.ids("<think>")[0], self.ids("<|im_end|>")[0]
        self.silent = self.ids("<think>\n\n</think>\n\n")
        self.pad = self.ids("<|image_pad|>")[0]

    def ids(self, text: str) -> list[int]:
        """Token ids of a text that may contain control tokens."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def encode_text(self, text: str, pictures: tuple[Scene, ...]) -> Encoded:
        """A rendered conversation with its pictures, nothing of it to be learned."""
        grids = [(scene.height // TOKEN_SIDE, scene.width // TOKEN_SIDE) for scene in pictures]
        ids = expand(self.ids(text), grids, self.pad)
        return Encoded(ids, [False] * len(ids), positions(ids, grids), pictures)

    def encode(self, sample: generate.Conversation) -> Encoded:
        """The whole conversation; what an assistant wrote is to be learned, after what the generation prompt gives."""
        text = template.render(self.template, sample.messages, sample.tools, enable_thinking=sample.thinking)
        given = self.encode_text(text, sample.pictures)
        ids = given.ids
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
        return replace(given, mine=mine)


def expand(ids: list[int], grids: list[tuple[int, int]], pad: int) -> list[int]:
    """The ids with as many ``SEEN`` for the i-th picture as its grid has places."""
    out: list[int] = []
    remaining = iter(grids)
    for token in ids:
        if token == pad:
            height, width = next(remaining)
            out += [SEEN] * (height * width)
        else:
            out.append(token)
    return out


def positions(ids: list[int], grids: list[tuple[int, int]]) -> Int:
    """Rotary positions [3, T]: text counts on all three axes, a picture stands still in time and spreads over two.

    As ``get_rope_index`` of transformers' Qwen3.5 does for still pictures.
    """
    out = np.zeros((3, len(ids)), np.int64)
    at, now = 0, 0
    remaining = iter(grids)
    while at < len(ids):
        if ids[at] != SEEN:
            out[:, at] = now
            at, now = at + 1, now + 1
            continue
        height, width = next(remaining)
        row, column = np.divmod(np.arange(height * width), width)
        out[:, at : at + height * width] = now + np.stack([np.zeros_like(row), row, column])
        at, now = at + height * width, now + max(height, width)
    return out


def endless(encoder: Encoder, rng: Random) -> Iterator[Encoded]:
    """Training conversations without end."""
    while True:
        yield encoder.encode(generate.conversation(rng))


def pack(samples: Iterator[Encoded], rows: int, length: int, pad: int) -> Batch:
    """Rows of whole conversations; one that does not fit into a row waits for the next."""
    ids = np.full((rows, length), pad, np.int64)
    starts, learn = np.zeros((rows, length), np.bool_), np.zeros((rows, length), np.bool_)
    places = np.zeros((rows, 3, length), np.int64)
    pictures: list[Bytes] = []
    placed: list[tuple[Encoded, int, int]] = []
    waiting: list[Encoded] = []
    for row in range(rows):
        at, misses = 0, 0
        turned_away: list[Encoded] = []
        while misses < 4 and at < length - 16:
            sample = waiting.pop(0) if waiting else next(samples, None)
            if sample is None:
                break
            end = at + len(sample.ids)
            if end > length:
                misses += 1
                if len(sample.ids) <= length:
                    turned_away.append(sample)
                continue
            ids[row, at:end], learn[row, at:end] = sample.ids, sample.mine
            places[row, :, at:end] = sample.positions
            starts[row, at] = True
            pictures += [draw(scene) for scene in sample.pictures]
            placed.append((sample, row, at))
            at = end
        waiting = turned_away + waiting
        starts[row, min(at, length - 1)] = True  # the padding is a conversation of its own
    starts[:, 0] = True
    return Batch(ids, starts, learn, places, pictures, placed)
