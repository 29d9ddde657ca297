"""Arguments of tool calls: their text as values, by the JSON schema of the tool."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

SCALARS = frozenset(("integer", "number", "boolean", "null"))
_KINDS = {str: "", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}

# What Python writes differently from JSON: strings in single quotes, three words, a comma before a bracket's end.
_PYTHON = re.compile(r"""(["'])((?:(?!\1)[^\\]|\\.)*)\1|\b(True|False|None)\b|,(?=\s*[\]}])""", re.DOTALL)
_ESCAPE = re.compile(r"""\\(?:x([0-9a-fA-F]{2})|(.))|(")""", re.DOTALL)
_WORDS = {"True": "true", "False": "false", "None": "null"}


def typed(text: str, schema: object, root: Mapping[str, Any]) -> Any:  # noqa: ANN401  # any JSON value
    """An argument's text as its JSON schema wants it; text that does not parse stays text, and strings stay verbatim."""
    wanted = types_of(schema, root)
    word = text.strip()
    if "null" in wanted and word in ("null", "None"):
        return None
    if "boolean" in wanted and word.lower() in ("true", "false"):
        return word.lower() == "true"
    try:
        value = read_value(word)
    except ValueError:
        return text
    kind = _KINDS.get(type(value), "null")
    if kind == "number" and "number" not in wanted and "integer" in wanted and value.is_integer():
        return int(value)
    return value if kind in wanted or (kind == "integer" and "number" in wanted) else text


def read_value(text: str) -> Any:  # noqa: ANN401  # any JSON value
    """JSON, or the same as Python writes it.

    Errors: ValueError when it is neither.
    """
    try:
        try:
            return json.loads(text, parse_constant=_finite, parse_float=_finite)
        except ValueError:
            if not text.startswith(("{", "[")):
                raise
            return json.loads(_PYTHON.sub(_as_json, text), parse_constant=_finite, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None


def types_of(schema: object, root: Mapping[str, Any], depth: int = 0) -> frozenset[str]:
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
        found |= types_of(target, root, depth + 1)
    for key in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(key, ()):
            found |= types_of(option, root, depth + 1)
    if "properties" in schema:
        found |= {"object"}
    return found | {"array"} if "items" in schema else found


def _finite(number: str) -> float:
    """A number as JSON has it, which has no infinity."""
    if not isfinite(value := float(number)):
        raise ValueError(f"{number} is not finite")
    return value


def _as_json(match: re.Match[str]) -> str:
    """One of Python's spellings in JSON's."""
    quote, string, word = match.groups()
    return '"' + _ESCAPE.sub(_escaped, string) + '"' if quote else _WORDS.get(word, "")


def _escaped(match: re.Match[str]) -> str:
    """An escape of Python's in JSON's, or a quotation mark that JSON has to escape."""
    byte, char, quote = match.groups()
    if byte or quote:
        return f"\\u00{byte}" if byte else '\\"'
    return char if char == "'" else f"\\{char}"
