"""The oracle computes what transformers computes; everything else is held against it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.closeness import assert_close
from tests.support.models.oracle import Oracle, delta_rule, log_softmax, unit
from tests.support.models.whole_plan import MODELS, TEXTS, golden
from tests.support.paths import GOLDENS


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("text", TEXTS)
def test_every_layer_and_state(model: str, text: str) -> None:
    want = golden(model, text)
    ids = want["input_ids"].tolist()
    oracle = Oracle.from_checkpoint(GOLDENS / model)
    trace = oracle.forward(ids)
    for i, kind in enumerate(oracle.kinds):
        state = oracle.states[i]
        if f"layer_{i}" in want:
            assert_close(f"layer {i}", trace.layers[i], want[f"layer_{i}"], 2e-5)
        if kind == "linear_attention":
            assert_close(f"state of layer {i}", state.S, want[f"state_{i}"], 2e-5)
            assert_close(f"history of layer {i}", state.history.T, want[f"conv_{i}"], 2e-5)
        elif f"k_{i}" in want:
            assert_close(f"keys of layer {i}", state.k.transpose(1, 0, 2), want[f"k_{i}"], 2e-5)
            assert_close(f"values of layer {i}", state.v.transpose(1, 0, 2), want[f"v_{i}"], 2e-5)
    assert_close("logits", trace.logits[-1], want["last_logits"], 2e-5)
    logprobs = log_softmax(trace.logits)[np.arange(len(ids) - 1), ids[1:]]
    np.testing.assert_allclose(logprobs, want["prompt_logprobs"], atol=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("text", TEXTS)
def test_greedy_ids(model: str, text: str) -> None:
    want = golden(model, text)
    oracle = Oracle.from_checkpoint(GOLDENS / model)
    assert oracle.greedy(want["input_ids"].tolist(), 12) == want["decode_ids"].tolist()


def test_one_forward_equals_many() -> None:
    ids = golden("tiny-b", "hello")["input_ids"].tolist()
    whole, parts = (Oracle.from_checkpoint(GOLDENS / "tiny-b") for _ in range(2))
    want = whole.forward(ids).logits[-1]
    for start in range(0, len(ids), 5):
        got = parts.forward(ids[start : start + 5]).logits[-1]
    assert_close("logits", got, want, 2e-5)


@pytest.mark.parametrize("tokens", [1, 5, 65])
@pytest.mark.parametrize("start", ["z", "s"])
def test_delta_rule(tokens: int, start: str) -> None:
    with np.load(GOLDENS / "gdn.npz") as data:
        case = {key.split("_")[-1]: data[key] for key in data if key.startswith(f"n{tokens}_{start}_")}
    repeat = case["v"].shape[1] // case["k"].shape[1]
    q, k = (unit(case[name]).repeat(repeat, axis=1) for name in ("q", "k"))
    S = case["s0"].copy() if start == "s" else np.zeros_like(case["state"])
    o = delta_rule(q * np.float32(q.shape[2] ** -0.5), k, case["v"], decay=np.exp(case["g"]), beta=case["beta"], S=S)
    assert_close("outputs", o, case["out"], 1e-5)
    assert_close("state", S, case["state"], 1e-5)
