"""Constrained decoding: at every step, which tokens keep the answer within a grammar.

What is the same for many tokens is asked once, by their kind; the others are walked in the order of their bytes
(``vocabulary.py``). Masks are remembered by the grammar's state, as long as the grammar is.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyside.constrained.grammar import Grammar, State
from pyside.constrained.vocabulary import Vocabulary
from pyside.errors import DeltapageError, RequestError

REMEMBERED = 256  # masks of a grammar; one is ceil(V/8) bytes, 31 kB for the published vocabulary
QUOTED_MAX = 60  # characters of an answer's beginning that an error repeats


class Constraint:
    """One answer's grammar and how far the answer has come; its ``allow`` is what ``Engine.generate`` takes.

    ``opens_after``: an id until which everything is allowed, such as ``</think>``; None when the answer starts at once.
    ``begun``: text with which the answer begins, before its first id.
    Errors: RequestError when the grammar does not take ``begun``.
    """

    def __init__(
        self, grammar: Grammar, vocabulary: Vocabulary, opens_after: int | None = None, begun: str = ""
    ) -> None:
        self._grammar, self._vocabulary = grammar, vocabulary
        self._opens_after = opens_after
        self._start = _after(grammar, begun)
        self._state: State | None = self._start if opens_after is None else None
        self._breaks = opens_after is not None  # whether line breaks may come, which a template leaves after a thought
        self._seen = 0  # generated ids that the state stands for
        self._masks = vocabulary.masks.setdefault(grammar, {})
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
                self._state = self._start
            return
        if id in self._vocabulary.stop_ids:
            return
        text = self._vocabulary.token_bytes(id)
        after = self._grammar.run(self._state, text)
        if self._breaks and not after:
            text = text.lstrip(b"\n")
            if not text:
                return
            after = self._grammar.run(self._state, text)
        self._state, self._breaks = after, False
        if not after:
            raise DeltapageError(f"the answer left its form at {text!r}: report this, and ask again")

    def _mask(self, state: State) -> bytes:
        grammar, vocabulary = self._grammar, self._vocabulary
        mask, undecided = 0, [vocabulary.others]
        for kind in vocabulary.kinds:
            admitted, decided = kind.admitted(grammar, state)
            mask |= admitted
            if not decided:
                undecided.append(kind.tokens)
        ids = [id for tokens in undecided for id in tokens.walk(grammar, state)]
        if grammar.complete(state):
            ids += vocabulary.stop_ids
        if self._breaks:
            ids += vocabulary.line_breaks
        return vocabulary.bits(ids, mask)


def _after(grammar: Grammar, begun: str) -> State:
    """The state after the beginning of an answer."""
    state = grammar.start
    for place, char in enumerate(begun):
        state = grammar.run(state, char.encode(errors="surrogatepass"))
        if not state:
            raise RequestError(
                f"the answer begins with {_short(begun)}, which leaves its form at character {place}, {char!r}: "
                "begin it as the form does, or leave the beginning out"
            )
    return state


def _short(text: str) -> str:
    return repr(text if len(text) <= QUOTED_MAX else text[:QUOTED_MAX] + "…")
