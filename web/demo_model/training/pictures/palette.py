"""Colours by the names that people give them: some sure examples of each, and a little chance around them."""

from __future__ import annotations

from random import Random

Colour = tuple[int, int, int]

EXAMPLES: dict[str, tuple[Colour, ...]] = {
    "red": ((255, 0, 0), (220, 30, 30), (200, 20, 40), (230, 57, 53)),
    "green": ((0, 128, 0), (0, 255, 0), (30, 160, 50), (67, 160, 71), (60, 200, 80)),
    "blue": ((0, 0, 255), (30, 60, 220), (40, 110, 230), (33, 100, 200), (0, 0, 150)),
    "yellow": ((255, 255, 0), (250, 220, 30), (255, 235, 59)),
    "orange": ((255, 165, 0), (255, 140, 0), (245, 130, 30)),
    "purple": ((128, 0, 128), (140, 50, 190), (106, 27, 154)),
    "pink": ((255, 105, 180), (255, 170, 200), (240, 98, 160)),
    "brown": ((139, 69, 19), (120, 72, 30), (110, 60, 40)),
    "black": ((0, 0, 0), (25, 25, 25)),
    "gray": ((128, 128, 128), (150, 150, 150), (110, 112, 115)),
    "white": ((255, 255, 255), (250, 250, 248)),
}
NAMES = tuple(EXAMPLES)
APART = 110  # least distance of two colours that must be told from each other


def shade(name: str, rng: Random, spread: int = 12) -> Colour:
    """A colour that everybody would call by this name."""
    red, green, blue = (min(255, max(0, v + rng.randint(-spread, spread))) for v in rng.choice(EXAMPLES[name]))
    return red, green, blue


def distance(a: Colour, b: Colour) -> float:
    """Euclidean distance in RGB."""
    return float(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5)


def contrasting(name: str, others: list[Colour], rng: Random) -> Colour | None:
    """A shade of this name that stands out from all the others, if chance finds one."""
    for _ in range(8):
        colour = shade(name, rng)
        if all(distance(colour, other) > APART for other in others):
            return colour
    return None
