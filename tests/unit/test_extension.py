"""Modules of the page's author: set-up, logits processors chosen by name, functions, and how each of them fails."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncGenerator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pyside.api.completions import Completions, collect
from pyside.api.extension import Extensions, set_up
from pyside.engine.decode.guided import Process
from pyside.engine.engine import Engine
from pyside.engine.ring import Token
from pyside.engine.sampling import Sampling
from pyside.errors import ExtensionError, RequestError
from tests.support.scripted_engine import (
    ASKED,
    THINKING,
    Prompt,
    ScriptedEngine,
    chat_format,
    completions,
    script,
    tokenizer,
)


class Listening(ScriptedEngine):
    """Asks the processor before every token, as the engine does."""

    async def generate(
        self, prompt: Prompt, sampling: Sampling, *, process: Process | None = None, **rest: Any
    ) -> AsyncGenerator[Token, None]:
        fresh: list[int] = []
        async for token in super().generate(prompt, sampling, **rest):
            if process is not None:
                process(fresh, memoryview(bytearray(16)).cast("f"))
            fresh.append(token.id)
            yield token


def answered(extensions: Extensions, engine: ScriptedEngine, request: dict[str, Any], kind: str = "chat") -> Any:
    made = completions(engine)
    asked = Completions(cast(Engine, engine), tokenizer(), chat_format(), made._generation, "tiny", extensions)
    return asyncio.run(collect(getattr(asked, kind)(request)))


def test_a_module_is_set_up_and_may_define_what_modules_define() -> None:
    app = SimpleNamespace(processors={}, functions={})
    source = (
        "from dataclasses import dataclass\n\n@dataclass\nclass Box:\n    value: int\n\n"
        "def setup(app):\n    app.functions['box'] = Box(3)\n"
    )
    set_up(app, "boxes", source)
    assert app.functions["box"].value == 3 and type(app.functions["box"]).__module__ == "boxes"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def setup(app:\n", "SyntaxError"),
        ("import numpy_of_nowhere\n", "No module named 'numpy_of_nowhere'"),
        ("x = 1\n", "no attribute 'setup'"),
        ("def setup(app):\n    raise ValueError('of its own')\n", "ValueError: of its own"),
    ],
)
def test_a_module_that_cannot_be_set_up_says_why(source: str, told: str) -> None:
    with pytest.raises(ExtensionError, match=told) as caught:
        set_up(SimpleNamespace(), "broken", source)
    assert str(caught.value).startswith("the Python module broken.py could not be set up: ")
    if "raise" in source:
        lines = "".join(traceback.format_exception(caught.value))
        assert 'broken.py", line 2, in setup' in lines and "raise ValueError" in lines


@pytest.mark.parametrize(("kind", "request_"), [("chat", ASKED), ("text", {"prompt": "hi"})])
def test_a_request_chooses_a_processor_by_name(kind: str, request_: dict[str, Any]) -> None:
    seen: list[list[int]] = []
    extensions = Extensions()
    extensions.processors["watch"] = lambda ids, logits: seen.append(list(ids))
    words = script("one two three")
    answered(extensions, Listening(words), {**request_, "max_tokens": 3}, kind)
    assert seen == []
    answered(extensions, Listening(words), {**request_, "max_tokens": 3, "logits_processor": "watch"}, kind)
    assert seen == [words[:0], words[:1], words[:2]]


def test_a_processor_sees_what_was_put_into_the_reply() -> None:
    seen: list[list[int]] = []
    extensions = Extensions()
    extensions.processors["watch"] = lambda ids, logits: seen.append(list(ids))
    thought, rest = script("one two three four"), script("five six")
    request = {**THINKING, "thinking_budget": 2, "max_tokens": 8, "extra_body": {"logits_processor": "watch"}}
    answered(extensions, Listening(thought, rest), request)
    assert seen[:2] == [[], thought[:1]]
    assert "</think>" in tokenizer().decode(seen[2]) and seen[2][:2] == thought[:2]


def test_failures_are_told() -> None:
    extensions = Extensions()

    def fail(ids: Sequence[int], logits: memoryview[float]) -> None:
        logits[99] = 0.0

    async def divide(argument: float) -> float:
        return 1 / argument

    extensions.processors["fail"] = fail
    extensions.functions["divide"] = divide
    assert asyncio.run(extensions.call("divide", 4)) == 0.25
    with pytest.raises(ExtensionError, match="logits processor 'fail' failed: IndexError"):
        answered(extensions, Listening(script("one")), {**ASKED, "logits_processor": "fail"})
    with pytest.raises(ExtensionError, match="function 'divide' failed: ZeroDivisionError"):
        asyncio.run(extensions.call("divide", 0))
    with pytest.raises(RequestError, match="'fial', expected one of: fail"):
        answered(extensions, Listening(script("one")), {**ASKED, "logits_processor": "fial"})
    with pytest.raises(RequestError, match="none, for no Python module has added any"):
        asyncio.run(Extensions().call("divide", 0))
    with pytest.raises(RequestError, match="logits_processor is 3, expected a name"):
        answered(extensions, Listening(script("one")), {**ASKED, "logits_processor": 3})
