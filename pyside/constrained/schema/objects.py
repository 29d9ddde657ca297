"""Objects: named members in the order of ``properties``, then, where the schema speaks of them, others whose names match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyside.constrained.automaton import Condition, Listed, matches, recognises, rules_of
from pyside.constrained.grammar_nodes import BLANK, NEVER, Choice, Literal, Members, Node, Reference, Sequence, Text
from pyside.constrained.schema.alternatives import Alternative, looked_at_within, mappings
from pyside.constrained.schema.builder import Builder
from pyside.constrained.schema.document import Schema
from pyside.constrained.schema.keywords import EXCLUDED
from pyside.constrained.schema.strings import conditions_of, counts
from pyside.constrained.schema.values import named_types, spelled
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
            self.rest = schema["unevaluatedProperties"]
            for inner in looked_at_within(schema, parts):  # what stands in its place has looked at members, too
                self.properties = dict.fromkeys(inner.get("properties", ()), True) | dict(self.properties)
                patterns = dict.fromkeys(inner.get("patternProperties", ()), True) | dict(patterns)
                if {"additionalProperties", "unevaluatedProperties"} & set(inner):
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
        self._schemas = mappings(parts)
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

        def asked(holds: tuple[bool, ...]) -> tuple[Schema, ...] | None:
            """What is asked of a member of which these conditions hold, None when its name is not admitted."""
            listed, *holding = holds
            matched = [pair for pair, held in zip(patterns, holding, strict=False) if held]
            named, fits = holding[len(patterns) :], not self._naming
            for way in ways:
                fits |= named[: len(way)] == [wanted for _, wanted in way]
                named = named[len(way) :]
            speaking = [layer for layer, _, _ in matched]
            found = [schema for _, _, schema in matched]
            found += [layer.rest for layer in self._layers if layer not in speaking]
            return None if listed or False in found or not fits else tuple(found)

        def ending(schemas: tuple[Schema, ...]) -> Node:
            return Sequence((Literal(b'"'), *COLON, self._value(schemas, "additionalProperties")))

        try:
            rules = rules_of(conditions, asked, ending, f"{self._name} name ")
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
            schemas = mappings(alternative)
            if not all("string" in (named_types(schema) or {"string"}) for schema in schemas):
                continue
            way: list[tuple[Condition, bool]] = [(each, True) for each in conditions_of(schemas)]
            for schema in schemas:
                lists = [schema["enum"]] if "enum" in schema else []
                lists += [[schema["const"]]] if "const" in schema else []
                way += [(Listed(text for text in values if isinstance(text, str)), True) for values in lists]
                way += [(Listed(schema[EXCLUDED]), False)] if EXCLUDED in schema else []
            found.append(way)
        return found
