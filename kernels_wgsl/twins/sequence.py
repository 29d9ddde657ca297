"""Numpy twins of the kernels that run along a sequence: norms, convolution, gated delta rule, attention.

The formulas are those of the reference implementation, transformers' ``models/qwen3_5/modeling_qwen3_5.py``; the gated delta rule
is Yang, Kautz and Hatamizadeh, arXiv:2412.06464.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.catalog.words import control_index
from kernels_wgsl.twins.bindings import Bindings, Floats, Twin, Words, control_word, f32, live_rows


def _integers(constants: Constants, *names: str) -> list[int]:
    return [int(constants[name]) for name in names]


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    small = np.exp(-np.abs(x))
    result: Floats = np.where(x >= 0, 1, small) / (1 + small)
    return result


def silu(x: Floats) -> Floats:
    """x * sigmoid(x)."""
    return x * sigmoid(x)


def softplus(x: Floats) -> Floats:
    """log(1 + exp(x)), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _normalised(x: Floats, eps: float) -> Floats:
    """x / sqrt(mean(x^2) + eps) over the last axis."""
    result: Floats = x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(eps))
    return result


# --- norms -----------------------------------------------------------------------------------------------------------


def rmsnorm(bindings: Bindings, constants: Constants) -> None:
    """y = x / sqrt(mean(x^2) + eps) * w per row [T, D]; with LAST, row count - 1 of x becomes row 0 of y."""
    width, last = int(constants["D"]), bool(constants["LAST"])
    rows = live_rows(bindings["control"], constants)
    if not rows:
        return
    x = (
        f32(bindings["x"], control_word(bindings["control"], "count"), width)[-1:]
        if last
        else f32(bindings["x"], rows, width)
    )
    result = _normalised(x, float(constants["EPS"])) * f32(bindings["w"], width)
    f32(bindings["y"], *result.shape)[:] = result


def gated_norm(bindings: Bindings, constants: Constants) -> None:
    """y = o / sqrt(mean(o^2) + eps) * w * silu(z) per value head [T, Hv, Dv]."""
    heads, dim, stride, offset = _integers(constants, "HV", "DV", "U_STRIDE", "Z_OFFSET")
    rows = live_rows(bindings["control"], constants)
    z = f32(bindings["u"], rows, stride)[:, offset : offset + heads * dim].reshape(rows, heads, dim)
    o = _normalised(f32(bindings["o"], rows, heads, dim), float(constants["EPS"]))
    f32(bindings["y"], rows, heads, dim)[:] = o * f32(bindings["w"], dim) * silu(z)


# --- gated delta rule ------------------------------------------------------------------------------------------------


def conv_silu(bindings: Bindings, constants: Constants) -> None:
    """y[t] = silu(sum_j w[:, j] * ext[t + j]), ext = history, u; the last 3 rows of ext become the history."""
    channels, stride = _integers(constants, "C", "U_STRIDE")
    rows = live_rows(bindings["control"], constants)
    history = f32(bindings["history"], 3, channels)
    extended = np.concatenate([history, f32(bindings["u"], rows, stride)[:, :channels]])  # [3 + rows, C]
    w = f32(bindings["w"], channels, 4)
    mixed = sum((w[:, tap] * extended[tap : tap + rows] for tap in range(1, 4)), start=w[:, 0] * extended[:rows])
    f32(bindings["y"], rows, channels)[:] = silu(mixed)
    history[:] = extended[rows:]


def delta_prepare(bindings: Bindings, constants: Constants) -> None:
    """q = q / |q| * Dk^-1/2 and k = k / |k| in place; decay = exp(gate), beta = sigmoid(b)."""
    key_heads, value_heads, key_dim, value_dim = _integers(constants, "HK", "HV", "DK", "DV")
    rows = live_rows(bindings["control"], constants)
    qkv = f32(bindings["qkv"], rows, 2 * key_heads * key_dim + value_heads * value_dim)
    qk = qkv[:, : 2 * key_heads * key_dim].reshape(rows, 2, key_heads, key_dim)
    qk = qk / np.sqrt(np.sum(qk * qk, axis=-1, keepdims=True) + np.float32(1e-6))
    qk[:, 0] *= np.float32(key_dim**-0.5)
    qkv[:, : 2 * key_heads * key_dim] = qk.reshape(rows, 2 * key_heads * key_dim)
    b, a = f32(bindings["ba"], rows, 2, value_heads).transpose(1, 0, 2)  # each [rows, Hv]
    rate, bias = f32(bindings["gates"], 2, value_heads)
    decay_beta = f32(bindings["decay_beta"], rows, value_heads, 2)
    decay_beta[..., 0] = np.exp(rate * softplus(a + bias))
    decay_beta[..., 1] = sigmoid(b)


def delta_rule(bindings: Bindings, constants: Constants) -> None:
    """S = decay S; d = beta (v - S^T k); S = S + k d^T; o = S^T q, token by token."""
    key_heads, value_heads, key_dim, value_dim = _integers(constants, "HK", "HV", "DK", "DV")
    rows = live_rows(bindings["control"], constants)
    qkv = f32(bindings["qkv"], rows, 2 * key_heads * key_dim + value_heads * value_dim)
    qk = qkv[:, : 2 * key_heads * key_dim].reshape(rows, 2, key_heads, key_dim)
    qk = np.repeat(qk, value_heads // key_heads, axis=2)  # [rows, 2, Hv, Dk]: value head m reads key head m // (Hv/Hk)
    v = qkv[:, 2 * key_heads * key_dim :].reshape(rows, value_heads, value_dim)
    decay_beta = f32(bindings["decay_beta"], rows, value_heads, 2)
    state = f32(bindings["state"], value_heads, key_dim, value_dim)
    y = f32(bindings["y"], rows, value_heads, value_dim)
    for t in range(rows):
        q, k = qk[t, 0, :, None], qk[t, 1, :, None]  # each [Hv, 1, Dk]
        decay, beta = decay_beta[t, :, 0, None, None], decay_beta[t, :, 1, None, None]
        state *= decay
        delta = beta * (v[t, :, None] - k @ state)  # [Hv, 1, Dv]
        state += k.transpose(0, 2, 1) * delta
        y[t] = (q @ state)[:, 0]


# --- attention -------------------------------------------------------------------------------------------------------

SENTINEL = np.float32(-1e38)  # below every score


def inverse_frequencies(theta: float, rotary: int) -> Floats:
    """theta^(-2i/R) for i < R/2 with the bits that torch gives them: exponent, power and reciprocal are each rounded to f32."""
    exponent = np.arange(0, rotary, 2, dtype=np.float32) / np.float32(rotary)
    power = (theta ** exponent.astype(np.float64)).astype(np.float32)
    return np.float32(1) / power


def turned(x: Floats, angle: Floats) -> Floats:
    """The first 2n of the last axis of x as n half-split pairs, turned by ``angle`` [..., n]; the others as they are."""
    half = angle.shape[-1]
    cosine, sine = np.cos(angle, dtype=np.float64), np.sin(angle, dtype=np.float64)
    first, second = x[..., :half], x[..., half : 2 * half]
    pairs = (first * cosine - second * sine, second * cosine + first * sine)
    return np.concatenate([*pairs, x[..., 2 * half :]], axis=-1, dtype=np.float32)


def _positions(bindings: Bindings, constants: Constants, rows: int) -> NDArray[np.int64]:
    """Time, height and width [3, rows] of each row: read, or the row's place in the text for all three."""
    if constants["POSITIONS"] == "grid":
        read = bindings["positions"].view(np.int32)[: 3 * int(constants["T"])].reshape(3, -1)
        return read[:, :rows].astype(np.int64)
    control = bindings["control"]
    first = control_word(control, "position") + int(control[control_index("rope_offset")].astype(np.int32))
    return np.broadcast_to(np.arange(first, first + rows), (3, rows))


def _rotary_angles(bindings: Bindings, constants: Constants, rows: int) -> Floats:
    """By how much each pair of a row turns: [rows, 1, R/2]."""
    rotary, height, width = _integers(constants, "ROTARY", "SECTION_1", "SECTION_2")
    pair = np.arange(rotary // 2)
    axis = np.select([(pair % 3 == 1) & (pair < 3 * height), (pair % 3 == 2) & (pair < 3 * width)], [1, 2])  # [R/2]
    positions = _positions(bindings, constants, rows)[axis].T.astype(np.float32)  # [rows, R/2]
    # The product is rounded to f32, as in the published code: at position 262,143 that is up to 0.008 rad.
    angle: Floats = positions * inverse_frequencies(float(constants["ROPE_THETA"]), rotary)
    return angle[:, None]


def _cache(words: Words, constants: Constants) -> NDArray[np.floating]:
    """A cache as [P, Hkv, Dh] of its storage type."""
    heads, dim = _integers(constants, "HKV", "DH")
    values: NDArray[np.floating] = words.view(np.float16 if constants["KV"] == "f16" else np.float32)
    tokens = values.size // (heads * dim)
    return values[: tokens * heads * dim].reshape(tokens, heads, dim)


def _projections(words: Words, rows: int, constants: Constants) -> tuple[Floats, Floats, Floats, Floats]:
    """The rows of an attention input projection as query and gate [T, Hq, Dh], key and value [T, Hkv, Dh]."""
    heads, kv_heads, dim = _integers(constants, "HQ", "HKV", "DH")
    row = f32(words, rows, 2 * (heads + kv_heads) * dim)
    query_gate = row[:, : 2 * heads * dim].reshape(rows, heads, 2, dim)
    key_value = row[:, 2 * heads * dim :].reshape(rows, 2, kv_heads, dim)
    return query_gate[:, :, 0], query_gate[:, :, 1], key_value[:, 0], key_value[:, 1]


def attention_prepare(bindings: Bindings, constants: Constants) -> None:
    """q = rotary(norm(query)) * Dh^-1/2; rotary(norm(key)) and value are appended to the caches."""
    heads, dim = _integers(constants, "HQ", "DH")
    eps, control = float(constants["EPS"]), bindings["control"]
    rows = live_rows(control, constants)
    if not rows:
        return
    first = control_word(control, "position")
    angle = _rotary_angles(bindings, constants, rows)
    query, _, key, value = _projections(bindings["qkv"], rows, constants)
    q = turned(_normalised(query, eps) * f32(bindings["q_norm"], dim), angle)
    f32(bindings["q"], rows, heads, dim)[:] = q * np.float32(dim**-0.5)
    key = turned(_normalised(key, eps) * f32(bindings["k_norm"], dim), angle)
    for name, stored in (("k_cache", key), ("v_cache", value)):
        cache = _cache(bindings[name], constants)
        largest = np.finfo(cache.dtype).max  # an infinity would spoil every later token
        cache[first : first + rows] = stored.clip(-largest, largest)


def _attended(q: Floats, bindings: Bindings, constants: Constants, first: int) -> Floats:
    """Causal softmax attention of q [rows, Hq, Dh], whose row r sees the cached keys 0..first + r."""
    rows, heads, _ = q.shape
    group = heads // int(constants["HKV"])
    seen = first + rows
    keys = _cache(bindings["k_cache"], constants)[:seen].astype(np.float32)
    values = _cache(bindings["v_cache"], constants)[:seen].astype(np.float32)
    hidden = np.arange(seen) > (first + np.arange(rows))[:, None]  # [rows, seen]
    result = np.empty_like(q)
    for head in range(heads):
        scores = q[:, head] @ keys[:, head // group].T  # [rows, seen]
        scores[hidden] = SENTINEL
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        result[:, head] = (weights @ values[:, head // group]) / weights.sum(axis=-1, keepdims=True)
    return result


def attention_decode(bindings: Bindings, constants: Constants) -> None:
    """Softmax attention of one row over all cached keys; partials = (sum p v, max, sum p) per split.

    The twin leaves the whole range to split 0 and makes the others neutral: the merge gives the same result.
    """
    heads, dim, splits = _integers(constants, "HQ", "DH", "SPLITS")
    control = bindings["control"]
    if control_word(control, "done") or not control_word(control, "count"):
        return
    partial = f32(bindings["partials"], heads, splits, dim + 2)
    partial[..., :dim], partial[..., dim], partial[..., dim + 1] = 0, SENTINEL, 0
    q = f32(bindings["q"], 1, heads, dim)
    partial[:, 0, :dim] = _attended(q, bindings, constants, control_word(control, "position"))[0]
    partial[:, 0, dim:] = (0, 1)


def attention_merge(bindings: Bindings, constants: Constants) -> None:
    """y = (sum_s e^(m_s - m) acc_s) / (sum_s e^(m_s - m) l_s) * sigmoid(gate), splits in order."""
    heads, dim, splits = _integers(constants, "HQ", "DH", "SPLITS")
    control = bindings["control"]
    if control_word(control, "done") or not control_word(control, "count"):
        return
    partial = f32(bindings["partials"], heads, splits, dim + 2)
    weight = np.exp(partial[..., dim] - partial[..., dim].max(axis=1, keepdims=True))[..., None]  # [Hq, SPLITS, 1]
    total = (weight * partial[..., dim + 1 :]).sum(axis=1)
    gate = f32(bindings["qkv"], heads, 2, dim)[:, 1]  # the row starts with each head's query and gate
    f32(bindings["y"], heads, dim)[:] = (weight * partial[..., :dim]).sum(axis=1) / total * sigmoid(gate)


def attention_prefill(bindings: Bindings, constants: Constants) -> None:
    """y = softmax(q K^T) V * sigmoid(gate), row r of the pass over keys 0..position + r."""
    heads, dim = _integers(constants, "HQ", "DH")
    rows = live_rows(bindings["control"], constants)
    if not rows:
        return
    position = control_word(bindings["control"], "position")
    attended = _attended(f32(bindings["q"], rows, heads, dim), bindings, constants, position)
    gate = _projections(bindings["qkv"], rows, constants)[1]
    f32(bindings["y"], rows, heads, dim)[:] = attended * sigmoid(gate)


def advance(bindings: Bindings, _: Constants) -> None:
    """position += count."""
    control = bindings["control"]
    if not control_word(control, "done"):
        control[control_index("position")] += control[control_index("count")]


TWINS: Mapping[str, Twin] = {
    twin.__name__: twin
    for twin in (
        rmsnorm,
        gated_norm,
        conv_silu,
        delta_prepare,
        delta_rule,
        attention_prepare,
        attention_decode,
        attention_merge,
        attention_prefill,
        advance,
    )
}
