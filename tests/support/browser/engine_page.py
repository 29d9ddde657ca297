"""An ``Engine`` in a page, called from Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.support.browser.pages import opened

LOAD = """async ({ bundle, python }) => {
  const { Engine } = await import('/deltapage.js');
  globalThis.progress = [];
  globalThis.engine = await Engine.load(bundle, { python, onProgress: (progress) => globalThis.progress.push(progress) });
  return engine.info;
}"""
FAILURE = "async (run) => { try { await run(); return null; } catch ({ name, message }) { return { name, message }; } }"


class EnginePage:
    """A page whose ``globalThis.engine`` has been asked to load a bundle."""

    def __init__(self, page: Page, bundle: str, python: Sequence[str] = ()) -> None:
        self.page = page
        self.info: dict[str, Any] = page.evaluate(LOAD, {"bundle": bundle, "python": list(python)})

    def text(self, **request: object) -> dict[str, Any]:
        """``engine.completions.create``, without streaming."""
        answer: dict[str, Any] = self.page.evaluate("(request) => engine.completions.create(request)", request)
        return answer

    def chat(self, **request: object) -> dict[str, Any]:
        """``engine.chat.completions.create``, without streaming."""
        answer: dict[str, Any] = self.page.evaluate("(request) => engine.chat.completions.create(request)", request)
        return answer

    def greedy(self, ids: list[int], count: int) -> list[int]:
        """The next ids after ``ids``."""
        answer = self.text(prompt=ids, max_tokens=count, temperature=0, return_token_ids=True)
        choice: list[int] = answer["choices"][0]["token_ids"]
        return choice

    def failure(self, call: str) -> dict[str, str] | None:
        """How a JavaScript expression that gives a promise fails: name and message."""
        error: dict[str, str] | None = self.page.evaluate(f"({FAILURE})(async () => {call})")
        return error


@contextmanager
def engine_page(browser: Browser, url: str, bundle: str) -> Iterator[EnginePage]:
    """A page of its own with a loaded engine; the engine goes with it."""
    with opened(browser, f"{url}/blank") as page:
        yield EnginePage(page, f"/bundles/{bundle}/")
