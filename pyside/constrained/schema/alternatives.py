"""Keywords that combine schemas, taken apart: a schema as alternatives, each of them plain schemas that all hold at once.

Plain schemas state a type, values, and what a type's values are like. ``oneOf`` becomes ``anyOf`` whose parts exclude each
other, ``if`` becomes two alternatives, and negations are pushed inside (``negation.py``). Alternatives may admit less than the
schema, never more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pyside.constrained.schema.document import Document, Schema
from pyside.constrained.schema.exclusion import exclude_each_other
from pyside.constrained.schema.keywords import PLAIN
from pyside.constrained.schema.negation import negated
from pyside.constrained.schema.values import named_types
from pyside.errors import RequestError

ALTERNATIVES_MAX = 400  # of one schema


@dataclass(frozen=True)
class Part:
    """A schema that must hold, and the schemas in place of which it stands, by their id().

    A silent one stands in a negation: it says nothing of which members and elements have been looked at.
    """

    schema: Schema
    outer: tuple[int, ...] = ()
    silent: bool = False

    def inner(self, schema: Schema, silent: bool = False) -> Part:
        """A schema that must hold because this one must."""
        return Part(schema, (*self.outer, id(self.schema)), self.silent or silent)


Alternative = tuple[Part, ...]
Choices = tuple[bool, list[list[Schema]]]


def mappings(parts: Alternative) -> list[Mapping[str, Any]]:
    """The schemas of an alternative, all of which are mappings."""
    return [part.schema for part in parts if isinstance(part.schema, Mapping)]


def looked_at_within(schema: Mapping[str, Any], parts: Alternative) -> list[Mapping[str, Any]]:
    """The schemas that stand in the place of this one, and count for what it leaves unevaluated."""
    return mappings(tuple(part for part in parts if id(schema) in part.outer and not part.silent))


class Alternatives:
    """Takes the schemas of one document apart."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._made: dict[int, tuple[Schema, list[Choices]]] = {}  # by id() of what they were made from

    def of(self, schemas: tuple[Schema, ...], where: str) -> list[Alternative]:
        """The alternatives of schemas that all hold at once; none when nothing can hold.

        Errors: RequestError when there are too many, or a part of them cannot be taken apart.
        """
        found: list[Alternative] = []
        waiting: list[tuple[Alternative, Alternative, frozenset[int]]] = [((), tuple(map(Part, schemas)), frozenset())]
        while waiting:
            plain, parts, opened = waiting.pop()
            if not parts:
                found.append(plain)
                continue
            (part, *others), own = parts, id(parts[0].schema)
            if own in opened and own not in part.outer:  # to hold twice is to hold once
                waiting.append((plain, tuple(others), opened))
                continue
            ways = reversed(list(self._opened(part, where)))
            waiting += [(plain + kept, (*rest, *others), opened | {own}) for kept, rest in ways]
            if len(found) + len(waiting) > ALTERNATIVES_MAX:
                raise RequestError(
                    f"{where}: its combinations have more than {ALTERNATIVES_MAX} alternatives, expected fewer: "
                    "use anyOf with complete schemas"
                )
        return found

    def _opened(self, part: Part, where: str) -> Iterator[tuple[Alternative, Alternative]]:
        """The ways in which a part may hold: what is plain of it, and parts that must hold, too."""
        schema = part.schema
        if isinstance(schema, bool) or id(schema) in part.outer:  # one that needs itself first never comes to hold
            if schema is True:
                yield (), ()
            return
        needed = list(map(part.inner, schema.get("allOf", ())))
        if "$ref" in schema:
            needed.append(part.inner(self._document.target(schema, where)))
        ways: list[Alternative] = [tuple(needed)]
        for silent, cases in self._choices(schema, where):
            ways = [(*way, *(part.inner(each, silent) for each in case)) for way in ways for case in cases]
            if len(ways) > ALTERNATIVES_MAX:
                break
        plain = (part,) if PLAIN & set(schema) else ()
        for way in ways:
            yield plain, way

    def _choices(self, schema: Mapping[str, Any], where: str) -> list[Choices]:
        """What ``_cases`` says, the same schemas each time."""
        if id(schema) not in self._made:
            self._made[id(schema)] = (schema, list(self._cases(schema, where)))
        return self._made[id(schema)][1]

    def _cases(self, schema: Mapping[str, Any], where: str) -> Iterator[Choices]:
        """For each keyword that gives a choice: whether it is a negation, and the schemas that must hold in each case."""
        if "anyOf" in schema:
            yield False, [[each] for each in schema["anyOf"]]
        if "oneOf" in schema:
            yield False, self._one_of(schema)
        if "not" in schema:
            yield True, [[each] for each in negated(schema["not"], self._document, where)]
        if "if" in schema and ("then" in schema or "else" in schema):
            condition = schema["if"]
            yield (
                False,
                [
                    [condition, schema.get("then", True)],
                    [self._document.negation(condition), schema.get("else", True)],
                ],
            )
        for keyword in ("dependentRequired", "dependentSchemas", "dependencies"):
            for name, needed in schema.get(keyword, {}).items():
                names = needed if isinstance(needed, list) else []
                then: list[Schema] = [
                    {"type": "object", "required": [name, *names]},
                    *([] if isinstance(needed, list) else [needed]),
                ]
                yield False, [[{"properties": {name: False}}], then]

    def _one_of(self, schema: Mapping[str, Any]) -> list[list[Schema]]:
        """Each part with the negation of those that do not exclude it anyway."""
        parts: list[Schema] = schema["oneOf"]
        others: list[list[Schema]] = [[] for _ in parts]
        for i, j in combinations(range(len(parts)), 2):
            if not exclude_each_other(parts[i], parts[j], self._document, named_types(schema)):
                others[i].append(self._document.negation(parts[j]))
                others[j].append(self._document.negation(parts[i]))
        return [[part, *refused] for part, refused in zip(parts, others, strict=True)]
