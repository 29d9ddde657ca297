"""Pictures that nobody here can name: noise, clouds of colour, and heaps of shaded patches whose statistics are a photo's.

The heaps are "dead leaves" (Lee, Mumford and Huang, "Occlusion models for natural images", 2001): overlapping patches whose
sizes follow a power law. Needs numpy.
"""

from __future__ import annotations

from math import cos, sin, tau
from random import Random

import numpy as np

from .canvas import Bytes, Canvas, Floats, to_bytes


def photo(height: int, width: int, rng: Random) -> Bytes:
    """A picture without a name, u8 [H, W, 3]."""
    chance = np.random.default_rng(rng.getrandbits(32))
    kind = rng.random()
    if kind < 0.1:
        return chance.integers(0, 256, (height, width, 3), np.uint8)
    if kind < 0.3:
        return to_bytes(_clouds(height, width, rng, chance))
    if kind < 0.5:
        return to_bytes(_landscape(height, width, rng, chance))
    return to_bytes(_leaves(height, width, rng, chance))


def _field(height: int, width: int, slope: float, chance: np.random.Generator) -> Floats:
    """Noise whose spectrum falls as frequency^-slope, mean 0 and deviation 1, [H, W]."""
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    falling = np.maximum(np.hypot(fy, fx), 1 / max(height, width)) ** -slope
    waves = np.fft.rfft2(chance.normal(size=(height, width))) * falling
    out = np.fft.irfft2(waves, (height, width))
    field: Floats = ((out - out.mean()) / out.std()).astype(np.float32)
    return field


def _clouds(height: int, width: int, rng: Random, chance: np.random.Generator) -> Floats:
    """Two or three fields of noise, each with its colour."""
    slope = rng.uniform(0.8, 2.2)
    pixels = np.full((height, width, 3), rng.uniform(60, 190), np.float32)
    for _ in range(rng.choice((2, 3))):
        colour = chance.normal(0, 45, 3).astype(np.float32)
        pixels += _field(height, width, slope, chance)[..., None] * colour
    return pixels


def _landscape(height: int, width: int, rng: Random, chance: np.random.Generator) -> Floats:
    """Sky over ridges, each with a texture of its own."""
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky, haze = chance.uniform(90, 255, 3), chance.uniform(120, 255, 3)
    pixels = (sky * (1 - down) + haze * down) * np.ones((1, width, 1))
    rows = np.arange(height)[:, None]
    for ridge in range(rng.randint(1, 4)):
        base = height * (0.35 + 0.18 * ridge + rng.uniform(-0.08, 0.08))
        line = base + _field(2, width, 1.6, chance)[0] * height * 0.07
        colour = chance.uniform(20, 200, 3) + _field(height, width, 1.0, chance)[..., None] * rng.uniform(8, 40)
        pixels = np.where((rows > line)[..., None], colour, pixels)
    grainy: Floats = (pixels + chance.normal(0, rng.uniform(0, 8), pixels.shape)).astype(np.float32)
    return grainy


def _leaves(height: int, width: int, rng: Random, chance: np.random.Generator) -> Floats:
    """Patches over patches, large to small, shaded and grainy."""
    canvas = Canvas(height, width, _colour(rng))
    palette = [_colour(rng) for _ in range(rng.randint(3, 8))]
    short = min(height, width)
    for _ in range(rng.randint(25, 70)):
        reach = short * min(0.6, 0.07 * rng.random() ** -0.7)
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        corners = rng.randint(5, 9)
        spokes = [reach * rng.uniform(0.5, 1.2) for _ in range(corners)]
        flat, turn = rng.uniform(0.4, 1.0), rng.uniform(0, tau)
        points = [
            (x + r * cos(turn + i * tau / corners), y + flat * r * sin(turn + i * tau / corners))
            for i, r in enumerate(spokes)
        ]
        red, green, blue = (int(v + rng.uniform(-25, 25)) for v in rng.choice(palette))
        canvas.fill(np.array(points, np.float32), (red, green, blue))
    light = 1 + 0.25 * _field(height, width, 1.8, chance)[..., None]
    grain = rng.uniform(2, 18) * _field(height, width, rng.uniform(0.2, 1.0), chance)[..., None]
    shaded: Floats = (canvas.pixels * light + grain).astype(np.float32)
    return shaded


def _colour(rng: Random) -> tuple[int, int, int]:
    """A colour as photographs have them: muted mostly."""
    light, vivid = rng.uniform(15, 240), rng.choice((0.15, 0.3, 0.5, 1.0))
    red, green, blue = (int(light + vivid * (rng.uniform(10, 245) - light)) for _ in range(3))
    return red, green, blue
