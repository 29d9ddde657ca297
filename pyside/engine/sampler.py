"""The sampler on the GPU: what a request sets it to, which tokens it may draw and which it has seen."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence

from pyside.engine.control import packed, write_rows
from pyside.engine.sampling import Sampling
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Facts, Pass


class Sampler:
    """Draws for one response at a time.

    ``vocab_used``: ids at and beyond it are padding rows of the vocabulary, which are never drawn. Greedy choice and scores
    are over all rows, as in the published implementation.
    """

    def __init__(self, gpu: Gpu, facts: Facts, vocab_used: int) -> None:
        self._gpu, self._chunk, self._vocab_size = gpu, facts.chunk, facts.vocab_size
        self._all, self._used = (1 << facts.vocab_size) - 1, (1 << vocab_used) - 1  # bit masks of ids

    def begin(self, sampling: Sampling, *, position: int, limit: int, answered: Sequence[int] = ()) -> None:
        """Set the sampler to a request.

        ``position``: tokens that the session holds. ``limit``: tokens that may be drawn. ``answered``: ids of this response
        that were drawn before: its draws and penalties go on behind them.
        """
        words: dict[str, int | float] = {
            "position": position,
            "step": len(answered),
            "remaining": limit,
            "temperature": sampling.temperature,
            "top_k": sampling.top_k,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "presence": sampling.presence_penalty,
            "frequency": sampling.frequency_penalty,
            "repetition": sampling.repetition_penalty,
            "seed": sampling.seed & 0xFFFFFFFF,
            "top_logprobs": sampling.top_logprobs,
            "stop_count": len(sampling.stop_ids),
            **{f"stop_{place}": id for place, id in enumerate(sampling.stop_ids)},
        }
        self._gpu.write("control", packed(words))
        self._write_allowed(self._used if sampling.temperature else self._all)
        self._gpu.clear("seen")
        if answered:
            counts = array("I", bytes(4 * self._vocab_size))
            for id in answered:
                counts[id] += 1
            self._gpu.write("seen", counts.tobytes())
        self._gpu.clear("ring")

    def mark(self, ids: Sequence[int]) -> None:
        """Tell the penalty on repetition which tokens the prompt has."""
        for start in range(0, len(ids), self._chunk):
            write_rows(self._gpu, ids[start : start + self._chunk])
            self._gpu.run(Pass.MARK)

    def allow(self, bits: bytes) -> None:
        """Draw of these ids alone: bits [ceil(V/32)] u32, of which those of padding rows do not count."""
        self._write_allowed(int.from_bytes(bits, "little") & self._used)

    async def edit(self, edit: Callable[[memoryview[float]], None]) -> None:
        """Have the logits [V] that the next draw is from changed in place."""
        read = asyncio.ensure_future(self._gpu.read("logits", 0, 4 * self._vocab_size))
        logits = bytearray(await asyncio.shield(read))
        edit(memoryview(logits).cast("f"))
        self._gpu.write("logits", bytes(logits))

    def _write_allowed(self, mask: int) -> None:
        self._gpu.write("allowed", mask.to_bytes(4 * -(-self._vocab_size // 32), "little"))
