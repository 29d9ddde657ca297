"""How a request chooses tokens, and the bounds of every number that decides it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernels_wgsl.catalog.words import STOP_IDS_MAX, TOP_K_MAX, TOP_LOGPROBS_MAX
from pyside.errors import RequestError


@dataclass(frozen=True)
class Bound:
    """From where to where a number may lie, both ends included; ``neutral`` changes nothing."""

    least: float
    most: float
    neutral: float = 0
    whole: bool = False

    def __contains__(self, value: float) -> bool:
        return self.least <= value <= self.most

    def __str__(self) -> str:
        return f"{self.least:.10g} to {self.most:.10g}"


# What the sampling kernels take, by the names of Sampling's fields.
BOUNDS: Mapping[str, Bound] = {
    "temperature": Bound(0.0, 100.0, 1.0),
    "top_k": Bound(0, TOP_K_MAX, whole=True),
    "top_p": Bound(0.0, 1.0, 1.0),
    "min_p": Bound(0.0, 1.0, 0.0),
    "presence_penalty": Bound(-2.0, 2.0, 0.0),
    "frequency_penalty": Bound(-2.0, 2.0, 0.0),
    "repetition_penalty": Bound(0.01, 100.0, 1.0),
}
TOP_LOGPROBS = Bound(0, TOP_LOGPROBS_MAX, whole=True)
MAX_TOKENS = Bound(1, 2**31, whole=True)
STOP_IDS = Bound(0, STOP_IDS_MAX, whole=True)


@dataclass(frozen=True)
class Sampling:
    """How to choose tokens, and when to stop."""

    max_tokens: int
    stop_ids: tuple[int, ...] = ()
    temperature: float = 0.0  # 0 is greedy
    top_k: int = 0  # 0 keeps every token
    top_p: float = 1.0
    min_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repetition_penalty: float = 1.0
    seed: int = 0
    top_logprobs: int = 0

    def check(self) -> None:
        """Refuse what the kernels do not take; every problem in one RequestError."""
        stated = [
            ("max_tokens", self.max_tokens, MAX_TOKENS),
            ("number of stop_ids", len(self.stop_ids), STOP_IDS),
            *((name, getattr(self, name), bound) for name, bound in BOUNDS.items()),
            ("top_logprobs", self.top_logprobs, TOP_LOGPROBS),
        ]
        if problems := [f"{name} is {value}, expected {bound}" for name, value, bound in stated if value not in bound]:
            raise RequestError("; ".join(problems))
