"""Whether two schemas surely exclude each other, as the parts of ``oneOf`` mostly do: by types, values, bounds, or a member that
tells them apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyside.constrained.grammar_nodes import NEVER
from pyside.constrained.schema.document import Document, Schema
from pyside.constrained.schema.keywords import TYPES
from pyside.constrained.schema.numbers import number
from pyside.constrained.schema.values import Judge, named_types

DEPTH_MAX = 4  # of members in members that are compared

Plain = list[Mapping[str, Any]]


def exclude_each_other(
    one: Schema, other: Schema, document: Document, types: frozenset[str] | None = None, depth: int = 0
) -> bool:
    """Whether no value fits both; ``types`` are those that it may have at all."""
    if depth > DEPTH_MAX:
        return False
    first, second = list(_holding(one, document)), list(_holding(other, document))
    if False in first or False in second:
        return True
    left, right = ([each for each in part if isinstance(each, Mapping)] for part in (first, second))
    left_types, right_types = _types(left, types), _types(right, types)
    shared = left_types & right_types
    if not shared or _values_exclude(left, other, document) or _values_exclude(right, one, document):
        return True
    for plain, against in ((left, other), (right, one)):
        for schema in plain:
            for choices in (schema.get("anyOf"), schema.get("oneOf")):
                if choices and all(exclude_each_other(each, against, document, shared, depth + 1) for each in choices):
                    return True
    if shared <= {"number", "integer"} and not any({"const", "enum"} & set(schema) for schema in (*left, *right)):
        return number([*left, *right], "number" not in shared) is NEVER
    if shared == {"object"}:
        return _told_by_a_member(left, right, document, depth) or _told_by_a_member(right, left, document, depth)
    return False


def _holding(schema: Schema, document: Document) -> Iterator[Schema]:
    """A schema and those that must hold with it."""
    waiting, known = [schema], set[int]()
    while waiting:
        schema = waiting.pop()
        if id(schema) not in known:
            known.add(id(schema))
            yield schema
            if isinstance(schema, Mapping):
                waiting += schema.get("allOf", ())
                waiting += [document.target(schema, "schema")] if "$ref" in schema else []


def _types(plain: Plain, types: frozenset[str] | None) -> frozenset[str]:
    found = frozenset(TYPES) if types is None else types
    for schema in plain:
        named = named_types(schema)
        found &= frozenset(TYPES) if named is None else named
    return found


def _values_exclude(plain: Plain, other: Schema, document: Document) -> bool:
    """Whether schemas list values of which the other one admits none."""
    judge = Judge(document)
    listed = [[schema["const"]] if "const" in schema else schema["enum"] for schema in plain
              if "const" in schema or "enum" in schema]  # fmt: skip
    return any(not any(judge.admits(other, value) for value in values) for values in listed)


def _told_by_a_member(left: Plain, right: Plain, document: Document, depth: int) -> bool:
    """Whether a member that one of them requires cannot fit the other."""
    for name in {name for schema in left for name in schema.get("required", ())}:
        mine = [schema["properties"][name] for schema in left if name in schema.get("properties", {})]
        for schema in right:
            if name in schema.get("properties", {}):
                if any(
                    exclude_each_other(each, schema["properties"][name], document, None, depth + 1) for each in mine
                ):
                    return True
            elif schema.get("additionalProperties") is False and "patternProperties" not in schema:
                return True
    return False
