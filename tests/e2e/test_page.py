"""The chat page, as a person uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.faulty_site import FaultySite
from tests.support.browser.pages import opened, send, stop
from tests.support.browser.scripts import script, source


@pytest.fixture
def chat(browser: Browser, url: str, faults: FaultySite) -> Iterator[Page]:
    """The page at ``/``."""
    with opened(browser, url) as page:
        expect(page.get_by_role("button", name="Model: ")).to_be_visible()
        yield page


def test_it_paints_before_anything_of_the_model_is_fetched(chat: Page, faults: FaultySite) -> None:
    expect(chat.get_by_role("textbox", name="Message")).to_be_focused()
    paint = chat.evaluate("performance.getEntriesByName('first-contentful-paint').length")
    assert paint == 1
    chat.wait_for_timeout(300)
    fetched = [path for path, _ in faults.requests]
    assert not [path for path in fetched if path.startswith(("/runtime", "/bundles/")) or path == "/engine/worker.js"]


def test_a_conversation(chat: Page) -> None:
    log = chat.get_by_role("log")
    send(chat, "Hello")
    answer = log.locator("article.assistant")
    expect(answer).not_to_be_empty()
    stop(chat)
    expect(answer.get_by_role("button", name="Regenerate")).to_be_visible()

    chat.get_by_label("Thinking").check()
    send(chat, "And then?")
    expect(log.locator("article.assistant").nth(1).get_by_text("Thinking")).to_be_visible()
    stop(chat)
    expect(log.locator("article")).to_have_count(4)

    chat.get_by_role("button", name="New chat").click()
    expect(log.locator("article")).to_have_count(0)
    expect(chat.get_by_role("textbox", name="Message")).to_be_focused()


def test_a_message_stopped_while_the_model_loads_comes_back(chat: Page) -> None:
    send(chat, "Hello")
    chat.get_by_role("button", name="Stop").click()
    expect(chat.get_by_role("textbox", name="Message")).to_have_value("Hello")
    expect(chat.get_by_role("log").locator("article")).to_have_count(0)


def test_a_failure_is_told_and_the_message_kept(chat: Page, faults: FaultySite) -> None:
    faults.faults["/bundles/tiny-a-f32/tokenizer.bin"] = lambda data: None
    faults.faults["/engine/worker.js"] = lambda worker: f"({source('impatient.js')})();".encode() + worker
    send(chat, "Hello")
    expect(chat.get_by_role("alert")).to_contain_text("does not give out tokenizer.bin")
    expect(chat.get_by_role("textbox", name="Message")).to_have_value("Hello")
    expect(chat.get_by_role("button", name="Load")).to_be_visible()


def test_a_long_message_tells_how_much_of_it_was_read(chat: Page) -> None:
    chat.get_by_role("textbox", name="Message").evaluate(script("chat.paste"), "Rivers and seas. " * 900)
    chat.keyboard.press("Enter")
    told = re.compile(r"Reading[\d,]+ of [\d,]+ tokens · [\d,]+ tokens/s · .* left")
    expect(chat.locator("[part=status]")).to_have_text(told)
    chat.get_by_role("button", name="Stop").click()
    expect(chat.locator("[part=status]")).to_have_text("Stopped")
    expect(chat.get_by_role("textbox", name="Message")).to_have_value(re.compile("^Rivers"))
