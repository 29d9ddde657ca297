"""Values of JSON, and whether a schema admits one: for those that a schema lists, and for names of members."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from pyside.constrained.automaton import matches, recognises
from pyside.constrained.schema.document import Document, Schema
from pyside.constrained.schema.numbers import admits_number, exact
from pyside.constrained.schema.strings import admits_text
from pyside.errors import RequestError

DEPTH_MAX = 50  # of schemas that one value is held against


def spelled(value: Any) -> list[bytes]:  # noqa: ANN401 - any JSON value
    """A value as JSON, its characters beyond ASCII as themselves where they can be, and escaped."""
    texts = dict.fromkeys(json.dumps(value, ensure_ascii=ascii_only) for ascii_only in (False, True))
    return [text.encode() for text in texts if text.isascii() or not re.search("[\ud800-\udfff]", text)]


def types_of(value: Any) -> frozenset[str]:  # noqa: ANN401 - as above
    """The types that a value has."""
    match value:
        case None:
            return frozenset({"null"})
        case bool():
            return frozenset({"boolean"})
        case int():
            return frozenset({"integer", "number"})
        case float():
            return frozenset({"integer", "number"} if value.is_integer() else {"number"})
        case str():
            return frozenset({"string"})
        case _:
            return frozenset({"array"} if isinstance(value, list) else {"object"})


def identity(value: Any) -> Any:  # noqa: ANN401 - as above
    """Something hashable that two values share when JSON Schema calls them equal: 1 and 1.0, but not 1 and true."""
    match value:
        case bool() | None | str():
            return type(value), value
        case int() | float():
            return exact(value)
        case list():
            return tuple(map(identity, value))
        case _:
            return frozenset((name, identity(each)) for name, each in value.items())


def named_types(schema: Mapping[str, Any]) -> frozenset[str] | None:
    """The types that ``type`` names, integers among the numbers; None when it names none."""
    if "type" not in schema:
        return None
    names = schema["type"]
    found = frozenset([names] if isinstance(names, str) else names)
    return found | {"integer"} if "number" in found else found


class Judge:
    """Says whether a schema admits a value."""

    def __init__(self, document: Document) -> None:
        self._document = document
        # By the id() of the schema, which is kept beside the judgement, and the value.
        self._known: dict[tuple[int, Any], tuple[Schema, bool]] = {}
        self._lists: dict[int, frozenset[Any]] = {}  # of the values of an enum, by the id() of its schema

    def admits(self, schema: Schema, value: Any, depth: int = 0) -> bool:  # noqa: ANN401 - as above
        """Whether the schema admits the value.

        Errors: RequestError when the schema leads back to itself before it comes to a decision.
        """
        if isinstance(schema, bool):
            return schema
        key = (id(schema), identity(value))
        if key not in self._known:
            self._known[key] = (schema, self._admits(schema, value, depth))
        return self._known[key][1]

    def _admits(self, schema: Mapping[str, Any], value: Any, depth: int) -> bool:  # noqa: ANN401 - as above
        if depth > DEPTH_MAX:
            raise RequestError("schema: it refers to itself in such a way that no value of an enum can be decided")
        types = named_types(schema)
        if types is not None and not types & types_of(value):
            return False
        if "const" in schema and identity(value) != identity(schema["const"]):
            return False
        if "enum" in schema and identity(value) not in self._listed(schema):
            return False

        def fits(part: Schema, inner: Any = value) -> bool:  # noqa: ANN401 - as above
            return self.admits(part, inner, depth + 1)

        return self._combined(schema, value, fits) and self._of_type(schema, value, fits)

    def _listed(self, schema: Mapping[str, Any]) -> frozenset[Any]:
        if id(schema) not in self._lists:
            self._lists[id(schema)] = frozenset(map(identity, schema["enum"]))
        return self._lists[id(schema)]

    def _combined(self, schema: Mapping[str, Any], value: Any, fits: Callable[..., bool]) -> bool:  # noqa: ANN401 - as above
        if "$ref" in schema and not fits(self._document.target(schema, "schema")):
            return False
        if not all(map(fits, schema.get("allOf", ()))) or ("not" in schema and fits(schema["not"])):
            return False
        if "anyOf" in schema and not any(map(fits, schema["anyOf"])):
            return False
        if "oneOf" in schema and sum(map(fits, schema["oneOf"])) != 1:
            return False
        if "if" in schema and not fits(schema.get("then" if fits(schema["if"]) else "else", True)):
            return False
        if not isinstance(value, Mapping):
            return True
        dependents = [item for key in ("dependentRequired", "dependentSchemas", "dependencies")
                      for item in schema.get(key, {}).items() if item[0] in value]  # fmt: skip
        return all(set(each) <= set(value) if isinstance(each, list) else fits(each) for _, each in dependents)

    def _of_type(self, schema: Mapping[str, Any], value: Any, fits: Callable[..., bool]) -> bool:  # noqa: ANN401 - as above
        match value:
            case bool() | None:
                return True
            case int() | float():
                return admits_number(schema, exact(value))
            case str():
                return admits_text(schema, value)
            case list():
                return _admits_array(schema, value, fits)
            case _:
                return _admits_object(schema, value, fits)


def _admits_array(schema: Mapping[str, Any], value: list[Any], fits: Callable[..., bool]) -> bool:
    _refuse(schema, "unevaluatedItems")
    first, rest = tuple_of(schema)
    matching = sum(fits(schema["contains"], each) for each in value) if "contains" in schema else 0
    return all((
        _counted(schema, "Items", len(value)),
        all(fits(first[place] if place < len(first) else rest, each) for place, each in enumerate(value)),
        not schema.get("uniqueItems") or len(set(map(identity, value))) == len(value),
        "contains" not in schema or matching >= schema.get("minContains", 1),
        "contains" not in schema or matching <= schema.get("maxContains", matching),
    ))  # fmt: skip


def _admits_object(schema: Mapping[str, Any], value: Mapping[str, Any], fits: Callable[..., bool]) -> bool:
    _refuse(schema, "unevaluatedProperties")
    return all((
        _counted(schema, "Properties", len(value)),
        all(name in value for name in schema.get("required", ())),
        all(fits(part, each) for name, each in value.items() for part in schemas_of_member(schema, name)),
        all(fits(schema.get("propertyNames", True), name) for name in value),
    ))  # fmt: skip


def _counted(schema: Mapping[str, Any], what: str, count: int) -> bool:
    return bool(schema.get(f"min{what}", 0) <= count <= schema.get(f"max{what}", count))


def _refuse(schema: Mapping[str, Any], keyword: str) -> None:
    if keyword in schema:
        raise RequestError(
            f"schema: {keyword} beside an enum or const of objects or arrays is not supported: leave it out"
        )


def tuple_of(schema: Mapping[str, Any]) -> tuple[list[Schema], Schema]:
    """The schemas of an array's first elements, and the one of those after them; older drafts had both in ``items``."""
    items = schema.get("items", True)
    if isinstance(items, list):
        return items, schema.get("additionalItems", True)
    return schema.get("prefixItems", []), items


def schemas_of_member(schema: Mapping[str, Any], name: str) -> list[Schema]:
    """What one schema asks of the member of this name."""
    found: list[Schema] = [schema["properties"][name]] if name in schema.get("properties", {}) else []
    found += [each for source, each in schema.get("patternProperties", {}).items()
              if recognises(matches(source, anywhere=True), name)]  # fmt: skip
    return found or [schema.get("additionalProperties", True)]
