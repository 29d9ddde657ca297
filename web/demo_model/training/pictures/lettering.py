"""Digits, letters and signs as pen strokes, and the hands that write them: upright, slanted, bold, with serifs, by mouse.

A glyph is a list of strokes on a grid where the baseline is 0, small letters are 5 and capitals 7 high. A stroke is
written as points "x,y" and arcs "@centre x,centre y,radius x,radius y,from,to" (degrees, counterclockwise from the right),
joined by straight lines. Needs numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import cos, pi, radians, sin
from random import Random

import numpy as np

from .canvas import Canvas, Floats

GLYPHS = {
    "0": "@2,3.5,2,3.5,90,450",
    "1": "0.4,5.5 2,7 2,0",
    "2": "@2,5.2,1.9,1.8,165,-30 0,0 4,0",
    "3": "@1.9,5.25,1.7,1.75,150,-90 @1.9,1.75,2,1.75,90,-150",
    "4": "3,0 3,7 0,2 4.2,2",
    "5": "3.7,7 0.6,7 0.4,3.9 @1.9,2.2,2.1,2.2,125,-150",
    "6": "3.3,6.8 @3,2.4,3,4.4,95,180 @2,2.1,2,2.1,180,-180",
    "7": "0,7 4,7 1.4,0",
    "8": "@2,5.3,1.65,1.7,-90,270 @2,1.8,2,1.8,90,-270",
    "9": "0.7,0.2 @1,4.6,3,4.4,-85,0 @2,4.9,2,2.1,0,360",
    "A": "0,0 2.3,7 4.6,0; 0.8,2.4 3.8,2.4",
    "B": "0,0 0,7 2,7 @2,5.3,1.6,1.7,90,-90 0,3.6; 2,3.6 @2,1.8,2,1.8,90,-90 0,0",
    "C": "@2.6,3.5,2.6,3.5,45,315",
    "D": "0,0 0,7 1.6,7 @1.6,3.5,2.9,3.5,90,-90 0,0",
    "E": "3.6,7 0,7 0,0 3.6,0; 0,3.7 3,3.7",
    "F": "3.6,7 0,7 0,0; 0,3.7 3,3.7",
    "G": "@2.6,3.5,2.6,3.5,45,340 5,3.2 3,3.2",
    "H": "0,0 0,7; 4.4,0 4.4,7; 0,3.6 4.4,3.6",
    "I": "0.2,0 0.2,7",
    "J": "3,7 3,2 @1.5,2,1.5,2,0,-170",
    "K": "0,0 0,7; 4,7 0,2.8; 1.4,4.2 4.3,0",
    "L": "0,7 0,0 3.5,0",
    "M": "0,0 0,7 2.7,1.5 5.4,7 5.4,0",
    "N": "0,0 0,7 4.4,0 4.4,7",
    "O": "@2.7,3.5,2.7,3.5,90,450",
    "P": "0,0 0,7 2.2,7 @2.2,5.2,1.8,1.8,90,-90 0,3.4",
    "Q": "@2.7,3.5,2.7,3.5,90,450; 3.2,1.8 5.2,-0.6",
    "R": "0,0 0,7 2.2,7 @2.2,5.2,1.8,1.8,90,-90 0,3.4; 1.9,3.4 4.2,0",
    "S": "@2,5.2,1.9,1.8,35,270 @2,1.75,2.05,1.75,90,-145",
    "T": "0,7 4.4,7; 2.2,7 2.2,0",
    "U": "0,7 0,2.3 @2.2,2.3,2.2,2.3,180,360 4.4,7",
    "V": "0,7 2.3,0 4.6,7",
    "W": "0,7 1.6,0 3.2,6 4.8,0 6.4,7",
    "X": "0,0 4.4,7; 0,7 4.4,0",
    "Y": "0,7 2.2,3.4 4.4,7; 2.2,3.4 2.2,0",
    "Z": "0,7 4.2,7 0,0 4.2,0",
    "a": "@1.8,3.5,1.6,1.5,150,0 3.4,0; @1.7,1.45,1.65,1.45,0,360",
    "b": "0,7 0,0; @1.9,2.5,1.9,2.5,0,360",
    "c": "@2.1,2.5,2.1,2.5,45,315",
    "d": "3.8,7 3.8,0; @1.9,2.5,1.9,2.5,0,360",
    "e": "0.1,2.6 4,2.6 @2,2.5,2,2.5,3,315",
    "f": "2.8,6.8 @2.4,5.6,1.3,1.4,70,180 1.1,0; 0,4.8 2.5,4.8",
    "g": "@1.9,2.5,1.9,2.5,0,360; 3.8,5 3.8,-0.5 @1.9,-0.5,1.9,1.7,0,-150",
    "h": "0,7 0,0; 0,3 @1.8,3,1.8,2,180,0 3.6,0",
    "i": "0.2,0 0.2,5; 0.2,6.6 0.2,6.75",
    "j": "1,5 1,-0.8 @0,-0.8,1,1.2,0,-120; 1,6.6 1,6.75",
    "k": "0,0 0,7; 3,5 0,1.9; 1.1,2.9 3.3,0",
    "l": "0.2,0 0.2,7",
    "m": "0,5 0,0; 0,3.2 @1.4,3.2,1.4,1.8,180,0 2.8,0; 2.8,3.2 @4.2,3.2,1.4,1.8,180,0 5.6,0",
    "n": "0,5 0,0; 0,3 @1.8,3,1.8,2,180,0 3.6,0",
    "o": "@2,2.5,2,2.5,90,450",
    "p": "0,5 0,-2; @1.9,2.5,1.9,2.5,0,360",
    "q": "3.8,5 3.8,-2; @1.9,2.5,1.9,2.5,0,360",
    "r": "0,5 0,0; 0,3 @1.7,3,1.7,2,180,60",
    "s": "@1.6,3.7,1.5,1.3,35,270 @1.6,1.25,1.65,1.2,90,-145",
    "t": "1,6.5 1,1.3 @2.2,1.3,1.2,1.3,180,290; 0,4.9 2.4,4.9",
    "u": "0,5 0,2 @1.8,2,1.8,2,180,360 3.6,5; 3.6,2 3.6,0",
    "v": "0,5 1.9,0 3.8,5",
    "w": "0,5 1.4,0 2.7,4.4 4,0 5.4,5",
    "x": "0,0 3.6,5; 0,5 3.6,0",
    "y": "0,5 1.9,0; 3.8,5 1.2,-2",
    "z": "0,5 3.4,5 0,0 3.4,0",
    "+": "0,3 4,3; 2,1 2,5",
    "-": "0,3 3,3",
    "=": "0,2.2 4,2.2; 0,4 4,4",
}
VARIANTS = {  # what some hands write instead
    "a": "@1.9,2.5,1.9,2.5,0,360; 3.8,5 3.8,0",
    "1": "0.4,5.5 2,7 2,0; 0.5,0 3.5,0",
    "7": "0,7 4,7 1.4,0; 1,3.5 3.4,3.5",
    "4": "1.6,7 0,2.4 4.2,2.4; 3,4 3,0",
    "I": "1,0 1,7; 0,0 2,0; 0,7 2,7",
    "l": "0,7 0,1 @1,1,1,1,180,280",
    "t": "1,6.5 1,0; 0,4.9 2.2,4.9",
    "y": "0,5 0,2 @1.8,2,1.8,2,180,360; 3.6,5 3.6,-0.5 @1.8,-0.5,1.8,1.7,0,-140",
    "6": "3,6.9 0.8,3.6 @2,2.1,2,2.1,140,-220",
    "9": "@2,4.9,2,2.1,0,360; 4,4.9 3.2,0",
    "g": "@1.8,3.4,1.6,1.6,0,360; @1.9,-0.4,2,1.3,0,360; 0.7,2.2 0.6,0.7",
}
SPACE = 2.6  # advance of a blank


@cache
def strokes(path: str) -> tuple[Floats, ...]:
    """The polylines [N, 2] of a glyph, x to the right and y up."""
    out = []
    for stroke in path.split(";"):
        points: list[tuple[float, float]] = []
        for part in stroke.split():
            numbers = [float(n) for n in part.removeprefix("@").split(",")]
            if part[0] != "@":
                points.append((numbers[0], numbers[1]))
                continue
            x, y, rx, ry, first, last = numbers
            steps = max(2, round(abs(last - first) / 24))
            angles = (radians(first + (last - first) * i / steps) for i in range(steps + 1))
            points += [(x + rx * cos(a), y + ry * sin(a)) for a in angles]
        out.append(np.array(points, np.float32))
    return tuple(out)


@dataclass(frozen=True)
class Hand:
    """How somebody or some font writes; lengths in units of the glyph grid."""

    weight: float = 0.8  # width of the pen
    wide: float = 1.0  # stretches glyphs sideways
    slant: float = 0.0  # x moved per unit of y
    spacing: float = 1.6
    contrast: float = 1.0  # the pen's width across over its height; 1 is round
    angle: float = 0.0  # of the pen, degrees
    serif: float = 0.0  # length of the small strokes at the ends of stems
    wobble: float = 0.0  # how far points stray
    variants: frozenset[str] = frozenset()

    @staticmethod
    def draw(rng: Random) -> Hand:
        """A hand from the whole range: printed ones mostly, a quarter written by mouse or pen."""
        kind = rng.random()
        variants = frozenset(glyph for glyph in VARIANTS if rng.random() < 0.4)
        slant = rng.choice((0.0, 0.0, 0.0, rng.uniform(0.1, 0.25)))
        wide, spacing = rng.uniform(0.8, 1.2), rng.uniform(1.3, 2.3)
        if kind < 0.4:  # without serifs, light to bold
            return Hand(rng.uniform(0.5, 1.5), wide, slant, spacing, variants=variants)
        if kind < 0.75:  # with serifs or a broad pen
            serif = rng.choice((0.0, 0.7, 0.7, 1.0))
            return Hand(
                rng.uniform(0.7, 1.2), wide, slant, spacing, rng.uniform(1.3, 2.6), rng.choice((0.0, 0.0, 30.0)), serif,
                variants=variants,
            )  # fmt: skip
        slant = rng.uniform(-0.1, 0.3)
        return Hand(rng.uniform(0.4, 1.0), wide, slant, spacing, wobble=rng.uniform(0.05, 0.3), variants=variants)


def _placed(text: str, hand: Hand, rng: Random) -> list[Floats]:
    """The strokes of a text [N, 2] each, on the glyph grid, starting at x = 0."""
    out: list[Floats] = []
    at = 0.0
    for glyph in text:
        if glyph == " ":
            at += SPACE * hand.wide
            continue
        parts = strokes(VARIANTS[glyph] if glyph in hand.variants else GLYPHS[glyph])
        widest = max(float(part[:, 0].max()) for part in parts)
        for part in parts:
            moved = part * np.array([hand.wide, 1.0], np.float32)
            moved = moved + np.array(
                [[rng.gauss(0, hand.wobble), rng.gauss(0, hand.wobble)] for _ in moved], np.float32
            )
            moved[:, 0] += at + hand.slant * moved[:, 1]
            out.append(moved)
            if hand.serif:
                out += [_serif(end, hand.serif) for end in _stems(part, moved)]
        at += widest * hand.wide + hand.spacing
    return out


def _stems(part: Floats, moved: Floats) -> list[Floats]:
    """The ends of a stroke that leave it almost vertically, where a serif stands."""
    ends = []
    for end, inner in ((0, 1), (-1, -2)):
        dx, dy = np.abs(part[end] - part[inner])
        if dy > 1.0 and dx < 0.5 * dy:
            ends.append(moved[end])
    return ends


def _serif(end: Floats, length: float) -> Floats:
    half = np.array([length / 2, 0], np.float32)
    return np.stack([end - half, end + half])


def write(
    canvas: Canvas,
    text: str,
    box: tuple[float, float, float, float],
    hand: Hand,
    colour: tuple[int, int, int],
    rng: Random,
) -> None:
    """Write a text as large as it fits, centred in a box (x, y, width, height) of the canvas."""
    lines = _placed(text, hand, rng)
    points = np.concatenate(lines)
    low, high = points.min(0) - hand.weight / 2, points.max(0) + hand.weight / 2
    x, y, width, height = box
    scale = min(width / (high[0] - low[0]), height / max(high[1] - low[1], 5.0))
    middle = (low + high) / 2
    nib = None
    if hand.contrast != 1.0:
        a = hand.angle * pi / 180
        turn = np.array([[cos(a), sin(a)], [-sin(a), cos(a)]], np.float32)
        nib = (np.diag([1.0, hand.contrast]).astype(np.float32) @ turn).astype(np.float32)
    for line in lines:
        pixels = (line - middle) * np.array([scale, -scale], np.float32) + np.array(
            [x + width / 2, y + height / 2], np.float32
        )
        canvas.stroke(pixels.astype(np.float32), max(1.2, hand.weight * scale), colour, nib)
