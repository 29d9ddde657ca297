"""Numpy twins of the sampler: penalties, temperature, top-k, top-p, min-p, softmax, one draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.catalog.spec import Constants
from kernels_wgsl.catalog.words import (
    RECORD_ID,
    RECORD_LOGPROB,
    RECORD_STEP,
    RECORD_TOP_COUNT,
    RECORD_TOP_IDS,
    RECORD_TOP_LOGPROBS,
    RECORD_WORDS,
    RING_SLOTS,
    SAMPLE_BLOCKS,
    TOP_K_MAX,
    TOP_LOGPROBS_MAX,
    control_index,
)
from kernels_wgsl.twins.bindings import Bindings, Floats, Twin, Words, control_word, f32, live_rows

DISALLOWED = np.float32(-1e38)  # the value of a token that the mask excludes, below every logit
NOWHERE = np.float32(-2e38)  # the best of a block without tokens
COLDEST = np.float32(1e-5)  # temperatures below are greedy
# Bit of ``seen``: the token is in the prompt; the other bits count its uses in the response.
PROMPT = np.uint32(1 << 31)


# --- random numbers --------------------------------------------------------------------------------------------------


def scrambled(words: Words) -> Words:
    """A 32-bit hash of each word, the output function of a PCG generator."""
    state = words * np.uint32(747_796_405) + np.uint32(2_891_336_453)
    word: Words = ((state >> ((state >> np.uint32(28)) + np.uint32(4))) ^ state) * np.uint32(277_803_737)
    return (word >> np.uint32(22)) ^ word


def random_word(seed: int, step: int) -> Words:
    """The hash of (seed, step) [1]: the draw's random word, and the start of its noise."""
    return scrambled(scrambled(np.array([seed], np.uint32)) + np.uint32(step))


def uniform(seed: int, step: int) -> np.float32:
    """A multiple of 2^-24 within [0, 1)."""
    return np.float32(random_word(seed, step)[0] >> np.uint32(8)) * np.float32(2**-24)


def gumbel_noise(seed: int, step: int, vocabulary: int) -> Floats:
    """-log(-log u) per token [V], u within (0, 1)."""
    indices: Words = np.arange(vocabulary, dtype=np.uint32)
    words = scrambled(indices + random_word(seed, step))
    u = ((words >> np.uint32(9)).astype(np.float32) + np.float32(0.5)) * np.float32(2**-23)
    noise: Floats = -np.log(-np.log(u))
    return noise


# --- what the control buffer asks ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The sampler's settings; f32 values as the GPU has them."""

    temperature: np.float32
    top_p: np.float32
    min_p: np.float32
    presence: np.float32
    frequency: np.float32
    repetition: np.float32
    noisy: bool  # every token may be drawn: the largest logit plus Gumbel noise is the draw
    kept: int  # the draw's candidates, best first
    listed: int  # candidates to be ranked: the draw's and the record's

    @classmethod
    def read(cls, control: Words) -> Asked:
        """The settings in a control buffer."""
        floats = ("temperature", "top_p", "min_p", "presence", "frequency", "repetition")
        values = {name: control[control_index(name)].view(np.float32) for name in floats}
        values["temperature"] *= values["temperature"] >= COLDEST
        top_k = control_word(control, "top_k")
        noisy = bool(values["temperature"] > 0 and top_k == 0 and values["top_p"] >= 1 and values["min_p"] <= 0)
        kept = (min(top_k, TOP_K_MAX) or TOP_K_MAX) if values["temperature"] > 0 and not noisy else 1
        top = min(control_word(control, "top_logprobs"), TOP_LOGPROBS_MAX)
        return cls(**values, noisy=noisy, kept=kept, listed=max(kept, top))


def _allowed(words: Words, vocabulary: int) -> NDArray[np.bool_]:
    """The mask's bits [V]."""
    index = np.arange(vocabulary, dtype=np.uint32)
    return ((words[index // 32] >> (index % 32)) & 1).astype(bool)


def adjusted(asked: Asked, logits: Floats, seen: Words, allowed: NDArray[np.bool_]) -> Floats:
    """Logits after penalties and temperature [V]; DISALLOWED where the mask says so."""
    penalised = np.where(logits > 0, logits / asked.repetition, logits * asked.repetition)
    value = np.where(seen != 0, penalised, logits)
    times = seen & ~PROMPT
    value = np.where(times != 0, value - (asked.presence + asked.frequency * times.astype(np.float32)), value)
    if asked.temperature > 0:
        value = value / asked.temperature
    result: Floats = np.where(allowed, value, DISALLOWED)
    return result


# --- kernels ---------------------------------------------------------------------------------------------------------


def _in_blocks(values: Floats) -> Floats:
    """[V] as [places, B]: block b holds the tokens b, b + B, ...; absent tokens are NOWHERE."""
    places = -(-values.size // SAMPLE_BLOCKS)
    padded = np.full(places * SAMPLE_BLOCKS, NOWHERE, np.float32)
    padded[: values.size] = values
    return padded.reshape(places, SAMPLE_BLOCKS)


def sample_scan(bindings: Bindings, constants: Constants) -> None:
    """Per block: best adjusted logit, best with noise, where they lie, log-sum-exp of the allowed raw logits."""
    control, vocabulary = bindings["control"], int(constants["V"])
    rows = live_rows(control, constants)
    if not rows:
        return
    asked, allowed = Asked.read(control), _allowed(bindings["allowed"], vocabulary)
    seen = bindings["seen"][:vocabulary]
    noise = np.zeros(1, np.float32)
    if asked.noisy:
        noise = gumbel_noise(control_word(control, "seed"), control_word(control, "step"), vocabulary)
    logits = f32(bindings["logits"], rows, vocabulary)
    for row, blocks in zip(logits, bindings["blocks"][: rows * SAMPLE_BLOCKS * 4].reshape(rows, -1, 4), strict=True):
        value = adjusted(asked, row, seen, allowed)
        noisy_value = np.where(allowed, value + noise, DISALLOWED)
        raw = _in_blocks(np.where(allowed, row, DISALLOWED))
        best, noisy_best, highest = _in_blocks(value), _in_blocks(noisy_value), raw.max(axis=0)
        total = np.where(raw > DISALLOWED, np.exp(np.maximum(raw, DISALLOWED) - highest.clip(DISALLOWED)), 0).sum(
            axis=0
        )
        blocks[:, 0] = best.max(axis=0).view(np.uint32)
        blocks[:, 1] = noisy_best.max(axis=0).view(np.uint32)
        blocks[:, 2] = best.argmax(axis=0) | noisy_best.argmax(axis=0) << 16
        blocks[:, 3] = (
            np.where(total > 0, highest + np.log(total.clip(1)), DISALLOWED).astype(np.float32).view(np.uint32)
        )


def _best_first(values: Floats, indices: Words, amount: int) -> NDArray[np.intp]:
    """Positions of the ``amount`` best: value descending, index ascending."""
    return np.lexsort((indices, -values))[:amount]


def sample_rank(bindings: Bindings, constants: Constants) -> None:
    """The blocks with the best tokens, best first [T, TOP_K_MAX]."""
    rows, listed = live_rows(bindings["control"], constants), Asked.read(bindings["control"]).listed
    blocks = bindings["blocks"][: rows * SAMPLE_BLOCKS * 4].reshape(rows, SAMPLE_BLOCKS, 4)
    winners = bindings["winners"][: rows * TOP_K_MAX].reshape(rows, TOP_K_MAX)
    for row in range(rows):
        index: Words = np.arange(SAMPLE_BLOCKS, dtype=np.uint32)
        index += (blocks[row, :, 2] & 0xFFFF) * SAMPLE_BLOCKS
        winners[row, :listed] = _best_first(np.ascontiguousarray(blocks[row, :, 0]).view(np.float32), index, listed)


def _ranked(values: Floats, winners: Words) -> Words:
    """The best tokens in exact order, as many as there are winning blocks; they all lie in those blocks."""
    places = np.arange(-(-values.size // SAMPLE_BLOCKS), dtype=np.uint32)[:, None]
    tokens = (places * np.uint32(SAMPLE_BLOCKS) + winners).reshape(-1)
    tokens = tokens[tokens < values.size]
    return tokens[_best_first(values[tokens], tokens, winners.size)]


def _write_record(
    bindings: Bindings, slot: int, token: int, *, step: int, blocks: Words, row: Floats, values: Floats, ranked: Words
) -> None:
    """One record of the ring: a token, its log-probability in the row, and the best alternatives."""
    sums = np.ascontiguousarray(blocks[:, 3]).view(np.float32)
    normaliser = np.float32(sums.max() + np.log(np.exp(sums - sums.max()).sum()))
    top = ranked[: min(control_word(bindings["control"], "top_logprobs"), TOP_LOGPROBS_MAX)]
    top = top[values[top] > DISALLOWED]
    record = bindings["ring"][slot * RECORD_WORDS : (slot + 1) * RECORD_WORDS]
    record[RECORD_ID], record[RECORD_STEP], record[RECORD_TOP_COUNT] = token, step, top.size
    record[RECORD_LOGPROB] = (row[token] - normaliser).view(np.uint32)
    record[RECORD_TOP_IDS : RECORD_TOP_IDS + top.size] = top
    record[RECORD_TOP_LOGPROBS : RECORD_TOP_LOGPROBS + top.size] = (row[top] - normaliser).view(np.uint32)


def _drawn_rank(asked: Asked, values: Floats, mark: np.float32) -> int:
    """Which of the kept values, best first, is drawn: cut by top-p, then by min-p, then by ``mark`` within [0, 1)."""
    weights = np.exp(values - values[0])
    mass = np.cumsum(weights)  # in order, as the GPU adds
    leaves = weights < asked.min_p
    if asked.top_p < 1:
        leaves |= np.append(np.float32(0), mass[:-1]) >= asked.top_p * mass[-1]
    leaves[0] = False
    last = int(leaves.argmax() if leaves.any() else leaves.size) - 1
    return int(np.searchsorted(mass[:last], mark * mass[last], side="right"))


def sample_draw(bindings: Bindings, constants: Constants) -> None:
    """Draw one token: record, count and feed it back; end the response at a stop token or at the last one allowed."""
    control, vocabulary = bindings["control"], int(constants["V"])
    if control_word(control, "done"):
        return
    asked, row, seen = Asked.read(control), f32(bindings["logits"], vocabulary), bindings["seen"]
    values = adjusted(asked, row, seen[:vocabulary], _allowed(bindings["allowed"], vocabulary))
    ranked = _ranked(values, bindings["work"][: asked.listed])
    blocks = bindings["blocks"][: SAMPLE_BLOCKS * 4].reshape(SAMPLE_BLOCKS, 4)
    step = control_word(control, "step")
    if asked.noisy:
        block = int(np.ascontiguousarray(blocks[:, 1]).view(np.float32).argmax())
        token = int(blocks[block, 2] >> 16) * SAMPLE_BLOCKS + block
    else:
        kept = ranked[: asked.kept]
        token = int(kept[_drawn_rank(asked, values[kept], uniform(control_word(control, "seed"), step))])
    slot = step % RING_SLOTS
    _write_record(bindings, slot, token, step=step, blocks=blocks, row=row, values=values, ranked=ranked)
    seen[token] += 1
    bindings["ids"][0] = token
    remaining = max(control_word(control, "remaining"), 1) - 1
    stops = control[control_index("stop_0") :][: min(control_word(control, "stop_count"), 8)]
    ended = remaining == 0 or token in stops
    for name, word in (("remaining", remaining), ("step", step + 1), ("count", 1), ("done", int(ended))):
        control[control_index(name)] = word


def score_list(bindings: Bindings, constants: Constants) -> None:
    """Ring slot t: the target of row t, its log-softmax, the likeliest tokens; for penalties off and temperature 0."""
    control, vocabulary = bindings["control"], int(constants["V"])
    listed, allowed = Asked.read(control).listed, _allowed(bindings["allowed"], vocabulary)
    rows = live_rows(control, constants)
    blocks = bindings["blocks"][: rows * SAMPLE_BLOCKS * 4].reshape(rows, SAMPLE_BLOCKS, 4)
    for t, row in enumerate(f32(bindings["logits"], rows, vocabulary)):
        values = np.where(allowed, row, DISALLOWED)
        ranked = _ranked(values, bindings["winners"][t * TOP_K_MAX :][:listed])
        target = int(bindings["targets"][t])
        _write_record(bindings, t, target, step=t, blocks=blocks[t], row=row, values=values, ranked=ranked)


def mark_prompt(bindings: Bindings, constants: Constants) -> None:
    """Set bit 31 of seen[id] for the prompt's ids."""
    ids = bindings["ids"][: live_rows(bindings["control"], constants)]
    bindings["seen"][ids[ids < int(constants["V"])]] |= PROMPT


TWINS: Mapping[str, Twin] = {
    twin.__name__: twin for twin in (sample_scan, sample_rank, sample_draw, score_list, mark_prompt)
}
