"""The chat page, item by item, over a fake engine."""

from __future__ import annotations

import gzip
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pyside.api.requests import BOUNDS
from tests.support.browser.chat_page import RELEASED, ChatPage, chat_page, fake_engine
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script
from tests.support.browser.visit import shift_of_an_answer
from web.host import site

MARKDOWN = r"""## Title

Euler: $e^{i\pi} = -1$, between $5 and $10.

$$\int_0^1 x\,dx$$

```python
def f(x):
    return "two"  # words
```

| a | b |
|---|---|
| 1 | 2 |

- [x] done

<img src=x onerror="globalThis.hurt = 1"> and [a link](javascript:globalThis.hurt=1)
"""


@pytest.fixture
def chat(chromium: Browser, shell: str) -> Iterator[ChatPage]:
    with chat_page(chromium, shell) as page:
        yield page


def test_the_main_path(browser: Browser, shell: str) -> None:
    """In every browser: an answer is set as Markdown, coloured and with formulas, and its markup is inert."""
    with chat_page(browser, shell) as chat:
        expect(chat.page.get_by_text("Nothing you write leaves this machine")).to_be_visible()
        chat.write(MARKDOWN)
        chat.ask("Show me")
        answer = chat.answers
        expect(answer.get_by_role("heading", name="Title")).to_be_visible()
        expect(answer.locator("math")).to_have_count(2)
        expect(answer.locator(".hljs-keyword").first).to_have_text("def")
        expect(answer.get_by_role("table").get_by_role("cell")).to_have_text(["1", "2"])
        expect(answer).to_contain_text("between $5 and $10")
        expect(answer).to_contain_text('<img src=x onerror="globalThis.hurt = 1">')
        expect(answer.locator("a")).not_to_have_attribute("href", re.compile("javascript"))
        assert chat.page.evaluate("globalThis.hurt") is None
        expect(answer).to_contain_text("42 tokens/s · first after 0.3 s · 496 MiB of memory")
        expect(chat.input).to_be_focused()


def test_a_link_opens_elsewhere_and_a_picture_is_not_fetched(chat: ChatPage) -> None:
    chat.write("![a picture](https://example.org/a.png) and <https://example.org/b>")
    chat.ask("Show me")
    for link in chat.answers.get_by_role("link").all():
        assert link.get_attribute("target") == "_blank"
        assert link.get_attribute("rel") == "noopener noreferrer"
    expect(chat.answers.get_by_role("link")).to_have_count(2)
    expect(chat.answers.locator("img")).to_have_count(0)


def test_code_and_messages_are_copied(chat: ChatPage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.write(MARKDOWN)
    chat.ask("Show me")
    chat.answers.get_by_role("button", name="Copy").first.click()
    assert chat.page.evaluate("navigator.clipboard.readText()") == 'def f(x):\n    return "two"  # words'
    chat.answers.locator("footer").get_by_role("button", name="Copy").click()
    assert chat.page.evaluate("navigator.clipboard.readText()") == MARKDOWN


def test_nothing_moves_while_text_streams(chat: ChatPage) -> None:
    assert shift_of_an_answer(chat, MARKDOWN + "\n\nA long line of text. " * 40, wait=4) < 0.001


def test_a_thought_is_folded_with_its_duration(chat: ChatPage) -> None:
    chat.script({"reasoning_content": "Let me see."}, {"content": "Seen.", "wait": 150})
    chat.page.get_by_label("Thinking").check()
    chat.ask("Look")
    assert chat.requests()[-1]["extra_body"] == {"enable_thinking": True}
    thought = chat.answers.locator("summary")
    expect(thought).to_have_text(re.compile(r"Thought for (0\.[1-9]|[1-9]\.\d|\d\d) s"))
    expect(chat.answers.get_by_text("Let me see.")).to_be_hidden()
    thought.click()
    expect(chat.answers.get_by_text("Let me see.")).to_be_visible()


def test_editing_branches_and_nothing_is_lost(chat: ChatPage) -> None:
    chat.ask("one")
    chat.ask("two")
    chat.questions.first.get_by_role("button", name="Edit").click()
    edit = chat.page.get_by_role("textbox", name="Edit message")
    expect(edit).to_be_focused()
    edit.fill("uno")
    edit.press("Enter")
    expect(chat.answers).to_have_text([re.compile("Echo: uno")])
    expect(chat.questions.first).to_contain_text("2/2")
    chat.questions.first.get_by_role("button", name="Previous version").click()
    expect(chat.questions).to_have_text([re.compile("one"), re.compile("two")])
    expect(chat.answers.last).to_contain_text("Echo: two")
    assert [message["content"] for message in chat.requests()[-1]["messages"]] == ["uno"]


def test_the_last_message_is_edited_from_the_keyboard(chat: ChatPage) -> None:
    chat.ask("one")
    chat.input.press("ArrowUp")
    edit = chat.page.get_by_role("textbox", name="Edit message")
    expect(edit).to_be_focused()
    edit.press("Escape")
    expect(chat.questions.get_by_role("button", name="Edit")).to_be_focused()
    expect(chat.questions).to_contain_text("one")


def test_regenerating_keeps_the_old_answer(chat: ChatPage) -> None:
    chat.write("first")
    chat.ask("Say")
    chat.write("second")
    chat.button("Regenerate").click()
    expect(chat.answers).to_contain_text("second")
    expect(chat.answers).to_contain_text("2/2")
    chat.button("Previous version").click()
    expect(chat.answers).to_contain_text("first")


def test_stopping_keeps_what_was_written(chat: ChatPage) -> None:
    chat.script({"content": "Begun"}, {"content": " never", "wait": RELEASED})
    chat.send("Go")
    expect(chat.answers).to_contain_text("Begun")
    chat.page.keyboard.press("Escape")
    expect(chat.answers).to_contain_text("Stopped.")
    expect(chat.button("Stop")).to_be_hidden()
    chat.script({"content": "On"})
    chat.ask("Go on")
    assert [message["content"] for message in chat.requests()[-1]["messages"]] == ["Go", "Begun", "Go on"]


def test_an_error_is_told_and_the_message_comes_back(chat: ChatPage) -> None:
    chat.script({"fails": "The GPU went away. Reload the page."})
    chat.send("Hello")
    expect(chat.page.get_by_role("alert")).to_contain_text("The GPU went away")
    expect(chat.input).to_have_value("Hello")
    expect(chat.questions).to_have_count(0)
    expect(chat.conversations).to_have_count(0)


def test_tools_run_and_are_shown_as_cards(chat: ChatPage) -> None:
    chat.page.evaluate(script("chat.giveTool"))
    chat.ask("Weather in Oslo?")
    expect(chat.answers.last).to_contain_text("Mild.")
    first, second = chat.requests()
    assert "execute" not in first["tools"][0]
    assert second["messages"][-1] == {
        "role": "tool",
        "tool_call_id": "call_1",
        "content": '{"city":"Oslo","celsius":21}',
    }
    card = chat.answers.first.locator("details")
    expect(card).to_contain_text("Uses weather")
    card.locator("summary").click()
    expect(card).to_contain_text('"celsius": 21')


def test_loading_and_reading_tell_how_far_they_are(chat: ChatPage) -> None:
    chat.page.evaluate("(wait) => { globalThis.loadWait = wait; }", RELEASED)
    chat.script(
        {"prompt_progress": {"processed": 256, "total": 2048}},
        {"prompt_progress": {"processed": 512, "total": 2048}, "wait": RELEASED},
        {"content": "Read.", "wait": RELEASED},
    )
    chat.send("A long text")
    status = chat.page.locator("[part=status]")
    expect(status.get_by_role("status")).to_have_text("Loading the model")
    chat.release()
    expect(status).to_contain_text(re.compile(r"of 8\.0 MiB · .*/s · .* s left"))
    chat.page.evaluate("globalThis.loadWait = 0")
    chat.release()
    expect(status).to_contain_text("256 of 2,048 tokens")
    chat.release()
    expect(status).to_contain_text(re.compile(r"512 of 2,048 tokens · [\d,]+ tokens/s · .* s left"))
    expect(status.get_by_role("status")).to_have_text("Reading")
    expect(chat.page.get_by_role("progressbar")).to_be_visible()
    chat.release()
    expect(chat.answers).to_contain_text("Read.")
    expect(chat.page.get_by_role("progressbar")).to_be_hidden()
    expect(status).to_contain_text("101 of 4,096 tokens")


def test_settings_reach_the_engine_and_reset(chat: ChatPage) -> None:
    chat.ask("load")
    chat.button("Settings").click()
    settings = chat.page.get_by_role("dialog", name="Settings")
    temperature = settings.get_by_label("Temperature")
    expect(temperature).to_have_attribute("placeholder", "0.7")
    expect(settings).to_contain_text("No GPU")
    expect(settings).to_contain_text("496 MiB")
    temperature.fill("0.2")
    expect(settings.get_by_label("Top k")).to_have_attribute("max", f"{BOUNDS['top_k'].most:g}")
    settings.get_by_label("Seed").fill("7")
    settings.get_by_label("System prompt").fill("Be brief.")
    chat.page.keyboard.press("Escape")
    expect(settings).to_be_hidden()
    expect(chat.button("Settings")).to_be_focused()
    chat.ask("again")
    request = chat.requests()[-1]
    assert (request["temperature"], request["seed"]) == (0.2, 7)
    assert request["messages"][0] == {"role": "system", "content": "Be brief."}
    chat.page.reload()
    chat.button("Settings").click()
    expect(temperature).to_have_value("0.2")
    settings.get_by_role("button", name="Use the model’s own values").click()
    expect(temperature).to_have_value("")
    chat.button("Close").click()
    chat.ask("fresh")
    assert "temperature" not in chat.requests()[-1]


def test_conversations_are_kept_renamed_and_deleted(chat: ChatPage) -> None:
    chat.ask("First things first")
    chat.button("New chat").first.click()
    expect(chat.input).to_be_focused()
    chat.ask("Second thoughts")
    expect(chat.conversations).to_have_text(["Second thoughts", "First things first"])
    chat.page.reload()
    chat.button("First things first").click()
    expect(chat.answers).to_contain_text("Echo: First things first")
    chat.conversations.last.hover()
    chat.button("Rename First things first").click()
    chat.page.get_by_role("textbox", name="Title").fill("Premières")
    chat.page.keyboard.press("Enter")
    expect(chat.conversations).to_have_text(["Second thoughts", "Premières"])
    chat.conversations.last.hover()
    chat.button("Delete Premières").click()
    expect(chat.conversations).to_have_text(["Second thoughts"])
    chat.button("Undo").click()
    expect(chat.conversations).to_have_text(["Second thoughts", "Premières"])
    expect(chat.answers).to_contain_text("Echo: First things first")


def test_windows_follow_each_other(chat: ChatPage) -> None:
    """Two windows with one conversation: what one writes is there before the other goes on from it."""
    chat.ask("First")
    page = chat.page.context.new_page()
    fake_engine(page)
    page.goto(chat.page.url)
    other = ChatPage(page)
    other.button("First").click()
    expect(other.answers).to_contain_text("Echo: First")
    chat.ask("Second")
    expect(other.answers).to_have_count(2)
    other.ask("Third")
    expect(chat.answers).to_have_text([re.compile(f"Echo: {word}") for word in ("First", "Second", "Third")])
    asked = [message["content"] for message in other.requests()[-1]["messages"] if message["role"] == "user"]
    assert asked == ["First", "Second", "Third"]

    chat.script({"content": "Begun"}, {"content": ", done", "wait": RELEASED})
    chat.send("Fourth")
    expect(other.answers.last).to_contain_text("Begun")
    other.conversations.hover()
    other.button("Rename First").click()
    title = page.get_by_role("textbox", name="Title")
    title.fill("Both")
    chat.release()
    expect(other.answers.last).to_contain_text("Begun, done")
    title.press("Enter")
    expect(chat.conversations).to_have_text(["Both"])
    other.conversations.hover()
    other.button("Delete Both").click()
    expect(chat.conversations).to_have_count(0)


def test_a_reload_in_the_middle_of_an_answer_goes_on(chat: ChatPage) -> None:
    chat.script({"content": "Begun"}, {"content": ", lost", "wait": RELEASED})
    chat.send("Hello")
    expect(chat.answers).to_contain_text("Begun")
    chat.input.fill("Half a")
    chat.page.evaluate(script("chat.untilKept"), "Begun")
    chat.page.reload()
    expect(chat.answers).to_contain_text("Begun")
    expect(chat.page.get_by_role("alert")).to_contain_text("The last answer is not complete")
    expect(chat.input).to_have_value("Half a")
    chat.script({"content": ", and done"})
    chat.button("Go on").click()
    expect(chat.answers).to_contain_text("Begun, and done")
    chat.finish()
    [asked] = chat.requests()
    assert asked["extra_body"]["continue_final_message"] is True
    assert [message["content"] for message in asked["messages"]] == ["Hello", "Begun"]
    chat.button("New chat").first.click()
    expect(chat.answers).to_have_count(0)
    assert "#" not in chat.page.url


def test_conversations_are_exported_and_imported(chat: ChatPage, tmp_path: Path) -> None:
    chat.ask("one")
    chat.write("A *second* answer")
    chat.button("Regenerate").click()
    expect(chat.answers).to_contain_text("2/2")
    files = {}
    for label in ("This conversation, to read (Markdown)", "This conversation, with its branches (JSON)"):
        chat.button("Export").click()
        with chat.page.expect_download() as download:
            chat.button(label).click()
        files[label] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[label])
    markdown, branches = files.values()
    assert markdown.read_text() == "# one\n\n## You\n\none\n\n## Assistant\n\nA *second* answer\n"
    assert len(json.loads(branches.read_text())["conversations"][0]["nodes"]) == 3
    chooser = chat.page.get_by_label("File of conversations")
    chooser.set_input_files(branches)
    expect(chat.conversations).to_have_count(2)
    expect(chat.answers).to_contain_text("2/2")
    chooser.set_input_files(markdown)
    expect(chat.conversations).to_have_count(3)
    expect(chat.answers.locator("em")).to_have_text("second")
    chooser.set_input_files({"name": "a.json", "mimeType": "application/json", "buffer": b'{"kind": 1}'})
    expect(chat.page.get_by_role("alert")).to_contain_text("holds no conversations")


def test_a_screen_reader_hears_sentences(chat: ChatPage) -> None:
    chat.write("This is a sentence. This is another one. And the end")
    chat.ask("Speak")
    expect(chat.page.locator(".unseen[aria-live=polite]")).to_have_text(re.compile("And the end$"))
    expect(chat.log).to_have_attribute("aria-live", "off")


def test_the_element_in_another_page(chromium: Browser, shell: str) -> None:
    """Properties, methods and events; without `storage` nothing is kept and no list is shown."""
    with opened(chromium, f"{shell}/blank", prepare=fake_engine) as page:
        seen = page.evaluate(script("chat.useElement"))
        assert seen["events"] == ["delta-ready", "delta-message", "delta-message", "delta-error"]
        assert seen["roles"] == ["assistant", "user", "assistant"]
        assert "## You\n\nHello\n\n## Assistant\n\nEcho: Hello" in seen["markdown"]
        assert (seen["left"], seen["kept"]) == (0, 0)
        expect(page.get_by_role("heading", name="Ask about our shop")).to_be_visible()
        expect(page.get_by_role("navigation")).to_have_count(0)


def test_the_shell_is_small_and_its_modules_are_all_preloaded() -> None:
    """What is fetched before the first message, compressed; the graph is walked from the page's own script."""
    files = site.page_files()
    reached = {"index.html", "page.css", "icon.svg"}
    waiting = ["page.js", "delta-chat.js", "offline.js"]
    while waiting:
        name = waiting.pop()
        reached.add(name)
        found = re.findall(r"^(?:import|export) .*? from '(\..+?)';$", files[name].read_text(), re.MULTILINE)
        modules = {posixpath.normpath(posixpath.join(posixpath.dirname(name), module)) for module in found}
        waiting += modules - reached
    assert sum(len(gzip.compress(files[name].read_bytes())) for name in reached) < 60_000
    preloaded = re.findall(r'modulepreload" href="(.+?)"', files["index.html"].read_text())
    assert sorted(preloaded) == sorted(name for name in reached if "/" in name)


def test_attributes_are_properties_and_parts_can_be_styled(chromium: Browser, shell: str) -> None:
    with opened(chromium, f"{shell}/blank", prepare=fake_engine) as page:
        seen = page.evaluate(script("chat.styleElement"))
    assert seen["attributes"] == ["bundle", "bundles", "intro-message", "placeholder", "storage", "theme"]
    assert seen["read"] == {
        "bundle": "/bundles/a/",
        "bundles": "/bundles.json",
        "introMessage": "Hi",
        "placeholder": "Ask",
        "theme": "dark",
        "storage": True,
    }
    assert (seen["accent"], seen["color"]) == ("#123456", "rgb(1, 2, 3)")


def test_the_composer_is_in_sight_whatever_display_the_host_has(chromium: Browser, shell: str) -> None:
    with opened(chromium, f"{shell}/blank", prepare=fake_engine) as page:
        below = page.evaluate(script("chat.composerBelow"))
    assert below and not any(below.values()), below


def test_the_context_meter_fills(chat: ChatPage) -> None:
    expect(chat.page.get_by_role("meter", name="Context used")).to_be_hidden()
    chat.ask("Hello")
    meter = chat.page.get_by_role("meter", name="Context used")
    expect(meter).to_be_visible()
    assert round(meter.evaluate("(meter) => meter.value") * 4096) == 101
