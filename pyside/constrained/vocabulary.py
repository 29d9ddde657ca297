"""A tokenizer's tokens as constrained decoding looks at them: in the order of their bytes, and by the letters they are made of.

Most tokens are short runs of letters, or of characters that stand for themselves in a JSON string. How many of those may come
from a state is one question for all tokens of a kind, and their masks are made beforehand; only the other tokens are looked at
one by one.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from weakref import WeakKeyDictionary

from pyside.constrained.grammar import Grammar, State
from pyside.constrained.regex import CLASSES
from pyside.text.tokenizer import Tokenizer
from pyside.text.utf8 import Letters, complement, encoded

LONGEST = 16  # letters of a token that belongs to a kind; longer ones are rare
_REST = frozenset(range(0x80, 0xC0))  # bytes of a character after its first
_LOWER: Letters = ((frozenset(range(0x61, 0x7B)),),)
_UPPER: Letters = ((frozenset(range(0x41, 0x5B)),),)
# Beyond ASCII, without white space and line ends, which many regular expressions leave out.
_BEYOND = encoded(tuple((max(low, 0x80), high) for low, high in complement(CLASSES["s"]) if high >= 0x80))
_PLAIN: Letters = ((frozenset(range(0x20, 0x80)) - set(b'"\\'),),)  # of ASCII what stands for itself in a JSON string
# Letters of a kind's tokens: those that each token has one of, and the others. A token is of the first kind that fits.
_ALPHABETS: tuple[tuple[Letters, Letters], ...] = ((_LOWER, ()), (_UPPER, _LOWER), (_BEYOND, _LOWER + _UPPER))
_KINDS = (*((opening, *letters) for letters in _ALPHABETS for opening in (b"", b" ")), (b"", _PLAIN + _BEYOND, ()))


class Tokens:
    """Tokens in the order of their bytes, to be walked as a trie without nodes."""

    def __init__(self, ids: Iterable[int], token_bytes: Callable[[int], bytes]) -> None:
        self._ids, self._token_bytes = array("I", ids), token_bytes

    @cached_property
    def _sorted(self) -> tuple[list[bytes], list[int], bytes, int]:
        """Texts, ids, how many bytes each text shares with the one before it, and bytes of the longest."""
        pairs = sorted((self._token_bytes(id), id) for id in self._ids)
        texts = [text for text, _ in pairs]
        shared = bytes(min(_shared(before, text), 255) for before, text in pairwise(chain((b"",), texts)))
        return texts, [id for _, id in pairs], shared, max(map(len, texts), default=0)

    def walk(self, grammar: Grammar, state: State) -> Iterator[int]:
        """Ids of the tokens that the grammar takes whole; a beginning that it refuses drops all tokens that have it."""
        texts, ids, shared, longest = self._sorted
        states = [state] * (longest + 1)  # by how many bytes of the text led there
        at, end = 0, len(texts)
        while at < end:
            text = texts[at]
            depth = shared[at]
            state = states[depth]
            for byte in text[depth:]:
                moves = grammar.moves(state)
                state = moves[byte] if byte in moves else grammar.step(state, byte)
                depth += 1
                if not state:
                    at = bisect_left(texts, _following(text[:depth]), at + 1)
                    break
                states[depth] = state
            else:
                yield ids[at]
                at += 1


@dataclass(frozen=True)
class Kind:
    """Tokens that open alike and go on with letters of one alphabet, at most LONGEST."""

    opening: bytes
    own: Letters  # each token has one of these
    others: Letters
    masks: tuple[int, ...]  # [n]: tokens of at most n letters, as bits by id
    tokens: Tokens

    def admitted(self, grammar: Grammar, state: State) -> tuple[int, bool]:
        """The mask of tokens that surely may come, and whether that is all of the kind that may."""
        begun = grammar.run(state, self.opening)
        if not begun or grammar.bars(begun, self.others, self.own, LONGEST):
            return 0, True
        length, decided = grammar.span(begun, self.own + self.others, LONGEST)
        return self.masks[length], decided


class Vocabulary:
    """A tokenizer's tokens and what ends an answer; made once per model."""

    def __init__(self, tokenizer: Tokenizer, stop_ids: Iterable[int]) -> None:
        self.words = -(-tokenizer.vocab_used // 32)  # u32 words of a mask
        self.stop_ids = tuple(stop_ids)
        self.token_bytes = tokenizer.token_bytes
        control = {*tokenizer.added.values(), *self.stop_ids}
        kind_of = re.compile(b"|".join(b"(%b)" % _pattern(*kind) for kind in _KINDS)).fullmatch
        by_length = [[array("I") for _ in range(LONGEST + 1)] for _ in _KINDS]
        others = array("I")
        for id in range(tokenizer.vocab_used):
            text = tokenizer.token_bytes(id)
            if id in control or not text:
                continue
            if match := kind_of(text):
                kind = int(match.lastindex or 0) - 1
                by_length[kind][len(text.translate(None, bytes(_REST))) - len(_KINDS[kind][0])].append(id)
            else:
                others.append(id)
        self.line_breaks = [id for id in others if not self.token_bytes(id).strip(b"\n")]
        self.masks = WeakKeyDictionary[Grammar, dict[tuple[State, bool], bytes]]()  # kept by constraint.py
        self.kinds = [self._kind(*kind, ids) for kind, ids in zip(_KINDS, by_length, strict=True)]
        self.others = Tokens(others, self.token_bytes)

    def bits(self, ids: Iterable[int], mask: int = 0) -> bytes:
        """The bits of these ids besides those of a mask, little endian, as [words] u32."""
        bits = bytearray(mask.to_bytes(4 * self.words, "little"))
        for id in ids:
            bits[id >> 3] |= 1 << (id & 7)
        return bytes(bits)

    def _kind(self, opening: bytes, own: Letters, others: Letters, by_length: list[array[int]]) -> Kind:
        masks, mask = [], 0
        for ids in by_length:
            mask |= int.from_bytes(self.bits(ids), "little")
            masks.append(mask)
        return Kind(opening, own, others, tuple(masks), Tokens(chain(*by_length), self.token_bytes))


def _pattern(opening: bytes, own: Letters, others: Letters) -> bytes:
    """The tokens of a kind, earlier kinds being taken out; the last character may be cut, as tokens cut them."""
    letters = own + others
    whole = [b"".join(b"[%b]" % _escaped(members) for members in sets) for sets in letters]
    cut = [
        b"".join(b"[%b]" % _escaped(members) for members in sets[:size])
        for sets in letters
        for size in range(1, len(sets))
    ]
    ending = b"(?:%b)?" % b"|".join(cut) if cut else b""
    return b"%b(?=.)(?:%b){0,%d}%b" % (opening, b"|".join(whole), LONGEST - bool(cut), ending)


def _escaped(members: frozenset[int]) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in sorted(members))


def _shared(one: bytes, other: bytes) -> int:
    count = 0
    for left, right in zip(one, other):  # noqa: B905 - up to the shorter one's end
        if left != right:
            break
        count += 1
    return count


def _following(prefix: bytes) -> bytes:
    """The least text after all that have this beginning."""
    stem = prefix.rstrip(b"\xff")
    return stem[:-1] + bytes((stem[-1] + 1,)) if stem else prefix + b"\xff" * 256
