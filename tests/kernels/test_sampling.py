"""The sampler on the GPU: exact order under ties, every cut, frequencies, penalties, masks, ends, records, scoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.catalog import words as layout
from kernels_wgsl.catalog.words import RECORD_WORDS, RING_SLOTS, SAMPLE_BLOCKS, TOP_K_MAX, control_index
from tests.support.closeness import assert_close
from tests.support.run_kernel import Array, check, control, run_kernel, run_twin

Runner = Callable[..., dict[str, Array]]
DEFAULTS: dict[str, float] = {"temperature": 1.0, "top_p": 1.0, "min_p": 0.0, "repetition": 1.0, "remaining": 100}
V = 5000  # two to three tokens per block, the last place incomplete


class Sampler:
    """The three sampling kernels over one state, on the GPU or on the twins."""

    def __init__(self, runner: Runner, logits: Array, **words: float) -> None:
        vocabulary = logits.size
        self.runner = runner
        self.state: dict[str, Array] = {
            "control": control(**(DEFAULTS | words)),
            "logits": logits.astype(np.float32).reshape(1, -1),
            "seen": np.zeros(vocabulary, np.uint32),
            "allowed": np.full(-(-vocabulary // 32), 0xFFFFFFFF, np.uint32),
            "blocks": np.full((1, SAMPLE_BLOCKS, 4), 0xFFFFFFFF, np.uint32),
            "work": np.full(TOP_K_MAX * (1 + 2 * -(-vocabulary // SAMPLE_BLOCKS)), 0xFFFFFFFF, np.uint32),
            "ring": np.full((RING_SLOTS, RECORD_WORDS), 0xFFFFFFFF, np.uint32),
            "ids": np.full(4, 0xFFFFFFFF, np.uint32),
        }

    def _run(self, kernel: str, constants: dict[str, int], **renamed: str) -> None:
        names = {slot.name: renamed.get(slot.name, slot.name) for slot in CATALOG[kernel].slots}
        outputs = self.runner(kernel, constants, {name: self.state[key] for name, key in names.items()})
        self.state |= {names[name]: array for name, array in outputs.items()}

    def scan(self) -> None:
        self._run("sample_scan", {"V": self.state["logits"].size, "T": 1})

    def draw(self) -> int:
        """Scan, rank, draw; the id."""
        self.scan()
        self._run("sample_rank", {"T": 1}, winners="work")
        self._run("sample_draw", {"V": self.state["logits"].size})
        return int(self.state["ids"][0])

    def word(self, name: str) -> int:
        return int(self.state["control"][control_index(name)])

    def record(self, slot: int = 0) -> tuple[int, float, int, dict[int, float]]:
        """Id, log-probability, step and alternatives, best first."""
        record = self.state["ring"][slot]
        count = int(record[layout.RECORD_TOP_COUNT])
        ids = record[layout.RECORD_TOP_IDS :][:count]
        values = record[layout.RECORD_TOP_LOGPROBS :][:count].view(np.float32)
        logprob = float(record[layout.RECORD_LOGPROB : layout.RECORD_LOGPROB + 1].view(np.float32)[0])
        alternatives = {int(i): float(v) for i, v in zip(ids, values, strict=True)}
        return int(record[layout.RECORD_ID]), logprob, int(record[layout.RECORD_STEP]), alternatives


def both(logits: Array, **words: float) -> tuple[Sampler, Sampler]:
    return Sampler(run_kernel, logits, **words), Sampler(run_twin, logits, **words)


def log_softmax(logits: Array) -> NDArray[np.float64]:
    shifted: NDArray[np.float64] = logits.astype(np.float64) - logits.max()
    shifted -= np.log(np.exp(shifted).sum())
    return shifted


CUTS: list[dict[str, float]] = [
    {"temperature": 0.0},
    {"top_k": 20},
    {"top_k": TOP_K_MAX, "temperature": 0.6},
    {"top_k": 20, "top_p": 0.8, "temperature": 0.7},
    {"top_p": 0.9},
    {"min_p": 0.05},
    {"top_k": 40, "top_p": 0.95, "min_p": 0.02, "temperature": 1.5},
    {},
]


@pytest.mark.parametrize("cut", CUTS, ids=str)
@pytest.mark.parametrize("vocabulary", [33, V, 248_320])
def test_the_same_tokens_as_the_twin(rng: np.random.Generator, cut: dict[str, float], vocabulary: int) -> None:
    logits = rng.normal(0, 3, vocabulary)
    extra: dict[str, Any] = {"top_logprobs": 5, "presence": 1.5, "frequency": 0.5, "repetition": 1.2, "seed": 77}
    gpu, twin = both(logits, **(extra | cut))
    for step in range(3):
        assert gpu.draw() == twin.draw(), f"step {step}"
        (got_id, got, got_step, got_top), (want_id, want, want_step, want_top) = gpu.record(step), twin.record(step)
        assert (got_id, got_step, list(got_top)) == (want_id, want_step, list(want_top))
        np.testing.assert_allclose([got, *got_top.values()], [want, *want_top.values()], atol=1e-5)
    for name in ("control", "seen", "ids"):
        np.testing.assert_array_equal(gpu.state[name], twin.state[name])


def test_log_probabilities_are_those_of_the_raw_logits(rng: np.random.Generator) -> None:
    logits = rng.normal(0, 4, V).astype(np.float32)
    gpu = Sampler(run_kernel, logits, temperature=0.3, top_k=3, top_logprobs=20, presence=2.0)
    token = gpu.draw()
    want = log_softmax(logits)
    _, logprob, _, top = gpu.record()
    assert abs(logprob - want[token]) < 1e-5
    assert list(top) == np.argsort(-logits, kind="stable")[:20].tolist()
    np.testing.assert_allclose(list(top.values()), want[list(top)], atol=1e-5)


def test_the_alternatives_are_the_likeliest_even_where_noise_draws(rng: np.random.Generator) -> None:
    logits = rng.normal(0, 1, V).astype(np.float32)
    gpu = Sampler(run_kernel, logits, top_logprobs=4, seed=5)
    gpu.draw()
    assert list(gpu.record()[3]) == np.argsort(-logits, kind="stable")[:4].tolist()


@pytest.mark.parametrize("vocabulary", [100, V])
def test_equal_logits_are_ordered_by_index(vocabulary: int) -> None:
    gpu, twin = both(np.zeros(vocabulary), temperature=0.0, top_logprobs=20)
    assert gpu.draw() == twin.draw() == 0
    assert list(gpu.record()[3]) == list(range(20))


@pytest.mark.parametrize("temperature", [1e-40, 1e-37, 1e-6])
def test_a_temperature_near_0_is_greedy(rng: np.random.Generator, temperature: float) -> None:
    """Logits over it would overflow, or be so far apart that the noise is lost."""
    logits = rng.normal(0, 30, V).astype(np.float32)
    for cut in ({"top_k": 20}, {}):
        gpu, twin = both(logits, temperature=temperature, seed=9, top_logprobs=3, **cut)
        assert gpu.draw() == twin.draw() == int(logits.argmax())
        assert np.isfinite(list(gpu.record()[3].values())).all()


def test_top_k_is_exact_under_ties(rng: np.random.Generator) -> None:
    """Many equal values around the k-th: exactly k tokens stay, those of lowest index."""
    logits = np.where(np.arange(V) % 7 == 3, 2.0, rng.normal(-3, 1, V))
    logits[[4000, 10]] = 3.0
    stay = {4000, 10} | set(np.flatnonzero(logits == 2.0)[:10].tolist())
    drawn = set()
    for seed in range(60):
        drawn.add(Sampler(run_kernel, logits, top_k=12, temperature=50.0, seed=seed).draw())
    assert drawn <= stay
    assert len(drawn) > 9


@pytest.mark.parametrize(
    ("cut", "stay"),
    [
        ({"top_p": 0.0}, 1),  # the best always stays
        ({"top_p": 0.52, "top_k": 4}, 1),  # probabilities after top-k: 8/15, 4/15, 2/15, 1/15
        ({"top_p": 0.54, "top_k": 4}, 2),
        ({"top_p": 0.81, "top_k": 4}, 3),
        ({"top_p": 0.94, "top_k": 4}, 4),
        ({"min_p": 0.3, "top_k": 4}, 2),
        ({"min_p": 1.0}, 1),
    ],
    ids=str,
)
def test_cuts(cut: dict[str, float], stay: int) -> None:
    """Probabilities 1/2, 1/4, 1/8, 1/16, ... at scattered tokens."""
    tokens = [3000, 7, 2100, 999, 4321, 52]
    logits = np.full(V, -60.0)
    logits[tokens] = -np.log(2) * np.arange(1, 7)
    drawn = {Sampler(run_kernel, logits, seed=seed, **cut).draw() for seed in range(90)}
    assert drawn == set(tokens[:stay])


@pytest.mark.parametrize("cut", [{"top_k": 8}, {}], ids=str)
def test_frequencies_follow_the_probabilities(cut: dict[str, float]) -> None:
    """Chi-square over 2,000 draws of one seed: steps are independent draws. 24.3 is the 0.1 % point for 7 degrees."""
    logits = np.log(np.array([0.3, 0.2, 0.15, 0.1, 0.1, 0.08, 0.05, 0.02]))
    twin = Sampler(run_twin, logits, seed=11, remaining=10_000, **cut)
    counts = np.zeros(8)
    for _ in range(2000):
        counts[twin.draw()] += 1
    expected = 2000 * np.exp(logits)
    assert ((counts - expected) ** 2 / expected).sum() < 24.3


def test_noise_on_the_gpu_is_the_twins(rng: np.random.Generator) -> None:
    logits = rng.normal(0, 1, V)
    gpu, twin = both(logits, temperature=0.9, seed=123)
    gpu.scan()
    twin.scan()
    for column in (0, 1, 3):
        got, want = (np.ascontiguousarray(s.state["blocks"][0, :, column]).view(np.float32) for s in (gpu, twin))
        np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(gpu.state["blocks"][0, :, 2], twin.state["blocks"][0, :, 2])


def test_penalties() -> None:
    """Repetition counts prompt and response, presence and frequency the response only."""
    logits = np.full(V, -9.0)
    logits[[1, 2, 3, 4]] = (2.0, 1.9, -0.5, 1.7)
    gpu = Sampler(run_kernel, logits, repetition=2.0, presence=0.25, frequency=0.5, temperature=0.0)
    gpu.state["seen"][[1, 3]] = 1 << 31
    gpu.state["seen"][2] = 2
    gpu.state["seen"][4] = 0
    gpu.scan()
    best = np.ascontiguousarray(gpu.state["blocks"][0, :, 0]).view(np.float32)
    np.testing.assert_allclose(best[[1, 2, 3, 4]], [1.0, 0.95 - 1.25, -1.0, 1.7], rtol=1e-6)
    assert gpu.draw() == 4
    assert gpu.state["seen"][4] == 1


def test_masked_tokens_are_never_drawn_nor_listed(rng: np.random.Generator) -> None:
    logits = rng.normal(0, 1, V).astype(np.float32)
    logits[[5, 70, 4999]] = 40.0
    open_tokens = [6, 71, 2048, 3333]
    mask = np.zeros(-(-V // 32), np.uint32)
    for token in open_tokens:
        mask[token // 32] |= np.uint32(1 << token % 32)
    want = log_softmax(logits[open_tokens])
    for cut in ({"top_k": 20}, {"temperature": 0.0}, {}):
        gpu = Sampler(run_kernel, logits, top_logprobs=20, seed=3, **cut)
        gpu.state["allowed"] = mask
        token = gpu.draw()
        assert token in open_tokens
        _, logprob, _, top = gpu.record()
        assert abs(logprob - want[open_tokens.index(token)]) < 1e-5
        assert set(top) == set(open_tokens)


def test_stop_tokens_and_the_last_token_end_the_response(rng: np.random.Generator) -> None:
    logits = rng.normal(0, 1, V)
    best = int(logits.astype(np.float32).argmax())
    stopped = Sampler(run_kernel, logits, temperature=0.0, stop_count=2, stop_0=3, stop_1=best)
    unstopped = Sampler(run_kernel, logits, temperature=0.0, stop_count=1, stop_0=3, stop_1=best)
    last = Sampler(run_kernel, logits, temperature=0.0, remaining=1, count=9)
    for sampler, done in ((stopped, 1), (unstopped, 0), (last, 1)):
        assert sampler.draw() == best
        assert (sampler.word("done"), sampler.word("step"), sampler.word("count")) == (done, 1, 1)
    before = {name: array.copy() for name, array in stopped.state.items()}
    stopped.draw()  # nothing happens any more
    for name, array in before.items():
        np.testing.assert_array_equal(stopped.state[name], array, name)


def test_the_ring_wraps(rng: np.random.Generator) -> None:
    gpu = Sampler(run_kernel, rng.normal(0, 1, 64), step=RING_SLOTS - 1, top_k=5)
    ids = [gpu.draw(), gpu.draw()]
    assert [gpu.record(RING_SLOTS - 1)[0], gpu.record(0)[0]] == ids
    assert [gpu.record(RING_SLOTS - 1)[2], gpu.record(0)[2]] == [RING_SLOTS - 1, RING_SLOTS]
    assert (gpu.state["ring"][1:-1] == 0xFFFFFFFF).all()


def test_the_same_seed_draws_the_same_and_another_seed_differs(rng: np.random.Generator) -> None:
    logits = rng.normal(0, 0.1, V)

    def run(seed: int) -> list[int]:
        gpu = Sampler(run_kernel, logits, seed=seed, top_k=100)
        return [gpu.draw() for _ in range(4)]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_score_list(rng: np.random.Generator) -> None:
    rows, count, top = 5, 4, 7
    logits = rng.normal(0, 3, (rows, V)).astype(np.float32)
    logits[2] = 1.0  # a row of ties
    logits[:, 4900:] = 50.0  # padding rows of the vocabulary
    logits[count:] = np.nan
    mask = np.zeros(-(-V // 32) * 32, bool)
    mask[:4900] = True
    allowed = np.packbits(mask, bitorder="little").view(np.uint32)
    words = control(count=count, top_logprobs=top, temperature=0.0, repetition=1.0)
    blocks = np.full((rows, SAMPLE_BLOCKS, 4), 0xFFFFFFFF, np.uint32)
    scan = {"control": words, "logits": logits, "seen": np.zeros(V, np.uint32), "allowed": allowed, "blocks": blocks}
    blocks = run_kernel("sample_scan", {"V": V, "T": rows}, scan)["blocks"]
    assert (blocks[count:] == 0xFFFFFFFF).all()
    winners = np.full((rows, TOP_K_MAX), 0xFFFFFFFF, np.uint32)
    winners = check("sample_rank", {"T": rows}, {"control": words, "blocks": blocks, "winners": winners})["winners"]
    targets = rng.integers(0, 4900, rows).astype(np.uint32)
    ring = np.full((RING_SLOTS, RECORD_WORDS), 0xFFFFFFFF, np.uint32)
    bindings = {"control": words, "logits": logits, "allowed": allowed, "blocks": blocks, "winners": winners}
    bindings |= {"targets": targets, "candidates": np.zeros((rows, TOP_K_MAX * 3, 2), np.uint32), "ring": ring}
    for runner in (run_kernel, run_twin):
        got = runner("score_list", {"V": V, "T": rows}, bindings)["ring"]
        assert (got[count:] == 0xFFFFFFFF).all()
        for t in range(count):
            want = log_softmax(logits[t, :4900])
            best = np.argsort(-logits[t, :4900], kind="stable")[:top]
            record = got[t]
            assert (record[layout.RECORD_ID], record[layout.RECORD_TOP_COUNT]) == (targets[t], top)
            np.testing.assert_array_equal(record[layout.RECORD_TOP_IDS :][:top], best)
            values = record[layout.RECORD_TOP_LOGPROBS :][:top].view(np.float32)
            assert_close("alternatives", values, want[best].astype(np.float32), 1e-5)
            logprob = record[layout.RECORD_LOGPROB : layout.RECORD_LOGPROB + 1].view(np.float32)
            np.testing.assert_allclose(logprob, want[targets[t]], atol=1e-5)


def test_mark_prompt(rng: np.random.Generator) -> None:
    ids = rng.integers(0, 200, 100).astype(np.uint32)
    seen = np.zeros(200, np.uint32)
    seen[ids[0]] = 3
    got = check("mark_prompt", {"V": 200, "T": 100}, {"control": control(count=70), "ids": ids, "seen": seen})["seen"]
    assert got[ids[0]] == 3 | 1 << 31
    assert set(np.flatnonzero(got)) == set(ids[:70].tolist())
