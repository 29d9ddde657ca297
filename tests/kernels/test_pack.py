"""Packed weights: the exact bits, the quality of the scales, and what is refused."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from kernels_wgsl.formats import FORMATS, packed_bytes
from kernels_wgsl.pack import dequantised, pack, unpack
from tests.support.closeness import relative_rms

SHAPES = [(32, 32), (64, 96), (1, 64), (33, 128), (8, 1024), (100, 160)]


def gaussian(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return rng.standard_normal((rows, columns)).astype(np.float32) * np.float32(0.02)


def written_out(words: bytes, scales: bytes, format: str, rows: int, columns: int) -> np.ndarray:
    """The documented layout, one weight at a time, in pure Python."""
    kw = FORMATS[format]
    result = np.zeros((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            tile, lane = divmod(row, 32)
            word, inside = divmod(column, kw)
            at = ((tile * (columns // kw) + word) * 32 + lane) * 16
            data = words[at : at + 16]
            if format == "f32":
                result[row, column] = np.frombuffer(data, np.float32)[inside]
                continue
            if format == "f16":
                result[row, column] = np.frombuffer(data, np.float16)[inside]
                continue
            group = column // 32
            pair = (tile * -(-columns // 64) + group // 2) * 32 + lane
            scale = np.frombuffer(scales[4 * pair : 4 * pair + 4], np.float16)[group % 2]
            if format == "q8":
                code = np.frombuffer(data, np.int8)[inside]
            else:
                byte = data[inside // 8 * 4 + inside % 4]
                code = (byte >> 4 if inside % 8 >= 4 else byte & 15) - 8
            result[row, column] = np.float32(scale) * np.float32(code)
    return result


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("shape", [(33, 96), (2, 32)])
def test_unpack_reads_the_documented_layout(rng: np.random.Generator, format: str, shape: tuple[int, int]) -> None:
    packed = pack(gaussian(rng, *shape), format)
    assert (len(packed[0]), len(packed[1])) == packed_bytes(format, shape)
    np.testing.assert_array_equal(unpack(*packed, format, *shape), written_out(*packed, format, *shape))


@pytest.mark.parametrize("shape", SHAPES)
def test_floats_come_back(rng: np.random.Generator, shape: tuple[int, int]) -> None:
    weights = gaussian(rng, *shape)
    np.testing.assert_array_equal(dequantised(weights, "f32"), weights)
    np.testing.assert_array_equal(dequantised(weights, "f16"), weights.astype(np.float16).astype(np.float32))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("format", "bound"), [("q8", 0.0055), ("q4", 0.085)])
def test_quantisation_error(rng: np.random.Generator, shape: tuple[int, int], format: str, bound: float) -> None:
    weights = gaussian(rng, *shape)
    assert relative_rms(dequantised(weights, format), weights) < bound * (1.15 if weights.size < 4096 else 1)


@pytest.mark.parametrize("format", ["q8", "q4"])
def test_scales_beat_the_largest_weight_rule(rng: np.random.Generator, format: str) -> None:
    weights = gaussian(rng, 256, 1024)
    groups = weights.reshape(256, -1, 32)
    top = {"q8": 127, "q4": -8}[format]
    extreme = np.take_along_axis(groups, np.abs(groups).argmax(-1)[..., None], -1)
    scale = (extreme / top).astype(np.float16).astype(np.float32)
    simple = np.clip(np.rint(groups / scale), -abs(top), abs(top) - (format == "q4")) * scale
    error = relative_rms(dequantised(weights, format), weights)
    assert error < 0.97 * relative_rms(simple.reshape(weights.shape), weights)


@pytest.mark.parametrize("format", ["q8", "q4"])
def test_packing_what_was_unpacked_changes_little(rng: np.random.Generator, format: str) -> None:
    once = dequantised(gaussian(rng, 64, 256), format)
    assert relative_rms(dequantised(once, format), once) < {"q8": 2e-3, "q4": 4e-2}[format]


@pytest.mark.parametrize("format", FORMATS)
def test_slices_of_32_rows_join(rng: np.random.Generator, format: str) -> None:
    weights = gaussian(rng, 150, 96)
    whole = pack(weights, format)
    parts = [pack(weights[first : first + 64], format) for first in range(0, 150, 64)]
    assert whole == (b"".join(p[0] for p in parts), b"".join(p[1] for p in parts))


@pytest.mark.parametrize("format", FORMATS)
def test_special_groups(format: str) -> None:
    weights = np.zeros((4, 128), np.float32)
    weights[1, 32:64] = 1e-9  # below the smallest f16 scale
    weights[2, 5] = -3.0  # one outlier, the rest zero
    weights[3] = 0.25
    result = dequantised(weights, format)
    assert np.isfinite(result).all()
    assert (result[0] == 0).all()
    np.testing.assert_allclose(result[2], weights[2], rtol=1e-3)
    np.testing.assert_allclose(result[3], weights[3], rtol=1e-3)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(rng: np.random.Generator, format: str, bad: float) -> None:
    weights = gaussian(rng, 70, 64)
    weights[66, 3] = bad
    with pytest.raises(ValueError, match=r"weight \[66, 3\] is"):
        pack(weights, format)


def test_large_finite_weights_are_no_infinities() -> None:
    weights = np.full((32, 32), np.finfo(np.float32).max, np.float32)
    np.testing.assert_array_equal(dequantised(weights, "f32"), weights)
    for format in ("f16", "q8", "q4"):
        with pytest.raises(ValueError, match=r"f16"):
            pack(weights, format)


@pytest.mark.parametrize("format", ["q8", "q4"])
def test_no_scale_overflows_f16(format: str) -> None:
    """Also where a group's scale is more than its largest weight over the largest code, as least squares may have it."""
    extreme = np.float32(5 * 65_504)
    for part in np.linspace(0.05, 1, 96, dtype=np.float32):
        weights = np.full((1, 32), extreme * part, np.float32)
        weights[0, 0] = extreme
        assert np.isfinite(dequantised(weights, format)).all(), part


def test_refuses_shapes() -> None:
    with pytest.raises(ValueError, match="multiple of 32"):
        pack(np.zeros((32, 48), np.float32), "q4")
    with pytest.raises(ValueError, match="expected one of"):
        pack(np.zeros((32, 64), np.float32), "q5")
    with pytest.raises(ValueError, match="needs 512 \\+ 128 bytes, got 512 \\+ 0"):
        unpack(bytes(512), b"", "q4", 32, 32)


@pytest.mark.slow
def test_temporaries_stay_small(rng: np.random.Generator) -> None:
    weights = gaussian(rng, 8192, 1024)
    tracemalloc.start()
    words, scales = pack(weights, "q4")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * (len(words) + len(scales)) + (32 << 20), f"{peak >> 20} MiB"
