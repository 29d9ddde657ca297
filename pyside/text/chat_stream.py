"""A reply's text, as it streams, split into reasoning, content and tool calls.

However the text is cut into pieces, the deltas joined are the same, and no part of a tag is ever shown that is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pyside.text.tags import (
    CALL_CLOSE,
    CALL_OPEN,
    CALL_TAGS,
    FUNCTION_CLOSE,
    FUNCTION_OPEN,
    PARAMETER_CLOSE,
    PARAMETER_OPEN,
    THINK_CLOSE,
    THINK_OPEN,
    Piece,
    Scanner,
)
from pyside.text.tool_call import CallReader, ToolCall, calls_in_json

Kind = Literal["reasoning", "content", "tool_call"]
State = Literal["start", "reasoning", "content", "opening", "json", "function", "closed"]

_LINE_BEGINS = re.compile(r"(?:\A|\n)[^\S\n]*\Z")


@dataclass(frozen=True)
class Delta:
    """The next piece of a reply."""

    kind: Kind
    text: str = ""
    call: ToolCall | None = None


class StreamRouter:
    """Takes a reply's text in pieces of any size.

    ``tools`` are OpenAI's ``{"type": "function", "function": {...}}``; without any, a call is content like other text.
    ``thinking`` says that the prompt has already opened a thought. ``tokens`` are the tags that come as one token, by ``tag``.
    """

    def __init__(
        self, tools: Sequence[Mapping[str, Any]] = (), thinking: bool = False, tokens: Collection[str] = ()
    ) -> None:
        self.tokens = frozenset(tokens)
        self._schemas = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
        self._scanner = Scanner(tokens)
        self._state: State = "reasoning" if thinking else "start"
        self._steps: Mapping[State, Callable[[Piece], None]] = {
            "start": self._in_start,
            "reasoning": self._in_reasoning,
            "content": self._in_content,
            "opening": self._in_opening,
            "json": self._in_json,
            "function": self._in_function,
            "closed": self._in_closed,
        }
        self._around: Literal["reasoning", "content"] = "content"  # what a call that is being read stands in
        self._drop = "\n" if thinking else ""  # characters dropped from the front of what follows a tag
        self._space = ""  # white space that is shown with the text behind it, and not before a tag
        self._said = ""  # the end of the content so far
        self._spelled = False  # whether the content has an opening tag spelled out, and no closing one behind it
        self._owed = False  # whether a call ended the thought, whose own end may still come
        self._taken: list[Piece] = []  # what may be a call's beginning
        self._reader: CallReader | None = None
        self._enclosed = False  # whether the function that is being read stands between call tags
        self._deltas: list[Delta] = []

    @property
    def reasoning(self) -> bool:
        """Whether the reply is inside a thought, as far as that is certain."""
        undecided = self._state in ("opening", "json") and self._around == "reasoning"
        return undecided or self._state == "reasoning"

    @property
    def calling(self) -> bool:
        """Whether the reply is inside a call."""
        return self._reader is not None

    def push(self, text: str) -> list[Delta]:
        """What became certain with this piece."""
        self._scanner.push(text)
        return self._read(final=False)

    def tag(self, tag: str) -> list[Delta]:
        """As ``push``, for a tag that came as one token."""
        self._scanner.push(tag, token=True)
        return self._read(final=False)

    def finish(self) -> list[Delta]:
        """What was held back; an unclosed call is read as far as it goes."""
        deltas = self._read(final=True)
        while self._settle():
            deltas += self._read(final=True)
        return _joined(deltas)

    def _read(self, final: bool) -> list[Delta]:
        """Go through the pieces that are there."""
        while (piece := self._scanner.read(self._sought(), final)) is not None:
            self._steps[self._state](piece)
        deltas, self._deltas = self._deltas, []
        return _joined(deltas)

    def _sought(self) -> frozenset[str]:
        """The tags that mean something where the reply is."""
        if self._state == "start":
            return frozenset((THINK_OPEN,))
        if self._state in ("opening", "function"):
            return CALL_TAGS
        if self._state == "json":
            return frozenset((CALL_OPEN, CALL_CLOSE, THINK_CLOSE))
        tags = {THINK_CLOSE} if self._owed or self._state == "reasoning" else set()
        if self._schemas:
            tags |= {CALL_OPEN} if self._state == "reasoning" else {CALL_OPEN, FUNCTION_OPEN}
        return frozenset(tags | {CALL_CLOSE, FUNCTION_CLOSE, PARAMETER_CLOSE} if self._state == "closed" else tags)

    def _in_start(self, piece: Piece) -> None:
        """Some checkpoints open the thought themselves, though the prompt did not."""
        if piece.tag:
            self._state, self._space, self._drop = "reasoning", "", "\n"
        elif piece.blank:
            self._space += piece.text
        else:
            self._state = "content"
            self._scanner.unread([piece])

    def _in_reasoning(self, piece: Piece) -> None:
        if piece.tag == THINK_CLOSE:
            self._state, self._space, self._drop = "content", "", "\n"
        elif piece.tag == CALL_OPEN:
            self._consider(piece)
        else:
            self._show(piece)

    def _in_content(self, piece: Piece) -> None:
        if piece.tag == CALL_OPEN or (piece.tag == FUNCTION_OPEN and self._stands_alone(piece)):
            self._consider(piece)
        elif piece.tag == THINK_CLOSE:
            self._owed, self._space, self._drop = False, "\n\n" if self._said else "", "\n"
        else:
            self._show(piece)

    def _in_opening(self, piece: Piece) -> None:
        """Behind a tag that begins a call, if the rest of a call's beginning follows; else it was only mentioned."""
        first = self._taken[0]
        in_json = piece.text.startswith("{")
        if piece.blank:
            self._taken.append(piece)
        elif first.tag == FUNCTION_OPEN and (piece.tag in (PARAMETER_OPEN, FUNCTION_CLOSE) or in_json):
            self._begin(first, enclosed=False)
            self._in_function(piece)
        elif first.tag == CALL_OPEN and piece.tag == FUNCTION_OPEN and self._offered(piece.name):
            self._begin(piece, enclosed=True)
        elif first.tag == CALL_OPEN and in_json:
            self._state = "json"
            self._taken.append(piece)
        else:
            self._mention([*self._taken, piece])

    def _in_json(self, piece: Piece) -> None:
        """A call as other models write it; a closing tag may be part of a string in it."""
        if piece.tag and self._take_json():
            self._scanner.unread([piece])
        elif piece.tag == THINK_CLOSE and self._around == "reasoning":
            self._mention([*self._taken, piece])
        else:
            self._taken.append(piece)

    def _in_function(self, piece: Piece) -> None:
        assert self._reader is not None
        self._reader.take(piece)
        if self._reader.ended:
            self._end_function()

    def _in_closed(self, piece: Piece) -> None:
        """Behind a function: the end of its call, another function, or something else; a doubled closing tag is nothing."""
        if piece.blank or (piece.tag in (FUNCTION_CLOSE, PARAMETER_CLOSE) and self._reader is not None):
            return
        enclosed, self._enclosed = self._enclosed, False
        self._tell_call()
        if piece.tag == FUNCTION_OPEN and enclosed:
            self._begin(piece, enclosed=True)
            return
        if piece.tag != CALL_CLOSE:
            self._state = "content"
            self._scanner.unread([piece])

    def _stands_alone(self, piece: Piece) -> bool:
        """Whether a function without <tool_call> before it is a call: an offered one, on a line of its own."""
        begins = _LINE_BEGINS.search(self._said + self._space) is not None
        return begins and piece.name in self._schemas and not self._spelled

    def _offered(self, name: str) -> bool:
        """Whether a name between call tags is a function's; in a thought only an offered one is."""
        return self._around == "content" or name in self._schemas

    def _consider(self, piece: Piece) -> None:
        """What may be the beginning of a call."""
        self._around = "reasoning" if self._state == "reasoning" else "content"
        self._state, self._taken = "opening", [piece]

    def _mention(self, pieces: Sequence[Piece]) -> None:
        """No call: its first piece is text, and the others are read as what they are around it."""
        self._state, self._taken = self._around, []
        self._scanner.unread(pieces[1:])
        self._show(replace(pieces[0], tag=""))

    def _begin(self, piece: Piece, enclosed: bool) -> None:
        """A function's opening tag: the white space before it belongs to nothing, and a thought ends."""
        self._owed |= self._around == "reasoning"
        self._enclosed = enclosed
        self._taken, self._space, self._drop, self._said = [], "", "", ""
        self._reader = CallReader(piece.name, self._schemas.get(piece.name, {}), self._schemas)
        self._state, self._around = "function", "content"

    def _end_function(self) -> None:
        assert self._reader is not None
        self._scanner.unread(self._reader.rest)
        self._state = "closed"

    def _take_json(self) -> bool:
        """Whether what was taken behind <tool_call> is calls; then they are told."""
        calls = calls_in_json("".join(piece.text for piece in self._taken[1:]))
        if calls is None or not all(self._offered(call.name) for call in calls):
            return False
        self._owed |= self._around == "reasoning"
        self._taken, self._space, self._drop, self._said = [], "", "", ""
        self._deltas += [Delta("tool_call", call=call) for call in calls]
        self._state, self._around, self._enclosed = "closed", "content", False
        return True

    def _tell_call(self) -> None:
        """Tell the call that has ended, once."""
        if self._reader is not None:
            self._deltas.append(Delta("tool_call", call=self._reader.call))
        self._reader = None

    def _settle(self) -> bool:
        """Nothing follows: end what is open. Whether there may be more to read."""
        if self._state == "function" and self._reader is not None:
            self._reader.finish()
            self._end_function()
        elif self._state == "opening" or (self._state == "json" and not self._take_json()):
            self._mention(self._taken)
        elif self._state == "closed":
            self._tell_call()
            self._state = "content"
        elif self._state != "reasoning" and self._space:
            self._deltas.append(Delta("content", self._space))
            self._space = ""
        else:
            return False
        return True

    def _show(self, piece: Piece) -> None:
        text = piece.text.lstrip(self._drop)
        if text:
            self._drop = ""
        self._space += text
        if text.isspace() and (self._schemas or self._state == "reasoning"):
            return
        text, self._space = self._space, ""
        if not text:
            return
        kind: Kind = "reasoning" if self._state == "reasoning" else "content"
        self._deltas.append(Delta(kind, text))
        if kind == "content":
            end = self._said + text
            opened, closed = end.rfind(CALL_OPEN), end.rfind(CALL_CLOSE)
            self._spelled = opened > closed if opened != closed else self._spelled
            self._said = end[-len(CALL_CLOSE) :]


def _joined(deltas: Sequence[Delta]) -> list[Delta]:
    """Deltas with neighbouring texts of one kind in one."""
    joined: list[Delta] = []
    for delta in deltas:
        if delta.call is None and joined and joined[-1].kind == delta.kind:
            joined[-1] = Delta(delta.kind, joined[-1].text + delta.text)
        else:
            joined.append(delta)
    return joined
