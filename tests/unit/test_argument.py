"""Arguments of tool calls by their schema."""

from __future__ import annotations

import pytest

from pyside.text.argument import typed


@pytest.mark.parametrize(
    ("text", "schema", "wanted"),
    [
        ("01", {"type": "string"}, "01"),
        (' "q" ', {"type": "string"}, ' "q" '),
        ("true", {"type": "string"}, "true"),
        ("42", {"type": "integer"}, 42),
        (" 42 ", {"type": "integer"}, 42),
        ("42.0", {"type": "integer"}, 42),
        ("4.5", {"type": "integer"}, "4.5"),
        ("042", {"type": "integer"}, "042"),
        ("abc", {"type": "integer"}, "abc"),
        ("true", {"type": "integer"}, "true"),
        ("42", {"type": "number"}, 42),
        ("-1.5e3", {"type": "number"}, -1500.0),
        ("1e999", {"type": "number"}, "1e999"),
        ("NaN", {"type": "number"}, "NaN"),
        ("True", {"type": "boolean"}, True),
        ("false", {"type": "boolean"}, False),
        ("1", {"type": "boolean"}, "1"),
        ("null", {"type": "null"}, None),
        ("None", {"type": ["string", "null"]}, None),
        ("null", {"type": "integer"}, "null"),
        ('{"a": [1]}', {"type": "object"}, {"a": [1]}),
        ("[1, 2]", {"type": "object"}, "[1, 2]"),
        ("[1, 2]", {"type": "array"}, [1, 2]),
        ("[1,", {"type": "array"}, "[1,"),
        ("[1e999]", {"type": "array"}, "[1e999]"),
        ("['a', \"b\"]", {"type": "array"}, ["a", "b"]),
        ("['it\\'s', 'a \"b\"', '\\x41\\n', \"it\\'s\"]", {"type": "array"}, ["it's", 'a "b"', "A\n", "it's"]),
        ("{'a': True, 'b': [None, False,], }", {"type": "object"}, {"a": True, "b": [None, False]}),
        ('{"True": True, "n": "None,]"}', {"type": "object"}, {"True": True, "n": "None,]"}),
        ("['a]", {"type": "array"}, "['a]"),
        ("[a, b]", {"type": "array"}, "[a, b]"),
        ("['a', 'b']", {"type": "string"}, "['a', 'b']"),
        ("{" * 100_000, {"type": "object"}, "{" * 100_000),
        ("[" * 100_000, {"type": "array"}, "[" * 100_000),
        ("5", {"type": ["integer", "string"]}, 5),
        ("05", {"type": ["integer", "string"]}, "05"),
        ("5", {"anyOf": [{"type": "number"}, {"type": "null"}]}, 5),
        ("null", {"oneOf": [{"type": "number"}, {"type": "null"}]}, None),
        ("x", {"enum": ["x", 3]}, "x"),
        ("3", {"enum": ["x", 3]}, 3),
        ("7", {"const": 7}, 7),
        ('{"a": 1}', {"$ref": "#/$defs/T"}, {"a": 1}),
        ("1", {"$ref": "#/$defs/loop"}, "1"),
        ("1", {"$ref": "#/nowhere"}, "1"),
        ('{"a": 1}', {"properties": {}}, {"a": 1}),
        ("[]", {"items": {}}, []),
        ("12", {}, "12"),
        ("12", None, "12"),
        ("12", True, "12"),
    ],
)
def test_arguments_are_typed(text: str, schema: object, wanted: object) -> None:
    root = {"$defs": {"T": {"type": "object"}, "loop": {"$ref": "#/$defs/loop"}}}
    got = typed(text, schema, root)
    assert got == wanted and type(got) is type(wanted)
