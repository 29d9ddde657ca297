"""Objects: named members in the order of ``properties``, then, where the schema speaks of them, others whose names match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyside.constrained.automaton import Condition, Listed, matches, recognises, rules_of
from pyside.constrained.grammar_nodes import BLANK, NEVER, Choice, Literal, Members, Node, Reference, Sequence, Text
from pyside.constrained.schema.alternatives import Alternative
from pyside.constrained.schema.builder import Builder
from pyside.constrained.schema.document import Schema
from pyside.constrained.schema.keywords import EXCLUDED
from pyside.constrained.schema.strings import conditions_of, counts
from pyside.constrained.schema.values import spelled
from pyside.errors import RequestError

COLON = (BLANK, Literal(b":"), BLANK)
ANY_NAME = Sequence((Literal(b'"'), Text(), *COLON))


def object_(parts: Alternative, builder: Builder, name: str, where: str) -> Node:
    """The node of the objects that all these parts admit; its rules are named after ``name``."""
    members = _Object(parts, builder, name, where).members()
    return Sequence((Literal(b"{"), members)) if members.possible else NEVER


class _Layer:
    """What one schema asks of members."""

    def __init__(self, schema: Mapping[str, Any], parts: Alternative) -> None:
        self.properties: Mapping[str, Schema] = schema.get("properties", {})
        patterns: Mapping[str, Schema] = schema.get("patternProperties", {})
        self.rest: Schema = schema.get("additionalProperties", True)
        if "unevaluatedProperties" in schema and "additionalProperties" not in schema:
            own, self.rest = id(schema), schema["unevaluatedProperties"]
            for part in parts:  # what stands in its place has looked at members, too
                if own in part.outer and not part.silent and isinstance(part.schema, Mapping):
                    self.properties = dict.fromkeys(part.schema.get("properties", ()), True) | dict(self.properties)
                    patterns = dict.fromkeys(part.schema.get("patternProperties", ()), True) | dict(patterns)
                    if {"additionalProperties", "unevaluatedProperties"} & set(part.schema):
                        self.rest = True
        self.patterns = [(matches(source, anywhere=True), each) for source, each in patterns.items()]
        self.described = bool(patterns) or isinstance(self.rest, Mapping)

    def of_name(self, name: str) -> list[Schema]:
        found = [self.properties[name]] if name in self.properties else []
        found += [each for pattern, each in self.patterns if recognises(pattern, name)]
        return found or [self.rest]


class _Object:
    def __init__(self, parts: Alternative, builder: Builder, name: str, where: str) -> None:
        self._builder, self._name, self._where = builder, name, where
        self._schemas = [part.schema for part in parts if isinstance(part.schema, Mapping)]
        try:
            self._layers = [_Layer(schema, parts) for schema in self._schemas]
        except RequestError as error:
            raise RequestError(f"{where}.patternProperties: {error}") from None
        self._naming: list[Schema] = [schema["propertyNames"] for schema in self._schemas if "propertyNames" in schema]

    def members(self) -> Members:
        """The inside of the object and its closing brace."""
        low, high = counts(self._schemas, "Properties")
        required = {name for schema in self._schemas for name in schema.get("required", ())}
        names = dict.fromkeys(name for layer in self._layers for name in layer.properties)
        names |= dict.fromkeys(name for schema in self._schemas for name in schema.get("required", ()))
        asked = {name: tuple(each for layer in self._layers for each in layer.of_name(name)) for name in names}
        dead = [name for name in names if False in asked[name] or not all(self._named_well(name))]
        members = tuple(
            (Sequence((Choice(tuple(map(Literal, spelled(name)))), *COLON, self._value(asked[name], name))), name in required)
            for name in names if name not in dead or name in required
        )  # fmt: skip
        if any(name in dead for name in required):
            return Members((), None, False, 1, 0)  # which nothing can be
        spoken_of = not members or low > len(members) or any(layer.described for layer in self._layers)
        return Members(members, self._others(list(names)) if spoken_of else None, False, low, high)

    def _named_well(self, name: str) -> list[bool]:
        return [self._builder.judge.admits(schema, name) for schema in self._naming]

    def _value(self, schemas: tuple[Schema, ...], name: str) -> Node:
        return self._builder.reference(schemas, f"{self._where}.{name}")

    def _others(self, names: list[str]) -> Node | None:
        """Members of other names, None when there are none."""
        patterns = [(layer, pattern, schema) for layer in self._layers for pattern, schema in layer.patterns]
        if False in [layer.rest for layer in self._layers if not layer.patterns]:
            return None
        if not names and not patterns and not self._naming:
            rest = tuple(layer.rest for layer in self._layers)
            return Sequence((ANY_NAME, self._value(rest, "additionalProperties")))
        ways = self._conditions_of_names()
        conditions: list[Condition] = [Listed(names), *(pattern for _, pattern, _ in patterns)]
        conditions += [condition for way in ways for condition, _ in way]
        wanted = [wanted for way in ways for _, wanted in way]

        def label(holds: tuple[bool, ...]) -> tuple[Schema, ...] | None:
            matched, named = holds[1 : len(patterns) + 1], list(map(bool.__eq__, holds[len(patterns) + 1 :], wanted))
            fits = not self._naming
            for way in ways:
                fits |= all(named[: len(way)])
                named = named[len(way) :]
            found = [schema for holding, (_, _, schema) in zip(matched, patterns, strict=True) if holding]
            for layer in self._layers:
                if not any(holding and each is layer for holding, (each, _, _) in zip(matched, patterns, strict=True)):
                    found.append(layer.rest)
            return None if holds[0] or not fits or False in found else _Sort(found)

        def ending(sort: tuple[Schema, ...]) -> Node:
            return Sequence((Literal(b'"'), *COLON, self._value(tuple(sort), "additionalProperties")))

        try:
            rules = rules_of(conditions, label, ending, f"{self._name} name ")
        except RequestError as error:
            raise RequestError(f"{self._where}.patternProperties: {error}") from None
        self._builder.rules |= rules
        return Sequence((Literal(b'"'), Reference(f"{self._name} name 0"))) if rules else None

    def _conditions_of_names(self) -> list[list[tuple[Condition, bool]]]:
        """The ways in which a name may be as ``propertyNames`` asks: conditions, and whether each must hold or must not."""
        if not self._naming:
            return []
        found = []
        for alternative in self._builder.alternatives.of(({"type": "string"}, *self._naming), self._where):
            schemas = [part.schema for part in alternative if isinstance(part.schema, Mapping)]
            listed = [
                schema[key] if key == "enum" else [schema[key]]
                for schema in schemas
                for key in ("enum", "const")
                if key in schema
            ]
            way: list[tuple[Condition, bool]] = [(each, True) for each in conditions_of(schemas)]
            way += [(Listed(text for text in values if isinstance(text, str)), True) for values in listed]
            way += [(Listed(schema[EXCLUDED]), False) for schema in schemas if EXCLUDED in schema]
            if all(
                schema.get("type", "string") in ("string", ["string"]) or "string" in schema["type"]
                for schema in schemas
            ):
                found.append(way or [(Listed(()), False)])
        return found


class _Sort(tuple[Schema, ...]):
    """Schemas of a member, the same sort when they are the same schemas; schemas themselves are not hashable."""

    def __new__(cls, schemas: list[Schema]) -> _Sort:
        return super().__new__(cls, schemas)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self)))
