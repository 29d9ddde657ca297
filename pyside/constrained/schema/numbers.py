"""Numbers: bounds and steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from pyside.constrained.grammar_nodes import NEVER, Node, Number

Schemas = Sequence[Mapping[str, Any]]


def number(schemas: Schemas, integer: bool) -> Node:
    """The node of the numbers that all these schemas admit."""
    low, open_low = _tightest(schemas, "minimum", "exclusiveMinimum", 1)
    high, open_high = _tightest(schemas, "maximum", "exclusiveMaximum", -1)
    step = common_multiple([exact(schema["multipleOf"]) for schema in schemas if "multipleOf" in schema])
    node = Number(integer, low, high, open_low, open_high, step)
    return node if node.possible else NEVER


def admits_number(schema: Mapping[str, Any], value: Fraction) -> bool:
    """Whether what a schema says of numbers holds for this one."""
    return all((
        "minimum" not in schema or value >= exact(schema["minimum"]),
        "maximum" not in schema or value <= exact(schema["maximum"]),
        "exclusiveMinimum" not in schema or value > exact(schema["exclusiveMinimum"]),
        "exclusiveMaximum" not in schema or value < exact(schema["exclusiveMaximum"]),
        "multipleOf" not in schema or value % exact(schema["multipleOf"]) == 0,
    ))  # fmt: skip


def exact(value: float) -> Fraction:
    """A number of JSON as it is written, 0.1 being a tenth."""
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def common_multiple(steps: Sequence[Fraction]) -> Fraction | None:
    """The least common multiple, None of none."""
    if not steps:
        return None
    whole = lcm(*(step.denominator for step in steps))
    return Fraction(lcm(*(int(step * whole) for step in steps)), whole)


def _tightest(schemas: Schemas, closed: str, open: str, sign: int) -> tuple[Fraction | None, bool]:
    """The strictest bound, inclusive or exclusive, and whether it is exclusive."""
    bounds = [
        (sign * exact(schema[name]), name == open) for schema in schemas for name in (closed, open) if name in schema
    ]
    if not bounds:
        return None, False
    bound, exclusive = max(bounds)
    return sign * bound, exclusive
