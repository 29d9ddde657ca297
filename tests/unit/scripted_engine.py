"""An engine that says what a script tells it, for testing everything around one."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyside.engine import Sampling, Timings, Token
from pyside.errors import ContextError


@dataclass
class Call:
    """One use of ``generate``."""

    ids: list[int]
    sampling: Sampling
    stable: tuple[int, ...]
    taken: int = 0  # tokens that were asked for
    closed: bool = False


class ScriptedEngine:
    """Phase k of the engine's use says ``scripts[k]``, the last one for ever, up to a stop id or the limit."""

    def __init__(self, *scripts: list[int], context_window: int = 4096) -> None:
        self.scripts = scripts
        self.context_window = context_window
        self.calls: list[Call] = []
        self.scored: list[list[int]] = []
        self.timings = Timings()

    async def generate(
        self, ids: Sequence[int], sampling: Sampling, *, stable: Sequence[int] = (), **unused: Callable[..., Any]
    ) -> AsyncGenerator[Token, None]:
        sampling.check()
        if len(ids) >= self.context_window:
            raise ContextError(f"the prompt is {len(ids)} tokens, the context window is {self.context_window}")
        call = Call(list(ids), sampling, tuple(stable))
        self.calls.append(call)
        script = self.scripts[min(len(self.calls), len(self.scripts)) - 1]
        try:
            for id in script[: min(sampling.max_tokens, self.context_window - len(ids))]:
                call.taken += 1
                self.timings = Timings(len(ids), 1, 0.5, 0.25, call.taken - 1, 0.125 * (call.taken - 1))
                yield self.token(id, call.taken, sampling.top_logprobs)
                if id in sampling.stop_ids:
                    return
        finally:
            call.closed = True

    async def score(self, ids: Sequence[int], top: int = 0) -> list[Token]:
        self.scored.append(list(ids))
        self.timings = Timings(len(ids), 0, 0.5)
        return [self.token(id, place, top) for place, id in enumerate(ids[1:], 1)]

    @staticmethod
    def token(id: int, place: int, top: int) -> Token:
        return Token(id, -float(place), tuple((id + other, -float(place) - other) for other in range(top)))
