"""What a person sets on the chat page, over a fake engine: numbers, system prompts, themes, tools; and what the page says of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.chat_page import ChatPage, chat_page, fake_engine
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script

BACKGROUND = "(element) => getComputedStyle(element).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(23, 24, 28)"


@pytest.fixture
def chat(chromium: Browser, shell: str) -> Iterator[ChatPage]:
    with chat_page(chromium, shell) as page:
        yield page


def ground(page: Page) -> str:
    """The colour of the element's ground."""
    colour: str = page.locator("delta-chat").evaluate(BACKGROUND)
    return colour


def test_a_number_is_checked_while_it_is_typed(chat: ChatPage) -> None:
    settings = chat.settings()
    temperature, top_k = settings.get_by_label("Temperature"), settings.get_by_label("Top k")
    expect(temperature).to_have_attribute("aria-invalid", "false")
    temperature.press_sequentially("3")
    expect(settings.get_by_text("Temperature is 3, expected a number from 0 to 2, or nothing.")).to_be_visible()
    expect(temperature).to_have_attribute("aria-invalid", "true")
    expect(temperature).to_have_accessible_description(re.compile("Temperature is 3"))
    top_k.fill("1.5")
    expect(settings.get_by_text("Top k is 1.5, expected a whole number from 0 to 128")).to_be_visible()
    temperature.fill("1.3")
    expect(settings.get_by_text("Temperature is")).to_be_hidden()
    top_k.fill("0")
    settings.get_by_label("Top p").fill("0.9")
    expect(settings.get_by_text("Top k 0 keeps every word")).to_be_visible()
    settings.get_by_label("Top p").fill("1")
    expect(settings.get_by_text("Top k 0 keeps every word")).to_be_hidden()
    chat.page.keyboard.press("Escape")
    chat.ask("Hello")
    request = chat.requests()[-1]
    assert (request["temperature"], request["top_k"], request["top_p"]) == (1.3, 0, 1)


def test_the_system_prompt_in_force_shows_and_a_conversation_may_have_its_own(chat: ChatPage) -> None:
    shown = chat.page.locator("[part=system]")
    chat.settings().get_by_label("System prompt", exact=True).fill("Be brief.")
    chat.page.keyboard.press("Escape")
    expect(shown).to_contain_text("Be brief.")
    chat.ask("one")
    settings = chat.settings()
    own = settings.get_by_label("Prompt of this conversation")
    expect(own).to_be_hidden()
    settings.get_by_label("Another prompt in this conversation").check()
    expect(shown).to_have_count(0)
    own.fill("Talk like a pirate.")
    chat.page.keyboard.press("Escape")
    expect(shown).to_contain_text("Talk like a pirate.")
    chat.ask("two")
    chat.page.evaluate(script("chat.untilKept"), "Echo: two")
    chat.button("New chat").first.click()
    expect(shown).to_contain_text("Be brief.")
    chat.page.reload()
    chat.button("one").click()
    expect(shown).to_contain_text("Talk like a pirate.")
    chat.ask("three")
    assert chat.requests()[-1]["messages"][0] == {"role": "system", "content": "Talk like a pirate."}
    shown.locator("summary").click()
    shown.get_by_role("button", name="Change").click()
    expect(settings.get_by_label("Prompt of this conversation")).to_have_value("Talk like a pirate.")
    settings.get_by_label("Another prompt in this conversation").uncheck()
    chat.page.keyboard.press("Escape")
    chat.ask("four")
    assert chat.requests()[-1]["messages"][0] == {"role": "system", "content": "Be brief."}


def test_a_system_prompt_is_exported_and_imported(chat: ChatPage, tmp_path: Path) -> None:
    settings = chat.settings()
    settings.get_by_label("Another prompt in this conversation").check()
    settings.get_by_label("Prompt of this conversation").fill("Be kind.")
    chat.page.keyboard.press("Escape")
    chat.ask("one")
    chat.button("Export").click()
    with chat.page.expect_download() as download:
        chat.button("This conversation, with its branches (JSON)").click()
    file = tmp_path / "conversation.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["conversations"][0]["system"]["text"] == "Be kind."
    chat.button("New chat").first.click()
    expect(chat.page.locator("[part=system]")).to_have_count(0)
    chat.page.get_by_label("File of conversations").set_input_files(file)
    expect(chat.page.locator("[part=system]")).to_contain_text("Be kind.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_theme_is_chosen_and_kept(chromium: Browser, shell: str, scheme: str) -> None:
    with chat_page(chromium, shell, color_scheme=scheme) as chat:
        own, other = (LIGHT, DARK) if scheme == "light" else (DARK, LIGHT)
        assert ground(chat.page) == own
        chat.settings().get_by_label("Theme").select_option("dark" if scheme == "light" else "light")
        assert ground(chat.page) == other
        assert chat.page.locator("html").evaluate(BACKGROUND) == other, "the page around goes along"
        chat.page.reload()
        expect(chat.input).to_be_visible()
        assert ground(chat.page) == other
        chat.settings().get_by_label("Theme").select_option("system")
        assert ground(chat.page) == own


def test_the_element_follows_the_theme_of_its_host(browser: Browser, shell: str) -> None:
    """By its attribute, however the computer has it; what a person has chosen stays."""
    with opened(browser, f"{shell}/blank", prepare=fake_engine, color_scheme="light") as page:
        page.evaluate(script("chat.addElement"))
        assert ground(page) == LIGHT
        for theme, colour in (("dark", DARK), ("light", LIGHT), ("dark", DARK)):
            page.evaluate("(theme) => { document.querySelector('delta-chat').theme = theme; }", theme)
            assert ground(page) == colour
        page.evaluate("document.querySelector('delta-chat').settings = { theme: 'light' }")
        assert ground(page) == LIGHT


def test_the_page_says_what_it_is_and_what_is_kept_where(chat: ChatPage) -> None:
    chat.ask("load")
    chat.settings().get_by_role("button", name="About").click()
    about = chat.page.get_by_role("dialog", name="About")
    for said in (
        re.compile(r"deltapage \d+\.\d+\.\d+"),
        "Licence: Apache-2.0. The model, Small, has its own: apache-2.0",
        "MPL-2.0",
        "katex",
        "No GPU",
    ):
        expect(about.get_by_text(said).first).to_be_visible()
    expect(about).to_contain_text("Conversations")
    expect(about).to_contain_text("In this browser’s database, on this computer")
    chat.page.keyboard.press("Escape")
    expect(about).to_be_hidden()
    expect(chat.page.get_by_role("dialog", name="Settings")).to_be_visible()


def test_the_calculator_is_switched_on_and_its_calls_show(chat: ChatPage) -> None:
    chat.page.evaluate(script("chat.callTool"), {"name": "calculator", "values": {"expression": "12 * (3 + 4)"}})
    chat.ask("Without")
    assert "tools" not in chat.requests()[-1]
    chat.page.get_by_label("Calculator").check()
    chat.ask("12 * (3 + 4)?")
    first, second = chat.requests()[-2:]
    assert [tool["function"]["name"] for tool in first["tools"]] == ["calculator"]
    assert second["messages"][-1] == {"role": "tool", "tool_call_id": "call_1", "content": "84"}
    card = chat.answers.locator("details", has_text="Uses calculator")
    expect(card).to_contain_text("answered")
    card.locator("summary").click()
    expect(card.get_by_text("12 * (3 + 4)")).to_be_visible()
    expect(card.get_by_text("84")).to_be_visible()
    expect(chat.answers.last).to_contain_text("It is 84.")
    chat.page.reload()
    expect(chat.page.get_by_label("Calculator")).to_be_checked()
    expect(chat.page.get_by_label("Clock")).not_to_be_checked()
    expect(chat.answers.locator("details", has_text="Uses calculator")).to_be_visible()


def test_a_tool_of_the_host_stands_before_the_page_s_own(chat: ChatPage) -> None:
    chat.page.get_by_label("Calculator").check()
    chat.page.evaluate(script("chat.callTool"), {"name": "calculator", "values": {"expression": "1"}, "own": "mine"})
    chat.ask("1?")
    assert len(chat.requests()[0]["tools"]) == 1
    assert chat.requests()[-1]["messages"][-1]["content"] == "mine"
