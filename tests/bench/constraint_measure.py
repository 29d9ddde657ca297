"""The part of ``constraint_speed.py`` that also runs in Pyodide: makes the masks of one answer to each of several forms."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from pyside.constrained.constraint import Constraint
from pyside.constrained.grammar import Grammar
from pyside.constrained.json_schema import any_object, grammar_of
from pyside.constrained.regex import grammar_of_regex
from pyside.constrained.vocabulary import Vocabulary
from pyside.text.tokenizer import Tokenizer

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "city": {"type": "string", "maxLength": 60},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "tags": {"type": "array", "items": {"type": "string"}},
        "score": {"type": "number"},
        "kind": {"enum": ["alpha", "beta"]},
    },
    "required": ["name", "city", "age", "tags", "score", "kind"],
    "additionalProperties": False,
}
EMAIL = (
    r"^[a-zA-Z0-9.!#$%&'*+\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)
ANSWERS: dict[str, tuple[Callable[[], Grammar], str]] = {
    "schema": (
        lambda: grammar_of(SCHEMA),
        '{"name": "Maria Müller", "city": "Frankfurt am Main", "age": 42, "tags": ["one", "two words", "三"], '
        '"score": -12.75, "kind": "beta"}',
    ),
    "any object": (
        any_object,
        '{"name": "Maria", "list": [1, 2.5, true, null, {"deep": "x \\n y"}], "t": "a quick fox"}',
    ),
    "e-mail": (lambda: grammar_of_regex(EMAIL), "gnome.barbarian@example-site.org"),
    "list of lines": (lambda: grammar_of_regex(r"(- .*\n)+"), '- first point of all\n- second: "quoted"\n- drei\n'),
    "words": (lambda: grammar_of_regex(r"[a-z]+( [a-z]+){0,20}\."), "the quick brown fox jumps over the lazy dog."),
    "counted": (lambda: grammar_of_regex(".{10,200}", "u"), "A sentence of the usual length, with 中文 in it."),
}


def measure(folder: str) -> str:
    """Milliseconds of each step's mask, and of one that is remembered, with ``tokenizer.bin`` of a folder; as JSON."""
    tokenizer = Tokenizer.load(Path(folder, "tokenizer.bin").read_bytes())
    start = perf_counter()
    vocabulary = Vocabulary(tokenizer, (tokenizer.vocab_used - 1,))
    result: dict[str, object] = {"vocabulary_s": round(perf_counter() - start, 3)}
    gc.freeze()
    for name, (grammar, answer) in ANSWERS.items():
        constraint, ids = Constraint(grammar(), vocabulary), tokenizer.encode(answer)
        times = sorted(_time(constraint, ids[:count]) for count in range(len(ids) + 1))
        if not constraint.complete:
            raise ValueError(f"{name}: the answer is not in its form")
        result[name] = {
            "steps": len(times),
            "median_ms": round(times[len(times) // 2], 2),
            "p90_ms": round(times[len(times) * 9 // 10], 2),
            "longest_ms": round(times[-1], 2),
            "remembered_ms": round(min(_time(constraint, ids) for _ in range(20)), 4),
        }
    return json.dumps(result)


def _time(constraint: Constraint, ids: list[int]) -> float:
    start = perf_counter()
    constraint.allow(ids)
    return 1000 * (perf_counter() - start)
