"""How near is near enough: relative RMS, with the worst element named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def relative_rms(got: NDArray[np.floating], want: NDArray[np.floating]) -> float:
    """RMS of the difference over RMS of what is wanted (absolute where that is zero); NaN in both places is equal."""
    difference = np.nan_to_num(np.asarray(got, np.float64) - np.asarray(want, np.float64))
    size = np.sqrt(np.mean(np.nan_to_num(np.asarray(want, np.float64)) ** 2)) if want.size else 0.0
    error = np.sqrt(np.mean(difference**2)) if want.size else 0.0
    return float(error / size if size else error)


def assert_close(name: str, got: NDArray[np.floating], want: NDArray[np.floating], bound: float = 1e-5) -> None:
    """Fail unless ``got`` is within ``bound`` relative RMS of ``want`` and NaN (poison left untouched) exactly where it is."""
    assert got.shape == want.shape, f"{name}: shape {got.shape}, expected {want.shape}"
    strange = np.argwhere(np.isnan(got) != np.isnan(want))
    if len(strange):
        at = tuple(int(i) for i in strange[0])
        raise AssertionError(
            f"{name}: {len(strange)} of {want.size} elements differ in being NaN, first {at}: got {got[at]}, expected {want[at]}"
        )
    error = relative_rms(got, want)
    if not error <= bound:
        worst = np.nanargmax(np.abs(np.asarray(got, np.float64) - want))
        at = tuple(int(i) for i in np.unravel_index(worst, want.shape))
        raise AssertionError(
            f"{name}: relative RMS {error:.3g} exceeds {bound:.3g}; worst at {at}: got {got[at]}, expected {want[at]}"
        )
