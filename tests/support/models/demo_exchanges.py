"""Exchanges of the demo model's generator, to be checked."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from web.demo_model.training.exchange import Exchange, Situation, Skill


def exchanges(skill: Skill, count: int = 300) -> Iterator[Exchange]:
    """Exchanges of one skill, of both splits by turns."""
    rng = Random(11)
    for i in range(count):
        yield skill(rng, ("train", "held")[i % 2], Situation())
