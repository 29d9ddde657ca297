"""The embedded model in both browsers, as ``make chat`` serves it: one conversation, with and without thinking, and a tool."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from pyside.bundle.card import CARD, Card
from tests.support.browser.engine_page import EnginePage, engine_page
from tests.support.browser.faulty_site import running
from tests.support.browser.pages import opened, send
from tests.support.models.bundles import DEMO, build_bundle
from tests.support.paths import GOLDENS
from web.host import runtime, vendor

# Ten questions of one conversation: whether to think, what is asked, what the answer must say.
CONVERSATION = [
    (False, "What is 12 + 30?", "42"),
    (True, "What is 25 + 13?", "38"),
    (False, "What is 7 times 8?", "56"),
    (True, "What is 9 - 4?", "5"),
    (False, "Hello!", ""),
    (False, "What is deltapage?", "web page"),
    (True, "How many minutes are in 2 hours?", "120"),
    (False, "Which day comes after Monday?", "Tuesday"),
    (True, "What is 6 times 6?", "36"),
    (False, "What is the opposite of hot?", "cold"),
]
CALCULATOR = {
    "type": "function",
    "function": {
        "name": "calculator",
        "description": "Evaluate an arithmetic expression.",
        "parameters": {"type": "object", "properties": {"expression": {"type": "string"}}, "required": ["expression"]},
    },
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a site with the embedded model: as it ships, and with its weights as they were trained."""
    folder = tmp_path_factory.mktemp("demo")
    for recipe in ("q4", "f32"):
        build_bundle(DEMO, folder / recipe, recipe)
    runtime.assemble()
    vendor.assemble()
    with running([folder / "q4", folder / "f32"], runtime.RUNTIME) as (url, _):
        yield url


@pytest.fixture(scope="module")
def delta(browser: Browser, demo: str) -> Iterator[EnginePage]:
    """The model as it ships, in each browser."""
    with engine_page(browser, demo, "q4") as page:
        yield page


def test_the_page_writes_what_transformers_writes(browser: Browser, demo: str) -> None:
    """Greedy, on the weights as trained: the same prompt from the same messages, and the same tokens in reply.

    Half of the questions in Chromium, whose software adapter takes four times as long: every second, from both modes.
    """
    goldens = json.loads((GOLDENS / "demo.json").read_text("utf-8"))
    assert len(goldens) > 30
    if browser.browser_type.name == "chromium":
        goldens = goldens[::4] + goldens[3::4]
    different = []
    with engine_page(browser, demo, "f32") as page:
        for golden in goldens:
            answer = page.chat(
                messages=golden["messages"],
                **({"tools": golden["tools"]} if golden["tools"] else {}),
                extra_body={"enable_thinking": golden["thinking"]},
                temperature=0,
                max_tokens=len(golden["ids"]),
                return_token_ids=True,
            )
            choice = answer["choices"][0]
            assert choice["prompt_token_ids"] == golden["prompt_ids"], golden["skill"]
            if choice["token_ids"] != golden["ids"]:
                different.append((golden["skill"], golden["text"], choice["message"]))
    assert not different


def test_ten_questions_in_one_conversation(delta: EnginePage) -> None:
    messages: list[dict[str, Any]] = []
    wrong = []
    for thinking, question, wanted in CONVERSATION:
        messages.append({"role": "user", "content": question})
        answer = delta.chat(messages=messages, extra_body={"enable_thinking": thinking}, max_tokens=160)
        choice = answer["choices"][0]
        message = choice["message"]
        assert choice["finish_reason"] == "stop", choice
        assert bool(message.get("reasoning_content")) == thinking, message
        if not message["content"] or wanted not in message["content"]:
            wrong.append((question, message["content"]))
        assert len(messages) == 1 or answer["usage"]["prompt_tokens_details"]["cached_tokens"] > 0
        messages.append({"role": "assistant", "content": message["content"]})
    assert not wrong


def test_the_page_s_own_tools_are_called_where_they_are_switched_on(browser: Browser, demo: str) -> None:
    """As a visitor does it: the demo says that it cannot see a clock, the clock is switched on, and the call shows."""
    with opened(browser, demo) as page:
        answers = page.get_by_role("log").locator("article.assistant")
        stop = page.get_by_role("button", name="Stop")
        send(page, "What time is it?")
        expect(answers.last).to_contain_text("Switch on the clock tool")
        expect(stop).to_be_hidden()
        page.get_by_label("Clock").check()
        page.get_by_label("Calculator").check()
        send(page, "What time is it?")
        clock = answers.locator("details", has_text="Uses clock")
        expect(clock).to_contain_text("answered")
        expect(stop).to_be_hidden()
        clock.locator("summary").click()
        told = re.search(r"\d{4}-\d\d-\d\d (\d\d:\d\d)", clock.inner_text())
        assert told
        expect(answers.last).to_contain_text(told[1])
        page.get_by_role("button", name="New chat").first.click()
        send(page, "Use the calculator: what is 314 * 27?")
        calculator = answers.locator("details", has_text="Uses calculator")
        expect(calculator).to_contain_text("answered")
        calculator.locator("summary").click()
        expect(calculator.get_by_text("8478")).to_be_visible()
        expect(answers.last).to_contain_text("8478")


def test_the_demo_can_do_what_its_card_suggests(delta: EnginePage) -> None:
    card = Card.from_json((DEMO / CARD).read_bytes())
    assert delta.info["card"] == card.to_dict()
    said = {}
    for starter in card.starters:
        answer = delta.chat(messages=[{"role": "user", "content": starter}], max_tokens=160)
        said[starter] = answer["choices"][0]["message"]["content"]
    wanted = dict(zip(card.starters, ("56", "Tuesday", "120", "web page"), strict=True))
    assert not {starter: text for starter, text in said.items() if wanted[starter] not in text}


def test_an_answer_that_is_cut_goes_on_as_if_it_were_not(delta: EnginePage) -> None:
    messages = [{"role": "user", "content": "What is deltapage?"}]
    whole = delta.chat(messages=messages, max_tokens=160)["choices"][0]["message"]["content"]
    for limit in (1, 3, 7):
        cut = delta.chat(messages=messages, max_tokens=limit)["choices"][0]
        assert cut["finish_reason"] == "length"
        rest = delta.chat(
            messages=[*messages, cut["message"]], max_tokens=160, extra_body={"continue_final_message": True}
        )["choices"][0]["message"]["content"]
        assert cut["message"]["content"] + rest == whole


def test_a_tool_is_called_and_its_result_is_told(delta: EnginePage) -> None:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Use the calculator: what is 314 * 27?"}]
    first = delta.chat(messages=messages, tools=[CALCULATOR], max_tokens=160)["choices"][0]
    assert first["finish_reason"] == "tool_calls"
    (call,) = first["message"]["tool_calls"]
    assert call["function"]["name"] == "calculator"
    assert json.loads(call["function"]["arguments"])["expression"].replace(" ", "") == "314*27"
    messages += [first["message"], {"role": "tool", "tool_call_id": call["id"], "content": str(314 * 27)}]
    second = delta.chat(messages=messages, tools=[CALCULATOR], max_tokens=160)["choices"][0]
    assert str(314 * 27) in second["message"]["content"]
