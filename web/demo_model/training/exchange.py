"""What a skill produces: one question with its thought and its answer, in a phrasing that training may or may not see."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Literal

from . import careless

if TYPE_CHECKING:
    from .pictures.scenes import Scene

Split = Literal["train", "held"]


@dataclass(frozen=True)
class Phrases:
    """Wordings of one intent; the held-out ones are never rendered into training text."""

    lines: tuple[tuple[str, ...], ...]  # of training; what one written line stands for, held-out wordings left out
    held: tuple[str, ...]

    @property
    def train(self) -> tuple[str, ...]:
        """Every training wording."""
        return tuple(wording for line in self.lines for wording in line)

    def draw(self, rng: Random, split: Split) -> str:
        """A wording of one split; each written line is as likely as another, however much it stands for.

        Training's are sometimes typed carelessly, but never so that a held-out one comes out.
        """
        if split == "held":
            return rng.choice(self.held)
        wording = rng.choice(rng.choice(self.lines))
        typed = careless.typed(rng, wording)
        return wording if typed == wording or spoken(typed) in _spoken(self.held) else typed


@dataclass(frozen=True)
class ToolUse:
    """A call, the text that the tool returned, and the thoughts before the call and after the result."""

    name: str
    arguments: dict[str, str]
    result: str
    thought: str


@dataclass(frozen=True)
class Exchange:
    """One question and its answer. ``thought`` is what stands in the think block when thinking is on."""

    skill: str
    user: str
    thought: str
    answer: str
    tool: ToolUse | None = None
    number: int | None = None  # a result that one may go on with: "and times two?"
    reason: str = ""  # what "why?" is answered with
    # the same question about another thing, as "and on Friday?" asks it: the words to ask, and the exchange
    again: Callable[[Random], tuple[str, Exchange]] | None = field(default=None, compare=False, repr=False)


@dataclass
class Situation:
    """What a conversation has established so far, for the skills whose answers depend on it."""

    persona: str | None = None  # name given by the system prompt
    terse: bool = False  # the system prompt asks for the bare result
    name: str | None = None  # what the user said their name is
    number: int | None = None  # what the user asked to remember
    scene: Scene | None = None  # the latest picture
    last: Exchange | None = None  # what was asked and answered just before
    tools: frozenset[str] = field(default_factory=frozenset)


Skill = Callable[[Random, Split, Situation], Exchange]


@dataclass(frozen=True)
class Card:
    """A fixed question and answer: the same answer for every wording."""

    skill: str
    answer: str
    thought: str
    phrases: Phrases


def card(skill: str, answer: str, thought: str, train: str, held: str) -> Card:
    """A card whose wordings are given as for ``phrases``."""
    return Card(skill, answer, thought, phrases(train, held))


def phrases(train: str, held: str) -> Phrases:
    """Phrases from two '|'-separated lists, whose lines may hold alternatives: "[What is;What's] {a} + {b}?"."""
    out = tuple(wording for line in _lines(held) for wording in alternatives(line))
    kept_back = {spoken(wording) for wording in out}
    lines = (tuple(w for w in alternatives(line) if spoken(w) not in kept_back) for line in _lines(train))
    return Phrases(tuple(line for line in lines if line), out)


def alternatives(line: str) -> tuple[str, ...]:
    """Every wording that a line stands for, each beginning with a capital."""
    parts = [part.split(";") if i % 2 else [part] for i, part in enumerate(re.split(r"[\[\]]", line))]
    wordings = (" ".join("".join(chosen).split()) for chosen in product(*parts))
    return tuple(w[:1].upper() + w[1:] for w in wordings)


def spoken(wording: str) -> str:
    """What two wordings share that differ in capitals, spaces, marks, a multiplication sign or a polite word only."""
    text = re.sub(r"×|(?<![a-z])x(?![a-z])", "*", wording.lower())
    text = re.sub(r"[^a-z0-9{}+*/÷-]+", " ", text).strip()
    return re.sub(r"^((please|hey|hi|ok|now|so|tell me|quick question) )+|( (please|thanks))+$", "", text).replace(
        " ", ""
    )


@cache
def _spoken(wordings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(spoken(wording) for wording in wordings)


def listed(text: str) -> tuple[str, ...]:
    """The items of a list written as text: separated by '|' where there is one, else by white space."""
    return _lines(text) if "|" in text else tuple(text.split())


def _lines(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("|") if part.strip())


def from_cards(cards: Sequence[Card]) -> Skill:
    """The skill that asks one of these cards."""

    def ask(rng: Random, split: Split, situation: Situation) -> Exchange:
        chosen = rng.choice(cards)
        user = vary(rng, chosen.phrases.draw(rng, split))
        return Exchange(chosen.skill, user, chosen.thought, chosen.answer, reason="That is how I learned it.")

    return ask


OPENERS = listed(
    "Please: |Hey, |Hi, |Ok, |Now |So |Tell me: |Quick question: |Hello, |Well, |Um, |And |Sorry, |One more: |Next: |Hey |Hi! |Hello! |Delta, "
)
CLOSERS = (" please", " thanks", ", please", " pls", ", thank you", " for me", " :)", " now", ", Delta")


def vary(rng: Random, text: str) -> str:
    """The same wording as people type it: sometimes a word before or after, lower case, no final mark, or two of them."""
    opener = f"{rng.choice(OPENERS)} " if rng.random() < 0.25 else ""
    if opener and text[:1].isupper() and text[1:2].islower() and text.split(maxsplit=1)[0] in _STARTERS:
        text = text[0].lower() + text[1:]
    mark = text[-1] if text[-1:] in "?.!" else ""
    if mark:
        text = text[:-1]
    text = opener + text + (rng.choice(CLOSERS) if rng.random() < 0.15 else "")
    if mark and rng.random() < 0.65:
        text += mark if rng.random() < 0.93 else rng.choice((mark * 2, mark * 3, f" {mark}"))
    if rng.random() < 0.3:
        text = text[:1].lower() + text[1:]
    return text


def any_case(rng: Random, name: str) -> str:
    """A name as people type it, often without its capital."""
    return name.lower() if rng.random() < 0.4 else name


_STARTERS = frozenset(
    listed(
        "What How Which Who When Where Why Is Are Can Could Do Does If Add Take Convert Count Sort Put Spell Write Name Give "
        "Say Tell Reverse List Explain Translate Compute Calculate Work Multiply Divide Subtract Order Arrange What's"
    )
)
