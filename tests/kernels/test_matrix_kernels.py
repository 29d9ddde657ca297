"""The kernels that read packed weights, against their twins: every format, sizes on and off the tiles' edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.catalog.spec import Value
from kernels_wgsl.formats import FORMATS
from kernels_wgsl.pack import dequantised, pack
from kernels_wgsl.render import render
from kernels_wgsl.sources import file_name
from tests.support.closeness import assert_close
from tests.support.run_kernel import check, control, poisoned, run_kernel

Array = np.ndarray[Any, Any]


def weights(rng: np.random.Generator, format: str, rows: int, columns: int) -> dict[str, Array]:
    """Random packed weights as bindings: ``w``, and ``scales`` where the format has them."""
    words, scales = pack(rng.standard_normal((rows, columns)).astype(np.float32), format)
    packed = {"w": np.frombuffer(words, np.uint32), "scales": np.frombuffer(scales, np.uint32)}
    return packed if scales else {"w": packed["w"]}


def bound(rng: np.random.Generator, format: str, rows: int, columns: int, **others: Array) -> dict[str, Array]:
    """The bindings of a call in slot order: the given ones with ``w`` third and ``scales`` last."""
    packed = weights(rng, format, rows, columns)
    names = list(others)
    return {n: others[n] for n in names[:2]} | {"w": packed.pop("w")} | {n: others[n] for n in names[2:]} | packed


def floats(rng: np.random.Generator, *shape: int) -> Array:
    return rng.standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("start", "rows", "width"), [(0, 64, 32), (64, 100, 96), (7, 320, 1024)])
def test_embed(rng: np.random.Generator, format: str, start: int, rows: int, width: int) -> None:
    ids = np.array([start, start + rows - 1, start + 33, start + rows, max(start - 1, 0), 4_000_000_000], np.uint32)
    constants: dict[str, Value] = {"FORMAT": format, "D": width, "T": 6, "ROW_START": start, "ROWS": rows}
    x = poisoned(6, width)
    for count in (6, 2):
        bindings = bound(rng, format, rows, width, control=control(count=count), ids=ids, x=x)
        got = check("embed", constants, bindings)["x"]
        written = [not np.isnan(row).any() for row in got]
        assert written == [True, True, count == 6, False, start == 0 and count == 6, False]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("epilogue", "shape"),
    [  # rows, columns, span, slices
        ("store", (32, 32, 32, 1)),
        ("add", (8, 64, 8, 2)),
        ("store", (100, 160, 8, 4)),
        ("add", (224, 1024, 16, 8)),
        ("store", (1000, 96, 32, 8)),
        ("add", (33, 3584, 8, 32)),
        ("store", (1, 32, 8, 32)),
    ],
)
def test_matvec(rng: np.random.Generator, format: str, epilogue: str, shape: tuple[int, ...]) -> None:
    rows, columns, span, slices = shape
    constants: dict[str, Value] = {"FORMAT": format, "K": columns, "N": rows, "EPILOGUE": epilogue}
    constants |= {"SPAN": span, "SLICES": slices}
    y = floats(rng, rows) if epilogue == "add" else poisoned(rows)
    check("matvec", constants, bound(rng, format, rows, columns, control=control(), x=floats(rng, columns), y=y))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "shape",  # width, columns, span, slices
    [(32, 32, 32, 1), (96, 160, 16, 4), (3584, 64, 32, 2), (64, 1024, 8, 8), (32, 96, 8, 32), (160, 64, 32, 1)],
)
def test_matvec_swiglu(rng: np.random.Generator, format: str, shape: tuple[int, ...]) -> None:
    width, columns, span, slices = shape
    constants: dict[str, Value] = {"FORMAT": format, "K": columns, "F": width, "SPAN": span, "SLICES": slices}
    x = floats(rng, columns)
    check("matvec_swiglu", constants, bound(rng, format, 2 * width, columns, control=control(), x=x, y=poisoned(width)))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    ("epilogue", "shape"),
    [  # rows, columns, tokens, count, stride
        ("store", (32, 32, 16, 16, 32)),
        ("add", (8, 64, 1, 1, 8)),
        ("store", (100, 160, 37, 33, 128)),
        ("add", (256, 96, 64, 15, 256)),
        ("store", (257, 32, 17, 17, 257)),
        ("add", (1000, 64, 20, 16, 1024)),
    ],
)
def test_matmul(rng: np.random.Generator, format: str, epilogue: str, shape: tuple[int, ...]) -> None:
    rows, columns, tokens, count, stride = shape
    constants: dict[str, Value] = {
        "FORMAT": format,
        "K": columns,
        "N": rows,
        "T": tokens,
        "Y_STRIDE": stride,
        "EPILOGUE": epilogue,
    }
    x, y = floats(rng, tokens, columns), poisoned(tokens, stride)
    x[count:] = np.nan
    if epilogue == "add":
        y[:count, :rows] = floats(rng, count, rows)
    check("matmul", constants, bound(rng, format, rows, columns, control=control(count=count), x=x, y=y))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "shape", [(32, 32, 16, 16, 32), (96, 160, 37, 20, 160), (160, 64, 1, 1, 160), (320, 96, 48, 48, 384)]
)
def test_matmul_swiglu(rng: np.random.Generator, format: str, shape: tuple[int, ...]) -> None:
    width, columns, tokens, count, stride = shape
    constants: dict[str, Value] = {"FORMAT": format, "K": columns, "F": width, "T": tokens, "Y_STRIDE": stride}
    x, y = floats(rng, tokens, columns), poisoned(tokens, stride)
    x[count:] = np.nan
    check("matmul_swiglu", constants, bound(rng, format, 2 * width, columns, control=control(count=count), x=x, y=y))


def test_matmul_into_columns_of_a_wider_row(rng: np.random.Generator) -> None:
    """A piece of the head writes its own columns of the logits: the binding starts at the piece's first column."""
    constants: dict[str, Value] = {"FORMAT": "q4", "K": 64, "N": 64, "T": 3, "Y_STRIDE": 192, "EPILOGUE": "store"}
    y = np.full(2 * 192 + 64, np.nan, np.float32)
    check("matmul", constants, bound(rng, "q4", 64, 64, control=control(count=3), x=floats(rng, 3, 64), y=y))


@pytest.mark.parametrize("kernel", ["embed", "matvec", "matvec_swiglu", "matmul", "matmul_swiglu"])
def test_a_response_that_ended_writes_nothing(rng: np.random.Generator, kernel: str) -> None:
    sizes: dict[str, Value] = {
        "FORMAT": "q8",
        "D": 64,
        "K": 64,
        "N": 64,
        "F": 32,
        "T": 2,
        "Y_STRIDE": 64,
        "ROW_START": 0,
        "ROWS": 64,
    }
    constants = {
        name: (sizes | {"SPAN": 8, "SLICES": 2, "EPILOGUE": "store"})[name] for name in CATALOG[kernel].constants
    }
    second, output = [slot.name for slot in CATALOG[kernel].slots if slot.name not in ("control", "w", "scales")]
    inputs = np.array([3, 5], np.uint32) if second == "ids" else floats(rng, 2, 64)
    others = {"control": control(count=2, done=1), second: inputs, output: poisoned(2, 64)}
    assert np.isnan(check(kernel, constants, bound(rng, "q8", 64, 64, **others))[output]).all()


def test_silu_of_large_numbers(rng: np.random.Generator) -> None:
    """Gates of +-300 would overflow a plain exponential."""
    gate_up = np.zeros((64, 32), np.float32)
    gate_up[:32, 0] = np.linspace(-300, 300, 32)
    gate_up[32:, 1] = 1
    words, _ = pack(gate_up, "f32")
    x = np.zeros(32, np.float32)
    x[:2] = 1, 2
    constants: dict[str, Value] = {"FORMAT": "f32", "K": 32, "F": 32, "SPAN": 32, "SLICES": 1}
    got = run_kernel(
        "matvec_swiglu",
        constants,
        {"control": control(), "x": x, "w": np.frombuffer(words, np.uint32), "y": poisoned(32)},
    )["y"]
    assert_close("silu", got, np.where(gate_up[:32, 0] > 0, 2 * gate_up[:32, 0], 0).astype(np.float32), 1e-4)


def test_a_row_of_tokens_equals_one_token(rng: np.random.Generator) -> None:
    """Prefill and decode read the same weights: the product of 20 rows is that of each row."""
    packed = weights(rng, "q4", 96, 128)
    x = floats(rng, 20, 128)
    shape: dict[str, Value] = {"FORMAT": "q4", "K": 128, "N": 96, "EPILOGUE": "store"}
    many = run_kernel(
        "matmul",
        shape | {"T": 20, "Y_STRIDE": 96},
        {"control": control(count=20), "x": x, "w": packed["w"], "y": poisoned(20, 96), "scales": packed["scales"]},
    )["y"]
    for token in (0, 7, 19):
        one = run_kernel(
            "matvec",
            shape | {"SPAN": 16, "SLICES": 2},
            {"control": control(), "x": x[token], "w": packed["w"], "y": poisoned(96), "scales": packed["scales"]},
        )["y"]
        assert_close(f"token {token}", many[token], one)


def test_formats_approximate_the_weights(rng: np.random.Generator) -> None:
    """The kernels against the weights before packing: nothing is swapped inside a word or between scales."""
    dense, x = floats(rng, 64, 192), floats(rng, 192)
    for format, limit in {"f32": 1e-6, "f16": 1e-3, "q8": 1e-2, "q4": 0.15}.items():
        words, scales = pack(dense, format)
        bindings: dict[str, Array] = {"control": control(), "x": x, "w": np.frombuffer(words, np.uint32)}
        bindings |= {"y": poisoned(64)} | ({"scales": np.frombuffer(scales, np.uint32)} if scales else {})
        constants: dict[str, Value] = {"FORMAT": format, "K": 192, "N": 64, "EPILOGUE": "store"}
        constants |= {"SPAN": 32, "SLICES": 1}
        got = run_kernel("matvec", constants, bindings)["y"]
        assert_close(format, got, dense @ x, limit)
        assert_close(format, got, dequantised(dense, format) @ x)


@pytest.mark.parametrize("format", FORMATS)
def test_the_largest_piece_of_a_vocabulary_is_legal(format: str) -> None:
    constants: dict[str, Value] = {"FORMAT": format, "K": 4096, "N": 248_320, "EPILOGUE": "store"}
    constants |= {"SPAN": 8, "SLICES": 1}
    assert max(CATALOG["matvec"].grid(constants)) <= 65_535
    rows: dict[str, Value] = {
        "FORMAT": format,
        "K": 4096,
        "N": 248_320,
        "T": 256,
        "Y_STRIDE": 248_320,
        "EPILOGUE": "store",
    }
    assert max(CATALOG["matmul"].grid(rows)) <= 65_535
    assert file_name("matmul", rows) != file_name("matmul", rows | {"T": 128})
    assert "248320u" in render("matmul", rows)
