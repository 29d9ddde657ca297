"""Attention: rotary at far positions, cache rows, decode and prefill against their twins and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pyside.network.memory import SOFTWARE_CONTEXT
from tests.support.closeness import assert_close
from tests.support.run_kernel import Array, check, control, poisoned, run_kernel, run_twin

SHAPES = [(4, 2, 32), (6, 2, 64), (8, 2, 256), (8, 1, 96), (1, 1, 128)]  # Hq, Hkv, Dh
BOUND = {"f32": 1e-5, "f16": 2e-3}


def _cache(rng: np.random.Generator, tokens: int, kv_heads: int, dim: int, kv: str) -> Array:
    values = rng.normal(0, 1, (tokens, kv_heads, dim))
    return values.astype(np.float16).view(np.uint32) if kv == "f16" else values.astype(np.float32)


def _floats(cache: Array, kv: str) -> NDArray[np.float32]:
    return cache.view(np.float16).astype(np.float32) if kv == "f16" else cache


def _common(shape: tuple[int, int, int], kv: str) -> dict[str, int | str]:
    return {"HQ": shape[0], "HKV": shape[1], "DH": shape[2], "KV": kv}


def _prepare_constants(shape: tuple[int, int, int], rotary: int, rows: int, kv: str) -> dict[str, int | float | str]:
    return {**_common(shape, kv), "ROTARY": rotary, "ROPE_THETA": 1e7, "T": rows, "EPS": 1e-6}


@pytest.mark.parametrize("kv", ["f32", "f16"])
@pytest.mark.parametrize(("shape", "rotary"), list(zip(SHAPES, (8, 16, 64, 24, 128), strict=True)))
@pytest.mark.parametrize("span", [(1, 1, 0), (5, 3, 4)])  # rows, count, position
def test_attention_prepare(
    rng: np.random.Generator, shape: tuple[int, int, int], rotary: int, kv: str, span: tuple[int, int, int]
) -> None:
    (heads, kv_heads, dim), (rows, count, position) = shape, span
    qkv = rng.normal(0, 2, (rows, 2 * (heads + kv_heads) * dim)).astype(np.float32)
    qkv[count:] = np.nan
    before = {name: _cache(rng, 9, kv_heads, dim, kv) for name in ("k_cache", "v_cache")}
    bindings = {
        "control": control(count=count, position=position, rope_offset=-2 if position else 0),
        "qkv": qkv,
        "q_norm": rng.normal(1, 0.2, dim).astype(np.float32),
        "k_norm": rng.normal(1, 0.2, dim).astype(np.float32),
        "q": poisoned(rows, heads * dim),
        **before,
    }
    constants = _prepare_constants(shape, rotary, rows, kv)
    got = run_kernel("attention_prepare", constants, bindings)
    want = run_twin("attention_prepare", constants, bindings)
    assert_close("q", got["q"], want["q"], 1e-5)
    for name in before:
        assert_close(name, _floats(got[name], kv), _floats(want[name], kv), BOUND[kv])
        untouched = np.r_[0:position, position + count : 9]
        np.testing.assert_array_equal(got[name][untouched], before[name][untouched])


def test_values_beyond_f16_are_held_at_its_end() -> None:
    """An infinity in the cache would make every later token NaN."""
    qkv = np.tile(np.array([1e5, -1e5], np.float32), 64)[None]
    caches = {name: np.zeros((1, 1, 16), np.uint32) for name in ("k_cache", "v_cache")}
    weight = np.full(32, 1e6, np.float32)
    bindings = {"control": control(), "qkv": qkv, "q_norm": weight, "k_norm": weight, "q": poisoned(1, 32), **caches}
    constants = _prepare_constants((1, 1, 32), 8, 1, "f16")
    for runner in (run_kernel, run_twin):
        got = runner("attention_prepare", constants, bindings)
        np.testing.assert_array_equal(_floats(got["v_cache"], "f16")[0, 0], np.tile([65504, -65504], 16))
        np.testing.assert_array_equal(np.abs(_floats(got["k_cache"], "f16")), 65504)


@pytest.mark.parametrize("position", [0, 1, 1000, 262_143])
def test_rotary_is_accurate_at_far_positions(rng: np.random.Generator, position: int) -> None:
    """Against float64 sine and cosine of the angle that f32 gives, which is the published definition."""
    dim, rotary, theta = 128, 64, 1e7
    offset = position - 3  # the caches stay small: row 3 turns by the position of interest
    constants = _prepare_constants((1, 1, dim), rotary, 1, "f32")
    qkv = rng.normal(0, 1, (1, 4 * dim)).astype(np.float32)
    bindings = {
        "control": control(position=3, rope_offset=offset),
        "qkv": qkv,
        "q_norm": np.ones(dim, np.float32),
        "k_norm": np.ones(dim, np.float32),
        "q": poisoned(1, dim),
        "k_cache": poisoned(4, 1, dim),
        "v_cache": poisoned(4, 1, dim),
    }
    got = run_kernel("attention_prepare", constants, bindings)["k_cache"][3, 0]
    key = qkv[0, 2 * dim : 3 * dim].astype(np.float64)
    key /= np.sqrt(np.mean(key**2) + 1e-6)
    frequency = (theta ** (-2.0 * np.arange(rotary // 2) / rotary)).astype(np.float32)
    angle = (np.float32(position) * frequency).astype(np.float64)
    first, second = key[: rotary // 2], key[rotary // 2 : rotary]
    want = np.concatenate(
        [first * np.cos(angle) - second * np.sin(angle), second * np.cos(angle) + first * np.sin(angle), key[rotary:]]
    )
    np.testing.assert_allclose(got, want, atol=2e-6)


@pytest.mark.parametrize("kv", ["f32", "f16"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("position", "splits"), [(0, 4), (63, 4), (64, 4), (299, 4), (130, 1)])
def test_decode_and_merge(
    rng: np.random.Generator, shape: tuple[int, int, int], kv: str, position: int, splits: int
) -> None:
    heads, kv_heads, dim = shape
    caches = {name: _cache(rng, position + 4, kv_heads, dim, kv) for name in ("k_cache", "v_cache")}
    for cache in caches.values():
        cache.view(np.uint32)[position + 1 :] = 0xFFFFFFFF  # NaN after the row's own key
    q = rng.normal(0, 3 * dim**-0.5, (1, heads * dim)).astype(np.float32)
    qkv = rng.normal(0, 2, (1, 2 * (heads + kv_heads) * dim)).astype(np.float32)
    words = control(position=position)
    constants = _common(shape, kv) | {"SPLITS": splits}
    decode = {"control": words, "q": q, **caches, "partials": poisoned(heads, splits, dim + 2)}
    partials = run_kernel("attention_decode", constants, decode)["partials"]
    assert not np.isnan(partials).any()  # splits without keys are neutral, not untouched
    partials_twin = run_twin("attention_decode", constants, decode)["partials"]
    del constants["KV"], constants["HKV"]
    merge = {"control": words, "partials": partials, "qkv": qkv, "y": poisoned(1, heads * dim)}
    y = check("attention_merge", constants, merge)["y"]
    y_twin = run_twin("attention_merge", constants, merge | {"partials": partials_twin})["y"]
    prefill = {"control": words, "q": q, **caches, "qkv": qkv, "y": poisoned(1, heads * dim)}
    want = run_twin("attention_prefill", _common(shape, kv) | {"T": 1}, prefill)["y"]
    assert_close("y", y, want, 1e-5)
    assert_close("y of the twins", y_twin, want, 1e-6)


@pytest.mark.parametrize("kv", ["f32", "f16"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("span", [(1, 1, 0), (40, 37, 0), (40, 17, 65), (33, 33, 128)])  # rows, count, position
def test_attention_prefill(
    rng: np.random.Generator, shape: tuple[int, int, int], kv: str, span: tuple[int, int, int]
) -> None:
    (heads, kv_heads, dim), (rows, count, position) = shape, span
    caches = {name: _cache(rng, position + rows + 1, kv_heads, dim, kv) for name in ("k_cache", "v_cache")}
    for cache in caches.values():
        cache.view(np.uint32)[position + count :] = 0xFFFFFFFF
    q = rng.normal(0, 3 * dim**-0.5, (rows, heads * dim)).astype(np.float32)
    q[count:] = np.nan
    bindings = {
        "control": control(count=count, position=position),
        "q": q,
        **caches,
        "qkv": rng.normal(0, 2, (rows, 2 * (heads + kv_heads) * dim)).astype(np.float32),
        "y": poisoned(rows, heads * dim),
    }
    got = check("attention_prefill", _common(shape, kv) | {"T": rows}, bindings)["y"]
    assert np.isnan(got[count:]).all()


def test_decode_at_the_end_of_the_longest_context(rng: np.random.Generator) -> None:
    """262,144 keys in 32 splits; one query asks for a late key, whose score is far above all others."""
    tokens, dim = 262_144, 32
    caches = {name: _cache(rng, tokens, 1, dim, "f16") for name in ("k_cache", "v_cache")}
    q = rng.normal(0, dim**-0.5, (1, 2 * dim)).astype(np.float32)
    q[0, dim:] = 8 * _floats(caches["k_cache"], "f16")[tokens - 77, 0]
    qkv = rng.normal(0, 2, (1, 6 * dim)).astype(np.float32)
    words, constants = control(position=tokens - 1), _common((2, 1, dim), "f16")
    decode = {"control": words, "q": q, **caches, "partials": poisoned(2, 32, dim + 2)}
    partials = run_kernel("attention_decode", constants | {"SPLITS": 32}, decode)["partials"]
    merge = {"control": words, "partials": partials, "qkv": qkv, "y": poisoned(1, 2 * dim)}
    y = run_kernel("attention_merge", {"HQ": 2, "DH": dim, "SPLITS": 32}, merge)["y"]
    prefill = {"control": words, "q": q, **caches, "qkv": qkv, "y": poisoned(1, 2 * dim)}
    assert_close("y", y, run_twin("attention_prefill", constants | {"T": 1}, prefill)["y"], 1e-5)


def test_prefill_at_the_end_of_the_longest_context_on_a_cpu(rng: np.random.Generator) -> None:
    """With heads of 256, as published: the loops of one workgroup add up to most of what lavapipe runs."""
    rows, dim = 5, 256
    position = SOFTWARE_CONTEXT - rows
    q = rng.normal(0, 3 * dim**-0.5, (rows, dim)).astype(np.float32)
    bindings = {
        "control": control(count=rows, position=position),
        "q": q,
        **{name: _cache(rng, SOFTWARE_CONTEXT, 1, dim, "f16") for name in ("k_cache", "v_cache")},
        "qkv": rng.normal(0, 2, (rows, 4 * dim)).astype(np.float32),
        "y": poisoned(rows, dim),
    }
    check("attention_prefill", _common((1, 1, dim), "f16") | {"T": rows}, bindings)


def test_large_scores_do_not_overflow(rng: np.random.Generator) -> None:
    """Scores of several hundred: the running maximum must be taken out before exp."""
    caches = {name: _cache(rng, 200, 1, 32, "f32") * np.float32(30) for name in ("k_cache", "v_cache")}
    q = rng.normal(0, 5, (1, 32)).astype(np.float32)
    words = control(position=199)
    partials = run_kernel(
        "attention_decode",
        {"HQ": 1, "HKV": 1, "DH": 32, "KV": "f32", "SPLITS": 2},
        {"control": words, "q": q, **caches, "partials": poisoned(1, 2, 34)},
    )["partials"]
    assert np.isfinite(partials).all()
    bindings = {
        "control": words,
        "q": q,
        **caches,
        "qkv": rng.normal(0, 1, (1, 128)).astype(np.float32),
        "y": poisoned(1, 32),
    }
    check("attention_prefill", {"HQ": 1, "HKV": 1, "DH": 32, "KV": "f32", "T": 1}, bindings, bound=1e-4)
