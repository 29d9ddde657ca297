"""The markup in a model's reply: which tags there are, and a scanner that finds them in a text that arrives in pieces.

A vocabulary may have a tag as one token. Then only that token is the tag, and the same characters spelled with other tokens
are text: so a model that repeats what somebody wrote does not act on it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

THINK_OPEN, THINK_CLOSE = "<think>", "</think>"
CALL_OPEN, CALL_CLOSE = "<tool_call>", "</tool_call>"
FUNCTION_OPEN, FUNCTION_CLOSE = "<function=>", "</function>"
PARAMETER_OPEN, PARAMETER_CLOSE = "<parameter=>", "</parameter>"

ONE_TOKEN = (THINK_OPEN, THINK_CLOSE, CALL_OPEN, CALL_CLOSE)  # tags that a vocabulary may have as one token each
CALL_TAGS = frozenset((CALL_OPEN, CALL_CLOSE, FUNCTION_OPEN, FUNCTION_CLOSE, PARAMETER_OPEN, PARAMETER_CLOSE))

_NAMES = {"function": FUNCTION_OPEN, "parameter": PARAMETER_OPEN}
_NAMED = re.compile(
    r"""<(function|parameter)(?:[ ]*=|[ ]+name[ ]*=)[ ]*(?:(["'])([^<>\n]+?)\2[^<>\n]*|([^<>\n"'][^<>\n]*))>"""
)
_NAMED_BEGUN = re.compile(r"<(function|parameter) *(?:=[^<>\n]*| (?:n|na|nam|name *(?:=[^<>\n]*)?)?)?")
_SPACE = re.compile(r"\s+")
_WORDS = re.compile(r"[^\s<](?:[^<]*[^\s<])?")  # without the white space around them


@dataclass(frozen=True)
class Piece:
    """White space, or text without white space around it, or one tag."""

    text: str
    tag: str = ""  # one of the constants above; empty for text
    name: str = ""  # of the function or the parameter
    token: bool = False  # whether it came as one token

    @property
    def blank(self) -> bool:
        """Whether it is white space."""
        return self.text.isspace()


class Scanner:
    """A reply's text on its way: pushed in at one end, read piece by piece at the other.

    ``tokens``: the tags that come as one token, and so are not looked for in text.
    """

    def __init__(self, tokens: Collection[str] = ()) -> None:
        self._tokens = frozenset(tokens)
        self._waiting: deque[tuple[str, bool]] = deque()  # text, and whether it is a token that is a tag

    def push(self, text: str, token: bool = False) -> None:
        """Take more text, or a tag that came as one token."""
        if self._waiting and not token and not self._waiting[-1][1]:
            text = self._waiting.pop()[0] + text
        if text:
            self._waiting.append((text, token))

    def unread(self, pieces: Iterable[Piece]) -> None:
        """Put back what was read, to be read again, perhaps with other tags in view."""
        rest, self._waiting = self._waiting, deque()
        for piece in pieces:
            self.push(piece.text, piece.token)
        for text, token in rest:
            self.push(text, token)

    def read(self, sought: frozenset[str], final: bool) -> Piece | None:
        """The next piece, in which only the tags sought count; None until more has come, unless nothing more will."""
        if not self._waiting:
            return None
        text, token = self._waiting.popleft()
        if token:
            return Piece(text, text if text in sought else "", token=True)
        if not sought:
            return Piece(text)
        found = _SPACE.match(text) or _WORDS.match(text)
        piece = Piece(found[0]) if found else _tag(text, sought - self._tokens)
        if piece is None:
            if not (final or self._waiting) and _begun(text, sought - self._tokens):
                self._waiting.appendleft((text, False))
                return None
            piece = Piece(text[0])
        if rest := text[len(piece.text) :]:
            self._waiting.appendleft((rest, False))
        return piece


def beginning(text: str, tag: str) -> int:
    """How many characters at the end of a text could be the beginning of a tag."""
    return next((size for size in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-size:])), 0)


def _tag(text: str, sought: Collection[str]) -> Piece | None:
    """The tag that a text begins with."""
    for tag in sought:
        if text.startswith(tag) and not tag.endswith("=>"):
            return Piece(tag, tag)
    named = _NAMED.match(text)
    if named is None or _NAMES[named[1]] not in sought:
        return None
    return Piece(named[0], _NAMES[named[1]], (named[3] or named[4]).strip())


def _begun(text: str, sought: Collection[str]) -> bool:
    """Whether more text could make a tag of it."""
    if any(tag.removesuffix("=>").startswith(text) for tag in sought):
        return True
    named = _NAMED_BEGUN.fullmatch(text)
    return named is not None and _NAMES[named[1]] in sought
