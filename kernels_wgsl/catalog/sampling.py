"""From logits to the next token, and to how likely given tokens were."""

from __future__ import annotations

from kernels_wgsl.catalog.spec import CONTROL_SLOT, LANES, Constants, Grid, KernelSpec, reads, tiles, writes
from kernels_wgsl.catalog.words import SAMPLE_BLOCKS, TOP_K_MAX

DRAW_LANES = 128  # threads of the one workgroup that ranks a row

_LOGITS = reads("logits", "[T, V] f32")
# Per block: its best adjusted logit; the best after Gumbel noise is added; where the two lie (index = block + B * place, low
# and high 16 bits); the log-sum-exp of its allowed raw logits.
_BLOCKS = ("blocks", "[T, B, 4] u32: bits of best, bits of noisy best, two 16-bit places, bits of log-sum-exp")
_ALLOWED = reads("allowed", "[ceil(V/32)] u32: bit i % 32 of word i / 32 lets token i be sampled")


def _draw_workgroup(c: Constants) -> Grid:
    return (DRAW_LANES, 1, 1)


# How many candidates were found, their values and indices, and a vec2f of each thread's part of the log-sum-exp.
_RANKING_BYTES = 16 + 2 * 4 * TOP_K_MAX + 8 * DRAW_LANES

SAMPLING_KERNELS: tuple[KernelSpec, ...] = (
    KernelSpec(
        "sample_scan",
        (
            CONTROL_SLOT,
            _LOGITS,
            reads("seen", "[V] u32"),
            _ALLOWED,
            writes(*_BLOCKS),
        ),
        ("V", "T"),
        lambda c: (SAMPLE_BLOCKS // LANES, int(c["T"]), 1),
    ),
    KernelSpec(
        "sample_rank",
        (CONTROL_SLOT, reads(*_BLOCKS), writes("winners", "[T, TOP_K_MAX] u32")),
        ("T",),
        lambda c: (SAMPLE_BLOCKS // LANES, int(c["T"]), 1),
    ),
    KernelSpec(
        "sample_draw",
        (
            writes("control", "[CONTROL_WORDS] u32"),
            _LOGITS,
            writes("seen", "[V] u32"),
            _ALLOWED,
            reads(*_BLOCKS),
            writes("work", "[TOP_K_MAX] u32 winners, then [TOP_K_MAX * ceil(V/B), 2] candidates"),
            writes("ring", "[RING_SLOTS, RECORD_WORDS] u32"),
            writes("ids", "[T] u32"),
        ),
        ("V",),
        lambda c: (1, 1, 1),
        _draw_workgroup,
        lambda c: _RANKING_BYTES + 16 + 8 * DRAW_LANES,  # whether the answer has ended, each thread's best noisy logit
    ),
    KernelSpec(
        "score_list",
        (
            CONTROL_SLOT,
            _LOGITS,
            _ALLOWED,
            reads(*_BLOCKS),
            reads("winners", "[T, TOP_K_MAX] u32"),
            reads("targets", "[T] u32"),
            writes("candidates", "[T, TOP_K_MAX * ceil(V/B), 2] u32"),
            writes("ring", "[RING_SLOTS, RECORD_WORDS] u32"),
        ),
        ("V", "T"),
        lambda c: (1, int(c["T"]), 1),
        _draw_workgroup,
        lambda c: _RANKING_BYTES,
    ),
    KernelSpec(
        "mark_prompt",
        (CONTROL_SLOT, reads("ids", "[T] u32"), writes("seen", "[V] u32")),
        ("V", "T"),
        lambda c: (tiles(c["T"], LANES), 1, 1),
    ),
)
