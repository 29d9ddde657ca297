"""The list of kept conversations: found, pinned, selected, reached from the keyboard, and answered while another one is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser.chat_page import RELEASED, ChatPage, chat_page
from tests.support.browser.scripts import script


@pytest.fixture
def chat(chromium: Browser, shell: str) -> Iterator[ChatPage]:
    with chat_page(chromium, shell) as page:
        yield page


def kept(chat: ChatPage, *titles: str) -> None:
    """Conversations with these questions, the last one shown."""
    for title in titles:
        chat.button("New chat").first.click()
        chat.ask(title)
        chat.page.evaluate(script("chat.untilKept"), f"Echo: {title}")


def test_conversations_are_listed_by_age(chat: ChatPage) -> None:
    kept(chat, "Old news")
    chat.page.evaluate(script("chat.ageConversation"), 400)
    chat.page.reload()
    expect(chat.conversations).to_have_text(["Old news"])
    kept(chat, "Good morning")
    month = f"{datetime.now() - timedelta(days=400):%B %Y}"
    expect(chat.page.get_by_role("navigation").get_by_role("heading")).to_have_text(["Today", month])
    expect(chat.conversations).to_have_text(["Good morning", "Old news"])


def test_a_search_finds_titles_and_texts(chat: ChatPage) -> None:
    search = chat.page.get_by_role("searchbox", name="Search conversations")
    expect(search).to_be_hidden()
    chat.write("A bicycle has two wheels and no engine.")
    kept_titles = ["About bicycles", "Name a vehicle"]
    for title in kept_titles:
        chat.button("New chat").first.click()
        chat.ask(title)
    chat.script({"content": "Nothing of it."})
    kept_titles.append("Something else")
    chat.button("New chat").first.click()
    chat.ask("Something else")
    search.press_sequentially("BICYCLE")
    expect(chat.page.get_by_role("navigation").get_by_role("heading")).to_have_text("2 found")
    expect(chat.conversations).to_have_text(
        ["About bicycles", "Name a vehicleName a vehicle A bicycle has two wheels and no engine."]
    )
    expect(chat.conversations.last.locator("mark")).to_have_text("bicycle")
    search.fill("wheels engine")
    expect(chat.conversations).to_have_count(2)
    search.press("ArrowDown")
    chat.page.keyboard.press("Enter")
    expect(chat.answers).to_contain_text("two wheels")
    search.fill("zebra")
    expect(chat.page.get_by_role("navigation").get_by_role("heading")).to_have_text("Nothing found")
    search.press("Escape")
    expect(search).to_have_value("")
    expect(chat.conversations).to_have_text(kept_titles[::-1])


def test_the_list_is_one_stop_of_the_tab_key(chat: ChatPage) -> None:
    kept(chat, "One", "Two", "Three")
    press = chat.page.keyboard.press
    chat.page.get_by_role("searchbox").focus()
    press("Tab")
    expect(chat.button("Three")).to_be_focused()
    press("ArrowDown")
    press("ArrowDown")
    expect(chat.button("One")).to_be_focused()
    press("ArrowDown")
    expect(chat.button("One")).to_be_focused()
    press("Home")
    expect(chat.button("Three")).to_be_focused()
    press("End")
    press("ArrowUp")
    expect(chat.button("Two")).to_be_focused()
    press("Tab")
    expect(chat.button("Select")).to_be_focused()
    press("Shift+Tab")
    expect(chat.button("Two")).to_be_focused()
    press("ArrowRight")
    expect(chat.button("Pin Two")).to_be_focused()
    press("ArrowRight")
    press("ArrowRight")
    expect(chat.button("Delete Two")).to_be_focused()
    press("ArrowLeft")
    press("Enter")
    chat.page.get_by_role("textbox", name="Title").fill("Zwei")
    press("Home")
    press("Enter")
    expect(chat.button("Zwei")).to_be_focused()
    press("Delete")
    expect(chat.conversations).to_have_text(["Three", "One"])
    expect(chat.button("One")).to_be_focused()
    press("F2")
    expect(chat.page.get_by_role("textbox", name="Title")).to_be_focused()


def test_a_link_skips_the_list(chat: ChatPage) -> None:
    kept(chat, "One")
    chat.button("New chat").first.focus()
    chat.page.keyboard.press("Shift+Tab")
    skip = chat.button("Skip to the message")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box and box["width"] > 100 and box["x"] >= 0
    chat.page.keyboard.press("Enter")
    expect(chat.input).to_be_focused()
    box = skip.bounding_box()
    assert box and box["width"] <= 1


def test_a_pinned_conversation_stays_above_the_others(chat: ChatPage) -> None:
    kept(chat, "One", "Two")
    chat.conversations.last.hover()
    chat.button("Pin One").click()
    expect(chat.page.get_by_role("navigation").get_by_role("heading")).to_have_text(["Pinned", "Today"])
    expect(chat.conversations).to_have_text(["One", "Two"])
    expect(chat.button("Unpin One")).to_be_focused()
    kept(chat, "Three")
    chat.page.reload()
    expect(chat.conversations).to_have_text(["One", "Three", "Two"])
    chat.conversations.first.hover()
    chat.button("Unpin One").click()
    expect(chat.conversations).to_have_text(["Three", "Two", "One"])


def test_several_are_deleted_at_once_and_brought_back_at_once(chat: ChatPage) -> None:
    kept(chat, *"ABCDE")
    chat.button("Select").click()
    box = chat.page.get_by_role("checkbox", name="E", exact=True)
    expect(box).to_be_focused()
    chat.page.keyboard.press("ArrowDown")
    chat.page.keyboard.press("Space")
    chat.page.get_by_role("checkbox", name="B", exact=True).click(modifiers=["Shift"])
    selection = chat.page.get_by_role("group", name="Selection")
    expect(selection.get_by_role("status")).to_have_text("3 selected")
    selection.get_by_role("button", name="Delete").click()
    expect(chat.conversations).to_have_text(["E", "A"])
    expect(chat.page.get_by_role("alert")).to_contain_text("Deleted 3 conversations.")
    chat.button("Undo").click()
    expect(chat.conversations).to_have_text(list("EDCBA"))
    chat.button("Select").click()
    chat.button("All").click()
    expect(selection.get_by_role("status")).to_have_text("5 selected")
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Enter")
    expect(selection).to_be_hidden()
    expect(chat.button("E")).to_be_focused()
    expect(chat.conversations).to_have_count(5)


def test_an_answer_goes_on_while_another_conversation_is_read(chat: ChatPage) -> None:
    kept(chat, "Earlier")
    chat.button("New chat").first.click()
    chat.script(
        {"content": "Begun"}, {"content": ", and on", "wait": RELEASED}, {"content": ", done", "wait": RELEASED}
    )
    chat.send("Long one")
    expect(chat.answers).to_contain_text("Begun")
    chat.button("Earlier").click()
    expect(chat.answers).to_contain_text("Echo: Earlier")
    expect(chat.button("Stop")).to_be_hidden()
    expect(chat.conversations.first).to_have_text("Long one, being answered")

    chat.send("Next one")
    expect(chat.button("Stop")).to_be_visible()
    status = chat.page.locator("[part=status]").get_by_role("status")
    expect(status).to_have_text("Waiting for the answer in “Long one”")
    chat.release()
    chat.page.evaluate(script("chat.untilKept"), "Begun, and on")
    chat.page.get_by_role("button", name="Long one").first.click()
    expect(chat.answers).to_contain_text("Begun, and on")
    expect(chat.button("Stop")).to_be_visible()

    chat.script({"content": "At last"})
    chat.release()
    expect(chat.answers).to_contain_text("Begun, and on, done")
    expect(chat.button("Stop")).to_be_hidden()
    expect(chat.conversations.filter(has_text="Earlier")).to_have_text("Earlier, new answer")
    chat.page.get_by_role("button", name="Earlier").first.click()
    expect(chat.answers.last).to_contain_text("At last")
    expect(chat.conversations.filter(has_text="Earlier")).to_have_text("Earlier")


def test_an_export_of_chatgpt_is_imported_and_says_what_it_did(chat: ChatPage) -> None:
    def node(name: str, parent: str | None, role: str, text: str) -> dict[str, object]:
        content = {"content_type": "text", "parts": [text]}
        return {"id": name, "parent": parent, "message": {"author": {"role": role}, "content": content}}

    mapping = {"a": node("a", None, "user", "Hello"), "b": node("b", "a", "assistant", "Hi *there*.")}
    conversations = [{"title": "Greeting", "mapping": mapping, "current_node": "b"}, {"title": "Empty", "mapping": {}}]
    chat.page.get_by_label("File of conversations").set_input_files(
        {"name": "conversations.json", "mimeType": "application/json", "buffer": json.dumps(conversations).encode()}
    )
    expect(chat.page.get_by_role("alert")).to_contain_text("Imported 1 conversation. Skipped 1: 1 without messages.")
    expect(chat.conversations).to_have_text(["Greeting"])
    expect(chat.answers.locator("em")).to_have_text("there")


def test_what_was_said_is_dismissed_and_undo_ends(chat: ChatPage) -> None:
    alert = chat.page.get_by_role("alert")
    chat.script({"fails": "The GPU went away."})
    chat.send("Hello")
    expect(alert).to_contain_text("The GPU went away.")
    chat.button("Dismiss").click()
    expect(alert).to_be_hidden()
    expect(chat.input).to_be_focused()

    chat.page.evaluate("globalThis.script = undefined")
    kept(chat, "One", "Two")
    chat.page.evaluate(script("chat.holdTimers"))
    waiting = "globalThis.waiting()"
    chat.conversations.last.hover()
    chat.button("Delete One").click()
    expect(alert).to_contain_text("Deleted “One”.")
    assert chat.page.evaluate(waiting) == 1
    chat.button("Undo").hover()
    assert chat.page.evaluate(waiting) == 0, "not while the pointer is on it"
    chat.button("Undo").focus()
    chat.input.hover()
    assert chat.page.evaluate(waiting) == 0, "nor while it has the focus"
    chat.input.focus()
    assert chat.page.evaluate(waiting) == 1
    chat.page.evaluate("globalThis.later()")
    expect(alert).to_be_hidden()
    expect(chat.conversations).to_have_text(["Two"])

    chat.script({"fails": "The GPU went away."})
    chat.send("Hello")
    expect(alert).to_contain_text("The GPU went away.")
    assert chat.page.evaluate(waiting) == 0, "an error stays"
