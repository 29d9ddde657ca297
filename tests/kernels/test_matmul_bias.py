"""Products with a bias against their twin and against the formulas of their epilogues: every format, sizes on and off the tiles' edges."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.catalog.spec import Value
from kernels_wgsl.formats import FORMATS
from kernels_wgsl.pack import pack
from tests.support.closeness import assert_close
from tests.support.run_kernel import Array, check, control, poisoned, run_kernel, run_twin

EPILOGUES = ("store", "add", "gelu_tanh", "gelu_erf")


def constants(rows: int, columns: int, tokens: int, **others: Value) -> dict[str, Value]:
    sizes: dict[str, Value] = {"K": columns, "N": rows, "T": tokens, "Y_STRIDE": rows, "PATCHES": 1}
    return sizes | {"FORMAT": "f32", "EPILOGUE": "store"} | others


def bindings(words: Array, x: Array, matrix: Array, y: Array, bias: Array, format: str = "f32") -> dict[str, Array]:
    packed, scales = pack(matrix, format)
    before: dict[str, Array] = {"control": words, "x": x, "w": np.frombuffer(packed, np.uint32), "y": y}
    return before | ({"scales": np.frombuffer(scales, np.uint32)} if scales else {}) | {"bias": bias}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("epilogue", EPILOGUES)
@pytest.mark.parametrize(
    "shape",  # rows, columns, tokens, count, stride
    [(32, 32, 16, 16, 32), (100, 160, 37, 33, 128), (257, 96, 17, 16, 257)],
)
def test_matmul_bias(rng: np.random.Generator, format: str, epilogue: str, shape: tuple[int, ...]) -> None:
    rows, columns, tokens, count, stride = shape
    x = rng.standard_normal((tokens, columns)).astype(np.float32)
    x[count:] = np.nan
    y = poisoned(tokens, stride)
    if epilogue == "add":
        y[:count, :rows] = rng.standard_normal((count, rows))
    matrix = rng.standard_normal((rows, columns)).astype(np.float32) / np.float32(columns**0.5)
    bias = rng.standard_normal(rows).astype(np.float32)
    settings = constants(rows, columns, tokens, FORMAT=format, EPILOGUE=epilogue, Y_STRIDE=stride)
    got = check("matmul_bias", settings, bindings(control(count=count), x, matrix, y, bias, format))["y"]
    assert np.isnan(got[count:]).all() and np.isnan(got[:, rows:]).all()


@pytest.mark.parametrize("count", [4, 12, 20, 24])
def test_four_patches_to_a_row(rng: np.random.Generator, count: int) -> None:
    """The merger's rows are squares of four patches, of which the control buffer counts each."""
    x = rng.standard_normal((20 // 4, 64)).astype(np.float32)
    x[count // 4 :] = np.nan
    matrix, bias = (rng.standard_normal(shape).astype(np.float32) for shape in ((40, 64), (40,)))
    given = bindings(control(count=count), x, matrix, poisoned(5, 40), bias)
    got = check("matmul_bias", constants(40, 64, 5, PATCHES=4), given)["y"]
    assert (~np.isnan(got)).sum() == 40 * min(count // 4, 5)


@pytest.mark.parametrize("epilogue", ["gelu_tanh", "gelu_erf"])
def test_gelu_of_every_size_of_number(epilogue: str) -> None:
    """Against the published formulas in f64 with the library's erf and tanh; large numbers must not overflow."""
    x = np.concatenate([np.linspace(-12, 12, 2000), [-1e30, -1e13, -300, -1e-20, 0, 1e-20, 300, 1e13, 1e30]])
    x = x.astype(np.float32)
    given = np.zeros((len(x), 32), np.float32)
    given[:, 0] = x
    matrix = np.zeros((1, 32), np.float32)
    matrix[0, 0] = 1
    call = bindings(control(count=len(x)), given, matrix, poisoned(len(x), 1), np.zeros(1, np.float32))
    got = run_kernel("matmul_bias", constants(1, 32, len(x), EPILOGUE=epilogue), call)["y"][:, 0]
    exact = x.astype(np.float64)
    if epilogue == "gelu_erf":
        factor = np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in exact])
    else:
        factor = 0.5 * (1 + np.tanh(math.sqrt(2 / math.pi) * (exact + 0.044715 * exact**3)))
    np.testing.assert_allclose(got, exact * factor, rtol=3e-7, atol=6e-7)
    np.testing.assert_array_equal(got[exact <= -300], 0)


def test_the_twin_knows_erf() -> None:
    x = np.zeros((3, 32), np.float32)
    x[:, 0] = 0.5, -1.5, 2
    matrix = np.eye(1, 32, dtype=np.float32)
    call = bindings(control(count=3), x, matrix, poisoned(3, 1), np.full(1, 0.25, np.float32))
    got = run_twin("matmul_bias", constants(1, 32, 3, EPILOGUE="gelu_erf"), call)["y"][:, 0]
    want = [value * 0.5 * (1 + math.erf(value / math.sqrt(2))) for value in (0.75, -1.25, 2.25)]
    np.testing.assert_allclose(got, want, rtol=1e-6)


def test_padding_stays_zero(rng: np.random.Generator) -> None:
    """An MLP width that is no multiple of 32 is padded with zero rows: their outputs are zeros, which add nothing further on."""
    matrix, bias = np.zeros((64, 32), np.float32), np.zeros(64, np.float32)
    matrix[:48], bias[:48] = rng.standard_normal((48, 32)), rng.standard_normal(48)
    x = rng.standard_normal((5, 32)).astype(np.float32)
    for format in FORMATS:
        call = bindings(control(count=5), x, matrix, poisoned(5, 64), bias, format)
        got = run_kernel("matmul_bias", constants(64, 32, 5, FORMAT=format, EPILOGUE="gelu_tanh"), call)["y"]
        assert (got[:, 48:] == 0).all() and (got[:, :48] != 0).any()


def test_a_product_without_bias_is_the_plain_one(rng: np.random.Generator) -> None:
    matrix, x = rng.standard_normal((96, 64)).astype(np.float32), rng.standard_normal((20, 64)).astype(np.float32)
    call = bindings(control(count=20), x, matrix, poisoned(20, 96), np.zeros(96, np.float32), "q8")
    with_bias = run_kernel("matmul_bias", constants(96, 64, 20, FORMAT="q8"), call)["y"]
    plain = {name: value for name, value in constants(96, 64, 20, FORMAT="q8").items() if name != "PATCHES"}
    del call["bias"]
    assert_close("y", with_bias, run_kernel("matmul", plain, call)["y"], 0)


def test_the_widest_layers_and_largest_pictures_are_legal() -> None:
    for rows, columns in ((4320, 1152), (1152, 4320), (4608, 4608), (5120, 4608)):
        assert max(CATALOG["matmul_bias"].grid(constants(rows, columns, 14_563))) <= 65_535


@pytest.mark.parametrize("epilogue", EPILOGUES)
def test_after_the_end_nothing_is_written(rng: np.random.Generator, epilogue: str) -> None:
    x, matrix = rng.standard_normal((2, 32)).astype(np.float32), rng.standard_normal((32, 32)).astype(np.float32)
    call = bindings(control(count=2, done=1), x, matrix, poisoned(2, 32), np.ones(32, np.float32))
    assert np.isnan(check("matmul_bias", constants(32, 32, 2, EPILOGUE=epilogue), call)["y"]).all()
