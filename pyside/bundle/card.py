"""``card.json`` of a bundle: what a page says of the model before it is loaded, and what to ask it first.

A bundle may have none; then the page suggests ``GENERAL``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyside.bundle.from_json import names, read
from pyside.errors import BundleError
from pyside.foreign import read_json, shown

CARD = "card.json"
CARD_MAX = 16 << 10  # bytes
SUMMARY_MAX, STARTER_MAX, STARTERS_MAX = 120, 80, 4  # characters, characters, suggestions
# For any model that chats, and for one whose template lets it think first.
GENERAL = (
    "Explain in two sentences why the sky is blue.",
    "Write a short thank-you note to a neighbour.",
    "Suggest three names for a quiet grey cat.",
)
THINKING = "All but 9 of a farmer's 17 sheep run away. How many are left?"


@dataclass(frozen=True)
class Card:
    """A model in a line, and what it can be asked."""

    summary: str  # one line, '' where nothing is to be said
    starters: tuple[str, ...]  # messages for a first try

    @classmethod
    def from_json(cls, data: bytes) -> Card:
        """Read and check a card.

        Errors: BundleError with what is wrong.
        """
        try:
            value = read_json(data, CARD_MAX)
            if not isinstance(value, Mapping):
                raise TypeError(f"a {type(value).__name__}, expected an object")
            card = read(cls, value, starters=names)
        except (ValueError, TypeError) as error:
            raise BundleError(
                f"{CARD} is not a card ({shown(error)}): state summary, a text, and starters, a list of texts"
            ) from None
        if problems := card.problems():
            raise BundleError(f"{CARD}: {'; '.join(problems)}: shorten it")
        return card

    def to_json(self) -> bytes:
        """Canonical text, which ``from_json`` reads back."""
        return (json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n").encode()

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as the page has it."""
        return {"summary": self.summary, "starters": list(self.starters)}

    def problems(self) -> list[str]:
        """What a page could not show: texts that are long, of several lines or empty."""
        found: list[str] = []
        if len(self.starters) > STARTERS_MAX:
            found.append(f"{len(self.starters)} starters, expected at most {STARTERS_MAX}")
        limits = [("summary", self.summary, SUMMARY_MAX), *(("starter", text, STARTER_MAX) for text in self.starters)]
        for kind, text, most in limits:
            if len(text) > most or not text.isprintable():
                found.append(
                    f"{kind} {shown(text, 40)!r} is {len(text)} characters, expected one line of at most {most}"
                )
            elif kind == "starter" and not text.strip():
                found.append("a starter is empty")
        return found


def default_card(template: str) -> Card:
    """The card of a checkpoint that has none, by what its chat template can do."""
    return Card("", (*GENERAL, *((THINKING,) if "enable_thinking" in template else ())))
