"""Schemas with faults: random parts of them replaced, left out, doubled or put elsewhere."""

from __future__ import annotations

import json
import random
from typing import Any

KEYWORDS = (
    "type", "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties",
    "maxProperties", "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains",
    "minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "multipleOf", "enum", "const",
    "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$anchor", "$id", "$defs", "dependentRequired",
    "dependencies", "unevaluatedProperties", "unevaluatedItems", "title", "nullable", "x-note", "nonsense",
)  # fmt: skip


def junk(rng: random.Random) -> Any:
    """Something that is mostly out of place."""
    deep: Any = {}
    for _ in range(rng.choice([3, 3, 400])):
        deep = rng.choice([{"items": deep}, {"not": deep}, {"allOf": [deep]}, [deep]])
    return rng.choice([
        5, -1, 0, 2.5, 1e308, 1e-300, 10**30, True, False, None, "", "a", "\ud800", "#", "#/", "#A", "#/$defs/none", "http://[", "(",
        "^a+$", "[a-c]{2,5}", [], [[]], [["a"]], ["a"], [1, "1", None], {}, {"a": 1}, {"$ref": "#"}, {"type": 5}, {"type": "integer"},
        {"enum": [1, 2]}, {"not": {}}, {"required": ["a"]}, {"anyOf": [{"$ref": "#"}, {"type": "null"}]}, deep,
    ])  # fmt: skip


def mutated(schema: Any, rng: random.Random) -> Any:
    """A schema with one to four faults."""
    whole = {"schema": json.loads(json.dumps(schema))}
    for _ in range(rng.randint(1, 4)):
        holders = [
            (inner, key)
            for inner in _inside(whole)
            for key in (inner if isinstance(inner, dict) else range(len(inner)))
        ]
        holder, key = rng.choice(holders)
        other, place = rng.choice(holders)
        match rng.randrange(6):
            case 0 | 1:
                holder[key] = junk(rng)
            case 2 if holder is not whole:
                del holder[key]
            case 3:
                holder[key] = json.loads(json.dumps(other[place]))
            case _ if isinstance(holder[key], dict):
                holder[key][rng.choice(KEYWORDS)] = junk(rng)
            case _:
                holder[key] = {rng.choice(KEYWORDS): holder[key]}
    return whole["schema"]


def _inside(value: Any) -> list[Any]:
    """A value and those in it that hold others, not too deep."""
    found, level = [], [value]
    for _ in range(30):
        level = [each for each in level if isinstance(each, dict | list)]
        found += level
        level = [each for holder in level for each in (holder.values() if isinstance(holder, dict) else holder)]
    return found
