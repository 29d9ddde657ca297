"""RMS norms against their twins: widths on and off the lanes' count, dead rows left alone, nothing done after the end."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.run_kernel import check, control, poisoned


@pytest.mark.parametrize(("width", "rows", "count"), [(64, 1, 1), (1024, 3, 3), (96, 5, 2), (4096, 2, 1), (32, 4, 0)])
def test_rmsnorm(rng: np.random.Generator, width: int, rows: int, count: int) -> None:
    x = rng.normal(0, 3, (rows, width)).astype(np.float32)
    x[count:] = np.nan
    w = rng.normal(1, 0.2, width).astype(np.float32)
    bindings = {"control": control(count=count), "x": x, "w": w, "y": poisoned(rows, width)}
    got = check("rmsnorm", {"D": width, "T": rows, "EPS": 1e-6, "LAST": 0}, bindings)["y"]
    assert np.isnan(got[count:]).all()
    assert not np.isnan(got[:count]).any()


def test_rmsnorm_of_the_last_row(rng: np.random.Generator) -> None:
    x = rng.normal(0, 3, (7, 64)).astype(np.float32)
    x[5:] = np.nan
    bindings = {"control": control(count=5), "x": x, "w": np.ones(64, np.float32), "y": poisoned(1, 64)}
    got = check("rmsnorm", {"D": 64, "T": 1, "EPS": 1e-6, "LAST": 1}, bindings)["y"]
    np.testing.assert_allclose(got[0], x[4] / np.sqrt(np.mean(x[4].astype(np.float64) ** 2) + 1e-6), rtol=1e-5)


@pytest.mark.parametrize(
    ("heads", "dim", "rows", "count"), [(4, 16, 3, 3), (16, 128, 2, 2), (3, 40, 4, 1), (2, 16, 2, 0)]
)
def test_gated_norm(rng: np.random.Generator, heads: int, dim: int, rows: int, count: int) -> None:
    offset = 24
    stride = offset + heads * dim + 8
    bindings = {
        "control": control(count=count),
        "o": rng.normal(0, 2, (rows, heads, dim)).astype(np.float32),
        "u": rng.normal(0, 4, (rows, stride)).astype(np.float32),
        "w": rng.normal(1, 0.2, dim).astype(np.float32),
        "y": poisoned(rows, heads * dim),
    }
    constants = {"HV": heads, "DV": dim, "T": rows, "U_STRIDE": stride, "Z_OFFSET": offset, "EPS": 1e-6}
    assert np.isnan(check("gated_norm", constants, bindings)["y"][count:]).all()


def test_a_finished_response_is_left_alone(rng: np.random.Generator) -> None:
    x = rng.normal(size=(2, 64)).astype(np.float32)
    bindings = {"control": control(count=2, done=1), "x": x, "w": np.ones(64, np.float32), "y": poisoned(2, 64)}
    assert np.isnan(check("rmsnorm", {"D": 64, "T": 2, "EPS": 1e-6, "LAST": 0}, bindings)["y"]).all()


def test_advance_moves_the_position_until_the_end() -> None:
    moved = check("advance", {}, {"control": control(position=40, count=7)}, times=2)["control"]
    still = check("advance", {}, {"control": control(position=40, count=7, done=1)})["control"]
    assert (moved[0], still[0]) == (54, 40)
