"""The gated delta rule: against its twin, float64 and transformers, in chunks, and with every split of the keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels_wgsl.catalog.spec import Constants
from tests.support.closeness import assert_close
from tests.support.run_kernel import Array, check, control, poisoned, run_kernel

# transformers' recurrent rule, from no state (z) and from one (s)
GOLDENS = Path(__file__).parents[1] / "goldens" / "gdn.npz"
SHAPES = [(4, 4, 16, 16), (2, 4, 32, 32), (1, 3, 64, 40), (2, 4, 128, 128), (1, 1, 256, 33 * 4)]  # Hk, Hv, Dk, Dv


def _constants(shape: tuple[int, int, int, int], rows: int, slices: int = 1) -> dict[str, int]:
    key_heads, value_heads, key_dim, value_dim = shape
    return {"HK": key_heads, "HV": value_heads, "DK": key_dim, "DV": value_dim, "T": rows, "SLICES": slices}


def _bindings(rng: np.random.Generator, c: Constants, count: int) -> dict[str, Array]:
    """Inputs as delta_prepare leaves them: unit keys, queries of length Dk^-1/2, decays from forgetful to lasting."""
    key_heads, value_heads, key_dim, value_dim, rows = (int(c[name]) for name in ("HK", "HV", "DK", "DV", "T"))
    qk = rng.normal(0, 1, (rows, 2, key_heads, key_dim)) + 0.7  # correlated keys: k.k' is about 0.3
    qk /= np.linalg.norm(qk, axis=-1, keepdims=True)
    qk[:, 0] *= key_dim**-0.5
    v = rng.normal(0, 1, (rows, value_heads * value_dim))
    decay = np.exp(-np.exp(rng.uniform(-8, 0.5, (rows, value_heads))))
    beta = rng.uniform(0, 1, (rows, value_heads))
    qkv = np.concatenate([qk.reshape(rows, -1), v], axis=1).astype(np.float32)
    qkv[count:] = np.nan
    return {
        "control": control(count=count),
        "qkv": qkv,
        "decay_beta": np.stack([decay, beta], axis=-1).astype(np.float32),
        "state": rng.normal(0, 0.3, (value_heads, key_dim, value_dim)).astype(np.float32),
        "y": poisoned(rows, value_heads * value_dim),
    }


def _stepwise(c: Constants, bindings: dict[str, Array], count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The recurrent rule (arXiv:2412.06464) in float64, one head and one token at a time: outputs and state."""
    key_heads, value_heads, key_dim, value_dim = (int(c[name]) for name in ("HK", "HV", "DK", "DV"))
    qkv, decay_beta = bindings["qkv"].astype(np.float64), bindings["decay_beta"].astype(np.float64)
    state = bindings["state"].astype(np.float64)
    y = np.zeros((count, value_heads, value_dim))
    for t in range(count):
        q, k = qkv[t, : 2 * key_heads * key_dim].reshape(2, key_heads, key_dim)
        v = qkv[t, 2 * key_heads * key_dim :].reshape(value_heads, value_dim)
        for m in range(value_heads):
            key, query = k[m // (value_heads // key_heads)], q[m // (value_heads // key_heads)]
            state[m] *= decay_beta[t, m, 0]
            state[m] += np.outer(key, decay_beta[t, m, 1] * (v[m] - key @ state[m]))
            y[t, m] = query @ state[m]
    return y.reshape(count, -1), state


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("rows", "count"), [(1, 1), (6, 4), (2, 0)])
def test_delta_prepare(rng: np.random.Generator, shape: tuple[int, int, int, int], rows: int, count: int) -> None:
    key_heads, value_heads, key_dim, value_dim = shape
    constants = _constants(shape, rows)
    del constants["SLICES"]
    qkv = rng.normal(0, 1, (rows, 2 * key_heads * key_dim + value_heads * value_dim)).astype(np.float32)
    qkv[0, :key_dim] = 0  # a zero vector stays zero
    qkv[count:] = np.nan
    bindings = {
        "control": control(count=count),
        "qkv": qkv,
        "ba": rng.normal(0, 8, (rows, 2, value_heads)).astype(np.float32),
        "gates": np.stack([-np.exp(rng.uniform(-5, 2.5, value_heads)), rng.normal(0, 8, value_heads)]).astype(
            np.float32
        ),
        "decay_beta": poisoned(rows, value_heads, 2),
    }
    got = check("delta_prepare", constants, bindings)
    np.testing.assert_array_equal(got["qkv"][count:], qkv[count:])
    np.testing.assert_array_equal(got["qkv"][:, 2 * key_heads * key_dim :], qkv[:, 2 * key_heads * key_dim :])


def test_decays_are_near_float64() -> None:
    """A decay is a power of a softplus, which is small where log() is at its least exact."""
    a = np.linspace(-20, 20, 4096).astype(np.float32)
    bindings: dict[str, Array] = {
        "control": control(),
        "qkv": np.ones((1, 8 + 4 * a.size), np.float32),
        "ba": np.stack([a, a])[None],
        "gates": np.stack([np.full_like(a, -16), np.zeros_like(a)]),
        "decay_beta": poisoned(1, a.size, 2),
    }
    got = run_kernel("delta_prepare", {"HK": 1, "HV": a.size, "DK": 4, "DV": 4, "T": 1}, bindings)["decay_beta"][0]
    want = np.exp(-16 * np.logaddexp(a.astype(np.float64), 0))
    np.testing.assert_allclose(got[:, 0], want, rtol=0, atol=3e-7)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("slices", [1, 2, 4])
@pytest.mark.parametrize(("rows", "count"), [(1, 1), (7, 5), (7, 0)])
def test_delta_rule(
    rng: np.random.Generator, shape: tuple[int, int, int, int], slices: int, rows: int, count: int
) -> None:
    constants = _constants(shape, rows, slices)
    bindings = _bindings(rng, constants, count)
    got = check("delta_rule", constants, bindings)
    if not count:
        np.testing.assert_array_equal(got["state"], bindings["state"])


@pytest.mark.parametrize("case", ["n1_z", "n1_s", "n5_z", "n5_s", "n65_z", "n65_s"])
def test_the_results_of_transformers(case: str) -> None:
    with np.load(GOLDENS) as stored:
        golden = {name.removeprefix(f"{case}_"): stored[name] for name in stored.files if name.startswith(case)}
    (rows, key_heads, key_dim), (_, value_heads, value_dim) = golden["q"].shape, golden["v"].shape
    constants = _constants((key_heads, value_heads, key_dim, value_dim), rows, 2)
    prepare = {name: value for name, value in constants.items() if name != "SLICES"}
    bindings: dict[str, Array] = {
        "control": control(count=rows),
        "qkv": np.concatenate([golden[name].reshape(rows, -1) for name in "qkv"], axis=1),
        "ba": np.zeros((rows, 2, value_heads), np.float32),
        "gates": np.zeros((2, value_heads), np.float32),
        "decay_beta": poisoned(rows, value_heads, 2),
    }
    rule: dict[str, Array] = {
        "control": bindings["control"],
        "qkv": run_kernel("delta_prepare", prepare, bindings)["qkv"],
        "decay_beta": np.stack([np.exp(golden["g"]), golden["beta"]], axis=-1),
        "state": golden.get("s0", np.zeros_like(golden["state"])),
        "y": poisoned(rows, value_heads * value_dim),
    }
    got = run_kernel("delta_rule", constants, rule)
    assert_close("y", got["y"].reshape(golden["out"].shape), golden["out"], 1e-5)
    assert_close("state", got["state"], golden["state"], 1e-5)


@pytest.mark.parametrize("slices", [1, 4])
def test_state_after_512_tokens_is_near_float64(rng: np.random.Generator, slices: int) -> None:
    constants = _constants((1, 2, 64, 32), 512, slices)
    bindings = _bindings(rng, constants, 512)
    got = run_kernel("delta_rule", constants, bindings)
    y, state = _stepwise(constants, bindings, 512)
    assert_close("state", got["state"], state, 1e-5)
    assert_close("y", got["y"], y, 1e-5)


def test_chunks_equal_one_pass_and_padding_changes_nothing(rng: np.random.Generator) -> None:
    constants = _constants((2, 4, 32, 32), 20)
    whole = _bindings(rng, constants, 20)
    want = run_kernel("delta_rule", constants, whole)
    state, rows = whole["state"], []
    for first, last in ((0, 1), (1, 4), (4, 19), (19, 20)):
        part = whole | {"control": control(count=last - first), "state": state}
        for name in ("qkv", "decay_beta"):
            part[name] = np.full_like(whole[name], np.nan)  # rows beyond the count are garbage
            part[name][: last - first] = whole[name][first:last]
        got = run_kernel("delta_rule", constants, part)
        state = got["state"]
        rows.append(got["y"][: last - first])
    assert_close("y", np.concatenate(rows), want["y"], 1e-6)
    assert_close("state", state, want["state"], 1e-6)


def test_a_finished_response_keeps_its_state(rng: np.random.Generator) -> None:
    constants = _constants((2, 4, 32, 32), 3, 2)
    bindings = _bindings(rng, constants, 3) | {"control": control(count=3, done=1)}
    np.testing.assert_array_equal(check("delta_rule", constants, bindings)["state"], bindings["state"])
