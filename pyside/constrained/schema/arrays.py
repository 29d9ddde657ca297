"""Arrays: first elements and those after them, counts, different elements, and elements of which some must match."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from pyside.constrained.grammar_nodes import (
    BLANK,
    BRACKET,
    COMMA,
    NEVER,
    Choice,
    Distinct,
    Items,
    Literal,
    Node,
    Pool,
    Reference,
    Sequence,
)
from pyside.constrained.schema.alternatives import Alternative, looked_at_within, mappings
from pyside.constrained.schema.builder import Builder
from pyside.constrained.schema.document import Schema
from pyside.constrained.schema.strings import counts
from pyside.constrained.schema.values import identity, spelled, tuple_of
from pyside.errors import RequestError

STATES_MAX = 1000  # of an array that counts matching elements beside all
POOL_MAX = 200  # values of which each may come once
END = Sequence((BLANK, BRACKET))


def array(parts: Alternative, builder: Builder, name: str, where: str) -> Node:
    """The node of the arrays that all these parts admit; its rules are named after ``name``."""
    found = _Array(parts, builder, name, where)
    return NEVER if found.high is not None and found.low > found.high else Sequence((Literal(b"["), found.node()))


class _Array:
    def __init__(self, parts: Alternative, builder: Builder, name: str, where: str) -> None:
        self._builder, self._name, self._where = builder, name, where
        schemas = mappings(parts)
        layers = [_layer(schema, parts) for schema in schemas]
        self._first = max((len(first) for first, _ in layers), default=0)
        padded = [[*first, *[rest] * (self._first + 1 - len(first))] for first, rest in layers]
        self._slots: list[tuple[Schema, ...]] = list(zip(*padded, strict=True))  # the last one for all further elements
        self.low, self.high = counts(schemas, "Items")
        closed = next((place for place, slot in enumerate(self._slots) if False in slot), None)
        if closed is not None:
            self.high = closed if self.high is None else min(self.high, closed)
        self._unique = any(schema.get("uniqueItems") for schema in schemas)
        self._contains = [schema for schema in schemas if "contains" in schema]
        # A tuple is written whole and nothing after it, unless the schema says more; a shorter one would be valid, too.
        if self._first and not any("minItems" in schema for schema in schemas):
            self.low = self._first if self.high is None else min(self._first, self.high)
        ends = self._first > 0 and self.low <= self._first and not self._contains
        if ends and all(schema is True for schema in self._slots[-1]):
            self.high = self._first if self.high is None else min(self.high, self._first)

    def node(self) -> Node:
        """The inside of the array and its closing bracket."""
        if self._contains:
            return self._containing()
        if self._unique and (self.high is None or self.high > 1):
            return self._different()
        rest = 0 if self.high is None else self.high - self._first
        if rest < 0 or (self.high is not None and rest == 0):
            return self._tuple(NEVER, self.high or 0)
        left = None if self.high is None else rest
        tail = Items(self._slot(self._first), max(0, self.low - self._first), left, self._first > 0)
        return self._tuple(tail, self._first) if self._first else tail

    def _slot(self, place: int, *more: Schema) -> Node:
        where = f"{self._where}.items" if place >= self._first else f"{self._where}.items[{place}]"
        return self._builder.reference((*self._slots[min(place, self._first)], *more), where)

    def _tuple(self, tail: Node, size: int) -> Node:
        """The first ``size`` elements, and what comes after the last of them."""
        for place in reversed(range(size)):
            step = Sequence((*[COMMA][: place > 0], BLANK, self._slot(place), Reference(self._rule(place + 1))))
            self._builder.rules[self._rule(place)] = Choice((step, END)) if place >= self.low else step
        self._builder.rules[self._rule(size)] = END if tail is NEVER else tail
        return Reference(self._rule(0))

    def _rule(self, *place: int) -> str:
        return f"{self._name} {' '.join(map(str, place))}"

    def _different(self) -> Node:
        values: dict[Any, Any] = {}
        places = []
        used = range(self._first if self.high is not None and self.high <= self._first else self._first + 1)
        for place in used:
            listed = self._builder.values_of(self._slots[place], self._where)
            if listed is None:
                raise RequestError(
                    f"{self._where}: uniqueItems is supported for items that list their values (enum, const, boolean or null): "
                    "leave it out and check the answer yourself"
                )
            found = {identity(value): value for value in listed}
            values = found | values
            places.append(found)
        if len(values) > POOL_MAX:
            raise RequestError(f"{self._where}: uniqueItems of {len(values)} values, expected {POOL_MAX} at most")
        numbers = {key: number for number, key in enumerate(values)}
        nodes = tuple(Choice(tuple(map(Literal, spelled(value)))) for value in values.values())
        pool = Pool(nodes, tuple(frozenset(numbers[key] for key in keys) for keys in places), self.low, self.high)
        return Distinct(pool)

    def _containing(self) -> Node:
        """Elements of which some must match: states by how many there were, and how many matched."""
        if len(self._contains) > 1 or self._unique:
            beside = "uniqueItems" if self._unique else "another contains"
            raise RequestError(f"{self._where}: contains beside {beside} is not supported: leave one of them out")
        [schema] = self._contains
        least, most = int(schema.get("minContains", 1)), schema.get("maxContains")
        enough = least if most is None else int(most)
        bound = max(self.low, self.high or 0, self._first, 1)  # from here on, only matches are counted
        if (bound + 1) * (enough + 1) > STATES_MAX or least > enough:
            raise RequestError(
                f"{self._where}: contains with counts of {bound} and {enough}, expected smaller ones in order"
            )
        matching = schema["contains"]
        others = [] if most is None else [self._builder.document.negation(matching)]
        for seen, matched in product(range(bound + 1), range(enough + 1)):
            ends = [END] if seen >= self.low and matched >= least else []
            steps = [
                Sequence(
                    (
                        *[COMMA][: seen > 0],
                        BLANK,
                        self._slot(seen, *asked),
                        Reference(self._rule(min(seen + 1, bound), then)),
                    )
                )
                for asked, then in (([matching], matched + 1), (others, matched))
                if then <= enough and (self.high is None or seen < self.high)
            ]
            self._builder.rules[self._rule(seen, matched)] = Choice((*ends, *steps))
        return Reference(self._rule(0, 0))


def _layer(schema: Mapping[str, Any], parts: Alternative) -> tuple[list[Schema], Schema]:
    """What one schema asks of the first elements, and of those after them."""
    first, rest = tuple_of(schema)
    if "unevaluatedItems" not in schema or "items" in schema:
        return first, rest
    # What stands in its place has looked at elements, too: those of its tuples, or all.
    inner = looked_at_within(schema, parts)
    size = max((len(tuple_of(each)[0]) for each in inner), default=0)
    first = [*first, *[True] * max(0, size - len(first))]
    return first, True if any(map(_looks_at_all, inner)) else schema["unevaluatedItems"]


def _looks_at_all(schema: Mapping[str, Any]) -> bool:
    items = schema.get("items")
    return "unevaluatedItems" in schema or (
        items is not None and (not isinstance(items, list) or "additionalItems" in schema)
    )
