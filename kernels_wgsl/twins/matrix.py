"""The numpy twins of the kernels that read packed weights."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.formats import ROW_TILE, packed_bytes, scaled
from kernels_wgsl.pack import unpack
from kernels_wgsl.twins.bindings import Bindings, Floats, Twin, Words, control_word, f32, live_rows
from kernels_wgsl.twins.sequence import silu


def weights(bindings: Bindings, format: str, rows: int, columns: int) -> Floats:
    """The matrix [rows, columns] in the bindings ``w`` and ``scales``, exactly as the kernels unpack it."""
    words_bytes, scales_bytes = packed_bytes(format, (rows, columns))
    words = bindings["w"][: words_bytes // 4].view(np.uint8)
    scales = bindings["scales"][: scales_bytes // 4].view(np.uint8) if scaled(format) else np.empty(0, np.uint8)
    return unpack(words, scales, format, rows, columns)


def embed(bindings: Bindings, constants: Constants) -> None:
    """x[t] = W[ids[t] - ROW_START] for the ids inside this piece."""
    width, first, rows = (int(constants[name]) for name in ("D", "ROW_START", "ROWS"))
    count = live_rows(bindings["control"], constants)
    ids = bindings["ids"][:count].astype(np.int64) - first
    inside = np.flatnonzero((ids >= 0) & (ids < rows))
    if len(inside):
        table = weights(bindings, str(constants["FORMAT"]), rows, width)
        f32(bindings["x"], int(constants["T"]), width)[inside] = table[ids[inside]]


def matvec(bindings: Bindings, constants: Constants) -> None:
    """y = W x, or y += W x."""
    if control_word(bindings["control"], "done"):
        return
    rows, columns = int(constants["N"]), int(constants["K"])
    product = weights(bindings, str(constants["FORMAT"]), rows, columns) @ f32(bindings["x"], columns)
    y = f32(bindings["y"], rows)
    y[:] = y + product if constants["EPILOGUE"] == "add" else product


def matvec_swiglu(bindings: Bindings, constants: Constants) -> None:
    """y = silu(W_gate x) * (W_up x)."""
    if control_word(bindings["control"], "done"):
        return
    width, columns = int(constants["F"]), int(constants["K"])
    sums = weights(bindings, str(constants["FORMAT"]), 2 * width, columns) @ f32(bindings["x"], columns)
    f32(bindings["y"], width)[:] = _gated(sums)


def matmul(bindings: Bindings, constants: Constants) -> None:
    """y[t] = W x[t], or y[t] += W x[t], into rows Y_STRIDE apart."""
    count = live_rows(bindings["control"], constants)
    rows, columns, stride = (int(constants[name]) for name in ("N", "K", "Y_STRIDE"))
    if not count:
        return
    x = f32(bindings["x"], count, columns)
    product = x @ weights(bindings, str(constants["FORMAT"]), rows, columns).T
    y = _strided(bindings["y"], count, rows, stride)
    y[:] = y + product if constants["EPILOGUE"] == "add" else product


def matmul_bias(bindings: Bindings, constants: Constants) -> None:
    """y[t] = f(W x[t] + bias) into rows Y_STRIDE apart, f by the epilogue; a row of x is PATCHES patches of a picture."""
    rows, columns, stride, patches = (int(constants[name]) for name in ("N", "K", "Y_STRIDE", "PATCHES"))
    control = bindings["control"]
    count = 0 if control_word(control, "done") else min(control_word(control, "count") // patches, int(constants["T"]))
    if not count:
        return
    x = f32(bindings["x"], count, columns)
    sums = x @ weights(bindings, str(constants["FORMAT"]), rows, columns).T + f32(bindings["bias"], rows)
    y = _strided(bindings["y"], count, rows, stride)
    match constants["EPILOGUE"]:
        case "store":
            y[:] = sums
        case "add":
            y += sums
        case "gelu_tanh":
            y[:] = 0.5 * sums * (1 + np.tanh(np.sqrt(2 / np.pi) * (sums + 0.044715 * sums**3)))
        case "gelu_erf":
            y[:] = 0.5 * sums * (1 + _erf(sums / np.sqrt(2)))


def matmul_swiglu(bindings: Bindings, constants: Constants) -> None:
    """y[t] = silu(W_gate x[t]) * (W_up x[t]), into rows Y_STRIDE apart."""
    count = live_rows(bindings["control"], constants)
    width, columns, stride = (int(constants[name]) for name in ("F", "K", "Y_STRIDE"))
    if not count:
        return
    sums = f32(bindings["x"], count, columns) @ weights(bindings, str(constants["FORMAT"]), 2 * width, columns).T
    _strided(bindings["y"], count, width, stride)[:] = _gated(sums)


def _strided(words: Words, rows: int, columns: int, stride: int) -> Floats:
    """[rows, columns] f32 of rows that are ``stride`` apart; the last may end with the binding, short of a stride."""
    values = f32(words, (rows - 1) * stride + columns)
    return np.lib.stride_tricks.as_strided(values, (rows, columns), (4 * stride, 4))


def _erf(x: NDArray[np.floating]) -> NDArray[np.float64]:
    """The error function of each element, in f64."""
    return np.array([math.erf(value) for value in x.flat]).reshape(x.shape)


def _gated(sums: Floats) -> Floats:
    """[..., 2*F] in blocks of 32 gate and 32 up columns -> silu(gate) * up [..., F]."""
    blocks = sums.reshape(*sums.shape[:-1], -1, 2, ROW_TILE)
    gated: Floats = silu(blocks[..., 0, :]) * blocks[..., 1, :]
    return gated.reshape(*sums.shape[:-1], -1)


TWINS: dict[str, Twin] = {
    "embed": embed,
    "matvec": matvec,
    "matvec_swiglu": matvec_swiglu,
    "matmul": matmul,
    "matmul_bias": matmul_bias,
    "matmul_swiglu": matmul_swiglu,
}
