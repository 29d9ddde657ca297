"""Dataclasses out of JSON, field by field: what is unknown, missing or ill-typed is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

_T = TypeVar("_T")
_JSON_TYPES: Mapping[str, type] = {"int": int, "str": str, "bool": bool}


def read(kind: type[_T], data: Mapping[str, Any], **convert: Callable[[Any], object]) -> _T:
    """A dataclass from a JSON object, the fields named in ``convert`` by those functions.

    Errors: TypeError for unknown, missing and ill-typed keys.
    """
    expected = {f.name: _JSON_TYPES.get(str(f.type), object) for f in fields(kind)}  # type: ignore[arg-type]
    if set(data) != set(expected):
        raise TypeError(
            f"{kind.__name__}: unknown keys {sorted(set(data) - set(expected))}, missing keys {sorted(set(expected) - set(data))}"
        )
    for key, value in data.items():
        if not isinstance(value, expected[key]) or (expected[key] is int and isinstance(value, bool)):
            raise TypeError(f"{kind.__name__}: {key} is {value!r}, expected {expected[key].__name__}")
    return kind(**{key: convert[key](value) if key in convert else value for key, value in data.items()})


def integers(values: object) -> tuple[int, ...]:
    """A list of integers as a tuple.

    Errors: TypeError for anything else.
    """
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise TypeError(f"{values!r}, expected a list of integers")
    return tuple(values)
