"""Strings: lengths, patterns and formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyside.constrained.automaton import Condition, Counted, Listed, matches, recognises, rules_of
from pyside.constrained.grammar_nodes import NEVER, Literal, Node, Reference, Text
from pyside.constrained.grammar_nodes import Sequence as InOrder
from pyside.constrained.regex import string_of_regex
from pyside.constrained.schema.formats import FORMATS
from pyside.constrained.schema.keywords import EXCLUDED
from pyside.errors import RequestError

QUOTE = Literal(b'"')
Schemas = Sequence[Mapping[str, Any]]


def string(schemas: Schemas, name: str, where: str) -> tuple[Node, Mapping[str, Node]]:
    """The node of the strings that all these schemas admit, and the rules that it needs.

    One pattern or format by itself, and lengths by themselves, are nodes; anything else is an automaton, named ``name``.
    """
    sources, low, high = _asked(schemas)
    excluded = [text for schema in schemas for text in schema.get(EXCLUDED, ())]
    if high is not None and low > high:
        return NEVER, {}
    if not sources and not excluded:
        return InOrder((QUOTE, Text(low, high))), {}
    try:
        if len(sources) == 1 and not excluded and (low, high) == (0, None):
            return InOrder((QUOTE, string_of_regex(*sources), QUOTE)), {}
        conditions: list[Condition] = [matches(source) for source in sources]
        rules = rules_of(
            [*conditions, Counted(low, high), Listed(excluded)],
            lambda holds: True if all(holds[:-1]) and not holds[-1] else None,
            lambda _: QUOTE,
            name,
        )
    except RequestError as error:
        raise RequestError(f"{where}.pattern: {error}") from None
    return (InOrder((QUOTE, Reference(f"{name}0"))) if rules else NEVER), rules


def conditions_of(schemas: Schemas) -> list[Condition]:
    """Conditions that together say what all these schemas say of a string, patterns found anywhere in it."""
    _, low, high = _asked(schemas)
    found: list[Condition] = [
        matches(FORMATS[schema["format"]]) for schema in schemas if schema.get("format") in FORMATS
    ]
    found += [matches(schema["pattern"], anywhere=True) for schema in schemas if "pattern" in schema]
    return found if (low, high) == (0, None) else [*found, Counted(low, high)]


def admits_text(schema: Mapping[str, Any], text: str) -> bool:
    """Whether what a schema says of strings holds for this one."""
    return text not in schema.get(EXCLUDED, ()) and all(recognises(each, text) for each in conditions_of([schema]))


def _asked(schemas: Schemas) -> tuple[list[str], int, int | None]:
    """The regular expressions, and the least and greatest length, of all these schemas together."""
    sources = [schema["pattern"] for schema in schemas if "pattern" in schema]
    sources += [FORMATS[schema["format"]] for schema in schemas if schema.get("format") in FORMATS]
    return list(dict.fromkeys(sources)), *counts(schemas, "Length")


def counts(schemas: Schemas, what: str) -> tuple[int, int | None]:
    """The least and the greatest count of all these schemas together, None when there is none."""
    most = [int(schema[f"max{what}"]) for schema in schemas if f"max{what}" in schema]
    return max((int(schema.get(f"min{what}", 0)) for schema in schemas), default=0), min(most, default=None)
