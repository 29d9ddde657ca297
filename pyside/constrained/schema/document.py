"""A schema as a document: every part of it well formed, and every reference within it led to what it names.

References are resolved as RFC 3986 and JSON Schema 2020-12 (section 8) say, as far as they stay in the document: ``$id``,
``$anchor`` and JSON pointers, and the forms that older drafts had for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin

from pyside.constrained.schema.keywords import KNOWN, fault, shortened, subschemas
from pyside.errors import RequestError

DEPTH_MAX = 100  # of JSON in JSON; schemas that people write stay under 20
BITS_MAX = 4096  # of a whole number
ROOT = "https://schema.invalid/"  # the base of a document that names none

Schema = Mapping[str, Any] | bool


class Document:
    """A whole schema.

    Errors: RequestError naming the place and what is malformed, not supported, or too deep.
    """

    def __init__(self, root: Any) -> None:  # noqa: ANN401 - a schema is whatever JSON the caller sent
        refuse_unwieldy(root, "schema")
        if not isinstance(root, Mapping | bool):
            raise RequestError(f"schema: got {shortened(repr(root))}, expected a JSON Schema object")
        self.root: Schema = root
        self._draft = str(root.get("$schema", "")) if isinstance(root, Mapping) else ""
        self._bases: dict[int, str] = {}  # by id() of a schema, which lives as long as the root
        self._resources: dict[str, Schema] = {ROOT: root}
        self._anchors: dict[tuple[str, str], Schema] = {}
        self._negations: dict[int, Schema] = {}
        self._follow(root, "schema", ROOT)

    def target(self, schema: Mapping[str, Any], where: str) -> Schema:
        """What the ``$ref`` of a schema names.

        Errors: RequestError when it leads nowhere in the document.
        """
        reference, found = schema["$ref"], None
        try:
            address, fragment = urldefrag(_joined(self._bases.get(id(schema), ROOT), reference))
            if fragment and not fragment.startswith("/"):
                return self._anchors[address, unquote(fragment)]
            found = _pointed_at(self._resources[address], unquote(fragment))
        except (KeyError, IndexError, TypeError, ValueError):
            pass
        if not isinstance(found, Mapping | bool):
            raise RequestError(
                f"{where}: $ref {shortened(repr(reference))} leads nowhere, expected a place in this schema such as #/$defs/name"
            )
        if isinstance(found, Mapping) and id(found) not in self._bases:  # not where schemas stand: it was not looked at
            self._follow(found, f"{where}.$ref", address)
        return found

    def negation(self, schema: Schema) -> Schema:
        """The schema of all that a schema refuses, the same one each time."""
        if isinstance(schema, bool):
            return not schema
        return self._negations.setdefault(id(schema), {"not": schema})

    def _follow(self, schema: Schema, where: str, base: str) -> None:
        """Look at a schema and all in it."""
        waiting = [(schema, where, base)]
        while waiting:
            schema, where, base = waiting.pop()
            if isinstance(schema, bool) or id(schema) in self._bases:
                continue
            _check(schema, where)
            base = self._bases[id(schema)] = self._named(schema, where, base)
            waiting += [(inner, where + place, base) for place, inner in subschemas(schema)]

    def _named(self, schema: Mapping[str, Any], where: str, base: str) -> str:
        """The base of the references in a schema; remembers the names that it has."""
        name = schema.get("$id", "")
        beside = "$ref" in schema and name
        if beside and not self._draft:
            raise RequestError(
                f"{where}: $id beside $ref means different things in different drafts, expected $schema at the top to say which"
            )
        hidden = beside and "draft-0" in self._draft  # in older drafts a reference hides what stands beside it
        if name and not hidden:
            address, anchor = urldefrag(_joined(base, name))
            if address != base:
                base = address
                self._resources.setdefault(base, schema)
            if anchor:
                self._anchors.setdefault((base, anchor), schema)
        for keyword in ("$anchor", "$dynamicAnchor"):
            if keyword in schema:
                self._anchors.setdefault((base, schema[keyword]), schema)
        return base


def _pointed_at(root: Any, pointer: str) -> Any:  # noqa: ANN401 - as above
    """What a JSON pointer leads to (RFC 6901)."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        root = root[int(name)] if isinstance(root, list) else root[name]
    return root


def _joined(base: str, reference: str) -> str:
    """A reference with its base; a fragment stays in its document, whatever scheme that has."""
    try:
        return base + reference if reference.startswith("#") else urljoin(base, reference)
    except ValueError:  # such as a bracket that is never closed
        return reference


def check_form(root: Schema, where: str, keywords: Collection[str]) -> None:
    """Check the form of these keywords alone, for a schema that nothing is to be held to.

    Errors: RequestError naming the place and what is malformed.
    """
    refuse_unwieldy(root, where)
    waiting: list[tuple[str, Any]] = [(where, root)]
    while waiting:
        place, schema = waiting.pop()
        if isinstance(schema, Mapping):
            for keyword in keywords:
                if keyword in schema and (found := fault(keyword, schema[keyword])):
                    raise RequestError(f"{place}: {found}")
            waiting += [(place + inner, each) for inner, each in subschemas(schema)]


def _check(schema: Mapping[str, Any], where: str) -> None:
    for keyword, value in schema.items():
        if found := fault(keyword, value):
            raise RequestError(f"{where}: {found}")
    unsupported = sorted(name for name in schema if name not in KNOWN and not name.startswith("x-"))
    if unsupported:
        raise RequestError(
            f"{where}: keyword {shortened(', '.join(unsupported))} is not supported: leave it out and check the answer yourself"
        )


def refuse_unwieldy(root: Any, where: str) -> None:  # noqa: ANN401 - as above
    """Refuse JSON that is nested too deep or holds a number that is too long, before anything goes through it in recursion."""
    level, depth = [root], 0
    while level:
        if depth > DEPTH_MAX:
            raise RequestError(
                f"{where}: it is nested more than {DEPTH_MAX} deep, expected less: name parts of it in $defs"
            )
        if any(isinstance(value, int) and value.bit_length() > BITS_MAX for value in level):
            raise RequestError(f"{where}: it holds a number of more than {BITS_MAX} bits, expected a smaller one")
        level, depth = [inner for value in level for inner in _inside(value)], depth + 1


def _inside(value: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
