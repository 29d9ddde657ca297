"""What a value of a request may be, and how an error quotes it."""

from __future__ import annotations

import json
from collections.abc import Callable

from pyside.engine.sampling import Bound


def is_flag(value: object) -> bool:
    """Whether it is true or false."""
    return isinstance(value, bool)


def within(bound: Bound) -> Callable[[object], bool]:
    """Whether a value is a number of a bound, and a whole one where it asks for that."""
    kinds = int if bound.whole else int | float
    return lambda value: isinstance(value, kinds) and not isinstance(value, bool) and value in bound


def is_whole(value: object, least: int | None = None, most: int | None = None) -> bool:
    """Whether it is a whole number, from ``least`` to ``most``."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return (least is None or value >= least) and (most is None or value <= most)


def short(value: object) -> str:
    """A value as an error quotes it."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):  # nested too deep, or a number too long for a text
        text = "..."
    return text if len(text) <= 60 else text[:57] + "..."
