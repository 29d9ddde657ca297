"""The keywords of JSON Schema that are known, of the drafts 6 to 2020-12, and what each expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
DESCRIBING = frozenset({
    "$schema", "$comment", "$vocabulary", "title", "description", "default", "example", "examples", "deprecated", "readOnly",
    "writeOnly", "contentEncoding", "contentMediaType", "contentSchema", "nullable", "discriminator", "externalDocs", "xml",
    "markdownDescription", "enumDescriptions", "markdownEnumDescriptions", "enumNames", "errorMessage", "patternErrorMessage",
    "deprecationMessage", "defaultSnippets", "doNotSuggest", "suggestSortText", "tsType", "propertyOrdering",
})  # fmt: skip
NAMING = frozenset({"$id", "id", "$anchor", "$dynamicAnchor", "$defs", "definitions"})
BY_TYPE: Mapping[str, frozenset[str]] = {
    "object": frozenset({
        "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties",
        "maxProperties", "unevaluatedProperties",
    }),
    "array": frozenset({
        "items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains",
        "maxContains", "unevaluatedItems",
    }),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
}  # fmt: skip
COMBINING = frozenset({
    "$ref", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies",
})  # fmt: skip
EXCLUDED = "texts that are excluded"  # a keyword of our own, which no schema from outside may have
ASSERTING = frozenset({"type", "enum", "const"}).union(*BY_TYPE.values())
PLAIN = ASSERTING | {EXCLUDED}
KNOWN = ASSERTING | COMBINING | DESCRIBING | NAMING


def _schema(value: object) -> bool:
    return isinstance(value, bool | Mapping)


def _schemas(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_schema, value))


def _named_schemas(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_schema, value.values()))


def _names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _count(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 and isfinite(value)
        and value == int(value)
    )  # fmt: skip


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _json(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def _text(value: object) -> bool:
    return isinstance(value, str)


# Where schemas stand in a schema: as a keyword's value, in a list, or by names.
ALONE = (
    "additionalProperties", "propertyNames", "unevaluatedProperties", "additionalItems", "contains", "unevaluatedItems", "not",
    "if", "then", "else",
)  # fmt: skip
IN_LIST = ("allOf", "anyOf", "oneOf")
BY_NAME = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")

_FORMS: Mapping[str, tuple[Callable[[Any], bool], tuple[str, ...]]] = {
    "a schema": (_schema, ALONE),
    "a schema or a list of schemas": (lambda value: _schema(value) or value == [] or _schemas(value), ("items",)),
    "a non-empty list of schemas": (_schemas, IN_LIST),
    "a list of schemas": (lambda value: value == [] or _schemas(value), ("prefixItems",)),
    "an object of schemas": (_named_schemas, BY_NAME),
    "an object of schemas or lists of names": (
        lambda value: isinstance(value, Mapping) and all(_schema(each) or _names(each) for each in value.values()),
        ("dependencies",),
    ),
    "an object of lists of names": (
        lambda value: isinstance(value, Mapping) and all(map(_names, value.values())), ("dependentRequired",)
    ),
    "a list of names": (_names, ("required",)),
    "a whole number, 0 or more": (
        _count,
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"),
    ),
    "a number": (_number, ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")),
    "a number above 0": (lambda value: _number(value) and value > 0, ("multipleOf",)),
    "true or false": (lambda value: isinstance(value, bool), ("uniqueItems",)),
    "a regular expression": (_text, ("pattern",)),
    "a text": (_text, ("$id", "$ref", "$anchor", "$dynamicAnchor", "format")),
    "a non-empty list of values of JSON": (lambda value: isinstance(value, list) and bool(value) and _json(value), ("enum",)),
    "a value of JSON": (_json, ("const",)),
}  # fmt: skip
_EXPECTED = {keyword: (expected, fits) for expected, (fits, keywords) in _FORMS.items() for keyword in keywords}


def fault(keyword: str, value: Any) -> str | None:  # noqa: ANN401 - a keyword's value is whatever JSON stands there
    """What is wrong with a keyword's value, None when nothing is."""
    if keyword == "type":
        names = value if isinstance(value, list) else [value]
        unknown = [name for name in names if name not in TYPES] if names else ["none"]
        return f"got type {shortened(', '.join(map(str, unknown)))}, expected {', '.join(TYPES)}" if unknown else None
    if keyword in _EXPECTED:
        expected, fits = _EXPECTED[keyword]
        if not fits(value):
            return f"{keyword} is {shortened(json.dumps(value))}, expected {expected}"
    return None


def subschemas(schema: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The schemas that stand in a well-formed schema, each with where: ``.properties.a``."""
    found: list[tuple[str, Any]] = []
    for keyword, value in schema.items():
        if keyword in (*BY_NAME, "dependencies") and isinstance(value, Mapping):
            found += [(f".{keyword}.{name}", each) for name, each in value.items() if _schema(each)]
        elif keyword in (*IN_LIST, "prefixItems", "items") and isinstance(value, list):
            found += [(f".{keyword}[{place}]", each) for place, each in enumerate(value)]
        elif keyword in (*ALONE, "items"):
            found.append((f".{keyword}", value))
    return found


def shortened(text: str) -> str:
    """A value as an error quotes it."""
    return text if len(text) <= 60 else text[:57] + "..."
