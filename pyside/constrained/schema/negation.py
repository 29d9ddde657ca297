"""What a schema does not admit, as schemas: at least one of those listed holds only for what it refuses.

They need not cover all that it refuses: a grammar may admit less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pyside.constrained.schema.document import Document, Schema
from pyside.constrained.schema.keywords import EXCLUDED, TYPES
from pyside.constrained.schema.numbers import exact

_OPPOSITE_BOUND = {
    "minimum": "exclusiveMaximum", "maximum": "exclusiveMinimum",
    "exclusiveMinimum": "maximum", "exclusiveMaximum": "minimum",
}  # fmt: skip
_COUNTED = {"Length": "string", "Items": "array", "Properties": "object"}


def negated(schema: Schema, document: Document, where: str) -> list[Schema]:
    """Schemas each of which holds only where this one does not; none when nothing of it can be said."""
    if isinstance(schema, bool):
        return [] if schema else [True]
    keywords = ["$ref"] if "$ref" in schema else schema  # in older drafts what stands beside a reference says nothing
    return [each for keyword in keywords for each in _of_keyword(keyword, schema, document, where)]


def _of_keyword(keyword: str, schema: Mapping[str, Any], document: Document, where: str) -> Iterator[Schema]:
    value = schema[keyword]
    match keyword:
        case "type":
            yield from _types_but({value} if isinstance(value, str) else set(value))
        case "const":
            yield from _values_but([value])
        case "enum":
            yield from _values_but(value)
        case "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum":
            yield {"type": "number", _OPPOSITE_BOUND[keyword]: value}
        case "minLength" | "minItems" | "minProperties" if value > 0:
            yield {"type": _COUNTED[keyword[3:]], f"max{keyword[3:]}": int(value) - 1}
        case "maxLength" | "maxItems" | "maxProperties":
            yield {"type": _COUNTED[keyword[3:]], f"min{keyword[3:]}": int(value) + 1}
        case "required":
            for name in value:
                yield {"type": "object", "properties": {name: False}}
        case "properties":
            for name, each in value.items():
                yield {"type": "object", "required": [name], "properties": {name: document.negation(each)}}
        case "allOf":
            yield from map(document.negation, value)
        case "anyOf":
            yield {"allOf": list(map(document.negation, value))}
        case "not":
            yield value
        case "$ref":
            yield document.negation(document.target(schema, where))
        case "items" if not isinstance(value, list) and "prefixItems" not in schema:
            yield {"type": "array", "contains": document.negation(value)}
        case "contains" if "minContains" not in schema and "maxContains" not in schema:
            yield {"type": "array", "items": document.negation(value)}
        case "if":
            yield {"allOf": [value, document.negation(schema.get("then", True))]}
            yield {"allOf": [document.negation(value), document.negation(schema.get("else", True))]}


def _types_but(named: set[str]) -> Iterator[Schema]:
    """Other types; numbers that are no integers cannot be told."""
    gone = named | ({"integer"} if "number" in named else {"number"} if "integer" in named else set())
    if others := [name for name in TYPES if name not in gone and not (name == "integer" and "number" not in gone)]:
        yield {"type": others}


def _values_but(values: list[Any]) -> Iterator[Schema]:
    texts = [value for value in values if isinstance(value, str)]
    numbers = sorted(
        {
            exact(value): value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
        }.items()
    )
    types = {"null"} if None in values else set()
    types |= {"boolean"} if any(isinstance(value, bool) for value in values) else set()
    types |= {"object"} if any(isinstance(value, Mapping) for value in values) else set()
    types |= {"array"} if any(isinstance(value, list) for value in values) else set()
    types |= ({"string"} if texts else set()) | ({"number"} if numbers else set())
    yield from _types_but(types)
    if texts:
        yield {"type": "string", EXCLUDED: texts}
    left = [value for value in (True, False) if not any(value is each for each in values)]
    if len(left) == 1:
        yield {"enum": left}
    if numbers:
        yield {"type": "number", "exclusiveMaximum": numbers[0][1]}
        yield {"type": "number", "exclusiveMinimum": numbers[-1][1]}
        for (_, low), (_, high) in pairwise(numbers):
            yield {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high}
