"""The chat page over a fake engine, called from Python: what a person does, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from pyside.bundle.files import FILE_LIMIT, File
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script, source
from tests.support.models.small_bundle import small_manifest

RELEASED = "released"  # as a delta's ``wait``: until ``release``
MODELS: list[dict[str, Any]] = [
    {"name": name, "url": f"bundles/{name}/", "model": model, "recipe": "q4", "license": "apache-2.0", "bytes": size}
    for name, model, size in (("a", "Small", 5 << 20), ("b", "Large", 3 << 30))
]
CARD: dict[str, Any] = {"summary": "It knows two things.", "starters": ["The first thing?", "The second thing?"]}
MODELS[0] |= CARD


def shards_of(model: dict[str, Any]) -> tuple[File, ...]:
    """Files as large as may be, which add up to the model's bytes; the names stand for contents that nobody reads."""
    sizes = [min(FILE_LIMIT, model["bytes"] - at) for at in range(0, model["bytes"], FILE_LIMIT)]
    digests = [sha256(f"{model['name']}{index}".encode()).hexdigest() for index in range(len(sizes))]
    return tuple(File(f"shards/{each}.bin", size, each) for each, size in zip(digests, sizes, strict=True))


class ChatPage:
    """A page with the element, full window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.input = page.get_by_role("textbox", name="Message", exact=True)
        self.log = page.get_by_role("log")
        self.answers = self.log.locator("article.assistant")
        self.questions = self.log.locator("article.user")
        self.conversations = page.get_by_role("navigation", name="Conversations").get_by_role("listitem")

    def button(self, name: str) -> Locator:
        """A button that can be seen, by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def script(self, *deltas: dict[str, Any]) -> None:
        """What the engine answers from now on."""
        self.page.evaluate("(deltas) => { globalThis.script = () => deltas; }", list(deltas))

    def write(self, text: str, wait: int = 0, *, hold: bool = False) -> None:
        """The engine answers with this text, five characters at a time, ``wait`` ms apart; ``hold``: all but the first when released."""
        deltas: list[dict[str, Any]] = [{"content": text[at : at + 5], "wait": wait} for at in range(0, len(text), 5)]
        if hold:
            deltas[1]["wait"] = RELEASED
        self.script(*deltas)

    def release(self) -> None:
        """What waits to be RELEASED goes on."""
        self.page.evaluate("release()")

    def send(self, text: str) -> None:
        """Send a message; the answer may still be on its way."""
        self.input.fill(text)
        if self.page.evaluate("matchMedia('(pointer: coarse)').matches"):
            self.button("Send").tap()
        else:
            self.input.press("Enter")

    def ask(self, text: str) -> None:
        """Send a message and wait for the whole answer."""
        self.send(text)
        expect(self.questions.last).to_contain_text(text)
        self.finish()

    def finish(self) -> None:
        """Wait for the end of the answer."""
        expect(self.button("Stop")).to_be_hidden()
        expect(self.answers.last.get_by_role("button", name="Regenerate")).to_be_visible()

    def settings(self) -> Locator:
        """The dialog of settings, opened."""
        self.button("Settings").click()
        dialog = self.page.get_by_role("dialog", name="Settings")
        expect(dialog).to_be_visible()
        return dialog

    def models(self) -> Locator:
        """The dialog of models, opened."""
        self.page.get_by_role("button", name="Model: ").click()
        dialog = self.page.get_by_role("dialog", name="Models")
        expect(dialog).to_be_visible()
        return dialog

    def keep(self, model: str) -> None:
        """Put the files of a model where a download would put them."""
        [listed] = [each for each in MODELS if each["model"] == model]
        for shard in shards_of(listed):
            self.page.evaluate(script("files.keep"), shard.sha256)

    def requests(self) -> list[dict[str, Any]]:
        """What the engine was asked so far."""
        asked: list[dict[str, Any]] = self.page.evaluate("globalThis.requests")
        return asked


def fake_engine(page: Page) -> None:
    """Answer for the engine and the models, before anything is fetched."""
    _answer(page, "/deltapage.js", source("fake_engine.js"))
    _answer(page, "/offline.js", "")  # a service worker would get past all this
    _answer(page, "/bundles.json", json.dumps(MODELS))
    for model in MODELS:
        _answer(page, f"/{model['url']}manifest.json", small_manifest(model["model"], shards_of(model)).to_json())


def _answer(page: Page, path: str, body: str) -> None:
    media = "application/json" if path.endswith(".json") else "text/javascript"
    page.route(f"**{path}", lambda route: route.fulfill(body=body, content_type=media))


@contextmanager
def chat_page(browser: Browser, url: str, **options: Any) -> Iterator[ChatPage]:
    """The page at ``/`` in a fresh profile."""
    with opened(browser, url, prepare=fake_engine, **options) as page:
        expect(page.get_by_role("button", name="Model: Small")).to_be_visible()
        yield ChatPage(page)
