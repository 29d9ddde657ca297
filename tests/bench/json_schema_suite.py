"""Holds grammars against the public JSON-Schema-Test-Suite: schemas accepted, instances wrongly accepted, answers that are not valid.

    python -m tests.bench.json_schema_suite SUITE [--answers 4] [--seed 0] [--refused]

SUITE is a checkout of https://github.com/json-schema-org/JSON-Schema-Test-Suite; its drafts 7 and 2020-12 are read, without the
optional parts. A grammar may admit less than its schema, never more: whatever it admits must be valid, both of the suite's own
instances and of answers drawn at random, which ``jsonschema`` judges. Schemas that admit nothing at all are rightly refused.
The exit status is 1 when something invalid was admitted, a grammar failed, or fewer schemas than GOAL were accepted.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import warnings
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator

from pyside.constrained.json_schema import grammar_of
from pyside.constrained.schema.formats import FORMATS
from pyside.errors import RequestError
from tests.support.grammars.sampling import accepts, drawn

DRAFTS: dict[str, Any] = {"draft2020-12": Draft202012Validator, "draft7": Draft7Validator}
GOAL = 260 / 461  # of the schemas
PROPERTY = re.compile(r"\\\\p\{")  # which Python's re, and so the validator, does not know


@dataclass
class Tally:
    """What was found in one file of one draft."""

    schemas: int = 0
    accepted: int = 0
    nothing_valid: int = 0  # refused schemas of which the suite knows no valid instance
    instances: int = 0  # valid ones of accepted schemas
    admitted: int = 0
    answers: int = 0  # drawn and whole
    faults: list[str] = field(default_factory=list)


def main() -> int:
    """Go through the suite and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("suite", type=Path)
    parser.add_argument("--answers", type=int, default=4, help="drawn from each grammar")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--refused", action="store_true", help="print each refused schema and why")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rng, total = random.Random(options.seed), Tally()
    print(f"{'draft':13}{'file':27}schemas accepted   valid admitted  answers faults")
    for draft in DRAFTS:
        for path in sorted((options.suite / "tests" / draft).glob("*.json")):
            tally = Tally()
            for group in json.loads(path.read_text(encoding="utf-8")):
                why = judged(group, draft, tally, rng, options.answers)
                if why and options.refused:
                    print(f"  {draft}/{path.name}: {group['description']}: {why}")
            print(row(draft, path.name, tally))
            for name, value in vars(tally).items():
                setattr(total, name, getattr(total, name) + value)
    print(row("both", "", total))
    print(f"refused though the suite knows a valid instance: {total.schemas - total.accepted - total.nothing_valid}")
    print("\n".join(total.faults))
    return int(bool(total.faults) or not total.schemas or total.accepted < GOAL * total.schemas)


def row(draft: str, name: str, tally: Tally) -> str:
    return (
        f"{draft:13}{name:27}{tally.schemas:7}{tally.accepted:9}{tally.instances:8}{tally.admitted:9}"
        f"{tally.answers:9}{len(tally.faults):7}"
    )


def judged(group: dict[str, Any], draft: str, tally: Tally, rng: random.Random, answers: int) -> str | None:
    """Count what becomes of one schema; why it was refused, if it was."""
    schema, name = group["schema"], f"{draft}, {group['description']}"
    tally.schemas += 1
    try:
        grammar = grammar_of(schema)
    except RequestError as error:
        tally.nothing_valid += not any(test["valid"] for test in group["tests"])
        return str(error)
    except Exception as error:  # any other is what is looked for
        tally.faults.append(f"{name}: {error!r}")
        return None
    tally.accepted += 1
    for test in group["tests"]:
        texts = {json.dumps(test["data"], ensure_ascii=ascii_only) for ascii_only in (True, False)}
        admitted = any(accepts(grammar, text) for text in texts)
        tally.instances += test["valid"]
        tally.admitted += test["valid"] and admitted
        if admitted and not test["valid"]:
            tally.faults.append(f"{name}: admits {texts}")
    if not PROPERTY.search(json.dumps(schema)):
        checks = DRAFTS[draft].FORMAT_CHECKER if _formats(schema) <= set(FORMATS) else None
        checker = DRAFTS[draft](exactly(json.dumps(schema)), format_checker=checks)
        for _ in range(answers):
            if (text := drawn(grammar, rng)) is not None:
                tally.answers += 1
                if not checker.is_valid(exactly(text)):
                    tally.faults.append(f"{name}: says {text!r}")
    return None


def exactly(text: str | bytes) -> Any:
    """JSON whose numbers stay as they are written: by floats, -5.8 is no multiple of 0.0001."""
    return json.loads(text, parse_float=Decimal)


def _formats(schema: Any) -> set[str]:
    """The formats that stand anywhere in a schema."""
    return set(re.findall(r'"format": "([^"]*)"', json.dumps(schema)))


if __name__ == "__main__":
    sys.exit(main())
