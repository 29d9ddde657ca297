"""A reply's text, as it streams, split into reasoning, content and tool calls (spec qwen3_5 §6.2).

However the text is cut into pieces, the deltas joined are the same, and no part of a tag is ever shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

THINK_OPEN, THINK_CLOSE = "<think>", "</think>"
CALL_OPEN, CALL_CLOSE = "<tool_call>", "</tool_call>"

_FUNCTION = re.compile(r"\s*<function=([^>\n]+)>(.*?)(?:</function>\s*)?\Z", re.DOTALL)
_PARAMETER = re.compile(
    r"<parameter=([^>\n]+)>(.*?)(?:</parameter>(?=\s*(?:<parameter=|\Z))|(?<=\n)(?=<parameter=)|\Z)", re.DOTALL
)


@dataclass(frozen=True)
class ToolCall:
    """A call that the model made, its arguments typed by the tool's schema."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Delta:
    """The next piece of a reply."""

    kind: Literal["reasoning", "content", "tool_call"]
    text: str = ""
    call: ToolCall | None = None


class StreamRouter:
    """Takes a reply's text in pieces of any size.

    ``tools`` are OpenAI's ``{"type": "function", "function": {...}}``; without any, a call is content like other text.
    ``thinking`` says that the prompt has already opened a thought.
    """

    def __init__(self, tools: Sequence[Mapping[str, Any]] = (), thinking: bool = False) -> None:
        self._schemas = {tool["function"]["name"]: tool["function"].get("parameters") or {} for tool in tools}
        self._state: Literal["start", "reasoning", "content", "call"] = "reasoning" if thinking else "start"
        self._buffer = ""
        self._drop = "\n" if thinking else ""  # characters dropped from the front of what follows a tag

    @property
    def reasoning(self) -> bool:
        """Whether the reply is inside a thought."""
        return self._state == "reasoning"

    def push(self, text: str) -> list[Delta]:
        """What became certain with this piece."""
        self._buffer += text
        return list(self._drain(final=False))

    def finish(self) -> list[Delta]:
        """What was held back; an unclosed call is parsed as far as it goes."""
        return list(self._drain(final=True))

    def _drain(self, final: bool) -> Iterator[Delta]:
        """Move through the buffer until nothing more is certain."""
        state = None
        while state != self._state:
            state = self._state
            self._buffer = self._buffer.lstrip(self._drop)
            if state == "start":
                self._start(final)
            elif state == "reasoning":
                yield from self._text("reasoning", THINK_CLOSE, "content", "\n", final)
            elif state == "call":
                yield from self._call(final)
            elif self._schemas:
                yield from self._text("content", CALL_OPEN, "call", "", final)
            elif self._buffer:
                self._drop = ""
                yield Delta("content", self._buffer)
                self._buffer = ""

    def _start(self, final: bool) -> None:
        """Some checkpoints open the thought themselves, though the prompt did not."""
        text = self._buffer.lstrip()
        if text.startswith(THINK_OPEN):
            self._state, self._drop, self._buffer = "reasoning", "\n", text[len(THINK_OPEN) :]
        elif final or not THINK_OPEN.startswith(text):
            self._state = "content"

    def _text(
        self,
        kind: Literal["reasoning", "content"],
        tag: str,
        following: Literal["content", "call"],
        drop: str,
        final: bool,
    ) -> Iterator[Delta]:
        """Text up to a tag; white space before the tag belongs to neither, so it is held back with a possible tag."""
        text, found, rest = self._buffer.partition(tag)
        if found:
            text = text.rstrip()
        elif not final:
            text = text[: len(text) - beginning(text, tag)].rstrip()
        elif kind == "reasoning":
            text = text.rstrip()
        if text:
            self._drop = ""
            yield Delta(kind, text)
        if found:
            self._state, self._drop, self._buffer = following, drop, rest
        else:
            self._buffer = "" if final else self._buffer[len(text) :]

    def _call(self, final: bool) -> Iterator[Delta]:
        body, found, rest = self._buffer.partition(CALL_CLOSE)
        if not (found or final):
            return
        call = parse_call(body, self._schemas)
        yield Delta("tool_call", call=call) if call else Delta("content", CALL_OPEN + body + found)
        self._state, self._drop, self._buffer = "content", " \t\r\n", rest


def beginning(text: str, tag: str) -> int:
    """How many characters at the end of a text could be the beginning of a tag."""
    return next((size for size in range(min(len(text), len(tag) - 1), 0, -1) if tag.startswith(text[-size:])), 0)


def parse_call(body: str, schemas: Mapping[str, Mapping[str, Any]]) -> ToolCall | None:
    """A call from the text between its tags; None when it names no function.

    The form is ``<function=NAME>`` with ``<parameter=KEY>VALUE</parameter>`` inside; closing tags may be missing at the end.
    A JSON object with ``name`` and ``arguments``, as other models write it, is taken too.
    """
    match = _FUNCTION.match(body)
    if match is None:
        try:
            data = json.loads(body)
            return ToolCall(str(data["name"]), dict(data.get("arguments") or {}))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
    name = match[1].strip()
    schema = schemas.get(name, {})
    properties = schema.get("properties") or {}
    arguments = {}
    for key, raw in _PARAMETER.findall(match[2]):
        value = raw.removeprefix("\n").removesuffix("\n")
        arguments[key.strip()] = typed(value, properties.get(key.strip()), schema)
    return ToolCall(name, arguments)


def typed(text: str, schema: object, root: Mapping[str, Any]) -> Any:  # noqa: ANN401  # any JSON value
    """An argument's text as its JSON schema wants it; text that does not parse stays text, and strings stay verbatim."""
    wanted = _types(schema, root)
    word = text.strip()
    if "null" in wanted and word in ("null", "None"):
        return None
    if "boolean" in wanted and word.lower() in ("true", "false"):
        return word.lower() == "true"
    try:
        value = json.loads(word, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    if isinstance(value, float) and not isfinite(value):
        return text
    kind = _KINDS.get(type(value), "null")
    if kind == "number" and "number" not in wanted and "integer" in wanted and value.is_integer():
        return int(value)
    return value if kind in wanted or (kind == "integer" and "number" in wanted) else text


_KINDS = {str: "", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _types(schema: object, root: Mapping[str, Any], depth: int = 0) -> frozenset[str]:
    """The JSON types that a schema allows, through ``anyOf``, ``oneOf``, ``allOf``, ``$ref``, ``enum`` and ``const``."""
    if not isinstance(schema, Mapping) or depth > 8:
        return frozenset()
    if isinstance(kind := schema.get("type"), str):
        return frozenset((kind,))
    if isinstance(kind, list | tuple):
        return frozenset(kind)
    found = frozenset(
        _KINDS.get(type(value), "null")
        for value in (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ()))
    )
    if isinstance(reference := schema.get("$ref"), str):
        target: Any = root
        for part in reference.removeprefix("#/").split("/"):
            target = target.get(part) if isinstance(target, Mapping) else None
        found |= _types(target, root, depth + 1)
    for key in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(key, ()):
            found |= _types(option, root, depth + 1)
    if "properties" in schema:
        found |= {"object"}
    return found | {"array"} if "items" in schema else found
