"""Painting with smooth edges: a canvas, and how much of each pixel a polygon, an ellipse or a stroke covers.

Coordinates are pixels, x to the right and y down, pixel centres at .5. Coverage is one minus the signed distance to the
edge, clipped to [0, 1]: an edge is one pixel wide. Needs numpy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Box = tuple[int, int, int, int]  # top, bottom, left, right


class Canvas:
    """A picture while it is painted: f32 [H, W, 3], 0 to 255."""

    def __init__(self, height: int, width: int, colour: tuple[int, int, int]) -> None:
        self.height, self.width = height, width
        self.pixels: Floats = np.empty((height, width, 3), np.float32)
        self.pixels[:] = colour

    def fill(self, points: Floats, colour: tuple[int, int, int]) -> None:
        """Paint the inside of a polygon, [N, 2] corners (x, y)."""
        box = self._box(points, 1.0)
        self._blend(box, _coverage(_polygon(_grid(box), points), box), colour)

    def ellipse(self, x: float, y: float, rx: float, ry: float, colour: tuple[int, int, int]) -> None:
        """Paint the inside of an upright ellipse."""
        box = self._box(np.array([[x - rx, y - ry], [x + rx, y + ry]], np.float32), 1.0)
        offset = (_grid(box) - np.array([x, y], np.float32)) / np.array([rx, ry], np.float32)
        self._blend(box, _coverage((np.linalg.norm(offset, axis=1) - 1.0) * min(rx, ry), box), colour)

    def stroke(self, points: Floats, width: float, colour: tuple[int, int, int], nib: Floats | None = None) -> None:
        """Draw along a polyline [N, 2]; ``nib`` [2, 2] maps the pen's outline to a circle, so that a slanted pen writes."""
        box = self._box(points, width)
        grid = _grid(box)
        if nib is not None:
            points, grid = points @ nib.T, grid @ nib.T
        self._blend(box, _coverage(_segments(grid, points[:-1], points[1:]) - width / 2, box), colour)

    def bytes(self) -> Bytes:
        """The picture, u8 [H, W, 3]."""
        return to_bytes(self.pixels)

    def _box(self, points: Floats, margin: float) -> Box:
        low = np.floor(points.min(0) - margin).astype(int)
        high = np.ceil(points.max(0) + margin).astype(int)
        left, right = (int(v) for v in np.clip((low[0], high[0]), 0, self.width))
        top, bottom = (int(v) for v in np.clip((low[1], high[1]), 0, self.height))
        return top, bottom, left, right

    def _blend(self, box: Box, coverage: Floats, colour: tuple[int, int, int]) -> None:
        top, bottom, left, right = box
        part = self.pixels[top:bottom, left:right]
        part += (np.array(colour, np.float32) - part) * coverage[..., None]


def to_bytes(pixels: Floats) -> Bytes:
    """f32 [H, W, 3], rounded and clipped to u8."""
    out: Bytes = np.rint(pixels.clip(0, 255)).astype(np.uint8)
    return out


def _grid(box: Box) -> Floats:
    """Centres of the pixels of a box, [P, 2]."""
    top, bottom, left, right = box
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32) + np.float32(0.5)
    return np.stack([x.ravel(), y.ravel()], 1)  # [P, 2]


def _coverage(distance: Floats, box: Box) -> Floats:
    top, bottom, left, right = box
    return (0.5 - distance).clip(0, 1).astype(np.float32).reshape(bottom - top, right - left)


def _segments(grid: Floats, start: Floats, end: Floats) -> Floats:
    """Distance of each point [P, 2] to the nearest of the segments [S, 2]."""
    nearest = np.full(len(grid), np.inf, np.float32)
    for a, b in zip(start, end, strict=True):
        along, from_a = b - a, grid - a
        share = (from_a @ along / max(float(along @ along), 1e-9)).clip(0, 1)
        away = from_a - share[:, None] * along
        np.minimum(nearest, np.einsum("pi,pi->p", away, away), out=nearest)
    return np.sqrt(nearest)


def _polygon(grid: Floats, points: Floats) -> Floats:
    """Signed distance of each point to a polygon's edge, negative inside (even-odd rule)."""
    following = np.roll(points, -1, 0)
    inside = np.zeros(len(grid), np.bool_)
    for (x0, y0), (x1, y1) in zip(points, following, strict=True):
        crosses = (y0 > grid[:, 1]) != (y1 > grid[:, 1])
        slope = (x1 - x0) / (y1 - y0) if y1 != y0 else 0.0
        inside ^= crosses & (grid[:, 0] < x0 + slope * (grid[:, 1] - y0))
    distance = _segments(grid, points, following)
    return np.where(inside, -distance, distance)
