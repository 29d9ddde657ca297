"""What a person does with answers on the chat page, over a fake engine: goes on, changes them, writes with fingers, fills the context."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser.chat_page import RELEASED, ChatPage, chat_page

PHONE = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def chat(chromium: Browser, shell: str) -> Iterator[ChatPage]:
    with chat_page(chromium, shell) as page:
        yield page


def test_an_answer_that_was_stopped_goes_on(chat: ChatPage) -> None:
    chat.script({"content": "Begun"}, {"content": " never", "wait": RELEASED})
    chat.send("Go")
    expect(chat.answers).to_contain_text("Begun")
    chat.button("Stop").click()
    expect(chat.answers).to_contain_text("Stopped.")
    chat.script({"content": ", cut"}, {"ends": "length"})
    chat.button("Continue").click()
    expect(chat.answers).to_contain_text("Begun, cut")
    expect(chat.answers).to_contain_text("Stopped: the longest answer was reached.")
    chat.script({"content": ", done."})
    chat.button("Continue").click()
    expect(chat.answers).to_contain_text("Begun, cut, done.")
    expect(chat.button("Continue")).to_have_count(0)
    request = chat.requests()[-1]
    assert request["extra_body"]["continue_final_message"] is True
    assert [message["content"] for message in request["messages"]] == ["Go", "Begun, cut"]
    expect(chat.answers).to_have_count(1)


def test_an_answer_is_edited_and_what_follows_sees_it(chat: ChatPage) -> None:
    chat.write("Paris")
    chat.ask("Capital?")
    chat.button("Edit answer").click()
    text = chat.page.get_by_role("textbox", name="Edit answer")
    expect(text).to_be_focused()
    expect(text).to_have_value("Paris")
    text.fill("**Rome**")
    text.press("Enter")
    text.press("Control+Enter")
    expect(chat.answers.locator("strong")).to_have_text("Rome")
    expect(chat.answers).to_contain_text("Edited.")
    expect(chat.answers).to_contain_text("2/2")
    chat.ask("Sure?")
    assert [message["content"].strip() for message in chat.requests()[-1]["messages"]] == [
        "Capital?",
        "**Rome**",
        "Sure?",
    ]
    chat.button("Previous version").click()
    expect(chat.answers).to_contain_text("Paris")
    chat.button("Edit answer").click()
    text.press("Escape")
    expect(chat.button("Edit answer")).to_be_focused()


def test_enter_makes_a_line_where_people_write_on_glass(chromium: Browser, shell: str) -> None:
    with chat_page(chromium, shell, **PHONE) as chat:
        expect(chat.input).to_have_attribute("enterkeyhint", "enter")
        chat.input.fill("one")
        chat.input.press("Enter")
        chat.input.press_sequentially("two")
        expect(chat.input).to_have_value("one\ntwo")
        expect(chat.questions).to_have_count(0)
        chat.button("Send").tap()
        chat.finish()
        assert chat.requests()[-1]["messages"][-1]["content"] == "one\ntwo"
        chat.button("Edit").tap()
        edit = chat.page.get_by_role("textbox", name="Edit message")
        edit.fill("three")
        edit.press("Enter")
        expect(edit).to_have_value("three\n")
        chat.input.fill("a keyboard is there after all")
        chat.input.press("Control+Enter")
        expect(chat.questions.last).to_contain_text("a keyboard is there")


def test_a_full_context_says_so_and_the_message_begins_a_new_chat(chat: ChatPage) -> None:
    chat.ask("Hello")
    chat.script({"fails": "the prompt is 5,000 tokens", "named": "ContextError"})
    chat.send("Once more")
    alert = chat.page.get_by_role("alert")
    expect(alert).to_contain_text(
        re.compile("The context is full: .* longer than the 4,096 tokens .* Begin a new chat")
    )
    expect(chat.input).to_have_value("Once more")
    alert.get_by_role("button", name="New chat").click()
    expect(chat.questions).to_have_count(0)
    expect(chat.input).to_have_value("Once more")
    expect(alert).to_be_hidden()
    expect(chat.conversations).to_have_text(["Hello"])


@pytest.mark.parametrize("part", ["message-view", "message-editor", "system-prompt", "answering"])
def test_a_part_that_does_not_come_is_told(chat: ChatPage, part: str) -> None:
    """What the first visit does without is fetched when it is needed, and the network may be gone by then."""
    chat.page.route(f"**/chat/{part}.js", lambda route: route.abort())
    if part == "system-prompt":
        chat.page.evaluate("document.querySelector('delta-chat').settings = { system: 'Be brief.' }")
    else:
        chat.send("Hello")
    if part == "message-editor":
        chat.finish()
        chat.button("Edit").click()
    expect(chat.page.get_by_role("alert")).to_contain_text(
        f"A part of this page, chat/{part}.js, could not be fetched."
    )
