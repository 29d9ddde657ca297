"""Attention: rotary at far positions, cache rows, decode and prefill against their twins and against each other."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels_wgsl.render import render
from kernels_wgsl.twins.sequence import inverse_frequencies
from pyside.network.memory import SOFTWARE_CONTEXT
from tests.support.closeness import assert_close
from tests.support.paths import GOLDENS
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
    turns: dict[str, int | float | str] = {"POSITIONS": "text", "SECTION_1": 0, "SECTION_2": 0}
    return {**_common(shape, kv), "ROTARY": rotary, "ROPE_THETA": 1e7, "T": rows, "EPS": 1e-6} | turns


def _frequencies(theta: float, rotary: int) -> NDArray[np.float32]:
    """``1.0 / theta ** (torch.arange(0, rotary, 2).float() / rotary)``, whose every step torch rounds to f32."""
    exponent = np.arange(0, rotary, 2).astype(np.float32) / np.float32(rotary)
    frequencies: NDArray[np.float32] = np.float32(1) / np.power(theta, exponent, dtype=np.float64).astype(np.float32)
    return frequencies


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
    angle = (np.float32(position) * _frequencies(theta, rotary)).astype(np.float64)
    first, second = key[: rotary // 2], key[rotary // 2 : rotary]
    want = np.concatenate(
        [first * np.cos(angle) - second * np.sin(angle), second * np.cos(angle) + first * np.sin(angle), key[rotary:]]
    )
    np.testing.assert_allclose(got, want, atol=2e-6)


@pytest.mark.parametrize(("theta", "rotary"), [(1e7, 64), (1e6, 16), (1e5, 8), (1e4, 128)])
def test_frequencies_have_the_bits_of_the_reference(theta: float, rotary: int) -> None:
    constants = _prepare_constants((1, 1, 128), rotary, 1, "f32") | {"ROPE_THETA": theta}
    rendered = re.findall(r"place\.x \* ([0-9.e-]+),", render("attention_prepare", constants))
    np.testing.assert_array_equal(np.array([float(number) for number in rendered]), _frequencies(theta, rotary))


@pytest.mark.parametrize(("model", "theta", "rotary"), [("tiny-a", 1e4, 8), ("tiny-b", 1e6, 16)])
def test_frequencies_are_those_that_torch_computed(model: str, theta: float, rotary: int) -> None:
    with np.load(GOLDENS / model / "far.npz") as far:
        np.testing.assert_array_equal(inverse_frequencies(theta, rotary), far["inverse_frequencies"])
        np.testing.assert_array_equal(_frequencies(theta, rotary), far["inverse_frequencies"])


@pytest.mark.parametrize(
    ("rotary", "sections"), [(64, (11, 10)), (16, (3, 2)), (8, (1, 1)), (24, (0, 0)), (64, (0, 10)), (64, (11, 0))]
)
def test_positions_of_pictures(rng: np.random.Generator, rotary: int, sections: tuple[int, int]) -> None:
    """Three positions a row, interleaved among the frequencies by the published ``apply_interleaved_mrope``."""
    dim, rows, count, first = 64, 6, 5, 3
    positions = rng.integers(0, 200_000, (3, rows)).astype(np.int32)
    positions[:, 0] = 7  # text: all three alike
    positions[:, count:] = -1
    qkv = rng.normal(0, 1, (rows, 4 * dim)).astype(np.float32)
    qkv[count:] = np.nan
    bindings = {
        "control": control(count=count, position=first, rope_offset=-100),  # which these positions already have
        "qkv": qkv,
        "q_norm": np.ones(dim, np.float32),
        "k_norm": np.ones(dim, np.float32),
        "q": poisoned(rows, dim),
        "k_cache": poisoned(first + rows, 1, dim),
        "v_cache": poisoned(first + rows, 1, dim),
        "positions": positions,
    }
    constants = _prepare_constants((1, 1, dim), rotary, rows, "f32") | {"POSITIONS": "grid"}
    constants |= {"SECTION_1": sections[0], "SECTION_2": sections[1]}
    got = check("attention_prepare", constants, bindings)
    angles = positions[:, :count, None].astype(np.float32) * _frequencies(1e7, rotary)  # [3, count, R/2]
    angle = angles[0].astype(np.float64)
    for axis, section in enumerate(sections, start=1):
        angle[:, axis : 3 * section : 3] = angles[axis, :, axis : 3 * section : 3]
    for name, start in (("q", 0), ("k_cache", 2 * dim)):
        row = qkv[:count, start : start + dim].astype(np.float64)
        row /= np.sqrt(np.mean(row**2, axis=1, keepdims=True) + 1e-6)
        a, b = row[:, : rotary // 2], row[:, rotary // 2 : rotary]
        cosine, sine = np.cos(angle), np.sin(angle)
        want = np.concatenate([a * cosine - b * sine, b * cosine + a * sine, row[:, rotary:]], axis=1)
        found = got["k_cache"][first : first + count, 0] if name == "k_cache" else got["q"][:count] * dim**0.5
        np.testing.assert_allclose(found, want, atol=3e-6)


def test_a_text_in_the_form_of_pictures_is_the_text(rng: np.random.Generator) -> None:
    """Prefill that reads positions and decode that counts them fill the same cache, bit by bit."""
    qkv = rng.normal(0, 1, (4, 4 * 64)).astype(np.float32)
    bindings = {
        "control": control(count=4, position=5, rope_offset=-2),
        "qkv": qkv,
        "q_norm": np.ones(64, np.float32),
        "k_norm": np.ones(64, np.float32),
        "q": poisoned(4, 64),
        **{name: np.zeros((9, 32), np.uint32) for name in ("k_cache", "v_cache")},
    }
    constants = _prepare_constants((1, 1, 64), 16, 4, "f16")
    text = run_kernel("attention_prepare", constants, bindings)
    places = np.tile(np.arange(3, 7, dtype=np.int32), (3, 1))
    sections: dict[str, int | float | str] = {"POSITIONS": "grid", "SECTION_1": 3, "SECTION_2": 2}
    grid = run_kernel("attention_prepare", constants | sections, bindings | {"positions": places})
    for name, values in text.items():
        np.testing.assert_array_equal(grid[name], values)


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
