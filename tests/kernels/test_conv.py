"""The causal convolution against its twin, and in chunks against one pass."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.closeness import assert_close
from tests.support.run_kernel import Array, check, control, poisoned, run_kernel


def _bindings(rng: np.random.Generator, channels: int, stride: int, rows: int, count: int) -> dict[str, Array]:
    u = rng.normal(0, 2, (rows, stride)).astype(np.float32)
    u[count:] = np.nan
    return {
        "control": control(count=count),
        "u": u,
        "w": rng.normal(0, 0.5, (channels, 4)).astype(np.float32),
        "history": rng.normal(0, 2, (3, channels)).astype(np.float32),
        "y": poisoned(rows, channels),
    }


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 9])
def test_conv_silu(rng: np.random.Generator, count: int) -> None:
    bindings = _bindings(rng, 72, 100, 9, count)
    got = check("conv_silu", {"C": 72, "U_STRIDE": 100, "T": 9}, bindings)
    extended = np.concatenate([bindings["history"], bindings["u"][:count, :72]])
    np.testing.assert_array_equal(got["history"], extended[-3:])  # the raw projections, not the activated values


def test_chunks_equal_one_pass(rng: np.random.Generator) -> None:
    constants = {"C": 64, "U_STRIDE": 64, "T": 12}
    whole = _bindings(rng, 64, 64, 12, 12)
    want = run_kernel("conv_silu", constants, whole)
    history, rows = whole["history"], []
    for first, last in ((0, 1), (1, 3), (3, 10), (10, 12)):
        u = np.full((12, 64), np.nan, np.float32)
        u[: last - first] = whole["u"][first:last]
        part = whole | {"control": control(count=last - first), "u": u, "history": history}
        got = run_kernel("conv_silu", constants, part)
        history = got["history"]
        rows.append(got["y"][: last - first])
    assert_close("y", np.concatenate(rows), want["y"], 1e-6)
    np.testing.assert_array_equal(history, want["history"])
