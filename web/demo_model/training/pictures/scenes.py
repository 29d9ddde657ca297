"""What is in a picture, before it is drawn: shapes, lettering, a bar chart, something that nobody can name, or nothing.

A scene is drawn from its own seed: the same scene gives the same pixels. Needs the standard library.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from ..lexicon import SHORT_WORDS
from . import palette
from .palette import Colour

Kind = Literal["shapes", "text", "chart", "photo", "empty"]
SIDES = (64, 96, 128, 160, 192)  # multiples of what one token sees, 32 pixels
MOST_PIXELS = 192 * 192  # as the checkpoint's preprocessor_config.json says
SHAPES = ("circle", "square", "triangle", "star", "diamond", "heart", "cross", "oval", "rectangle", "hexagon")
PLACES = (
    ("in the top left", "at the top", "in the top right"),
    ("on the left", "in the center", "on the right"),
    ("in the bottom left", "at the bottom", "in the bottom right"),
)
SIZES = {"small": (0.08, 0.13), "medium": (0.19, 0.23), "large": (0.32, 0.46)}  # radius by the shorter side


@dataclass(frozen=True)
class Thing:
    """One shape; x, y and radius in shares of width, height and shorter side."""

    shape: str
    colour: str
    paint: Colour
    x: float
    y: float
    radius: float
    size: str
    filled: bool = True


@dataclass(frozen=True)
class Bar:
    """One bar of a chart; the height is a share of the plot's."""

    colour: str
    paint: Colour
    height: float
    label: str  # "" where bars have none


@dataclass(frozen=True)
class Scene:
    """A picture as data. ``background`` is the colour's name, "" where it has none."""

    kind: Kind
    height: int
    width: int
    background: str
    ground: Colour
    seed: int
    things: tuple[Thing, ...] = ()
    text: str = ""
    ink: tuple[str, Colour] = ("black", (0, 0, 0))
    bars: tuple[Bar, ...] = ()
    rough: bool = field(default=False)  # drawn as by mouse: outlines that tremble

    def place(self, thing: Thing) -> str:
        """Where a thing stands, in words."""
        return PLACES[min(2, int(thing.y * 3))][min(2, int(thing.x * 3))]


def scene(rng: Random) -> Scene:
    """A scene of any kind."""
    kind = rng.random()
    if kind < 0.24:
        return single(rng)
    if kind < 0.50:
        return several(rng)
    if kind < 0.78:
        return lettering(rng)
    if kind < 0.90:
        return chart(rng)
    return photo(rng) if kind < 0.98 else empty(rng)


def _sheet(rng: Random) -> tuple[int, int, str, Colour]:
    """Height, width, and a background: white mostly."""
    while True:
        height, width = (rng.choice(SIDES[1:]) for _ in range(2))
        if rng.random() < 0.5:
            width = height
        if height * width <= MOST_PIXELS and max(height, width) <= 2 * min(height, width):
            break
    name = rng.choices(("white", "black", "gray", rng.choice(palette.NAMES)), (13, 2, 1, 4))[0]
    return height, width, name, palette.shade(name, rng, 6)


def _thing(rng: Random, avoid: list[Colour], shape: str, colour: str, size: str, x: float, y: float) -> Thing | None:
    paint = palette.contrasting(colour, avoid, rng)
    if paint is None:
        return None
    return Thing(shape, colour, paint, x, y, rng.uniform(*SIZES[size]), size)


def single(rng: Random) -> Scene:
    """One shape of any colour, size and place."""
    height, width, background, ground = _sheet(rng)
    while True:
        size = rng.choice(tuple(SIZES))
        if size == "large":
            x, y = rng.uniform(0.47, 0.53), rng.uniform(0.47, 0.53)
        else:
            reach = 0.06 if size == "small" else 0.02
            x, y = (rng.choice((1 / 5, 1 / 2, 4 / 5)) + rng.uniform(-reach, reach) for _ in range(2))
            if size == "medium":
                x, y = (0.5 + (v - 0.5) * 0.85 for v in (x, y))
        thing = _thing(rng, [ground], rng.choice(SHAPES), rng.choice(palette.NAMES), size, x, y)
        if thing:
            break
    rough = rng.random() < 0.15
    if rough or rng.random() < 0.15:
        thing = Thing(**(vars(thing) | {"filled": False}))
    return Scene("shapes", height, width, background, ground, rng.getrandbits(32), (thing,), rough=rough)


def several(rng: Random) -> Scene:
    """Two to six shapes that do not touch: often the same shape or the same colour, so that counting has a meaning."""
    height, width, background, ground = _sheet(rng)
    count = rng.choice((2, 2, 3, 3, 4, 5, 6))
    shapes = rng.sample(SHAPES, rng.choice((1, 2, 2, count if count <= 4 else 3)))
    colours = rng.sample(palette.NAMES, rng.choice((1, 2, 3, 4)))
    things: list[Thing] = []
    reach = {2: 0.2, 3: 0.16, 4: 0.15, 5: 0.13, 6: 0.12}[count]
    short = min(height, width)
    while len(things) < count:
        radius = rng.uniform(0.6, 1.0) * reach
        x, y = (rng.uniform(radius * short / side + 0.02, 0.98 - radius * short / side) for side in (width, height))
        free = all(
            ((x - t.x) * width) ** 2 + ((y - t.y) * height) ** 2 > ((radius + t.radius + 0.04) * short) ** 2
            for t in things
        )
        paint = palette.contrasting(colour := rng.choice(colours), [ground], rng)
        if free and paint:
            same = next((t.paint for t in things if t.colour == colour), paint)
            things.append(Thing(rng.choice(shapes), colour, same, x, y, radius, ""))
        elif rng.random() < 0.02:
            things.clear()  # a crowded or a colourless start
            colours = rng.sample(palette.NAMES, rng.choice((1, 2, 3, 4)))
    things.sort(key=lambda thing: thing.x)
    return Scene("shapes", height, width, background, ground, rng.getrandbits(32), tuple(things))


def lettering(rng: Random) -> Scene:
    """A digit, a number, a word of one to six letters, or a small sum."""
    height, width, background, ground = _sheet(rng)
    while (ink := palette.contrasting(name := rng.choice(("black", *palette.NAMES)), [ground] * 2, rng)) is None:
        pass
    return Scene("text", height, width, background, ground, rng.getrandbits(32), text=_text(rng), ink=(name, ink))


def _text(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.3:
        return str(rng.randrange(10))
    if kind < 0.42:
        return str(rng.randint(10, 999))
    if kind < 0.48:
        a, b = rng.randint(1, 9), rng.randint(1, 9)
        return f"{a} + {b}" if rng.random() < 0.5 else f"{max(a, b)} - {min(a, b)}"
    if kind < 0.56:
        word = rng.choice(
            "ABCDEFGHJKLMNPQRSTUVWXYZabdefghijmnqrt"
        )  # alone, the others look like another letter or a digit
        return word
    if kind < 0.85:
        word = rng.choice(SHORT_WORDS)
    else:
        word = "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 5)))
    return rng.choice((word, word, word.upper(), word.upper(), word.capitalize()))


def chart(rng: Random) -> Scene:
    """Two to five bars of different colours whose heights differ clearly; half of the charts have letters below."""
    while True:
        height, width, background, ground = _sheet(rng)
        count = rng.randint(2, 5)
        if width < 128 and count > 3:
            continue
        heights = [rng.uniform(0.12, 1.0) for _ in range(count)]
        heights = [h / max(heights) for h in heights]
        ordered = sorted(heights)
        if min(b - a for a, b in itertools.pairwise(ordered)) < 0.08:
            continue
        colours = rng.sample(palette.NAMES, count)
        paints: list[Colour] = []
        for name in colours:
            paint = palette.contrasting(name, [ground], rng)
            if paint:
                paints.append(paint)
        if len(paints) == count:
            break
    letters = "ABCDE" if rng.random() < 0.5 else ""
    bars = tuple(
        Bar(name, paint, h, letters[i : i + 1])
        for i, (name, paint, h) in enumerate(zip(colours, paints, heights, strict=True))
    )
    return Scene("chart", height, width, background, ground, rng.getrandbits(32), bars=bars)


def photo(rng: Random) -> Scene:
    """Something like a photograph, or noise: nothing that has a name here."""
    height, width, _, ground = _sheet(rng)
    return Scene("photo", height, width, "", ground, rng.getrandbits(32))


def empty(rng: Random) -> Scene:
    """A sheet of one colour."""
    height, width, background, ground = _sheet(rng)
    return Scene("empty", height, width, background, ground, rng.getrandbits(32))
