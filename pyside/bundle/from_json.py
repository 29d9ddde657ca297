"""Dataclasses out of JSON, field by field: what is unknown, missing or ill-typed is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_T = TypeVar("_T")
_JSON_TYPES: Mapping[str, type | tuple[type, ...]] = {"int": int, "str": str, "bool": bool, "float": (int, float)}


def read(kind: type[_T], data: Mapping[str, Any], **convert: Callable[[Any], object]) -> _T:
    """A dataclass from a JSON object, the fields named in ``convert`` by those functions; those with defaults may be missing.

    Errors: TypeError for unknown, missing and ill-typed keys.
    """
    types = {f.name: str(f.type).removesuffix(" | None") for f in fields(kind)}  # type: ignore[arg-type]
    required = {f.name for f in fields(kind) if f.default is MISSING}  # type: ignore[arg-type]
    expected = {name: _JSON_TYPES.get(type, object) for name, type in types.items()}
    if set(data) - set(expected) or required - set(data):
        raise TypeError(
            f"{kind.__name__}: unknown keys {sorted(set(data) - set(expected))}, missing keys {sorted(required - set(data))}"
        )
    for key, value in data.items():
        if not isinstance(value, expected[key]) or (isinstance(value, bool) and expected[key] in (int, (int, float))):
            raise TypeError(f"{kind.__name__}: {key} is {value!r}, expected {types[key]}")
    return kind(**{key: convert[key](value) if key in convert else value for key, value in data.items()})


def written(value: DataclassInstance) -> dict[str, Any]:
    """The JSON object that ``read`` makes the dataclass of; fields that are None are left out."""
    return asdict(value, dict_factory=lambda pairs: {key: _listed(value) for key, value in pairs if value is not None})


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def integers(values: object) -> tuple[int, ...]:
    """A list of integers as a tuple.

    Errors: TypeError for anything else.
    """
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise TypeError(f"{values!r}, expected a list of integers")
    return tuple(values)


def names(values: object) -> tuple[Any, ...]:
    """A list of texts as a tuple.

    Errors: TypeError for anything else.
    """
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{values!r}, expected a list of texts")
    return tuple(values)
