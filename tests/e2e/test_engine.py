"""The engine in both browsers against transformers' goldens, and packed weights against the numpy executor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from pyside.engine.engine import Engine
from pyside.engine.sampling import Sampling
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits
from tests.support.browser.engine_page import EnginePage, engine_page
from tests.support.browser.scripts import script
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.bundles import BUNDLES
from tests.support.models.memory_bundle import bundle
from tests.support.models.seeing import asked
from tests.support.models.whole_plan import greedy
from tests.support.paths import GOLDENS
from tests.support.vision_prompts import VisionPrompt, vision_prompts

TOKENS = 12


@pytest.fixture(scope="module", params=[f"{model}-{recipe}" for model, recipe in BUNDLES])
def engine(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[EnginePage]:
    """Every bundle in every browser, loaded once."""
    with engine_page(browser, url, request.param) as page:
        assert (page.info["name"], page.info["recipe"]) == tuple(request.param.rsplit("-", 1))
        yield page


def goldens(model: str) -> Iterator[dict[str, Any]]:
    for file in sorted((GOLDENS / model).glob("text_*.npz")):
        with np.load(file) as stored:
            yield dict(stored)


@cache
def by_numpy(model: str, recipe: str, ids: tuple[int, ...]) -> list[int]:
    """Greedy ids of the plan under numpy, on the same packed weights."""
    packed = bundle(GOLDENS / model, recipe)
    plan = compile_plan(packed.manifest, Limits.baseline())

    async def run() -> list[int]:
        gpu = NumpyGpu(packed.shards)
        await gpu.load(plan)
        engine = Engine(gpu, plan, vocab_used=packed.manifest.generation.vocab_used)
        return [token.id async for token in engine.generate(ids, Sampling(max_tokens=TOKENS))]

    with ThreadPoolExecutor(1) as thread:  # Playwright's event loop runs in this one
        return thread.submit(lambda: asyncio.run(run())).result()


def test_greedy_ids_and_log_probabilities(engine: EnginePage) -> None:
    model, recipe = engine.info["name"], engine.info["recipe"]
    for golden in goldens(model):
        ids = golden["input_ids"].tolist()
        wanted = golden["decode_ids"].tolist() if recipe == "f32" else by_numpy(model, recipe, tuple(ids))
        assert engine.greedy(ids, TOKENS) == wanted[:TOKENS]
        if recipe == "f32":
            scored = engine.text(prompt=ids, max_tokens=0, echo=True, logprobs=1, temperature=0)
            found = scored["choices"][0]["logprobs"]["token_logprobs"]
            assert found[0] is None
            np.testing.assert_allclose(found[1:], golden["prompt_logprobs"], atol=1e-3, rtol=0)


def seen_by_numpy(prompt: VisionPrompt, recipe: str) -> list[int]:
    """Greedy ids about pictures, likewise."""

    async def run() -> list[int]:
        engine, content, images = await asked(NumpyGpu, prompt, recipe)
        return await greedy(engine, content, len(prompt.answer), images=images)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


def test_conversations_about_pictures(engine: EnginePage) -> None:
    model, recipe = engine.info["name"], engine.info["recipe"]
    for prompt in [prompt for prompt in vision_prompts() if prompt.model == model]:
        frames = [frame for source in prompt.sources for frame in source]
        pictures = [{"height": len(f), "width": len(f[0]), "rgb": f.ravel().tolist()} for f in frames]
        messages = deepcopy(prompt.messages)
        for part in messages[0]["content"]:
            if part["type"] == "video":
                part["source_fps"] = prompt.fps
        request = {"max_tokens": len(prompt.answer), "temperature": 0, "return_token_ids": True}
        answer = engine.about(messages, pictures, **request)
        choice = answer["choices"][0]
        assert choice["prompt_token_ids"] == list(prompt.ids)
        assert choice["token_ids"] == (prompt.answer if recipe == "f32" else seen_by_numpy(prompt, recipe))
        assert answer["usage"]["extra"]["encoded_pictures"] == len(prompt.grids)
        said = {"role": "assistant", "content": choice["message"]["content"]}
        again = engine.about([*messages, said, {"role": "user", "content": "Sure?"}], pictures, max_tokens=1)
        assert again["usage"]["extra"]["encoded_pictures"] == 0
        assert again["usage"]["prompt_tokens_details"]["cached_tokens"] > prompt.content().spans[-1].stop


@pytest.fixture(scope="module")
def small(browser: Browser, url: str) -> Iterator[EnginePage]:
    """One bundle in each browser, for what does not depend on the weights."""
    with engine_page(browser, url, "tiny-a-q8") as page:
        yield page


def test_what_is_loaded_and_how_it_came(small: EnginePage) -> None:
    info = small.info
    assert info["contextWindow"] >= 1024
    assert info["maxPixels"] == 131_072  # two frames of the largest video that its files allow
    assert set(info["bytes"]) >= {"weight", "state"}
    assert info["timings"]["pyodide"] <= info["timings"]["ready"]
    progress = small.page.evaluate("globalThis.progress")
    assert progress[-1] == {"phase": "ready", "loaded": 1, "total": 1}
    assert {step["phase"] for step in progress} == {"runtime", "download", "compile", "selftest", "ready"}
    last = [step for step in progress if step["phase"] == "download"][-1]
    assert last["loaded"] == last["total"] > 0


def test_how_large_a_picture_may_be_is_chosen_with_the_load(small: EnginePage) -> None:
    load = "(await import('/deltapage.js')).Engine.load('/bundles/tiny-a-q8/', { maxPixels: %s })"
    assert small.failure(load % "'many'") == {
        "name": "RequestError",
        "message": "maxPixels is many, expected a whole number of pixels: leave it out for 1,048,576.",
    }
    assert small.failure(load % "1000") == {
        "name": "RequestError",
        "message": "maxPixels is 1,000, expected 4,096 or more: this model sees no picture smaller",
    }
    pixels = small.page.evaluate(
        f"async () => {{ const e = await {load % '10000'}; e.unload(); return e.info.maxPixels; }}"
    )
    assert pixels == 9 * 1024, "as many squares as fit"


def test_text_to_ids_and_back(small: EnginePage) -> None:
    text = "Grüße, 世界! 🙂"
    ids = small.page.evaluate("(text) => engine.tokenize(text)", text)
    assert small.page.evaluate("(ids) => engine.detokenize(ids)", ids) == text
    messages = [{"role": "user", "content": "Hello <|im_end|>"}]
    prompt = small.page.evaluate("(messages) => engine.applyChatTemplate(messages)", messages)
    assert "Hello <|im_end|>" in prompt
    ids = small.page.evaluate("(messages) => engine.applyChatTemplate(messages, { tokenize: true })", messages)
    assert small.page.evaluate("(ids) => engine.detokenize(ids)", ids) == prompt


def test_a_stream_is_the_answer_in_pieces(small: EnginePage) -> None:
    request = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 8, "temperature": 0}
    whole = small.chat(**request)
    chunks = small.page.evaluate(script("engine.stream"), request)
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    message = whole["choices"][0]["message"]
    for field in ("content", "reasoning_content"):
        assert "".join(delta.get(field) or "" for delta in deltas) == (message.get(field) or "")
    assert chunks[-1]["usage"]["completion_tokens"] == whole["usage"]["completion_tokens"]
    assert chunks[-1]["usage"]["extra"]["decode_tokens_per_s"] > 0


def test_the_reading_of_a_long_prompt_is_told(small: EnginePage) -> None:
    progress = small.page.evaluate(script("engine.reading"))
    done = [step["processed"] for step in progress]
    assert done == sorted(set(done)) and done[0] > 0 and done[-1] < progress[-1]["total"]
    assert {(step["total"], step["choices"]) for step in progress} == {(progress[0]["total"], 0)}


def test_the_next_turn_continues_where_the_last_one_ended(small: EnginePage) -> None:
    first = {"role": "user", "content": "Tell me of rivers, " * 12}
    answer = small.chat(messages=[first], max_tokens=6, temperature=0)["choices"][0]["message"]
    turns = [first, {"role": "assistant", "content": answer["content"] or "."}, {"role": "user", "content": "And?"}]
    usage = small.chat(messages=turns, max_tokens=4, temperature=0)["usage"]
    assert 0 < usage["extra"]["cached_tokens"] < usage["prompt_tokens"]


def test_an_aborted_answer_leaves_the_engine_ready(small: EnginePage) -> None:
    before = small.greedy([5, 6, 7], 6)
    seen = small.page.evaluate(script("engine.abortAtSecondChunk"))
    assert seen == {"chunks": 2, "name": "AbortError"}
    assert small.page.evaluate(script("engine.leaveAtFirstChunk")) == "left"
    assert small.greedy([5, 6, 7], 6) == before
