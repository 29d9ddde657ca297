"""A page in a fresh profile, and what a person does on the chat page with a real engine behind it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support.browser import browsers

LOADED = 120_000  # ms: Python, the model and its kernels, on two cores that others keep busy
expect.set_options(timeout=LOADED)


@contextlib.contextmanager
def opened(
    browser: Browser, address: str, *, prepare: Callable[[Page], None] = lambda page: None, **options: Any
) -> Iterator[Page]:
    """A page in a fresh profile; it fails the test when its Content-Security-Policy blocked something.

    ``prepare`` has the page before it goes anywhere; ``options`` are Playwright's, for the profile.
    """
    options = browsers.page_options(browser.browser_type.name) | options
    with contextlib.closing(browser.new_context(**options)) as context:
        context.set_default_timeout(LOADED)
        page = context.new_page()
        prepare(page)
        blocked: list[str] = []

        def listen(message: ConsoleMessage) -> None:
            if re.search("Content.Security.Policy", message.text):
                blocked.append(message.text)

        page.on("console", listen)
        page.goto(address)
        yield page
        assert not blocked, blocked


def send(page: Page, text: str) -> None:
    """Send a message; the answer may still be on its way."""
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def stop(page: Page) -> None:
    """Press Stop, unless the model has ended by itself: what random weights write is any length."""
    page.get_by_role("button", name="Stop", include_hidden=True).dispatch_event("click")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
