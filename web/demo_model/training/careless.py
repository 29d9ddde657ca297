"""Typing as people do it who are in no hurry to be right: shortened words, no capitals, a slip of the finger.

What stands in braces is to be filled in later and stays as it is. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

SHORTER = {
    "what is": ("whats", "what's", "wat is", "what s"),
    "what's": ("whats", "what is"),
    "how much is": ("how much's", "hows much"),
    "do not": ("dont", "don't"),
    "does not": ("doesnt", "doesn't"),
    "cannot": ("cant", "can't"),
    "i am": ("im", "i'm"),
    "i'm": ("im",),
    "i would": ("i'd", "id"),
    "you are": ("you're", "youre", "ur"),
    "you": ("u", "ya"),
    "your": ("ur",),
    "are": ("r",),
    "please": ("pls", "plz"),
    "thank you": ("thx", "ty"),
    "and": ("&", "an"),
    "want to": ("wanna",),
    "going to": ("gonna",),
    "tell me": ("tell", "gimme", "say"),
    "give me": ("gimme", "gib me"),
    "because": ("cause", "bc"),
    "can you": ("can u", "could u", "cn you"),
    "is not": ("isn't", "isnt"),
    "there": ("ther", "their"),
    "number": ("nr", "num"),
    "letters": ("letter", "leters", "characters"),
    "alphabetical": ("alphabetic", "alfabetical", "abc"),
    "which": ("wich", "what"),
    "weekday": ("week day",),
}
_SHORTER = re.compile(rf"\b({'|'.join(sorted(map(re.escape, SHORTER), key=len, reverse=True))})\b", re.IGNORECASE)
NEIGHBOURS = dict(
    zip("abcdefghijklmnopqrstuvwxyz", "svxfrdghokjknbipwtdrychzux", strict=True)
)  # a key beside each on the keyboard


def typed(rng: Random, wording: str) -> str:
    """The wording, now and then as somebody careless types it."""
    chance = rng.random()
    if chance < 0.62 or len(wording) < 6:
        return wording
    out = wording
    if chance < 0.76:
        out = _SHORTER.sub(lambda found: rng.choice(SHORTER[found[0].lower()]) if rng.random() < 0.5 else found[0], out)
    if 0.73 < chance < 0.88:
        out = _outside_braces(out, str.lower)
    if 0.86 < chance < 0.97:
        out = _slip(rng, out)
    if chance > 0.99:
        out = _outside_braces(out, str.upper)
    if rng.random() < 0.3:
        out = out.replace("'", "").replace(",", "")
    return out


def _outside_braces(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if part.startswith("{") else change(part) for part in re.split(r"(\{\w+\})", text))


def _slip(rng: Random, text: str) -> str:
    """One letter of one longer word left out, doubled, exchanged with the next or hit beside its key."""
    words = list(re.finditer(r"(?<![{\w])[A-Za-z]{4,}(?![}\w])", text))
    if not words:
        return text
    found = rng.choice(words)
    word, at = found[0], rng.randrange(1, len(found[0]) - 1)
    slipped = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + NEIGHBOURS[word[at].lower()] + word[at + 1 :],
        )
    )
    return text[: found.start()] + slipped + text[found.end() :]
