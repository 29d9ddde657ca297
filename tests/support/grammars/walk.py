"""Random walks through grammars: whatever was said so far, something may follow."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import cast

from pyside.constrained.constraint import Constraint
from pyside.constrained.grammar import Grammar, State
from pyside.constrained.json_schema import any_object, grammar_of
from pyside.constrained.regex import grammar_of_regex
from pyside.constrained.vocabulary import Vocabulary
from pyside.text.tokenizer import Tokenizer
from tests.support.grammars.schemas import WRITTEN, random_regex, random_schema
from tests.support.scripted_engine import tokenizer

STEPS = 120  # tokens of one walk
MOODS = (b"0123456789", b".", b"eE+-", b'"', b"\\", b"[{", b"abcx", bytes(range(0x80, 0x100)))


class Bytes:
    """A tokenizer whose tokens are the bytes, and one that ends an answer."""

    vocab_used = 257
    added: dict[str, int] = {}  # noqa: RUF012 - as the tokenizer has it
    stop = 256

    def token_bytes(self, id: int) -> bytes:
        return b"<end>" if id == self.stop else bytes((id,))


def vocabularies() -> list[Vocabulary]:
    """The tiny model's tokens, and the bytes."""
    return [Vocabulary(tokenizer(), (902,)), Vocabulary(cast(Tokenizer, Bytes()), (Bytes.stop,))]


def random_grammar(rng: random.Random) -> tuple[str, Grammar]:
    """A grammar, and what it was made from."""
    kind = rng.randrange(10)
    if kind < 5:
        schema = random_schema(rng)
        return repr(schema), grammar_of(schema)
    if kind < 8:
        name = rng.choice([*WRITTEN])
        return name, any_object() if name == "any object" else grammar_of(WRITTEN[name])
    source = random_regex(rng)
    return source, grammar_of_regex(source, rng.choice(["", "u", "iu", "s"]))


def walk(grammar: Grammar, vocabulary: Vocabulary, rng: random.Random) -> Iterator[tuple[State, list[int], list[int]]]:
    """Each state of a walk with the ids that led to it and the ids that its mask allows; it stays in a mood for a while."""
    constraint, ids, state = Constraint(grammar, vocabulary), list[int](), grammar.start
    mood = rng.choice(MOODS)
    for _ in range(STEPS):
        mask = int.from_bytes(constraint.allow(ids), "little")
        allowed = [id for id in range(mask.bit_length()) if mask >> id & 1]
        yield state, ids, allowed
        going = [id for id in allowed if id not in vocabulary.stop_ids]
        if not going:
            return
        if rng.random() < 0.05:
            mood = rng.choice(MOODS)
        liked = [id for id in going if vocabulary.token_bytes(id)[0] in mood]
        ids.append(rng.choice(liked if liked and rng.random() < 0.95 else going))
        state = grammar.run(state, vocabulary.token_bytes(ids[-1]))


def walked(vocabularies: list[Vocabulary], states: int, seed: int) -> tuple[int, int]:
    """Walk until so many different states were seen; how many, and of how many grammars.

    Errors: AssertionError at a state from which nothing may follow.
    """
    rng, seen, grammars = random.Random(seed), 0, 0
    while seen < states:
        source, grammar = random_grammar(rng)
        grammars += 1
        for vocabulary in vocabularies:
            known = set[State]()
            for _ in range(3):
                for state, ids, allowed in walk(grammar, vocabulary, rng):
                    said = b"".join(map(vocabulary.token_bytes, ids))
                    assert allowed, f"nothing may follow {said!r} in {source}"
                    known.add(state)
            seen += len(known)
    return seen, grammars
