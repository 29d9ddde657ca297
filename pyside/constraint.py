"""Constrained decoding: at every step, which tokens keep the answer within a grammar.

The mask over the vocabulary is found by walking the tokens in the order of their bytes, as a trie without nodes: a prefix
that the grammar refuses drops all tokens that share it. Inside a string nearly every token fits, so the tokens that are whole
plain characters are known beforehand and only the others are walked. Masks are remembered by the grammar's state.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from pyside.errors import DeltapageError
from pyside.grammar import Grammar, State, Text
from pyside.tokenizer import Tokenizer

REMEMBERED = 512  # masks; one is ceil(V/8) bytes, 31 kB for the published vocabulary
LONGEST_PLAIN = 64  # characters; a string that may still take fewer is walked token by token


class Vocabulary:
    """A tokenizer's tokens in the order that the walk needs; made once per model."""

    def __init__(self, tokenizer: Tokenizer, stop_ids: Iterable[int]) -> None:
        self.words = -(-tokenizer.vocab_used // 32)  # u32 words of a mask
        self.stop_ids = tuple(stop_ids)
        control = {*tokenizer.added.values(), *self.stop_ids}
        pairs = sorted(
            (text, id)
            for id in range(tokenizer.vocab_used)
            if id not in control and (text := tokenizer.token_bytes(id))
        )
        self.texts = [text for text, _ in pairs]
        self.ids = [id for _, id in pairs]
        plain = [index for index, text in enumerate(self.texts) if _plain(text)]
        kept = set(plain)
        self.plain = self.mask(self.ids[index] for index in plain)
        others = [index for index in range(len(self.texts)) if index not in kept]
        self.other_texts = [self.texts[index] for index in others]
        self.other_ids = [self.ids[index] for index in others]
        self.token_bytes = tokenizer.token_bytes

    def mask(self, ids: Iterable[int]) -> bytearray:
        """The bits of these ids, little endian, as [words] u32."""
        bits = bytearray(4 * self.words)
        for id in ids:
            bits[id >> 3] |= 1 << (id & 7)
        return bits


def _plain(text: bytes) -> bool:
    """Whether a token is whole characters that stand for themselves in a JSON string."""
    try:
        return len(text.decode()) <= LONGEST_PLAIN and not any(byte < 0x20 or byte in b'"\\' for byte in text)
    except UnicodeDecodeError:
        return False


class Constraint:
    """One answer's grammar and how far the answer has come; its ``allow`` is what ``Engine.generate`` takes.

    ``opens_after``: an id until which everything is allowed, such as ``</think>``; None when the answer starts at once.
    """

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary, opens_after: int | None = None) -> None:
        self._grammar, self._vocabulary = grammar, vocabulary
        self._opens_after = opens_after
        self._state: State | None = grammar.start if opens_after is None else None
        self._breaks = opens_after is not None  # whether line breaks may come, which a template leaves after a thought
        self._seen = 0  # generated ids that the state stands for
        self._masks: dict[tuple[State, bool], bytes] = {}
        self._everything = b"\xff" * (4 * vocabulary.words)

    def allow(self, ids: Sequence[int]) -> bytes:
        """The mask of the tokens that may follow the generated ``ids``: bits as u32 words, up to the last used id.

        Errors: DeltapageError when the ids have left the grammar.
        """
        for id in ids[self._seen :]:
            self._take(id)
        self._seen = len(ids)
        if self._state is None:
            return self._everything
        key = (self._state, self._breaks)
        if key not in self._masks:
            if len(self._masks) >= REMEMBERED:
                del self._masks[next(iter(self._masks))]
            self._masks[key] = self._mask(self._state)
        return self._masks[key]

    @property
    def complete(self) -> bool:
        """Whether the answer so far is a whole value."""
        return self._state is not None and self._grammar.complete(self._state)

    def _take(self, id: int) -> None:
        if self._state is None:
            if id == self._opens_after:
                self._state = self._grammar.start
            return
        if id in self._vocabulary.stop_ids:
            return
        text = self._vocabulary.token_bytes(id)
        if self._breaks:
            text = text.lstrip(b"\n")
            if not text:
                return
            self._breaks = False
        self._state = self._grammar.run(self._state, text)
        if not self._state:
            raise DeltapageError(f"the answer left its form at {text!r}: report this, and ask again")

    def _mask(self, state: State) -> bytes:
        vocabulary = self._vocabulary
        tops = [stack.node for stack in state if stack]
        inside = [top for top in tops if isinstance(top, Text) and _takes_plain(top)]
        bits = bytearray(vocabulary.plain) if inside else vocabulary.mask(())
        texts, ids = (vocabulary.other_texts, vocabulary.other_ids) if inside else (vocabulary.texts, vocabulary.ids)
        for id in _walk(self._grammar, state, texts, ids, 0, len(texts)):
            bits[id >> 3] |= 1 << (id & 7)
        if self._grammar.complete(state):
            for id in vocabulary.stop_ids:
                bits[id >> 3] |= 1 << (id & 7)
        if self._breaks:
            for text in (b"\n", b"\n\n"):
                at = bisect_left(vocabulary.texts, text)
                if at < len(vocabulary.texts) and vocabulary.texts[at] == text:
                    id = vocabulary.ids[at]
                    bits[id >> 3] |= 1 << (id & 7)
        return bytes(bits)


def _walk(
    grammar: Grammar, state: State, texts: list[bytes], ids: list[int], start: int, end: int, depth: int = 0
) -> Iterable[int]:
    """Ids of the tokens ``texts[start:end]``, whose first ``depth`` bytes led to ``state``, that the grammar takes whole."""
    while start < end and len(texts[start]) == depth:
        if depth:
            yield ids[start]
        start += 1
    while start < end:
        prefix = texts[start][: depth + 1]
        byte = prefix[depth]
        until = end if byte == 0xFF else bisect_left(texts, prefix[:depth] + bytes([byte + 1]), start, end)
        after = grammar.step(state, byte)
        if after:
            yield from _walk(grammar, after, texts, ids, start, until, depth + 1)
        start = until


def _takes_plain(top: Text) -> bool:
    """Whether any plain token fits into the string: between characters, with room for the longest."""
    return top.pending == 0 and top.escape < 0 and (top.high is None or top.high >= LONGEST_PLAIN)
