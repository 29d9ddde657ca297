"""Schemas that combine keywords at random, whether or not that makes sense: what their grammars admit must be valid all the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

DEPTH = 2  # of combinations in combinations
LEAVES: tuple[Any, ...] = (True, False, {}, {"type": "integer"}, {"const": 1}, {"enum": ["a", 2]}, {"type": "string"})
NAMES = "abcd"

Draw = Callable[[random.Random, int], dict[str, Any]]


def combination(rng: random.Random, depth: int = 0) -> Any:
    """A schema of one to four keywords."""
    found: dict[str, Any] = {}
    for draw in rng.sample(list(_KEYWORDS.values()), rng.randint(1, 4)):
        found |= draw(rng, depth)
    return found


def _inner(rng: random.Random, depth: int) -> Any:
    return combination(rng, depth + 1) if depth < DEPTH else rng.choice(LEAVES)


def _one(keyword: str, *values: Any) -> Draw:
    return lambda rng, depth: {keyword: rng.choice(values)}


def _count(keyword: str, most: int) -> Draw:
    return lambda rng, depth: {keyword: rng.randint(0, most)}


def _schema(*keywords: str) -> Draw:
    return lambda rng, depth: {keyword: _inner(rng, depth) for keyword in keywords}


def _schemas(keyword: str) -> Draw:
    return lambda rng, depth: {keyword: [_inner(rng, depth) for _ in range(rng.randint(1, 3))]}


def _named(keyword: str, names: str = NAMES) -> Draw:
    return lambda rng, depth: {keyword: {name: _inner(rng, depth) for name in rng.sample(names, rng.randint(1, 3))}}


_KEYWORDS: Mapping[str, Draw] = {
    "type": _one("type", "object", "array", "string", "number", "integer", ["integer", "string"], ["object", "null"]),
    "enum": lambda rng, depth: {"enum": rng.sample([1, 2, "a", "b", None, True, [1], {"a": 1}, 2.5], rng.randint(1, 5))},
    "const": _one("const", 1, "a", None, [1], {"a": 1}),
    "low": lambda rng, depth: {rng.choice(["minimum", "exclusiveMinimum"]): rng.randint(-3, 3)},
    "high": lambda rng, depth: {rng.choice(["maximum", "exclusiveMaximum"]): rng.randint(0, 9)},
    "multipleOf": _one("multipleOf", 2, 3, 0.5),
    "minLength": _count("minLength", 3),
    "maxLength": _count("maxLength", 4),
    "pattern": _one("pattern", "^a", "b$", "^[a-c]*$", "x|y", "a.c"),
    "properties": _named("properties"),
    "required": lambda rng, depth: {"required": rng.sample(NAMES, rng.randint(1, 2))},
    "additionalProperties": _schema("additionalProperties"),
    "patternProperties": lambda rng, depth: {"patternProperties": {rng.choice(["^a", "b$", "c|d"]): _inner(rng, depth)}},
    "propertyNames": _one(
        "propertyNames", {"maxLength": 2}, {"pattern": "^[a-d]"}, {"enum": ["a", "b"]}, {"not": {"const": "a"}}
    ),
    "minProperties": _count("minProperties", 2),
    "maxProperties": _count("maxProperties", 2),
    "items": _schema("items"),
    "prefixItems": _schemas("prefixItems"),
    "minItems": _count("minItems", 3),
    "maxItems": _count("maxItems", 3),
    "uniqueItems": _one("uniqueItems", True),
    "contains": _schema("contains"),
    "counted contains": lambda rng, depth: {
        "contains": _inner(rng, depth), "minContains": rng.randint(0, 2), "maxContains": rng.randint(0, 2),
    },
    "allOf": _schemas("allOf"),
    "anyOf": _schemas("anyOf"),
    "oneOf": _schemas("oneOf"),
    "not": _schema("not"),
    "if": _schema("if", "then", "else"),
    "dependentRequired": lambda rng, depth: {"dependentRequired": {rng.choice(NAMES): rng.sample(NAMES, 1)}},
    "dependentSchemas": _named("dependentSchemas", "abc"),
    "unevaluatedProperties": lambda rng, depth: {"unevaluatedProperties": rng.choice([False, _inner(rng, depth)])},
    "unevaluatedItems": lambda rng, depth: {"unevaluatedItems": rng.choice([False, _inner(rng, depth)])},
}  # fmt: skip
