"""Conversations with pictures over the API: what is counted, told, reused and refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pyside.api.completions import Completions, Shown, collect
from pyside.api.sight import Sight
from pyside.app import App
from pyside.bundle.manifest import Generation
from pyside.engine.engine import Engine
from pyside.errors import ContextError, RequestError
from tests.support.executors.seeing_gpu import SeeingGpu, seeing_plan
from tests.support.held_pictures import HeldPictures
from tests.support.models.small_bundle import CONFIG, small_manifest
from tests.support.resampling import Bytes
from tests.support.scripted_engine import chat_format, script, tokenizer
from tests.support.vision_prompts import IMAGE, VISION

PLAN = seeing_plan(96)
SOURCES: list[Bytes] = [np.random.default_rng(seed).integers(0, 256, (1, 130, 70, 3), np.uint8) for seed in range(3)]
ROWS = 4 * 2  # of each of them


class Chat:
    """An engine with eyes behind the API; every answer is the same."""

    def __init__(self, context_window: int = 4096) -> None:
        self.gpu = SeeingGpu(script("A cat.<|im_end|>") * 9, PLAN)
        engine = Engine(self.gpu, PLAN, vocab_used=tokenizer().vocab_used, context_window=context_window)
        self.pictures = HeldPictures(self.gpu, SOURCES)
        self.app = App(
            replace(small_manifest("tiny", ()), model=replace(CONFIG, vision=VISION)),
            PLAN,
            engine,
            tokenizer(),
            chat_format(),
        )
        self.completions = Completions(
            engine, tokenizer(), chat_format(), Generation((902, 900), tokenizer().vocab_used, False, {}), "tiny",
            sight=Sight(VISION, PLAN.facts.vision_patches, tokenizer()),
        )  # fmt: skip
        self.told: list[dict[str, Any]] = []

    async def chunks(self, messages: Sequence[Any], shown: Shown | None = None, **fields: Any) -> list[dict[str, Any]]:
        request = {"messages": list(messages), "temperature": 0, **fields}
        return [chunk async for chunk in self.completions.chat(request, self.told.append, shown, self.pictures)]

    def ask(self, *messages: Any, **fields: Any) -> dict[str, Any]:
        async def gather() -> dict[str, Any]:
            async def each() -> Any:
                for chunk in await self.chunks(messages, **fields):
                    yield chunk

            return await collect(each())

        return asyncio.run(gather())


def image(number: int, **fields: Any) -> dict[str, Any]:
    return {"type": "image", "picture": number, **fields}


def user(*parts: Any) -> dict[str, Any]:
    return {
        "role": "user",
        "content": [{"type": "text", "text": part} if isinstance(part, str) else part for part in parts],
    }


SAID = {"role": "assistant", "content": "A cat."}


def test_a_picture_is_seen_once_and_counted_every_time() -> None:
    chat = Chat()
    first = chat.ask(user("What is this?", image(0)), return_token_ids=True)
    ids = first["choices"][0]["prompt_token_ids"]
    assert ids.count(IMAGE) == ROWS and first["usage"]["prompt_tokens"] == len(ids)
    assert first["choices"][0]["message"]["content"] == "A cat."
    assert first["usage"]["extra"]["encoded_pictures"] == 1
    second = chat.ask(user("What is this?", image(0)), SAID, user("Sure?"))["usage"]
    assert second["extra"]["encoded_pictures"] == 0 and len(chat.gpu.towers) == 1
    assert second["prompt_tokens_details"]["cached_tokens"] >= ids.index(IMAGE) + ROWS
    third = chat.ask(user("What is this?", image(1)), SAID, user("Sure?"))["usage"]
    assert third["extra"]["encoded_pictures"] == 1
    assert third["prompt_tokens_details"]["cached_tokens"] <= ids.index(IMAGE)


def test_pictures_are_told_of_before_the_prompt() -> None:
    chat = Chat()
    chat.ask(user(image(0), image(1), image(0), "Which?"))
    told = [chunk["prompt_progress"] for chunk in chat.told if "phase" in chunk["prompt_progress"]]
    assert told == [{"phase": "picture", "processed": done, "total": 2} for done in (0, 1, 2)]
    assert all(chunk["choices"] == [] for chunk in chat.told)


def test_only_the_templates_own_pads_count() -> None:
    chat = Chat()
    ids = chat.ask(user("<|image_pad|>", image(0), "<|vision_start|><|image_pad|>"), return_token_ids=True)
    assert ids["choices"][0]["prompt_token_ids"].count(IMAGE) == ROWS


def test_where_the_template_takes_pictures() -> None:
    chat = Chat()
    call = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }
    chat.ask(user("Draw."), call, {"role": "tool", "content": [image(2)]})
    assert len(chat.gpu.towers) == 1
    with pytest.raises(RequestError, match=r"^System message cannot contain images\.$"):
        chat.ask({"role": "system", "content": [image(0)]}, user("What?"))


def test_a_conversation_that_is_too_long_is_refused_before_its_pictures_are_made() -> None:
    chat = Chat(context_window=24)
    with pytest.raises(ContextError, match=r"the prompt is \d+ tokens, the context window is 24"):
        chat.ask(user(image(0), image(1), image(2)))
    assert not chat.pictures.fits and not chat.gpu.passes


def test_an_answer_about_a_picture_goes_on_behind_any_of_its_chunks() -> None:
    messages = [user("What is this?", image(0))]
    *whole, usage = asyncio.run(Chat().chunks(messages, Shown(7)))
    for cut in range(1, len(whole)):
        ids = [id for chunk in whole[:cut] for id in chunk["choices"][0]["token_ids"]]
        *rest, last = asyncio.run(Chat().chunks(messages, Shown(7, whole[0]["id"], whole[0]["created"], ids)))
        assert rest == whole[cut:]
        assert last["usage"]["prompt_tokens"] == usage["usage"]["prompt_tokens"]


def test_a_draft_is_counted_without_the_tower() -> None:
    chat = Chat()

    async def template(**payload: Any) -> dict[str, Any]:
        async for item in chat.app.handle("template", payload, chat.told.append, chat.pictures):
            return item
        raise AssertionError("a request has an answer")

    found = asyncio.run(template(messages=[user("What is this?", image(0))]))
    assert found["ids"].count(IMAGE) == ROWS and found["text"].count("<|image_pad|>") == 1
    assert (
        found["ids"]
        == chat.ask(user("What is this?", image(0)), return_token_ids=True)["choices"][0]["prompt_token_ids"]
    )
    smaller = asyncio.run(template(messages=[user("What is this?", image(0))], max_pixels=4096))
    assert smaller["ids"].count(IMAGE) == 2


@pytest.mark.parametrize("prompt", ["<|vision_start|><|image_pad|><|vision_end|>What?", [1, 913]])
def test_a_plain_text_has_no_place_for_a_picture(prompt: Any) -> None:
    async def chunks() -> None:
        async for _ in Chat().completions.text({"prompt": prompt, "echo": True, "max_tokens": 0, "logprobs": 0}):
            pass

    with pytest.raises(RequestError, match="prompt has a placeholder for a picture, expected text: send pictures in"):
        asyncio.run(chunks())
