"""Schemas and regular expressions to try grammars with: drawn at random, and such as people write."""

from __future__ import annotations

import random
from typing import Any

from pyside.constrained.schema.formats import FORMATS


def random_schema(rng: random.Random, depth: int = 0) -> Any:
    """A schema of the supported keywords."""
    kinds = ["string", "integer", "number", "boolean", "null", "enum", "const", "bounded"]
    kinds += ["object", "array", "any", "tuple", "types", "one", "all", "map", "set", "if"] if depth < 3 else []
    match rng.choice(kinds if depth else ["object"]):
        case "object":
            names = rng.sample(["a", "name", "größe", "x y", 'q"', "items", "ok"], rng.randint(0, 4))
            schema: dict[str, Any] = {
                "type": "object",
                "properties": {name: random_schema(rng, depth + 1) for name in names},
                "required": [name for name in names if rng.random() < 0.6],
            }
            return schema | ({"additionalProperties": False} if names or rng.random() < 0.5 else {})
        case "array":
            low = rng.randint(0, 2)
            return {
                "type": "array",
                "items": random_schema(rng, depth + 1),
                "minItems": low,
                "maxItems": low + rng.randint(0, 3),
            }
        case "tuple":
            parts = [random_schema(rng, depth + 1) for _ in range(rng.randint(1, 3))]
            return {"type": "array", "prefixItems": parts, "items": False, "minItems": len(parts)}
        case "any":
            return {"anyOf": [random_schema(rng, depth + 1) for _ in range(2)], "description": "either"}
        case "types":
            return {"type": ["integer", "null", "boolean"]}
        case "one":
            kinds = rng.sample(["a", "b", "c"], 2)
            return {
                "oneOf": [
                    {
                        "type": "object",
                        "properties": {"kind": {"const": kind}, "value": random_schema(rng, depth + 1)},
                        "required": ["kind"],
                        "additionalProperties": False,
                    }
                    for kind in kinds
                ]
            }
        case "all":
            low = rng.randint(0, 5)
            return rng.choice([
                {"allOf": [{"type": "integer", "minimum": low}, {"multipleOf": rng.choice([2, 3, 7])}, {"maximum": low + 40}]},
                {"allOf": [{"type": "string", "pattern": "^[a-e]*$"}, {"minLength": low, "maxLength": low + 3}]},
                {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"a": {"minimum": low}}}]},
                {"type": ["string", "integer"], "not": {"enum": ["ab", 3, low]}},
                {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": low}]},
                {"type": "number", "multipleOf": 0.25, "minimum": -low},
            ])  # fmt: skip
        case "map":
            return {
                "type": "object",
                "properties": {"a": random_schema(rng, depth + 1)},
                "patternProperties": {"^n": {"type": "integer"}, "x$": random_schema(rng, depth + 1)},
                "additionalProperties": rng.choice([False, {"type": "null"}]),
            } | rng.choice([{}, {"propertyNames": {"maxLength": 4}}, {"maxProperties": 3}])
        case "set":
            values = rng.sample(["a", "b", 1, None, [1], "é"], rng.randint(2, 5))
            counted = rng.choice([{}, {"minItems": 2}, {"maxItems": 3}])
            return {"type": "array", "items": {"enum": values}, "uniqueItems": True} | counted
        case "if":
            return {
                "type": "object",
                "properties": {"a": {"type": "boolean"}, "b": random_schema(rng, depth + 1)},
                "required": ["a"],
                "if": {"properties": {"a": {"const": True}}},
                "then": {"required": ["b"]},
                "else": {"properties": {"b": False}},
                "additionalProperties": False,
            }
        case "string" if rng.random() < 0.2:
            return {"type": "string", "format": rng.choice([*FORMATS])}
        case "string" if rng.random() < 0.3:
            return {
                "type": "string",
                "pattern": rng.choice([r"^[A-Z]{2}-\d{1,4}$", r"^(?:yes|no|[^A-Za-z0-9_]{1,3})$", r"^.{0,20}$"]),
            }
        case "string":
            low = rng.randint(0, 3)
            return {"type": "string", "minLength": low, "maxLength": low + rng.randint(0, 80)}
        case "bounded":
            low, span = rng.randint(-500, 500), rng.choice([0, 1, 7, 90, 12_345])
            name = rng.choice(["integer", "number"])
            return {"type": name, "minimum": low, rng.choice(["maximum", "maximum"]): low + span}
        case "enum":
            return {"enum": rng.sample([1, "one", None, True, [1, "ü"], {"k": 2}], 3)}
        case "const":
            return {"const": rng.choice(["fixed", 7, {"a": [1]}])}
        case kind:
            return {"type": kind}


def random_regex(rng: random.Random, depth: int = 0) -> str:
    """A regular expression of the supported syntax."""
    atoms = ["a", "[a-c]", r"\d", ".", r"[^x\s]", "é", r"\w", "😀", r"\.", "[\\u4e00-\\u9fff]"]
    if depth == 3 or rng.random() < 0.4:
        return rng.choice(atoms)
    parts = [random_regex(rng, depth + 1) for _ in range(rng.randint(1, 3))]
    group = f"(?:{'|'.join(parts)})" if rng.random() < 0.3 else f"(?:{''.join(parts)})"
    return group + rng.choice(["", "", "*", "+", "?", "{2}", "{0,3}", "{1,}", "*?"])


WRITTEN: dict[str, Any] = {
    "numbers": {"type": "array", "items": {"type": "number"}},
    "amount": {"type": "number", "minimum": -0.5, "exclusiveMaximum": 99999.75},
    "person": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 40},
            "age": {"type": "integer", "minimum": 0, "maximum": 150},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
            "score": {"type": "number"},
            "address": {
                "anyOf": [
                    {"type": "null"},
                    {
                        "type": "object",
                        "properties": {"city": {"type": "string"}, "zip": {"type": "string", "pattern": "^[0-9]{5}$"}},
                        "required": ["city"],
                        "additionalProperties": False,
                    },
                ]
            },
        },
        "required": ["name", "age"],
        "additionalProperties": False,
    },
    "tree": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "number"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                },
                "required": ["value"],
                "additionalProperties": False,
            }
        },
    },
    "any object": {"type": "object"},
    "map": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
    "event": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "start": {"type": "string", "format": "date-time"},
            "link": {"type": "string", "format": "uri"},
            "hosts": {"type": "array", "items": {"anyOf": [{"format": "ipv6"}, {"format": "hostname"}]}},
        },
        "required": ["id", "start"],
        "patternProperties": {"^x-": {"type": "string", "pattern": r"^\p{L}+$", "maxLength": 12}},
        "additionalProperties": False,
    },
    "shape": {
        "oneOf": [
            {
                "properties": {"kind": {"const": "circle"}, "radius": {"type": "number", "exclusiveMinimum": 0}},
                "required": ["kind", "radius"],
            },
            {
                "properties": {
                    "kind": {"const": "path"},
                    "points": {
                        "type": "array",
                        "items": {
                            "type": "array",
                            "prefixItems": [{"type": "number"}, {"type": "number"}],
                            "items": False,
                        },
                        "minItems": 2,
                    },
                },
                "required": ["kind", "points"],
            },
        ],
        "discriminator": {"propertyName": "kind"},
    },
    "order": {
        "type": "object",
        "properties": {
            "sizes": {"type": "array", "items": {"enum": ["s", "m", "l"]}, "uniqueItems": True, "minItems": 1},
            "price": {"type": "number", "minimum": 0, "maximum": 1000, "multipleOf": 0.05},
            "note": {"allOf": [{"type": "string", "minLength": 3}, {"pattern": "^[A-Za-z ]*$"}]},
            "pickup": {"type": "boolean"},
            "address": {"type": "string"},
        },
        "required": ["sizes", "price", "pickup"],
        "if": {"properties": {"pickup": {"const": False}}},
        "then": {"required": ["address"]},
        "unevaluatedProperties": False,
    },
    "labels": {"type": "array", "items": {"enum": ["red", "green", 'q"uote', "größe", 3, None]}, "minItems": 1},
}
