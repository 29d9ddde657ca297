"""The vision tower's kernels against their twins and the published formulas: pictures of odd sizes, rows beyond them untouched."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.render import render
from tests.support.run_kernel import Array, check, control, poisoned, run_kernel, run_twin

PICTURE = 0x80000000
GRIDS = [(2, 2), (6, 4), (2, 10), (4, 4)]  # patches: height, width


def places(height: int, width: int) -> NDArray[np.int64]:
    """Row and column of each patch [2, T] in squares of 2 by 2, as the reference's processor transposes a picture."""
    rows, columns = np.indices((height, width))
    grid = np.stack([rows, columns]).reshape(2, height // 2, 2, width // 2, 2)
    return grid.transpose(0, 1, 3, 2, 4).reshape(2, -1)


def picture(height: int, width: int, **words: int) -> Array:
    """The control buffer while the tower works on a picture of so many patches."""
    return control(**({"count": height * width, "grid_height": height, "grid_width": width} | words))


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("side", [16, 4])
@pytest.mark.parametrize("frames", [1, 2])
def test_vision_patches(rng: np.random.Generator, grid: tuple[int, int], side: int, frames: int) -> None:
    """Every bit of the reference's rows, of one frame and of a pair."""
    (height, width), (H, W) = grid, (side * grid[0], side * grid[1])
    rgba = rng.integers(0, 256, (frames, H, W, 4)).astype(np.uint8)
    rgba.reshape(-1)[: 4 * 256] = np.resize(np.repeat(np.arange(256), 4), min(4 * 256, rgba.size))
    rows = height * width
    bindings = {
        "control": picture(height, width, frame_stride=H * W if frames == 2 else 0),
        "pixels": rgba.view(np.uint32),
        "y": poisoned(rows + 3, 6 * side * side),
    }
    pair = (rgba[[0, frames - 1], ..., :3].astype(np.float32) - np.float32(127.5)) / np.float32(127.5)
    # frame, square, inside, y, square, inside, x, channel
    squares = pair.reshape(2, height // 2, 2, side, width // 2, 2, side, 3)
    want = squares.transpose(1, 4, 2, 5, 7, 0, 3, 6).reshape(rows, -1)
    for run in (run_kernel, run_twin):
        got = run("vision_patches", {"PATCH": side, "MERGE": 2, "T": rows + 3}, bindings)["y"]
        np.testing.assert_array_equal(got[:rows], want)
        assert np.isnan(got[rows:]).all()


@pytest.mark.parametrize("grid", [*GRIDS, (50, 2)])
@pytest.mark.parametrize(("side", "width"), [(8, 64), (48, 288), (3, 20)])
def test_vision_place(rng: np.random.Generator, grid: tuple[int, int], side: int, width: int) -> None:
    """Against torch's linspace(0, side - 1, count) in f64, which the reference interpolates at."""
    table = rng.standard_normal((side, side, width)).astype(np.float32)
    rows = grid[0] * grid[1]
    x = poisoned(rows + 2, width)
    x[:rows] = rng.standard_normal((rows, width))
    bindings = {"control": picture(*grid), "table": table, "x": x}
    got = check("vision_place", {"SIDE": side, "D": width, "MERGE": 2, "T": rows + 2}, bindings)["x"]
    at = [np.linspace(0, side - 1, count)[place] for count, place in zip(grid, places(*grid), strict=True)]
    low = [np.minimum(axis.astype(int), side - 2) for axis in at]
    far = [(axis - first)[:, None] for axis, first in zip(at, low, strict=True)]
    upper = table[low[0], low[1]] * (1 - far[1]) + table[low[0], low[1] + 1] * far[1]
    lower = table[low[0] + 1, low[1]] * (1 - far[1]) + table[low[0] + 1, low[1] + 1] * far[1]
    np.testing.assert_allclose(got[:rows], x[:rows] + upper * (1 - far[0]) + lower * far[0], atol=3e-5)


@pytest.mark.parametrize("grid", [*GRIDS, (2, 900)])
@pytest.mark.parametrize(("heads", "dim"), [(4, 16), (3, 64), (2, 72)])
def test_vision_turn(rng: np.random.Generator, grid: tuple[int, int], heads: int, dim: int) -> None:
    """Against the reference's rotate_half in f64, with the angles that f32 gives."""
    rows = grid[0] * grid[1]
    qkv = rng.standard_normal((rows + 2, 3, heads, dim)).astype(np.float32)
    qkv[rows:] = np.nan
    bindings = {"control": picture(*grid), "qkv": qkv}
    got = check("vision_turn", {"HEADS": heads, "HD": dim, "MERGE": 2, "T": rows + 2}, bindings)["qkv"]
    exponent = np.arange(0, dim // 2, 2).astype(np.float32) / np.float32(dim // 2)
    inverse = np.float32(1) / np.power(10_000.0, exponent, dtype=np.float64).astype(np.float32)
    row, column = places(*grid).astype(np.float32)
    half = np.concatenate([np.outer(row, inverse), np.outer(column, inverse)], axis=1).astype(np.float64)
    angle = np.concatenate([half, half], axis=1)[:, None, None]  # [rows, 1, 1, HD]
    qk = qkv[:rows, :2].astype(np.float64)
    halves = np.concatenate([-qk[..., dim // 2 :], qk[..., : dim // 2]], axis=-1)
    want = qk * np.cos(angle) + halves * np.sin(angle)
    want[:, 0] *= dim**-0.5
    np.testing.assert_allclose(got[:rows, :2], want, atol=2e-6)
    np.testing.assert_array_equal(got[:, 2], qkv[:, 2])


@pytest.mark.parametrize("dim", [16, 64, 72])
def test_frequencies_have_the_bits_of_the_reference(dim: int) -> None:
    code = render("vision_turn", {"HEADS": 1, "HD": dim, "MERGE": 2, "T": 4})
    rendered = [float(number) for number in re.findall(r"place\.[xy] \* ([0-9.e-]+),", code)]
    exponent = np.arange(0, dim // 2, 2).astype(np.float32) / np.float32(dim // 2)
    inverse = np.float32(1) / np.power(10_000.0, exponent, dtype=np.float64).astype(np.float32)
    np.testing.assert_array_equal(np.array(rendered), np.tile(inverse, 2))


@pytest.mark.parametrize("count", [1, 4, 16, 17, 64, 68, 150])
@pytest.mark.parametrize(("heads", "dim"), [(4, 16), (3, 64), (2, 72), (1, 128)])
def test_vision_attention(rng: np.random.Generator, count: int, heads: int, dim: int) -> None:
    qkv = rng.standard_normal((count + 5, 3, heads, dim)).astype(np.float32)
    qkv[:, 0] *= 3 * dim**-0.5
    qkv[count:] = np.nan
    bindings = {"control": control(count=count), "qkv": qkv, "y": poisoned(count + 5, heads, dim)}
    got = check("vision_attention", {"HEADS": heads, "HD": dim, "T": count + 5}, bindings)["y"]
    assert np.isnan(got[count:]).all()
    q, k, v = qkv[:count].astype(np.float64).transpose(1, 2, 0, 3)
    weights = np.exp(q @ k.transpose(0, 2, 1))
    want = (weights / weights.sum(-1, keepdims=True)) @ v  # [heads, count, dim]
    np.testing.assert_allclose(got[:count], want.transpose(1, 0, 2), atol=1e-5)


def test_large_scores_do_not_overflow(rng: np.random.Generator) -> None:
    """Scores of several hundred, the largest in the last tile: what earlier tiles gave has to fade."""
    qkv = rng.normal(0, 5, (200, 3, 1, 64)).astype(np.float32)
    qkv[190, 1] *= 4
    bindings = {"control": control(count=200), "qkv": qkv, "y": poisoned(200, 64)}
    got = check("vision_attention", {"HEADS": 1, "HD": 64, "T": 200}, bindings, bound=1e-4)["y"]
    assert np.isfinite(got).all()


def test_a_large_picture_attends_to_all_of_itself(rng: np.random.Generator) -> None:
    """2,048 patches; a query asks for the last one, whose score is far above all others."""
    qkv = rng.standard_normal((2048, 3, 1, 16)).astype(np.float32)
    qkv[-1, 1] *= 4
    qkv[:, 0] = qkv[-1, 1]
    bindings = {"control": control(count=2048), "qkv": qkv, "y": poisoned(2048, 16)}
    got = check("vision_attention", {"HEADS": 1, "HD": 16, "T": 2048}, bindings)["y"]
    assert np.abs(got[0] - qkv[-1, 2, 0]).max() < 0.5


def test_the_largest_picture_is_legal() -> None:
    """14,563 patches are what a binding of 128 MiB holds of the narrowest tower's queries, keys and values."""
    sizes = {"T": 14_563, "D": 1152, "HEADS": 16, "HD": 72, "PATCH": 16, "MERGE": 2, "SIDE": 48}
    for name in ("vision_patches", "vision_place", "layer_norm", "vision_turn", "vision_attention", "keep_rows"):
        assert max(CATALOG[name].grid(sizes)) <= 65_535, name


@pytest.mark.parametrize(("width", "rows", "count"), [(64, 1, 1), (288, 5, 3), (1152, 2, 2), (20, 3, 0), (4, 3, 9)])
def test_layer_norm(rng: np.random.Generator, width: int, rows: int, count: int) -> None:
    x = rng.normal(3, 2, (rows, width)).astype(np.float32)
    x[count:] = np.nan
    wb = rng.normal(1, 0.5, (2, width)).astype(np.float32)
    bindings = {"control": control(count=count), "x": x, "wb": wb, "y": poisoned(rows, width)}
    got = check("layer_norm", {"D": width, "T": rows, "EPS": 1e-6}, bindings)["y"]
    assert np.isnan(got[count:]).all()
    exact = x[:count].astype(np.float64)
    exact = (exact - exact.mean(1, keepdims=True)) / np.sqrt(exact.var(1, keepdims=True) + 1e-6) * wb[0] + wb[1]
    np.testing.assert_allclose(got[:count], exact, rtol=1e-5, atol=1e-5)


def test_layer_norm_keeps_the_digits_of_a_row_far_from_zero(rng: np.random.Generator) -> None:
    """With a mean of a thousand deviations a variance from sums of squares would keep two digits."""
    x = (1000 + rng.normal(0, 1, (1, 256))).astype(np.float32)
    wb = np.array([np.ones(256), np.zeros(256)], np.float32)
    bindings = {"control": control(), "x": x, "wb": wb, "y": poisoned(1, 256)}
    got = check("layer_norm", {"D": 256, "T": 1, "EPS": 1e-6}, bindings, bound=1e-4)["y"]
    exact = x.astype(np.float64)
    np.testing.assert_allclose(got, (exact - exact.mean()) / np.sqrt(exact.var() + 1e-6), atol=3e-4)


@pytest.mark.parametrize(("count", "first"), [(24, 0), (16, 3), (4, 6), (0, 2)])
def test_keep_rows(rng: np.random.Generator, count: int, first: int) -> None:
    merged = rng.standard_normal((6, 96)).astype(np.float32)
    merged[count // 4 :] = np.nan
    rows = rng.standard_normal((9, 96)).astype(np.float32)
    bindings = {"control": control(count=count, first_row=first), "merged": merged, "rows": rows}
    got = check("keep_rows", {"D": 96, "T": 24, "MERGE": 2}, bindings)["rows"]
    want = rows.copy()
    want[first : first + count // 4] = merged[: count // 4]
    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("count", [7, 3, 0])
def test_place_rows(rng: np.random.Generator, count: int) -> None:
    ids = np.array([5, PICTURE + 2, 0, PICTURE, PICTURE + 3, 0x7FFFFFFF, PICTURE + 2], np.uint32)
    rows, x = rng.standard_normal((4, 288)).astype(np.float32), poisoned(7, 288)
    x[[0, 2, 5]] = rng.standard_normal((3, 288))  # tokens, which `embed` has written
    want = x.copy()
    for token, row in ((1, 2), (3, 0), (4, 3), (6, 2)):
        if token < count:
            want[token] = rows[row]
    bindings = {"control": control(count=count), "ids": ids, "rows": rows, "x": x}
    np.testing.assert_array_equal(check("place_rows", {"D": 288, "T": 7}, bindings)["x"], want)


def test_after_the_end_nothing_is_written(rng: np.random.Generator) -> None:
    ended, rows = control(count=4, done=1), rng.standard_normal((4, 64)).astype(np.float32)
    sizes = {"D": 64, "T": 4}
    norm = {"control": ended, "x": rows, "wb": rows[:2], "y": poisoned(4, 64)}
    assert np.isnan(check("layer_norm", sizes | {"EPS": 1e-6}, norm)["y"]).all()
    kept = {"control": ended, "merged": rows[:1], "rows": poisoned(1, 64)}
    assert np.isnan(check("keep_rows", sizes | {"MERGE": 2}, kept)["rows"]).all()
    placed = {"control": ended, "ids": np.full(4, PICTURE, np.uint32), "rows": rows, "x": poisoned(4, 64)}
    assert np.isnan(check("place_rows", sizes, placed)["x"]).all()
    ended = picture(2, 2, done=1)
    patches = {"control": ended, "pixels": np.zeros((8, 8), np.uint32), "y": poisoned(4, 96)}
    assert np.isnan(check("vision_patches", {"PATCH": 4, "MERGE": 2, "T": 4}, patches)["y"]).all()
    place = {"control": ended, "table": np.ones((2, 2, 64), np.float32), "x": rows}
    np.testing.assert_array_equal(check("vision_place", sizes | {"SIDE": 2, "MERGE": 2}, place)["x"], rows)
    heads = {"HEADS": 1, "HD": 16, "T": 4}
    turn = {"control": ended, "qkv": rows[:, :48].copy()}
    np.testing.assert_array_equal(check("vision_turn", heads | {"MERGE": 2}, turn)["qkv"], rows[:, :48])
    mixed = {"control": ended, "qkv": rows[:, :48].copy(), "y": poisoned(4, 16)}
    assert np.isnan(check("vision_attention", heads, mixed)["y"]).all()
