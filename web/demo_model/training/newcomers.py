"""Sixty questions of a newcomer, and what became of each: right, declined or wrong.

newcomers.json was written before any of today's wordings and answers, from what somebody would type who knows no more of
the model than that it is small. Each entry has the turns of a conversation and a pattern that a right last reply matches.
Nobody may choose wordings of training by looking at what fails here: write new questions then. Standard library only.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .skills import calculations, decline, letters, pictures

NEWCOMERS = Path(__file__).with_name("newcomers.json")
DECLINED = tuple(
    sentence.split(". ")[0]
    for sentence in (
        decline.SORRY,
        decline.LIVE,
        decline.NO_PICTURE,
        decline.ONLY_ENGLISH,
        *(card.answer for card in (*decline.CLOCK_CARDS, *decline.INCOMPLETE)),
        calculations.TOO_LARGE,
        letters.NOT_UNDERSTOOD,
        pictures.UNREADABLE,
        pictures.UNTOLD,
    )
)
Mark = Literal["right", "declined", "wrong"]
Messages = list[dict[str, Any]]


@dataclass(frozen=True)
class Visit:
    """What a newcomer asks, turn after turn, and the pattern of a right answer to the last one."""

    ask: tuple[str, ...]
    right: str


def visits() -> list[Visit]:
    """All of them."""
    return [Visit(tuple(entry["ask"]), entry["right"]) for entry in json.loads(NEWCOMERS.read_text("utf-8"))]


def mark(visit: Visit, reply: str | None) -> Mark:
    """What a reply is worth; one that did not end is wrong."""
    if reply is None:
        return "wrong"
    if re.search(visit.right, reply.strip().lower()):
        return "right"
    return "declined" if reply.strip().startswith(DECLINED) else "wrong"


def receive(replies: Callable[[list[Messages]], list[str | None]], show: bool) -> Counter[Mark]:
    """Hold all conversations, turn by turn, with whoever answers; ``show`` prints what was not right."""
    asked = visits()
    held: list[Messages] = [[] for _ in asked]
    last: list[str | None] = [None] * len(asked)
    for turn in range(max(len(visit.ask) for visit in asked)):
        now = [i for i, visit in enumerate(asked) if turn < len(visit.ask)]
        for i in now:
            held[i].append({"role": "user", "content": asked[i].ask[turn]})
        for i, reply in zip(now, replies([held[i] for i in now]), strict=True):
            held[i].append({"role": "assistant", "content": reply or ""})
            last[i] = reply
    marks: Counter[Mark] = Counter({"right": 0, "declined": 0, "wrong": 0})
    for visit, reply in zip(asked, last, strict=True):
        given = mark(visit, reply)
        marks[given] += 1
        if show and given != "right":
            print(f"  {given}: {' / '.join(visit.ask)!r} -> {reply!r}")
    return marks
