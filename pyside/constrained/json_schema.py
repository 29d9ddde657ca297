"""JSON Schema to a grammar of the answers that it admits.

The grammar may admit fewer answers than the schema (members come in the order of ``properties``, none beyond them is
written; a ``pattern`` matches the whole string), never more: a keyword that could not be kept is refused, not ignored. Keywords that only describe are skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from pyside.constrained.grammar import Grammar
from pyside.constrained.grammar_nodes import (
    BLANK,
    Choice,
    Items,
    Literal,
    Members,
    Node,
    Number,
    Reference,
    Sequence,
    Text,
)
from pyside.constrained.regex import string_of_regex
from pyside.errors import RequestError

ANNOTATIONS = frozenset({
    "$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "title", "description", "default", "examples",
    "deprecated", "readOnly", "writeOnly", "format", "contentEncoding", "contentMediaType",
})  # fmt: skip
BY_TYPE: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems"}),
    "string": frozenset({"minLength", "maxLength", "pattern"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}),
    "boolean": frozenset(),
    "null": frozenset(),
}
TYPES = tuple(BY_TYPE)
_ANY = "any JSON value"
_KEY = Sequence((Literal(b'"'), Text(), BLANK, Literal(b":"), BLANK))


def grammar_of(schema: Any) -> Grammar:  # noqa: ANN401 - a schema is whatever JSON the caller sent
    """The grammar of a schema's values.

    Errors: RequestError naming the place and the keyword that is not supported, or what is malformed.
    """
    reader = _Reader(schema)
    grammar = Grammar(reader.node(schema, "schema"), reader.rules)
    if not grammar.start:
        raise RequestError("schema: it refers to itself in such a way that no value fits, expected another way out")
    return grammar


def any_object() -> Grammar:
    """The grammar of every JSON object (``response_format: json_object``)."""
    return grammar_of({"type": "object"})


class _Reader:
    def __init__(self, root: Any) -> None:  # noqa: ANN401 - as above
        self._root = root
        free = [self._of_type(name, {}, _ANY) for name in TYPES if name != "integer"]
        self.rules: dict[str, Node] = {_ANY: Choice(tuple(free))}

    def node(self, schema: Any, where: str) -> Node:  # noqa: ANN401 - as above
        """The node of a schema that stands at ``where``."""
        if schema is True or schema == {}:
            return Reference(_ANY)
        if not isinstance(schema, Mapping):
            raise RequestError(f"{where}: got {json.dumps(schema)}, expected a JSON Schema object")
        rest = {key: value for key, value in schema.items() if key not in ANNOTATIONS}
        if "$ref" in rest:
            return self._reference(rest, where)
        if "const" in rest or "enum" in rest:
            return self._values(rest, where)
        for key in ("anyOf", "oneOf", "allOf"):
            if key in rest:
                return self._alternatives(key, rest, where)
        names = rest.pop("type", None)
        if names is None:
            # Without a type the keywords that stand there tell it; with none of them any value will do.
            names = [name for name in TYPES if set(rest) & BY_TYPE[name] and name != "integer"] or [_ANY]
        names = [names] if isinstance(names, str) else list(names)
        if unknown := [name for name in names if name not in (*TYPES, _ANY)] or ([] if names else ["none"]):
            raise RequestError(f"{where}: got type {', '.join(map(str, unknown))}, expected {', '.join(TYPES)}")
        known = frozenset().union(*(BY_TYPE.get(name, frozenset()) for name in names))
        if unsupported := sorted(set(rest) - known):
            raise RequestError(
                f"{where}: keyword {', '.join(unsupported)} is not supported; expected {', '.join(sorted(known)) or 'none'} "
                f"for type {', '.join(names)}: leave it out and check the answer yourself"
            )
        nodes: list[Node] = [Reference(_ANY) if name == _ANY else self._of_type(name, rest, where) for name in names]
        return nodes[0] if len(nodes) == 1 else Choice(tuple(nodes))

    def _reference(self, schema: Mapping[str, Any], where: str) -> Node:
        name = schema["$ref"]
        if len(schema) > 1:
            raise RequestError(
                f"{where}: {sorted(set(schema) - {'$ref'})} beside $ref is not supported: move it inside"
            )
        if name not in self.rules:
            target: Any = self._root
            try:
                for part in str(name).removeprefix("#").split("/")[1:]:
                    target = target[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                target = None
            if target is None or not str(name).startswith("#"):
                raise RequestError(f"{where}: $ref {name!r} leads nowhere, expected a path such as #/$defs/name")
            self.rules[name] = Literal(b"\0")  # stands in while the target is read, which may name itself
            self.rules[name] = self.node(target, name)
            if self.rules[name] == Reference(name):
                raise RequestError(f"{where}: $ref {name!r} refers to itself alone")
        return Reference(name)

    def _values(self, schema: Mapping[str, Any], where: str) -> Node:
        values = [schema["const"]] if "const" in schema else schema["enum"]
        if (
            not isinstance(values, list)
            or not values
            or len(set(schema) & {"const", "enum"}) > 1
            or set(schema) - {"const", "enum", "type"}
        ):
            raise RequestError(f"{where}: expected const or a non-empty enum, alone or with type, got {sorted(schema)}")
        types = schema.get("type", TYPES)
        fitting = [value for value in values if _types_of(value) & set([types] if isinstance(types, str) else types)]
        if not fitting:
            raise RequestError(f"{where}: no value of {json.dumps(values)} is of type {json.dumps(types)}")
        return Choice(tuple(Literal(text) for text in sorted({text for value in fitting for text in _spelled(value)})))

    def _alternatives(self, key: str, schema: Mapping[str, Any], where: str) -> Node:
        parts = schema[key]
        shared = {name: value for name, value in schema.items() if name != key}
        if not isinstance(parts, list) or not parts:
            raise RequestError(f"{where}: {key} must be a non-empty list of schemas")
        if (key == "allOf" and len(parts) > 1) or (key == "oneOf" and not _exclusive(parts)) or set(shared) - {"type"}:
            raise RequestError(
                f"{where}: {key} {'with other keywords ' if set(shared) - {'type'} else ''}is not supported here: "
                "use anyOf with complete schemas"
            )
        nodes = [self.node({**shared, **part} if isinstance(part, Mapping) else part, f"{where}.{key}[{i}]")
                 for i, part in enumerate(parts)]  # fmt: skip
        return Choice(tuple(nodes))

    def _of_type(self, name: str, schema: Mapping[str, Any], where: str) -> Node:
        match name:
            case "object":
                return Sequence((Literal(b"{"), self._members(schema, where)))
            case "array":
                return Sequence((Literal(b"["), self._items(schema, where)))
            case "string" if "pattern" in schema:
                return Sequence((Literal(b'"'), _pattern(schema, where), Literal(b'"')))
            case "string":
                return Sequence((Literal(b'"'), Text(*_counts(schema, "Length", where))))
            case "boolean":
                return Choice((Literal(b"true"), Literal(b"false")))
            case "null":
                return Literal(b"null")
            case _:
                return _number(name == "integer", schema, where)

    def _members(self, schema: Mapping[str, Any], where: str) -> Members:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        extra = schema.get("additionalProperties", True)
        if not isinstance(properties, Mapping) or not isinstance(required, list):
            raise RequestError(f"{where}: properties must be an object and required a list of names")
        if missing := [name for name in required if name not in properties]:
            raise RequestError(f"{where}: required names {missing}, which properties does not describe")
        members = tuple(
            (Sequence((Choice(tuple(map(Literal, _spelled(name)))), BLANK, Literal(b":"), BLANK,
                       self.node(value, f"{where}.{name}"))), name in required)
            for name, value in properties.items()
        )  # fmt: skip
        free = not properties and extra is not False
        return Members(members, Sequence((_KEY, self.node(extra, f"{where}.additionalProperties"))) if free else None)

    def _items(self, schema: Mapping[str, Any], where: str) -> Node:
        low, high = _counts(schema, "Items", where)
        item = schema.get("items", True)
        prefix = schema.get("prefixItems")
        if prefix is None:
            if item is False and low == 0:
                return Items(Reference(_ANY), 0, 0)
            return Items(self.node(item, f"{where}.items"), low, high)
        if (
            not isinstance(prefix, list)
            or item is not False
            or low not in (0, len(prefix))
            or high not in (None, len(prefix))
        ):
            raise RequestError(f"{where}: prefixItems is supported with items: false and no other count than its own")
        # All of them are written: a shorter array would be valid too.
        parts: list[Node] = [BLANK]
        for i, part in enumerate(prefix):
            if i:
                parts += [Literal(b","), BLANK]
            parts += [self.node(part, f"{where}.prefixItems[{i}]"), BLANK]
        return Sequence((*parts, Literal(b"]")))


def _spelled(value: Any) -> list[bytes]:  # noqa: ANN401 - any JSON value
    """A value as JSON, its characters beyond ASCII as themselves where they can be, and escaped."""
    texts = dict.fromkeys(json.dumps(value, ensure_ascii=ascii_only) for ascii_only in (False, True))
    return [text.encode() for text in texts if text.isascii() or not re.search("[\ud800-\udfff]", text)]


def _types_of(value: Any) -> set[str]:  # noqa: ANN401 - as above
    """The types that a value has."""
    match value:
        case None:
            return {"null"}
        case bool():
            return {"boolean"}
        case int():
            return {"integer", "number"}
        case float():
            return {"integer", "number"} if value.is_integer() else {"number"}
        case str():
            return {"string"}
        case _:
            return {"array"} if isinstance(value, list) else {"object"}


def _exclusive(parts: list[Any]) -> bool:
    """Whether schemas surely exclude each other: each states one type, all different."""
    types = [part.get("type") if isinstance(part, Mapping) else None for part in parts]
    return (
        all(isinstance(name, str) for name in types)
        and len(set(types)) == len(types)
        and not {"integer", "number"} <= set(types)
    )


def _pattern(schema: Mapping[str, Any], where: str) -> Node:
    pattern = schema["pattern"]
    if not isinstance(pattern, str):
        raise RequestError(f"{where}: pattern is {json.dumps(pattern)}, expected a regular expression")
    if beside := sorted({"minLength", "maxLength"} & set(schema)):
        raise RequestError(f"{where}: {', '.join(beside)} beside pattern is not supported: count in the pattern")
    try:
        return string_of_regex(pattern)
    except RequestError as error:
        raise RequestError(f"{where}.pattern: {error}") from None


def _counts(schema: Mapping[str, Any], what: str, where: str) -> tuple[int, int | None]:
    """The least and the greatest count, None when there is none."""
    counts: list[int | None] = []
    for key in (f"min{what}", f"max{what}"):
        value = schema.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise RequestError(f"{where}: {key} is {json.dumps(value)}, expected a whole number, 0 or more")
        counts.append(value)
    low, high = counts[0] or 0, counts[1]
    if high is not None and low > high:
        raise RequestError(
            f"{where}: min{what} is {low} and max{what} is {high}, expected the first to be no more than the second"
        )
    return low, high


def _number(integer: bool, schema: Mapping[str, Any], where: str) -> Number:
    bounds: dict[str, Fraction | None] = {}
    for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        value = schema.get(key)
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value)):
            raise RequestError(f"{where}: {key} is {json.dumps(value)}, expected a number")
        bounds[key] = None if value is None else Fraction(str(value))
    low, open_low = _tighter(bounds["minimum"], bounds["exclusiveMinimum"], 1)
    high, open_high = _tighter(bounds["maximum"], bounds["exclusiveMaximum"], -1)
    number = Number(integer, low, high, open_low, open_high)
    if number.bounded and not any(number.step(byte) for byte in b"-0123456789"):
        raise RequestError(f"{where}: no {'integer' if integer else 'number'} lies within its bounds")
    return number


def _tighter(closed: Fraction | None, open: Fraction | None, sign: int) -> tuple[Fraction | None, bool]:
    """The stricter of an inclusive and an exclusive bound, and whether it is the exclusive one."""
    if open is None or (closed is not None and sign * closed > sign * open):
        return closed, False
    return open, True
