"""From a scene to its pixels. Needs numpy."""

from __future__ import annotations

import itertools
from math import cos, pi, sin, tau
from random import Random

import numpy as np

from . import lettering, textures
from .canvas import Bytes, Canvas, Floats
from .palette import distance
from .scenes import Bar, Scene, Thing


def draw(scene: Scene) -> Bytes:
    """The picture of a scene, u8 [H, W, 3]."""
    rng = Random(scene.seed)
    if scene.kind == "photo":
        return textures.photo(scene.height, scene.width, rng)
    canvas = Canvas(scene.height, scene.width, scene.ground)
    for thing in scene.things:
        _shape(canvas, thing, scene.rough, rng)
    if scene.text:
        _lettering(canvas, scene, rng)
    if scene.bars:
        _bars(canvas, scene, rng)
    pixels = canvas.pixels
    if rng.random() < 0.3:  # as cameras and lossy files leave it
        noise = np.random.default_rng(scene.seed).normal(0, rng.uniform(1, 8), pixels.shape)
        canvas.pixels = pixels + noise.astype(np.float32)
    return canvas.bytes()


def _turned(points: list[tuple[float, float]], angle: float) -> Floats:
    turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]], np.float32)
    return np.array(points, np.float32) @ turn


def outline(shape: str, rng: Random) -> Floats:
    """Corners [N, 2] of a shape around (0, 0) that reach one unit far; round ones have many."""
    tilt = rng.uniform(-0.12, 0.12)
    if shape == "circle":
        return _turned([(cos(i * tau / 36), sin(i * tau / 36)) for i in range(36)], 0)
    if shape == "oval":
        flat = rng.uniform(0.5, 0.62)
        upright = rng.random() < 0.35
        points = [(cos(i * tau / 36), flat * sin(i * tau / 36)) for i in range(36)]
        return _turned(points, tilt + (pi / 2 if upright else 0))
    if shape == "square":
        return _turned([(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)], tilt)
    if shape == "rectangle":
        flat = rng.uniform(0.4, 0.6)
        upright = rng.random() < 0.35
        return _turned([(-1, -flat), (1, -flat), (1, flat), (-1, flat)], tilt + (pi / 2 if upright else 0))
    if shape == "diamond":
        narrow = rng.uniform(0.65, 0.95)
        return _turned([(0, -1), (narrow, 0), (0, 1), (-narrow, 0)], tilt / 2)
    if shape == "triangle":
        top = rng.uniform(-0.3, 0.3)
        return _turned([(top, -1), (0.95, 0.75), (-0.95, 0.75)], tilt + (pi if rng.random() < 0.1 else 0))
    if shape == "hexagon":
        return _turned([(cos(i * tau / 6), sin(i * tau / 6)) for i in range(6)], rng.choice((0, pi / 6)) + tilt)
    if shape == "star":
        inner = rng.uniform(0.38, 0.5)
        return _turned(
            [((1 if i % 2 == 0 else inner) * sin(i * pi / 5), -(1 if i % 2 == 0 else inner) * cos(i * pi / 5)) for i in range(10)],
            tilt,
        )  # fmt: skip
    if shape == "cross":
        a = rng.uniform(0.25, 0.36)
        corners = [
            (-a, -1),
            (a, -1),
            (a, -a),
            (1, -a),
            (1, a),
            (a, a),
            (a, 1),
            (-a, 1),
            (-a, a),
            (-1, a),
            (-1, -a),
            (-a, -a),
        ]
        return _turned(corners, tilt)  # fmt: skip
    if shape == "heart":
        steps = [i * tau / 28 for i in range(28)]
        return np.array(
            [(sin(t) ** 3, -(13 * cos(t) - 5 * cos(2 * t) - 2 * cos(3 * t) - cos(4 * t)) / 16.5 - 0.1) for t in steps],
            np.float32,
        )
    raise ValueError(f"no shape {shape!r}")


def _shape(canvas: Canvas, thing: Thing, rough: bool, rng: Random) -> None:
    middle = np.array([thing.x * canvas.width, thing.y * canvas.height], np.float32)
    reach = thing.radius * min(canvas.width, canvas.height)
    if thing.shape == "circle" and thing.filled:
        canvas.ellipse(float(middle[0]), float(middle[1]), reach * 0.95, reach * 0.95, thing.paint)
        return
    points = middle + outline(thing.shape, rng) * np.float32(reach)
    if thing.filled:
        canvas.fill(points, thing.paint)
        return
    width = max(2.0, rng.uniform(0.08, 0.22) * reach)
    closed = np.concatenate([points, points[:1]])
    canvas.stroke(_trembling(closed, reach, rng) if rough else closed, width, thing.paint)


def _trembling(points: Floats, reach: float, rng: Random) -> Floats:
    """The way of an unsteady hand along a polyline: more points, each a little astray, the end not quite at the start."""
    out: list[Floats] = []
    drift = np.zeros(2, np.float32)
    for a, b in itertools.pairwise(points):
        steps = max(1, int(np.hypot(*(b - a)) / (0.35 * reach)))
        for i in range(steps):
            drift = 0.8 * drift + np.array([rng.gauss(0, 0.03 * reach), rng.gauss(0, 0.03 * reach)], np.float32)
            out.append(a + (b - a) * np.float32(i / steps) + drift)
    out.append(points[-1] + np.array([rng.gauss(0, 0.06 * reach), rng.gauss(0, 0.06 * reach)], np.float32))
    return np.array(out, np.float32)


def _lettering(canvas: Canvas, scene: Scene, rng: Random) -> None:
    long = len(scene.text)
    share = rng.uniform(0.55, 0.9) if long > 2 else rng.uniform(0.35, 0.85)
    tall = rng.uniform(0.35, 0.8)
    width, height = share * canvas.width, tall * canvas.height
    x, y = rng.uniform(0.04, 0.96 - share) * canvas.width, rng.uniform(0.05, 0.95 - tall) * canvas.height
    lettering.write(canvas, scene.text, (x, y, width, height), lettering.Hand.draw(rng), scene.ink[1], rng)


def _bars(canvas: Canvas, scene: Scene, rng: Random) -> None:
    labelled = bool(scene.bars[0].label)
    left, right = 0.12 * canvas.width, 0.95 * canvas.width
    top, bottom = 0.08 * canvas.height, (0.78 if labelled else 0.9) * canvas.height
    axis = (40, 40, 40) if distance(scene.ground, (40, 40, 40)) > 120 else (220, 220, 220)
    if rng.random() < 0.7:
        canvas.stroke(np.array([(left, bottom), (right, bottom)], np.float32), 1.5, axis)
    if rng.random() < 0.4:
        canvas.stroke(np.array([(left, top), (left, bottom)], np.float32), 1.5, axis)
    step = (right - left) / len(scene.bars)
    wide = rng.uniform(0.5, 0.8) * step
    hand = lettering.Hand.draw(rng)
    for i, bar in enumerate(scene.bars):
        x = left + (i + 0.5) * step
        _bar(canvas, bar, (x - wide / 2, x + wide / 2), bottom, bottom - bar.height * (bottom - top))
        if bar.label:
            room = (x - step * 0.35, bottom + 0.03 * canvas.height, step * 0.7, 0.14 * canvas.height)
            lettering.write(canvas, bar.label, room, hand, axis, rng)


def _bar(canvas: Canvas, bar: Bar, sides: tuple[float, float], bottom: float, top: float) -> None:
    corners = [(sides[0], top), (sides[1], top), (sides[1], bottom), (sides[0], bottom)]
    canvas.fill(np.array(corners, np.float32), bar.paint)
