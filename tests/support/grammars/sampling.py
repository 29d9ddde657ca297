"""Random answers under a constraint, and each token tried by itself: what a mask is held against."""

from __future__ import annotations

import random

from pyside.constrained.constraint import Constraint
from pyside.constrained.grammar import Grammar
from pyside.text.tokenizer import Tokenizer

VOCAB_USED = 933  # of the tiny models
STOP = 902  # their stop id


def sample(constraint: Constraint, tokenizer: Tokenizer, rng: random.Random, limit: int) -> str | None:
    """Draw allowed tokens until the stop id; longer answers are given up, as max_tokens does."""
    ids: list[int] = []
    while len(ids) < limit:
        mask = constraint.allow(ids)
        allowed = [id for id in range(VOCAB_USED) if mask[id >> 3] >> (id & 7) & 1]
        assert allowed, f"nothing may follow {tokenizer.decode(ids)!r}"
        closing = [id for id in allowed if id == STOP or tokenizer.token_bytes(id)[:1] in (b'"', b"]", b"}")]
        chosen = rng.choice(closing if closing and rng.random() < 0.3 else allowed)
        if chosen == STOP:
            return tokenizer.decode(ids)
        ids.append(chosen)
    return None


def drawn(grammar: Grammar, rng: random.Random, limit: int = 400) -> bytes | None:
    """An answer of random bytes, with a liking for what closes; None when it grows too long."""
    state, text = grammar.start, b""
    while len(text) < limit:
        following = [byte for byte in range(256) if grammar.step(state, byte)]
        if grammar.complete(state) and (not following or rng.random() < 0.3):
            return text
        closing = [byte for byte in following if byte in b'"]}'] if len(text) > 60 or rng.random() < 0.35 else []
        byte = rng.choice(closing or following)
        state, text = grammar.step(state, byte), text + bytes((byte,))
    return None


def accepts(grammar: Grammar, text: str) -> bool:
    """Whether a text is whole in its grammar."""
    return grammar.complete(grammar.run(grammar.start, text.encode()))


def allowed(constraint: Constraint, ids: list[int]) -> set[int]:
    mask = constraint.allow(ids)
    return {id for id in range(VOCAB_USED) if mask[id >> 3] >> (id & 7) & 1}


def fitting(grammar: Grammar, text: bytes, tokenizer: Tokenizer) -> set[int]:
    """The tokens that may follow a text, each tried by itself."""
    state = grammar.run(grammar.start, text)
    texts = {id: tokenizer.token_bytes(id) for id in range(VOCAB_USED) if id not in tokenizer.added.values()}
    return {id for id, raw in texts.items() if raw and grammar.run(state, raw)} | (
        {STOP} if grammar.complete(state) else set()
    )
