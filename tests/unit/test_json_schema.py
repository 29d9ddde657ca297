"""JSON Schema: what its grammars admit, and what is refused before anything is generated."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pyside.constrained.json_schema import grammar_of
from pyside.errors import RequestError
from tests.support.grammars.combinations import combination
from tests.support.grammars.mutations import mutated
from tests.support.grammars.sampling import accepts, drawn
from tests.support.grammars.schemas import WRITTEN, random_schema


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (
            {"type": "integer", "minimum": 17, "maximum": 212},
            ["17", "99", "100", "212"],
            ["16", "213", "1", "017", "-20", "17.0"],
        ),
        ({"type": "integer", "exclusiveMinimum": -3, "maximum": 0}, ["-2", "-1", "0"], ["-3", "1", "-10"]),
        ({"type": "number", "minimum": 0.5, "exclusiveMaximum": 2}, ["0.5", "1", "1.999"], ["0.4", "2", "2.0", "1e0"]),
        ({"type": "number"}, ["-0.5e10", "3", "1E-2"], ["1.", ".5", "--1", "01", "1e"]),
        ({"type": "string", "maxLength": 2}, ['"é"', '"ab"', '"\\u00e9\\n"'], ['"abc"', '"\\ud800"', '"\n"', '"']),
        ({"type": "string", "pattern": r"^\d{2}-[a-z]+$"}, ['"12-ab"'], ['"12-"', '"1-ab"', '"12-ab\\n"', "12-ab"]),
        (
            {"type": "string", "pattern": '[^a]"\\\\[\\s.]'},
            ['"b\\"\\\\."', '"😀\\"\\\\\\n"', '"\\u0001\\"\\\\ "'],
            ['"b"\\\\."', '"a\\"\\\\."', '"b\\"\\."', '"\n\\"\\\\."'],
        ),
        ({"enum": ["a", 1, None]}, ['"a"', "1", "null"], ['"b"', "2"]),
        ({"enum": ["a", 1, None, 2.5], "type": ["string", "number"]}, ['"a"', "1", "2.5"], ["null"]),
        ({"enum": [1, True, 2.5], "type": "integer"}, ["1"], ["true", "2.5"]),
        ({"const": "\ud800é"}, ['"\\ud800\\u00e9"'], ['"?é"', '"?\\u00e9"']),
        (
            {"type": "object", "properties": {"é": {"type": "null"}}, "additionalProperties": False},
            ['{"é":null}', '{"\\u00e9": null}'],
            ['{"e": null}'],
        ),
        (
            {"type": "array", "items": {"type": "null"}, "minItems": 1},
            ["[null]", "[null, null]", "[\n  null\n]"],
            ["[]", "[null,]"],
        ),
        (
            {"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}}, "required": ["b"]},
            ['{"b":null}', '{"a": null, "b": null}'],
            ["{}", '{"a": null}', '{"b": null, "a": null}', '{"b": null,}'],
        ),
        (
            {"type": "object", "additionalProperties": {"type": "boolean"}},
            ["{}", '{"x": true, "y": false}'],
            ['{"x": 1}'],
        ),
        (
            {"$ref": "#/$defs/tree", "$defs": {"tree": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}},
            ["[]", "[[], [[]]]"],
            ["[1]", "[[]"],
        ),
    ],
)
def test_what_a_schema_admits(schema: Any, good: list[str], bad: list[str]) -> None:
    grammar = grammar_of(schema)
    for text in good:
        assert accepts(grammar, text), text
        Draft202012Validator(schema).validate(json.loads(text))
    for text in bad:
        assert not accepts(grammar, text), text


def test_a_schema_that_names_itself_first_has_its_other_ways() -> None:
    grammar = grammar_of({"anyOf": [{"$ref": "#"}, {"type": "null"}, {"type": "array", "items": {"$ref": "#"}}]})
    assert accepts(grammar, "null") and accepts(grammar, "[[null]]") and not accepts(grammar, "[1]")


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "object", "propertiez": {}}, "keyword propertiez is not supported"),
        ({"type": "string", "pattern": 7}, "pattern is 7, expected a regular expression"),
        ({"type": "string", "pattern": "(?=a)"}, r"schema\.pattern: regex has at character 0 look-around"),
        ({"type": "string", "pattern": "^a{30}$", "maxLength": 20}, "no string lies within"),
        (
            {"type": "object", "properties": {"n": {"type": "integer", "multipleOf": 0}}},
            r"schema\.properties\.n: multipleOf is 0, expected a number above 0",
        ),
        ({"type": "date"}, "got type date"),
        ({"type": "object", "required": ["a"], "additionalProperties": False}, "schema.a: false admits nothing"),
        ({"$ref": "#/$defs/none"}, "leads nowhere"),
        ({"$ref": "#"}, "refers to itself"),
        ({"enum": []}, "expected a non-empty list of values"),
        ({"enum": [1], "const": 2}, "no value of 2 is as the other keywords ask"),
        ({"enum": [1, None], "type": "string"}, r"no value of \[1, null\] is of type"),
        ({"type": "number", "minimum": float("inf")}, "minimum is Infinity, expected a number"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "no integer lies within"),
        ({"allOf": [{"type": "string"}, {"type": "null"}]}, "its types exclude each other, so that no value fits"),
        ({"type": "string", "minLength": -1}, "minLength is -1"),
        ({"type": "string", "minLength": 3, "maxLength": 2}, "minLength is 3 and maxLength is 2"),
        ({"type": "array", "minItems": 2, "maxItems": 1}, "minItems is 2 and maxItems is 1"),
        ({"type": "array", "items": False, "minItems": 1}, "no array lies within its bounds"),
        ({"anyOf": [{"$ref": "#"}]}, "no value fits"),
        ("string", "expected a JSON Schema object"),
    ],
)
def test_what_cannot_be_kept_is_refused(schema: Any, says: str) -> None:
    with pytest.raises(RequestError, match=says):
        grammar_of(schema)


def deep(levels: int) -> Any:
    schema: Any = {"type": "null"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema}
    return schema


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        # References: anchors, identifiers and pointers, each to what it names.
        ({"$ref": "#A", "$defs": {"a": {"$anchor": "A", "type": "null"}}}, ["null"], ["1", "{}"]),
        ({"$ref": "#A", "definitions": {"a": {"$id": "#A", "type": "null"}}}, ["null"], ["1", "{}"]),
        ({"$ref": "item", "$defs": {"a": {"$id": "item", "type": "null"}}}, ["null"], ["1"]),
        (
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "http://a.example/root", "$ref": "http://a.example/b#c",
                "$defs": {"b": {"$id": "b", "$defs": {"c": {"$anchor": "c", "type": "null"}}}, "c": {"$anchor": "c", "type": "boolean"}},
            },
            ["null"],
            ["true"],
        ),
        ({"$ref": "#/$defs/a~1b%25", "$defs": {"a/b%": {"type": "null"}}}, ["null"], ["1"]),
        ({"$ref": "#/prefixItems/0", "prefixItems": [{"type": "array"}]}, ["[[]]"], ["[1]", "{}"]),
        ({"$ref": "#/$defs/a", "maximum": 3, "$defs": {"a": {"type": "integer", "minimum": 2}}}, ["2", "3"], ["1", "4", "2.5"]),
        # Tuples.
        (
            {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
            ['[1, "a"]', '[\n  -3,\n  ""\n]'],
            ["[]", "[1]", '["a", 1]', '[1, "a", 2]'],
        ),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "minItems": 1}, ["[1]", "[1, 2]"], ["[]", "[2]"]),
        (
            {"type": "array", "items": [{"type": "null"}], "additionalItems": {"type": "boolean"}},
            ["[null]", "[null, true, false]"],
            ["[]", "[true]", "[null, null]"],
        ),
        ({"prefixItems": [{"const": 1}], "items": {"const": 2}, "maxItems": 3}, ["[1]", "[1, 2, 2]"], ["[1, 1]", "[1, 2, 2, 2]"]),
        # Alternatives of which exactly one may hold.
        (
            {
                "oneOf": [
                    {"type": "object", "properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}, "required": ["kind"]},
                    {"type": "object", "properties": {"kind": {"const": "b"}}, "required": ["kind"]},
                ],
                "discriminator": {"propertyName": "kind"},
            },
            ['{"kind": "a"}', '{"kind": "a", "n": 1}', '{"kind": "b"}'],
            ['{"kind": "c"}', '{"kind": "b", "n": 1}', "{}"],
        ),
        ({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 2}]}, ["1", "-7"], ["2", "3", "1.5"]),
        ({"oneOf": [{"enum": [1, 2]}, {"enum": [2, 3]}]}, ["1", "3"], ["2", "4"]),
        ({"type": "string", "oneOf": [{"minLength": 2}, {"maxLength": 3}]}, ['"a"', '"abcd"'], ['"ab"', '"abc"']),
        # Steps of numbers.
        ({"type": "integer", "multipleOf": 3}, ["0", "-9", "12", "99999999999999999"], ["1", "10", "3.0"]),
        ({"type": "number", "multipleOf": 0.25, "minimum": 0, "maximum": 1}, ["0", "0.25", "0.5", "0.750", "1"], ["0.3", "0.2", "1.25"]),
        ({"allOf": [{"multipleOf": 4}, {"multipleOf": 6}, {"type": "integer"}]}, ["12", "-24"], ["4", "6", "8"]),
        # Elements that differ.
        (
            {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 2},
            ['["a", "b"]', '["c", "b", "a"]'],
            ['["a"]', '["a", "a"]', '["a", "b", "c", "a"]'],
        ),
        (
            {"prefixItems": [{"type": "boolean"}, {"const": True}], "items": False, "uniqueItems": True},
            ["[false, true]"],
            ["[true, true]", "[true, false]", "[true]"],
        ),
        ({"items": {"enum": [1, 1.0, True]}, "uniqueItems": True, "minItems": 2}, ["[1, true]", "[true, 1]"], ["[1, 1.0]"]),
        ({"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 1}, ["[]", '["a"]'], ['["a", "b"]']),
        # Members by their names.
        (
            {"type": "object", "patternProperties": {"^s_": {"type": "string"}, "^n_": {"type": "null"}}, "additionalProperties": False},
            ["{}", '{"s_a": "x", "n_": null}'],
            ['{"s_a": null}', '{"a": 1}', '{"xs_": "x"}'],
        ),
        (
            {"patternProperties": {"a": {"minimum": 3}, "b": {"maximum": 5}}, "additionalProperties": {"const": "other"}},
            ['{"ab": 4, "xa": 9, "b": 1, "c": "other"}'],
            ['{"ab": 9}', '{"ab": 1}', '{"c": 4}'],
        ),
        (
            {"properties": {"a": {"type": "null"}}, "additionalProperties": {"type": "integer"}},
            ["{}", '{"a": null, "b": 1}', '{"b": 1, "aa": 2}'],
            ['{"a": 1}', '{"b": null}', '{"b": 1, "a": 1}'],
        ),
        ({"propertyNames": {"pattern": "^[a-c]+$", "maxLength": 2}}, ['{"ab": 1}', "{}"], ['{"abc": 1}', '{"d": 1}']),
        ({"propertyNames": {"enum": ["x", "y"]}, "maxProperties": 1}, ['{"x": 1}', "{}"], ['{"z": 1}', '{"x": 1, "y": 1}']),
        ({"type": "object", "required": ["a"]}, ['{"a": 1}', '{"a": {}}'], ["{}", '{"b": 1}']),
        ({"properties": {"a": {}, "b": {}, "c": {}}, "minProperties": 2}, ['{"a": 1, "c": 2}'], ['{"b": 1}', "{}"]),
        # Strings of which several things are asked.
        ({"type": "string", "pattern": "^[a-z]+$", "minLength": 2, "maxLength": 3}, ['"ab"', '"abc"'], ['"a"', '"abcd"', '"A1"']),
        ({"type": "string", "pattern": "^(ab)*$", "maxLength": 3}, ['""', '"ab"'], ['"a"', '"aba"', '"abab"']),
        ({"allOf": [{"pattern": "^a.*$"}, {"pattern": "^.*z$"}]}, ['"az"', '"a😀z"', '"a\\\\z"'], ['"a"', '"z"', '"a"z"']),
        ({"type": "string", "pattern": r"^\p{L}{2}\P{L}$"}, ['"éЖ1"', '"ab "'], ['"a1b"', '"abc"']),
        # Combinations.
        (
            {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"a": {"minimum": 3}, "b": {}}}]},
            ['{"a": 3}', '{"a": 4, "b": null}'],
            ['{"a": 2}', "{}", '{"b": 1}'],
        ),
        ({"type": "string", "anyOf": [{"maxLength": 1}, {"enum": ["long"]}]}, ['"a"', '"long"'], ['"lon"', "1"]),
        ({"type": ["integer", "string"], "not": {"enum": [3, "x"]}}, ["2", "4", '"y"', '"xx"'], ["3", '"x"']),
        (
            {
                "properties": {"a": {"type": "boolean"}, "b": {"type": "integer"}}, "required": ["a"],
                "if": {"properties": {"a": {"const": True}}}, "then": {"required": ["b"]}, "else": {"properties": {"b": False}},
            },
            ['{"a": true, "b": 1}', '{"a": false}'],
            ['{"a": true}', '{"a": false, "b": 1}'],
        ),
        (
            {"properties": {"a": {}, "b": {}}, "dependentRequired": {"a": ["b"]}},
            ['{"a": 1, "b": 2}', '{"b": 2}', "{}"],
            ['{"a": 1}'],
        ),
        ({"type": "array", "contains": {"const": 1}, "maxContains": 2}, ["[1]", "[0, 1, 1]"], ["[]", "[0]", "[1, 1, 1]"]),
        (
            {"allOf": [{"properties": {"a": {"type": "null"}}}], "unevaluatedProperties": False},
            ["{}", '{"a": null}'],
            ['{"b": 1}'],
        ),
        # What only describes.
        (
            {
                "type": "null", "nullable": True, "example": 1, "examples": [1], "markdownDescription": "x", "title": "x", "description": "x",
                "$comment": "x", "default": 1, "deprecated": True, "readOnly": True, "writeOnly": True, "x-order": 3,
                "$schema": "https://json-schema.org/draft/2020-12/schema", "contentMediaType": "text/plain",
            },
            ["null"],
            ["1"],
        ),
        ({"enum": [1, "a", None], "const": 1}, ["1"], ['"a"', "null"]),
        (deep(40), ["[" * 40 + "]" * 40, "[" * 40 + "null" + "]" * 40], ["[" * 40 + "1" + "]" * 40]),
    ],
)  # fmt: skip
def test_more_of_what_a_schema_admits(schema: Any, good: list[str], bad: list[str]) -> None:
    grammar = grammar_of(schema)
    for text in good:
        assert accepts(grammar, text), text
    for text in bad:
        assert not accepts(grammar, text), text


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date", ["2024-02-29", "1999-12-31", "2000-02-29"], ["2023-02-29", "1900-02-29", "2024-13-01", "2024-04-31", "24-01-01"]),
        ("time", ["23:59:59Z", "00:00:00.5+05:30"], ["24:00:00Z", "12:00", "12:00:00", "12:00:60Z"]),
        ("date-time", ["2024-02-29T12:00:00Z"], ["2024-02-30T12:00:00Z", "2024-02-29 12:00:00Z", "2024-02-29"]),
        ("uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400g"]),
        ("email", ["ann.b+c@mail.example.org"], ["ann", "@example.org", "a..b@example.org", "a@-x.org", "a b@c.d"]),
        ("ipv4", ["127.0.0.1", "255.255.255.255"], ["256.0.0.1", "1.2.3", "01.2.3.4"]),
        ("ipv6", ["::", "::1", "1::", "fe80::1:2", "1:2:3:4:5:6:7:8", "1::8", "::2:3:4:5:6:7:8"],
         ["1:2:3:4:5:6:7", "1:::2", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", ":1"]),
        ("uri", ["https://example.org/a/b?c=d#e", "mailto:a@b.c", "http://localhost:8080"], ["example.org", "http://a b", "//x", "a:%zz"]),
        ("hostname", ["localhost", "a-b.example.org"], ["-a.org", "a-.org", "a..b", "a_b", "a--b"]),
    ],
)  # fmt: skip
def test_formats(name: str, good: list[str], bad: list[str]) -> None:
    grammar = grammar_of({"type": "string", "format": name})
    check = Draft202012Validator({"format": name}, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for text in good:
        assert accepts(grammar, json.dumps(text)), text
        check.validate(text)
    for text in bad:
        assert not accepts(grammar, json.dumps(text)), text


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": 5}, "schema: got type 5, expected object"),
        ({"type": ["string", None]}, "got type None, expected object"),
        ({"type": "object", "required": [["a"]]}, r'schema: required is \[\["a"\]\], expected a list of names'),
        ({"type": "object", "properties": ["a"]}, "schema: properties is .*, expected an object of schemas"),
        ({"type": "object", "properties": {"a": 5}}, "schema: properties is .*, expected an object of schemas"),
        (
            {"properties": {"a": {"items": {"pattern": 5}}}},
            r"schema\.properties\.a\.items: pattern is 5, expected a regular",
        ),
        ({"anyOf": []}, "anyOf is .*, expected a non-empty list of schemas"),
        ({"$ref": "#A"}, "'#A' leads nowhere, expected a place in this schema"),
        ({"$ref": "other.json"}, "'other.json' leads nowhere"),
        ({"$ref": "#/enum", "enum": [1]}, "leads nowhere"),
        ({"$ref": "#/x", "$dynamicRef": "#x"}, r"keyword \$dynamicRef is not supported"),
        ({"$id": "a", "$ref": "#"}, r"\$id beside \$ref means different things"),
        (deep(400), "schema: it is nested more than 100 deep"),
        ({"const": 10**5000}, "holds a number of more than 4096 bits"),
        (
            {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            "uniqueItems is supported for items that list",
        ),
        ({"allOf": [{"contains": {"const": 1}}, {"contains": {"const": 2}}]}, "contains beside another contains"),
        ({"minProperties": 2}, "no object lies within its bounds"),
        ({"allOf": [{"anyOf": [{"minLength": n} for n in range(9)]} for _ in range(3)]}, "more than 400 alternatives"),
        ({"type": "string", "pattern": ".*a.{12}", "maxLength": 300}, "too large an automaton"),
        ({"properties": {"a": {"$ref": "#"}}, "required": ["a"]}, "it refers to itself, so that no value fits"),
        ({"type": "string", "pattern": r"\p{Script=Greek}"}, "a property of characters beyond L, M, N"),
        ({"not": {}}, "so that no value fits"),
        (False, "false admits nothing"),
    ],
)
def test_faults_are_told_before_anything_is_generated(schema: Any, says: str) -> None:
    with pytest.raises(RequestError, match=says) as caught:
        grammar_of(schema)
    assert len(str(caught.value)) < 400


def test_many_values_and_many_ways_are_read_in_time() -> None:
    """Each of these took minutes if values were compared in pairs, or references that meet again followed each time."""
    values = [f"value {number}" for number in range(20_000)]
    assert accepts(grammar_of({"enum": values}), '"value 19999"')
    kinds = [{"type": "object", "properties": {"kind": {"const": kind}}, "required": ["kind"]} for kind in values[:100]]
    grammar = grammar_of({"oneOf": kinds})
    assert accepts(grammar, '{"kind": "value 99"}') and not accepts(grammar, '{"kind": "value 100"}')
    doubled = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"} for _ in range(2)]} for n in range(40)}
    assert accepts(grammar_of({"$ref": "#/$defs/d0", "$defs": {**doubled, "d40": {"type": "string"}}}), '"x"')


def test_a_branch_that_never_ends_is_not_begun() -> None:
    """What would have to hold itself without end is left out where there is another way."""
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}
    grammar = grammar_of({
        "type": "object", "properties": {"a": {"$ref": "#/$defs/node"}, "b": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]}},
        "$defs": {"node": node},
    })  # fmt: skip
    assert (
        accepts(grammar, '{"b": null}')
        and not grammar.run(grammar.start, b'{"a')
        and not grammar.run(grammar.start, b'{"b": {')
    )


def test_two_thousand_schemas_with_faults_make_a_grammar_or_a_sentence() -> None:
    rng, made, refused = random.Random(5), 0, 0
    for _ in range(2000):
        schema = mutated(random_schema(rng) if rng.random() < 0.5 else WRITTEN[rng.choice([*WRITTEN])], rng)
        try:
            grammar = grammar_of(schema)
        except RequestError as error:
            refused += 1
            assert len(str(error)) < 600
        else:
            made += 1
            assert any(grammar.step(grammar.start, byte) for byte in range(256)), schema
    assert made > 200 and refused > 200


def test_whatever_keywords_are_combined_an_answer_is_valid() -> None:
    rng, answers, refused = random.Random(11), 0, 0
    for _ in range(600):
        schema = combination(rng)
        try:
            grammar = grammar_of(schema)
        except RequestError:
            refused += 1
            continue
        for text in filter(None, (drawn(grammar, rng) for _ in range(2))):
            answers += 1
            assert Draft202012Validator(schema).is_valid(json.loads(text)), f"{schema} admits {text!r}"
    assert answers > 500 and refused < 300
