"""OpenAI's shapes field by field, as a page gets them from the engine, in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser.engine_page import EnginePage, failure
from tests.support.browser.faulty_site import FaultySite
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script

HOOKS = Path(__file__).with_name("page_hooks.py")
HELLO: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}], "temperature": 0, "max_tokens": 12}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
CLOCK = {"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture(scope="module")
def page(chromium: Browser, site: tuple[str, FaultySite]) -> Iterator[Page]:
    """A page with an engine and this test's processors beside it."""
    url, switchboard = site
    switchboard.faults["/examples/hooks.py"] = lambda _: HOOKS.read_bytes()
    with opened(chromium, f"{url}/blank") as page:
        EnginePage(page, "/bundles/tiny-a-q8/", python=["/examples/hooks.py"])
        switchboard.faults.clear()
        yield page


def ask(page: Page, **fields: object) -> dict[str, Any]:
    """The whole answer; keywords that OpenAI does not know go into ``extra_body``."""
    answer: dict[str, Any] = page.evaluate("(request) => engine.chat.completions.create(request)", request(**fields))
    return answer


def stream(page: Page, **fields: object) -> list[dict[str, Any]]:
    """The answer's chunks."""
    chunks: list[dict[str, Any]] = page.evaluate(script("engine.stream"), request(**fields))
    return chunks


def request(**fields: object) -> dict[str, Any]:
    ours = ("enable_thinking", "thinking_budget", "loop_guard", "logits_processor", "continue_final_message")
    extra = {name: fields.pop(name) for name in ours if name in fields}
    return {**HELLO, "extra_body": {"enable_thinking": False, **extra}, **fields}


def content(answer: dict[str, Any]) -> str:
    text: str = answer["choices"][0]["message"]["content"]
    return text


def refusal(page: Page, **fields: object) -> dict[str, str]:
    return failure(page, f"engine.chat.completions.create({json.dumps(request(**fields))})")


def test_a_whole_answer(page: Page) -> None:
    answer = ask(page)
    assert answer["object"] == "chat.completion" and answer["id"].startswith("chatcmpl-") and answer["created"] > 1.7e9
    (choice,) = answer["choices"]
    assert (choice["index"], choice["finish_reason"], choice["logprobs"]) == (0, "length", None)
    assert choice["message"]["role"] == "assistant" and choice["message"]["content"]
    usage = answer["usage"]
    assert usage["completion_tokens"] == HELLO["max_tokens"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["extra"]["time_to_first_token_s"] > 0


def test_chunks_are_the_answer_in_pieces(page: Page) -> None:
    first, *pieces, last, usage = stream(page)
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert {chunk["object"] for chunk in (first, *pieces, last, usage)} == {"chat.completion.chunk"}
    assert {chunk["id"] for chunk in (first, *pieces, last, usage)} == {first["id"]}
    assert "".join(chunk["choices"][0]["delta"]["content"] for chunk in pieces) == content(ask(page))
    assert all(chunk["choices"][0]["finish_reason"] is None for chunk in pieces)
    assert (last["choices"][0]["delta"], last["choices"][0]["finish_reason"]) == ({}, "length")
    assert usage["choices"] == [] and usage["usage"]["completion_tokens"] == HELLO["max_tokens"]
    assert "usage" not in stream(page, stream_options={"include_usage": False})[-1]


def test_stop_strings_end_an_answer_and_are_not_shown(page: Page) -> None:
    whole = content(ask(page))
    middle = whole[len(whole) // 2 :][:3]
    for stop in (middle, ["never said", middle]):
        answer = ask(page, stop=stop)
        assert content(answer) == whole[: whole.index(middle)]
        assert answer["choices"][0]["finish_reason"] == "stop"


def test_a_seed_gives_the_same_answer_again(page: Page) -> None:
    one, same, other = (content(ask(page, seed=seed, temperature=1.5)) for seed in (7, 7, 8))
    assert one == same != other


def test_log_probabilities_of_each_token(page: Page) -> None:
    choice = ask(page, logprobs=True, top_logprobs=3)["choices"][0]
    entries = choice["logprobs"]["content"]
    assert len(entries) == HELLO["max_tokens"]
    assert b"".join(bytes(entry["bytes"]) for entry in entries).decode(errors="replace") == choice["message"]["content"]
    for entry in entries:
        top = entry["top_logprobs"]
        assert len(top) == 3 and top[0]["token"] == entry["token"]  # greedy
        assert 0 >= top[0]["logprob"] >= top[1]["logprob"] >= top[2]["logprob"]


def test_tool_choice(page: Page) -> None:
    """What must be called is called; what must not be called is not even told. The model's own choice: test_demo_model.py."""
    plain = ask(page)["usage"]["prompt_tokens"]
    assert ask(page, tools=[WEATHER], tool_choice="none")["usage"]["prompt_tokens"] == plain
    assert ask(page, tools=[WEATHER], tool_choice="auto")["usage"]["prompt_tokens"] > plain
    named = {"type": "function", "function": {"name": "clock"}}
    for choice, processor in ((named, "clock"), ("required", "any")):
        answer = ask(page, tools=[WEATHER, CLOCK], tool_choice=choice, logits_processor=processor, max_tokens=40)[
            "choices"
        ][0]
        assert answer["finish_reason"] == "tool_calls" and answer["message"]["content"] is None
        (call,) = answer["message"]["tool_calls"]
        assert call["type"] == "function" and call["id"].startswith("call_")
        assert call["function"] == {"name": "clock", "arguments": "{}"}
    assert "expected one of the tools" in refusal(page, tools=[WEATHER], tool_choice=named)["message"]


def test_one_answer_to_a_request_stated_plainly(page: Page) -> None:
    assert len(ask(page, n=1)["choices"]) == 1
    assert refusal(page, n=2) == {"name": "RequestError", "message": "n is 2, expected 1: ask again for another answer"}


def test_forms_of_an_answer(page: Page) -> None:
    """Sampled hot from random weights: only the constraint keeps the answer in its form."""
    hot: dict[str, Any] = {"temperature": 2, "max_tokens": 60}
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "n": {"enum": [1, 2]}},
        "required": ["ok", "n"],
    }
    for seed in range(3):
        answer = ask(page, **hot, seed=seed, response_format={"type": "json_schema", "json_schema": {"schema": schema}})
        value = json.loads(content(answer))
        assert isinstance(value["ok"], bool) and value["n"] in (1, 2)
        assert answer["choices"][0]["finish_reason"] == "stop"
        form = {"type": "regex", "regex": r"[a-f]{4}-\d{2,3}(?: +[A-Z]\w?)?", "flags": ""}
        assert re.fullmatch(form["regex"], content(ask(page, **hot, seed=seed, response_format=form)), re.ASCII)
    assert content(ask(page, response_format={"type": "json_object"}, logits_processor="{}<|im_end|>")) == "{}"
    unknown = {"type": "object", "properties": {"n": {"$dynamicRef": "#n"}}}
    error = refusal(page, response_format={"type": "json_schema", "json_schema": {"schema": unknown}})
    assert error["name"] == "RequestError" and "keyword $dynamicRef is not supported" in error["message"]


def test_thinking_on_off_and_within_a_budget(page: Page) -> None:
    silent = ask(page)
    assert "reasoning_content" not in silent["choices"][0]["message"]
    thinking = ask(page, enable_thinking=True, logits_processor="so</think>Yes.<|im_end|>")
    message = thinking["choices"][0]["message"]
    assert (message["reasoning_content"], message["content"]) == ("so", "Yes.")
    assert thinking["usage"]["completion_tokens_details"]["reasoning_tokens"] > 0
    chunks = stream(page, enable_thinking=True, thinking_budget=5, max_tokens=20, logits_processor="row after row ")
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    kinds = [kind for delta in deltas for kind in ("reasoning_content", "content") if delta.get(kind)]
    assert kinds == sorted(kinds, reverse=True) and {"reasoning_content", "content"} == set(
        kinds
    )  # thought, then answer
    assert not any("think>" in text for delta in deltas for text in delta.values())
    assert chunks[-1]["usage"]["completion_tokens_details"]["reasoning_tokens"] == 5


def test_the_loop_guard_says_what_it_did(page: Page) -> None:
    looping: dict[str, Any] = {"max_tokens": 300, "logits_processor": "row after row "}
    choice = ask(page, **looping)["choices"][0]
    assert (choice["finish_reason"], choice["note"]) == ("length", "the reply repeated itself and was stopped")
    choice = ask(page, **looping, enable_thinking=True)["choices"][0]
    assert choice["note"] == "the thought repeated itself and was closed" and choice["message"]["content"]
    unguarded = ask(page, **looping, loop_guard=False)
    assert "note" not in unguarded["choices"][0] and unguarded["usage"]["completion_tokens"] == 300


def test_a_reply_goes_on_from_its_beginning(page: Page) -> None:
    whole = content(ask(page))
    begun = [*HELLO["messages"], {"role": "assistant", "content": "Hello back, "}]
    answer = ask(page, messages=begun, continue_final_message=True)
    assert content(answer) and content(answer) != whole
    assert answer["usage"]["prompt_tokens"] > ask(page)["usage"]["prompt_tokens"]
    assert "last message" in refusal(page, continue_final_message=True)["message"]


def test_every_request_can_be_aborted(page: Page) -> None:
    names = page.evaluate(script("engine.abortThree"), request(loop_guard=False))
    assert names == ["AbortError"] * 3
    assert content(ask(page))
