"""Tool calls in a model's reply, read piece by piece.

The form is ``<function=NAME>`` with ``<parameter=KEY>``, a line, the value, a line, ``</parameter>`` inside, and ``</function>``.
Models forget and double closing tags, and they write about tags in the values themselves, as when they edit a file that
holds some. So a tag inside a value of text ends it only where the rest of the call bears that out.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from pyside.text.argument import SCALARS, read_value, typed, types_of
from pyside.text.tags import (
    CALL_CLOSE,
    CALL_OPEN,
    FUNCTION_CLOSE,
    FUNCTION_OPEN,
    PARAMETER_CLOSE,
    PARAMETER_OPEN,
    Piece,
    beginning,
)

_OPENED_BY = {CALL_CLOSE: CALL_OPEN, FUNCTION_CLOSE: FUNCTION_OPEN, PARAMETER_CLOSE: PARAMETER_OPEN}
_ALL = ""  # the key of a value that is a JSON object of all arguments; no parameter's name is empty


@dataclass(frozen=True)
class ToolCall:
    """A call that the model made, its arguments typed by the tool's schema."""

    name: str
    arguments: Mapping[str, Any]


class CallReader:
    """One call, from behind its ``<function=NAME>``.

    ``functions``: the names of all tools, one of which on a new line may begin the next call. When ``ended``, ``rest`` holds
    the pieces that were taken and are not the call's.
    """

    def __init__(self, name: str, schema: Mapping[str, Any], functions: Collection[str]) -> None:
        self.ended = False
        self.rest: list[Piece] = []
        self._name, self._schema, self._functions = name, schema, functions
        self._properties: Mapping[str, Any] = schema.get("properties") or {}
        self._arguments: dict[str, Any] = {}
        self._loose = False  # whether there was text outside any value
        self._key: str | None = None  # of the value that is open
        self._value: list[Piece] = []  # its pieces so far
        self._inside: Counter[str] = Counter()  # tags opened in the value and not closed
        self._closing: tuple[int, bool] | None = None  # a </parameter> in the value, and whether one in it was open
        self._cut: int | None = None  # where the value ends if nothing closes it
        self._left = False  # whether a </tool_call> in the value closes nothing in it

    @property
    def call(self) -> ToolCall:
        """The call as far as it has come."""
        return ToolCall(self._name, self._arguments)

    def take(self, piece: Piece) -> None:
        """Go one piece on."""
        self._go_through(deque([piece]))

    def finish(self) -> None:
        """Nothing follows: what is open is as long as it came."""
        while not self.ended:
            if self._closing is not None and self._closing[1]:
                self._may_end(self._closing[0])
            if self._key is None:
                self.ended = True
            elif self._closing is not None and not self._closing[1]:
                self._end_value(self._before_closing(CALL_CLOSE))
            elif self._cut is not None:
                self._go_through(self._cut_off(self._cut))
            else:
                self._end_value(len(self._value), torn=True)

    def _go_through(self, pieces: deque[Piece]) -> None:
        while pieces and not self.ended:
            piece = pieces.popleft()
            (self._between if self._key is None else self._inside_value)(piece, pieces)
        self.rest += pieces

    def _between(self, piece: Piece, following: deque[Piece]) -> None:
        """Outside any value: only tags count, and a JSON object in place of parameters."""
        if piece.tag == PARAMETER_OPEN:
            self._open(piece.name)
        elif piece.tag in (FUNCTION_CLOSE, FUNCTION_OPEN, CALL_OPEN, CALL_CLOSE):
            self.ended = True
            if piece.tag != FUNCTION_CLOSE:
                following.appendleft(piece)
        elif not piece.blank and not piece.tag:
            if piece.text.startswith("{") and not (self._loose or self._arguments):
                self._open(_ALL)
                self._value.append(piece)
            self._loose = True

    def _inside_value(self, piece: Piece, following: deque[Piece]) -> None:
        if piece.tag and self._ends_at(piece.tag):
            self._end_value(len(self._value))
            if piece.tag != PARAMETER_CLOSE:
                following.appendleft(piece)
            return
        if self._closing is not None and not piece.blank:
            place, opened = self._closing
            if piece.tag and not opened:
                self._end_value(self._before_closing(piece.tag))
                following.appendleft(piece)
                return
            if piece.tag or not opened:
                self._may_end(place)
            self._closing = None
        if self._cut is not None and self._left and self._next_call(piece):
            following.extendleft([piece, *reversed(self._cut_off(self._cut))])
            return
        if piece.tag in _OPENED_BY:
            self._close(piece.tag)
        elif piece.tag:
            if self._forgotten(piece):
                self._may_end(len(self._value))
            self._inside[piece.tag] += 1
        self._value.append(piece)

    def _ends_at(self, tag: str) -> bool:
        """Whether a tag surely ends the value: any tag, where no text can be meant, and the end of a whole JSON object."""
        if self._key == _ALL:
            return tag in (FUNCTION_CLOSE, CALL_CLOSE) and isinstance(_read(_text(self._value)), dict)
        wanted = types_of(self._properties.get(self._key or ""), self._schema)
        return bool(wanted) and wanted <= SCALARS

    def _close(self, tag: str) -> None:
        """A closing tag in the value: of something in it, or else perhaps its own or that of what it lies in."""
        opened = self._inside[_OPENED_BY[tag]] > 0
        self._inside[_OPENED_BY[tag]] -= opened
        if tag == PARAMETER_CLOSE:
            self._closing = (len(self._value), opened)
        elif not opened:
            self._may_end(len(self._value))
            self._left |= tag == CALL_CLOSE

    def _forgotten(self, piece: Piece) -> bool:
        """Whether a tag could be the call's own, its value not having been closed: on a new line, and of a known name."""
        space = list(takewhile(lambda before: before.blank, reversed(self._value)))
        if "\n" not in _text(space) and len(space) < len(self._value):
            return False
        if piece.tag == PARAMETER_OPEN:
            return piece.name in self._properties and piece.name not in (*self._arguments, self._key)
        return piece.tag == FUNCTION_OPEN and piece.name in self._functions

    def _next_call(self, piece: Piece) -> bool:
        """Whether the value, having seen a </tool_call> of no call in it, has come to the beginning of another call."""
        before = next((before for before in reversed(self._value) if not before.blank), None)
        return piece.tag == FUNCTION_OPEN and before is not None and before.tag == CALL_OPEN

    def _may_end(self, place: int) -> None:
        """The value ends here, unless something closes it later."""
        if self._cut is None:
            self._cut = place

    def _before_closing(self, tag: str) -> int:
        """Where the value ends that its own closing tag ends, a tag following.

        The function's closing tag before that one, and the end of the call behind it: the two have changed places.
        """
        assert self._closing is not None
        place, cut = self._closing[0], self._cut
        if tag not in (CALL_CLOSE, CALL_OPEN, FUNCTION_OPEN) or cut is None or self._value[cut].tag != FUNCTION_CLOSE:
            return place
        return cut if _blank(self._value[cut + 1 : place]) else place

    def _cut_off(self, place: int) -> deque[Piece]:
        """End the value at a place, and return the pieces behind that."""
        rest = deque(self._value[place:])
        self._end_value(place)
        return rest

    def _open(self, key: str) -> None:
        self._key, self._value, self._inside = key, [], Counter()
        self._closing = self._cut = None
        self._left = False

    def _end_value(self, place: int, torn: bool = False) -> None:
        """Take the value up to a place; torn: the reply ended in it, perhaps within its closing tag."""
        key, text = self._key, _text(self._value[:place])
        self._key = self._closing = None
        if torn:
            text = text[: len(text) - beginning(text, f"\n{PARAMETER_CLOSE}")]
        text = text.removeprefix("\n").removesuffix("\n")
        if key == _ALL:
            data = _read(text)
            self._arguments |= data if isinstance(data, dict) else {}
        elif key is not None:
            self._arguments[key] = typed(text, self._properties.get(key), self._schema)


def calls_in_json(text: str) -> list[ToolCall] | None:
    """Calls as other models write them: JSON objects with ``name`` and ``arguments``, one after the other; else None."""
    calls: list[ToolCall] = []
    rest = text.strip()
    while rest:
        try:
            data, end = json.JSONDecoder().raw_decode(rest)
        except (ValueError, RecursionError):
            data, end = _read(rest), len(rest)
        if not isinstance(data, dict) or not isinstance(data.get("name"), str):
            return None
        arguments = data.get("arguments") or {}
        if isinstance(arguments, str):
            arguments = _read(arguments)
        if not isinstance(arguments, dict):
            return None
        calls.append(ToolCall(data["name"], arguments))
        rest = rest[end:].lstrip()
    return calls or None


def _text(pieces: Iterable[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _blank(pieces: Iterable[Piece]) -> bool:
    return all(piece.blank for piece in pieces)


def _read(text: str) -> Any:  # noqa: ANN401  # any JSON value
    """A JSON value, or None where it is none."""
    try:
        return read_value(text.strip())
    except ValueError:
        return None
