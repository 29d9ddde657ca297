"""An ``Engine`` in a page, called from Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.support.browser.pages import opened
from tests.support.browser.scripts import script


def failure(page: Page, call: str) -> dict[str, str]:
    """How a JavaScript expression that gives a promise fails: name and message."""
    error: dict[str, str] | None = page.evaluate(f"({script('engine.failure')})(async () => {call})")
    assert error, f"did not fail: {call}"
    return error


class EnginePage:
    """A page whose ``globalThis.engine`` has been asked to load a bundle."""

    def __init__(self, page: Page, bundle: str, python: Sequence[str] = ()) -> None:
        self.page = page
        self.info: dict[str, Any] = page.evaluate(script("engine.load"), {"bundle": bundle, "python": list(python)})

    def text(self, **request: object) -> dict[str, Any]:
        """``engine.completions.create``, without streaming."""
        answer: dict[str, Any] = self.page.evaluate("(request) => engine.completions.create(request)", request)
        return answer

    def chat(self, **request: object) -> dict[str, Any]:
        """``engine.chat.completions.create``, without streaming."""
        answer: dict[str, Any] = self.page.evaluate("(request) => engine.chat.completions.create(request)", request)
        return answer

    def about(self, messages: list[Any], pictures: list[dict[str, Any]], **request: object) -> dict[str, Any]:
        """As ``chat`` about pictures {height, width, rgb}, which image parts name by their number."""
        asked = {"request": {"messages": messages, **request}, "pictures": pictures}
        answer: dict[str, Any] = self.page.evaluate(script("engine.about"), asked)
        return answer

    def greedy(self, ids: list[int], count: int) -> list[int]:
        """The next ids after ``ids``."""
        answer = self.text(prompt=ids, max_tokens=count, temperature=0, return_token_ids=True)
        choice: list[int] = answer["choices"][0]["token_ids"]
        return choice

    def failure(self, call: str) -> dict[str, str]:
        """How a JavaScript expression that gives a promise fails: name and message."""
        return failure(self.page, call)


@contextmanager
def engine_page(browser: Browser, url: str, bundle: str) -> Iterator[EnginePage]:
    """A page of its own with a loaded engine; the engine goes with it."""
    with opened(browser, f"{url}/blank") as page:
        yield EnginePage(page, f"/bundles/{bundle}/")
