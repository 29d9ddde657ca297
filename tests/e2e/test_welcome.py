"""What stands on the chat page before the first message: what the model is, and what it can be asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from pyside.bundle.card import GENERAL
from tests.support.browser.chat_page import CARD, ChatPage, chat_page, fake_engine
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script

SUMMARY, STARTERS = CARD["summary"], CARD["starters"]


@pytest.fixture
def chat(chromium: Browser, shell: str) -> Iterator[ChatPage]:
    with chat_page(chromium, shell) as page:
        yield page


def test_suggestions_are_those_of_the_model_in_use(chat: ChatPage) -> None:
    starters = chat.page.get_by_role("group", name="Begin with").get_by_role("button")
    expect(starters).to_have_text(STARTERS)
    chat.models().get_by_role("button", name="Large").click()
    expect(starters).to_have_text(list(GENERAL))
    chat.models().get_by_role("button", name="Small").click()
    starters.first.click()
    expect(chat.answers).to_contain_text(f"Echo: {STARTERS[0]}")
    expect(starters.first).to_be_hidden()


def test_a_line_beside_the_name_says_what_the_model_is(chat: ChatPage) -> None:
    line = chat.page.locator("[part=header]").get_by_text(SUMMARY)
    expect(line).to_be_visible()
    chat.models().get_by_role("button", name="Large").click()
    expect(line).to_have_count(0)
    chat.models().get_by_role("button", name="Small").click()
    expect(line).to_be_visible()
    chat.page.set_viewport_size({"width": 390, "height": 780})
    expect(line).to_be_hidden()
    expect(chat.page.locator("[part=empty]").get_by_text(SUMMARY)).to_be_visible()


def test_a_model_without_a_list_says_it_once_it_is_loaded(chromium: Browser, shell: str) -> None:
    with opened(chromium, f"{shell}/blank", prepare=fake_engine) as page:
        page.evaluate("(card) => { globalThis.card = card; }", CARD)
        page.evaluate(script("chat.addElement"))
        starters = page.get_by_role("group", name="Begin with").get_by_role("button")
        expect(starters).to_have_text(list(GENERAL))
        page.evaluate("document.querySelector('delta-chat').load().then(() => null)")
        expect(starters).to_have_text(STARTERS)
