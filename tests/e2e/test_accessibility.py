"""axe finds nothing wrong in any view of the page, light, dark and on a phone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser.chat_page import RELEASED, ChatPage, chat_page
from tests.support.browser.scripts import script
from web.host.runtime import WEB

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
ANSWER = "## Title\n\nText with `code`, $x^2$ and [a link](https://example.org).\n\n```js\nlet a = 1; // one\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n> Said"
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}


def empty(chat: ChatPage) -> None:
    """The page as it opens."""


def answered(chat: ChatPage) -> None:
    chat.script({"reasoning_content": "A thought."}, {"content": ANSWER})
    chat.ask("Show me")
    expect(chat.answers.locator("math")).to_be_visible()
    chat.answers.locator("summary").click()


def writing(chat: ChatPage) -> None:
    chat.script({"content": "Begun"}, {"content": "!", "wait": RELEASED})
    chat.send("Go")
    expect(chat.answers).to_contain_text("Begun")


def calling(chat: ChatPage) -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
    chat.script({"tool_calls": [call]})
    chat.ask("What time is it?")
    chat.page.evaluate(
        "document.querySelector('delta-chat').addMessage({ role: 'tool', tool_call_id: 'c', content: 'noon' })"
    )
    chat.answers.locator("summary").click()


def branched(chat: ChatPage) -> None:
    chat.ask("one")
    chat.button("Regenerate").click()
    expect(chat.answers).to_contain_text("2/2")
    chat.button("Edit").click()


def failed(chat: ChatPage) -> None:
    chat.script({"fails": "The GPU went away."})
    chat.send("Hello")
    expect(chat.page.get_by_role("alert")).to_be_visible()


def settings(chat: ChatPage) -> None:
    chat.ask("load")
    dialog = chat.settings()
    dialog.get_by_label("Temperature").fill("3")
    dialog.get_by_label("Another prompt").check()
    expect(dialog.get_by_text("Temperature is 3")).to_be_visible()


def about(chat: ChatPage) -> None:
    chat.settings().get_by_role("button", name="About").click()
    expect(chat.page.get_by_role("dialog", name="About")).to_be_visible()


def instructed(chat: ChatPage) -> None:
    chat.page.evaluate("document.querySelector('delta-chat').settings = { system: 'Be brief.', tools: ['clock'] }")
    chat.page.locator("[part=system] summary").click()


def cut(chat: ChatPage) -> None:
    chat.script({"content": "Begun"}, {"ends": "length"})
    chat.ask("Go")
    chat.button("Edit answer").click()
    expect(chat.page.get_by_role("textbox", name="Edit answer")).to_be_visible()


def full(chat: ChatPage) -> None:
    chat.script({"fails": "too long", "named": "ContextError"})
    chat.send("Hello")
    expect(chat.page.get_by_role("alert")).to_contain_text("Shorten it")


def listed(chat: ChatPage) -> None:
    chat.ask("one")
    if (drawer := chat.button("Conversations")).is_visible():
        drawer.click()
    expect(chat.conversations).to_have_count(1)
    chat.conversations.hover()
    chat.button("Rename one").click()


def drawn(chat: ChatPage) -> None:
    """Two conversations, one of them being answered, and the list in sight."""
    chat.ask("one")
    chat.button("New chat").first.click()
    writing(chat)
    if (drawer := chat.button("Conversations")).is_visible():
        drawer.click()
    expect(chat.conversations).to_have_count(2)


def pinned(chat: ChatPage) -> None:
    drawn(chat)
    chat.conversations.last.hover()
    chat.button("Pin one").click()
    expect(chat.page.get_by_role("heading", name="Pinned")).to_be_visible()


def selecting(chat: ChatPage) -> None:
    drawn(chat)
    chat.button("Select").click()
    chat.page.get_by_role("checkbox", name="one").check()


def searching(chat: ChatPage) -> None:
    drawn(chat)
    chat.page.get_by_role("searchbox").fill("echo")
    expect(chat.page.get_by_role("heading", name="1 found")).to_be_visible()


def exporting(chat: ChatPage) -> None:
    if (drawer := chat.button("Conversations")).is_visible():
        drawer.click()
    chat.button("Export").click()
    expect(chat.page.get_by_role("dialog")).to_be_visible()


def models(chat: ChatPage) -> None:
    chat.keep("Small")
    expect(chat.models()).to_contain_text("kept in this browser")


def deleting(chat: ChatPage) -> None:
    models(chat)
    chat.button("Delete Small q4").click()
    expect(chat.page.get_by_role("group", name="Delete Small?")).to_be_visible()


View = Callable[[ChatPage], None]
VIEWS: tuple[View, ...] = (
    empty, answered, writing, calling, branched, failed, settings, about, instructed, cut, full, listed, pinned, selecting,
    searching, exporting, models, deleting,
)  # fmt: skip
THEMED = {answered, calling, settings, about, instructed, failed}
each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)


@each_view
def test_axe(chromium: Browser, shell: str, view: View) -> None:
    """As the computer has it, and some views in the theme that the computer does not have."""
    looks = [("light", "system"), ("dark", "system")]
    if view in THEMED:
        looks += [("dark", "light"), ("light", "dark")]
    found = {}
    with chat_page(chromium, shell, bypass_csp=True, reduced_motion="reduce") as chat:
        view(chat)
        chat.page.add_script_tag(path=AXE)
        for scheme, theme in looks:
            chat.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            chat.page.evaluate("(theme) => { document.querySelector('delta-chat').settings = { theme }; }", theme)
            if violations := chat.page.evaluate(script("chat.violations")):
                found[f"{scheme}, theme {theme}"] = violations
    assert not found, json.dumps(found, indent=1)


@each_view
def test_axe_on_a_phone(chromium: Browser, shell: str, view: View) -> None:
    with chat_page(chromium, shell, bypass_csp=True, reduced_motion="reduce", **PHONE) as chat:
        view(chat)
        chat.page.add_script_tag(path=AXE)
        found = chat.page.evaluate(script("chat.violations"))
    assert not found, json.dumps(found, indent=1)


def test_motion_stops_where_it_is_not_wanted(chromium: Browser, shell: str) -> None:
    with chat_page(chromium, shell, reduced_motion="reduce") as chat:
        chat.script({"content": "!", "wait": RELEASED})
        chat.send("Go")
        dot = chat.log.locator(".writing")
        expect(dot).to_be_visible()
        assert dot.evaluate("(dot) => getComputedStyle(dot).animationName") == "none"


def test_a_phone_scrolls_in_one_direction(chromium: Browser, shell: str) -> None:
    with chat_page(chromium, shell, **PHONE) as chat:
        chat.write("```\n" + "a long line " * 30 + "\n```\n\n" + "unbreakable" * 30)
        chat.ask("Show me")
        for element in (
            "document.documentElement",
            "document.querySelector('delta-chat').shadowRoot.querySelector('.log')",
        ):
            assert chat.page.evaluate(f"{element}.scrollWidth <= {element}.clientWidth")


def test_each_paragraph_has_its_own_direction(chromium: Browser, shell: str) -> None:
    with chat_page(chromium, shell) as chat:
        chat.write("مرحبا بالعالم\n\nHello world\n\n```\ncode\n```")
        chat.ask("שלום")
        blocks = chat.answers.locator(".block:not(:empty)")
        expect(blocks).to_have_count(3)
        directions = blocks.evaluate_all("(blocks) => blocks.map((block) => getComputedStyle(block).direction)")
        assert directions[:2] == ["rtl", "ltr"]
        assert chat.answers.locator("pre").evaluate("(pre) => getComputedStyle(pre).direction") == "ltr"
        assert chat.questions.locator(".bubble").evaluate("(text) => getComputedStyle(text).direction") == "rtl"


def test_a_page_that_is_read_from_the_right(chromium: Browser, shell: str) -> None:
    with chat_page(chromium, shell) as chat:
        chat.page.evaluate("document.documentElement.dir = 'rtl'")
        chat.ask("שלום")
        assert chat.page.get_by_role("navigation").evaluate(script("chat.middle")) > 1.5
        assert chat.questions.locator(".bubble").evaluate(script("chat.middle")) < 1
        assert chat.button("Send").evaluate(script("chat.middle")) < chat.page.get_by_label("Thinking").evaluate(
            script("chat.middle")
        )


def test_a_thumb_reaches_every_button(chromium: Browser, shell: str) -> None:
    with chat_page(chromium, shell, **PHONE) as chat:
        chat.ask("Hello")
        buttons = [
            chat.button(name).last for name in ("Conversations", "Model: Small q4", "New chat", "Settings", "Send")
        ]
        switches = [chat.page.get_by_label(name) for name in ("Thinking", "Calculator", "Clock")]
        for control in buttons + switches:
            box = control.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        drawer = chat.page.get_by_role("navigation", name="Conversations")
        expect(drawer).to_be_hidden()
        chat.button("Conversations").tap()
        expect(drawer).to_be_visible()
        expect(chat.button("New chat").first).to_be_focused()
        chat.page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()
        expect(chat.button("Conversations")).to_be_focused()
