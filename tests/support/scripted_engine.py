"""An engine that says what a script tells it, and the tiny model's text side around it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from pyside.api.completions import Completions, collect
from pyside.bundle.manifest import Generation
from pyside.engine.content import Content
from pyside.engine.engine import Engine
from pyside.engine.ring import Token
from pyside.engine.sampling import Sampling
from pyside.engine.timings import Timings
from pyside.errors import ContextError
from pyside.text.chat_template import ChatFormat, ChatTemplate
from pyside.text.tokenizer import Tokenizer, pack
from tests.support.texts.samples import TINY

Prompt = Content | Sequence[int]

ASKED = {"messages": [{"role": "user", "content": "hi"}]}
THINKING = {**ASKED, "enable_thinking": True}
PRESETS = {
    "thinking": {"temperature": 0.6, "top_p": 0.95, "top_k": 20, "min_p": 0.0, "presence_penalty": 1.5},
    "direct": {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "min_p": 0.0, "presence_penalty": 2.0},
}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"days": {"type": "integer"}}}},
}
CALL = "<tool_call>\n<function=weather>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>"


@dataclass
class Call:
    """One use of ``generate``."""

    ids: list[int]
    sampling: Sampling
    stable: tuple[int, ...]
    answered: int
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
        self,
        prompt: Prompt,
        sampling: Sampling,
        *,
        answered: int = 0,
        stable: Sequence[int] = (),
        **unused: Any,
    ) -> AsyncGenerator[Token, None]:
        sampling.check()
        ids = Content.of(prompt).ids
        if len(ids) >= self.context_window:
            raise ContextError(f"the prompt is {len(ids)} tokens, the context window is {self.context_window}")
        call = Call(list(ids), sampling, tuple(stable), answered)
        self.calls.append(call)
        script = self.scripts[min(len(self.calls), len(self.scripts)) - 1]
        try:
            for id in script[: min(sampling.max_tokens, self.context_window - len(ids))]:
                call.taken += 1
                self.timings = Timings(len(ids), 1, 0.5, 0.25, call.taken - 1, 0.125 * (call.taken - 1))
                yield self.token(id, answered + call.taken, sampling.top_logprobs)
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


@cache
def tokenizer() -> Tokenizer:
    files = (TINY["tiny-a"] / name for name in ("tokenizer.json", "tokenizer_config.json"))
    return Tokenizer.load(pack(*(json.loads(file.read_text(encoding="utf-8")) for file in files)))


@cache
def chat_format() -> ChatFormat:
    return ChatFormat(ChatTemplate((TINY["tiny-a"] / "chat_template.jinja").read_text(encoding="utf-8")), tokenizer())


def script(text: str) -> list[int]:
    return tokenizer().encode(text)


def engine(*texts: str, **options: int) -> ScriptedEngine:
    return ScriptedEngine(*(script(text) for text in texts), **options)


def completions(scripted: ScriptedEngine) -> Completions:
    generation = Generation((902, 900), tokenizer().vocab_used, False, PRESETS)
    return Completions(cast(Engine, scripted), tokenizer(), chat_format(), generation, "tiny")


def run_chunks(scripted: ScriptedEngine, request: Mapping[str, Any], kind: str = "chat") -> list[dict[str, Any]]:
    async def gather() -> list[dict[str, Any]]:
        return [chunk async for chunk in getattr(completions(scripted), kind)(request)]

    return asyncio.run(gather())


def run(scripted: ScriptedEngine, request: Mapping[str, Any], kind: str = "chat") -> dict[str, Any]:
    """The collected answer."""

    async def gather() -> dict[str, Any]:
        return await collect(getattr(completions(scripted), kind)(request))

    answer = asyncio.run(gather())
    assert all(call.closed for call in scripted.calls)
    return answer


def message(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["choices"][0]["message"]
    return found
