"""JSON Schema to a grammar of the answers that it admits.

The grammar may admit fewer answers than the schema (members come in the order of ``properties``, others only where the schema
speaks of them; a ``pattern`` matches the whole string; a tuple is written whole), never more: a keyword that could not be kept
is refused, not ignored. Keywords that only describe are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pyside.constrained.grammar import Grammar
from pyside.constrained.grammar_nodes import NEVER, Choice, Items, Literal, Members, Node, Reference, Sequence, Text
from pyside.constrained.productive import productive
from pyside.constrained.schema.alternatives import Alternative, Alternatives, mappings
from pyside.constrained.schema.arrays import array
from pyside.constrained.schema.document import Document, Schema
from pyside.constrained.schema.formats import FORMATS
from pyside.constrained.schema.keywords import BY_TYPE, EXCLUDED, TYPES, shortened
from pyside.constrained.schema.numbers import number
from pyside.constrained.schema.objects import ANY_NAME, object_
from pyside.constrained.schema.strings import counts, string
from pyside.constrained.schema.values import Judge, identity, named_types, spelled
from pyside.errors import RequestError

RULES_MAX = 10_000  # of one grammar
START = "schema"
_ANY = "any JSON value"


def grammar_of(schema: Any) -> Grammar:  # noqa: ANN401 - a schema is whatever JSON the caller sent
    """The grammar of a schema's values.

    Errors: RequestError naming the place and the keyword that is not supported, or what is malformed.
    """
    builder = _Builder(Document(schema))
    rules = productive(builder.built())
    if START not in rules:
        raise RequestError(builder.why_nothing_fits())
    return Grammar(Reference(START), rules)


def any_object() -> Grammar:
    """The grammar of every JSON object (``response_format: json_object``)."""
    return grammar_of({"type": "object"})


class _Builder:
    """Makes a rule of each set of schemas that hold at once; a rule refers to the others, so that schemas may be recursive."""

    def __init__(self, document: Document) -> None:
        self.document, self.alternatives, self.judge = document, Alternatives(document), Judge(document)
        any_member = Members((), Sequence((ANY_NAME, Reference(_ANY))))
        self.rules: dict[str, Node] = {
            _ANY: Choice((
                Sequence((Literal(b"{"), any_member)),
                Sequence((Literal(b"["), Items(Reference(_ANY), 0, None))),
                Sequence((Literal(b'"'), Text())),
                number((), integer=False),
                Choice((Literal(b"true"), Literal(b"false"))),
                Literal(b"null"),
            ))
        }  # fmt: skip
        self._names: dict[frozenset[int], str] = {}  # by id() of the schemas, which the list keeps
        self._waiting: list[tuple[str, tuple[Schema, ...], str]] = []
        self._reasons: list[str] = []

    def built(self) -> dict[str, Node]:
        """All rules, beginning with the whole schema's."""
        start = self.reference((self.document.root,), START)
        at = 0
        while at < len(self._waiting):
            name, schemas, where = self._waiting[at]
            self.rules[name] = self._node(schemas, name, where)
            if len(self.rules) > RULES_MAX:
                raise RequestError(f"schema: it makes more than {RULES_MAX} rules, expected fewer: use a smaller one")
            at += 1
        return {START: start, **self.rules}

    def why_nothing_fits(self) -> str:
        """A sentence for a schema that admits nothing."""
        found = self._reasons[0] if self._reasons else f"{START}: it refers to itself"
        return f"{found}, so that no value fits: leave one of its keywords out, or give it another way out"

    def reference(self, schemas: tuple[Schema, ...], where: str) -> Node:
        """The node of the values that all these schemas admit."""
        if any(schema is False for schema in schemas):
            self._reasons.append(f"{where}: false admits nothing")
            return NEVER
        found = tuple({id(schema): schema for schema in schemas if schema is not True and schema != {}}.values())
        if not found:
            return Reference(_ANY)
        key = frozenset(map(id, found))
        if key not in self._names:
            self._names[key] = f"#{len(self._names)}"
            self._waiting.append((self._names[key], found, where))
        return Reference(self._names[key])

    def values_of(self, schemas: tuple[Schema, ...], where: str) -> list[Any] | None:
        """The values that all these schemas admit when they list them, None when they do not."""
        found: dict[Any, Any] = {}
        for alternative in self.alternatives.of(schemas, where):
            values = self._listed(alternative)
            if values is None:
                return None
            for value in values:
                found.setdefault(identity(value), value)
        return list(found.values())

    def _node(self, schemas: tuple[Schema, ...], name: str, where: str) -> Node:
        found = self.alternatives.of(schemas, where)
        nodes = [node for place, parts in enumerate(found) for node in self._plain(parts, f"{name} {place}", where)]
        nodes = [node for node in nodes if node is not NEVER]
        if not found:
            self._reasons.append(f"{where}: its keywords exclude each other, or it refers to itself alone")
        return nodes[0] if len(nodes) == 1 else Choice(tuple(nodes))

    def _listed(self, parts: Alternative) -> list[Any] | None:
        """The values that plain schemas admit when they list them."""
        schemas = mappings(parts)
        lists = [
            [schema["const"]] if "const" in schema else schema["enum"]
            for schema in schemas
            if {"const", "enum"} & set(schema)
        ]
        if not lists:
            few: dict[str, list[Any]] = {"boolean": [True, False], "null": [None]}
            types = self._types(schemas)
            lists = [[value for name in types for value in few[name]]] if types and types <= set(few) else []
        if not lists:
            return None
        return [value for value in min(lists, key=len) if all(self.judge.admits(schema, value) for schema in schemas)]

    def _types(self, schemas: list[Mapping[str, Any]]) -> frozenset[str]:
        """The types of the values; where no schema names any, those that its keywords speak of, or all."""
        named = [types for schema in schemas if (types := named_types(schema)) is not None]
        if named:
            found = frozenset(TYPES).intersection(*named)
            return found - {"integer"} if "number" in found else found
        keywords = {key for schema in schemas for key in schema if key != "format" or schema[key] in FORMATS}
        keywords |= {"pattern"} if EXCLUDED in keywords else set()
        spoken_of = frozenset(name for name, of_type in BY_TYPE.items() if of_type & keywords)
        return spoken_of or frozenset(TYPES) - {"integer"}

    def _plain(self, parts: Alternative, name: str, where: str) -> Iterator[Node]:
        """The nodes of the values that plain schemas admit."""
        schemas = mappings(parts)
        types = self._types(schemas)
        values = self._listed(parts)
        if values is not None:
            if not values:
                listed = [schema[key] for schema in schemas for key in ("const", "enum") if key in schema]
                named = any("type" in schema for schema in schemas)
                asked = f"of type {', '.join(sorted(types)) or 'none'}" if named else "as the other keywords ask"
                self._reasons.append(f"{where}: no value of {shortened(json.dumps(listed[0]))} is {asked}")
            yield from map(Literal, sorted({text for value in values for text in spelled(value)}))
            return
        if not types:
            self._reasons.append(f"{where}: its types exclude each other")
        if types == frozenset(TYPES) - {"integer"} and not any(set(schema) & _CHECKING for schema in schemas):
            yield Reference(_ANY)
            return
        for each in TYPES:
            if each in types:
                node = self._of_type(each, parts, schemas, f"{name} {each}", where)
                if node is NEVER:
                    self._reasons.append(f"{where}: {_why_never(each, schemas)}")
                yield node

    def _of_type(self, name: str, parts: Alternative, schemas: list[Mapping[str, Any]], rule: str, where: str) -> Node:
        match name:
            case "object":
                return object_(parts, self, rule, where)
            case "array":
                return array(parts, self, rule, where)
            case "string":
                node, rules = string(schemas, f"{rule} ", where)
                self.rules |= rules
                return node
            case "boolean":
                return Choice((Literal(b"true"), Literal(b"false")))
            case "null":
                return Literal(b"null")
            case _:
                return number(schemas, name == "integer")


def _why_never(name: str, schemas: list[Mapping[str, Any]]) -> str:
    """Why no value of a type is as its keywords ask."""
    if what := {"string": "Length", "array": "Items", "object": "Properties"}.get(name):
        low, high = counts(schemas, what)
        if high is not None and low > high:
            return f"min{what} is {low} and max{what} is {high}"
    return f"no {name} lies within its bounds"


_CHECKING = frozenset({EXCLUDED}).union(*BY_TYPE.values())
