"""What a visitor waits for before any model; ``tests/bench/shell.py`` has the times."""

from __future__ import annotations

import threading

from playwright.sync_api import Browser, Page, expect

from tests.support.browser.pages import opened
from tests.support.browser.scripts import script
from tests.support.browser.visit import first_visit, shift_while_streaming


def test_the_shell_is_under_sixty_kilobytes_on_the_wire(chromium: Browser, shell: str) -> None:
    visit = first_visit(chromium, shell)
    assert visit.files > 20, "the page, its style and its modules"
    assert visit.encoded < visit.decoded / 2
    assert visit.transferred < 60_000


def test_the_first_paint_waits_for_no_module(browser: Browser, shell: str) -> None:
    """However slow the modules are: the page's words are there before the first of them has arrived."""
    arrive = threading.Event()

    def hold_back(page: Page) -> None:
        page.route("**/*.js", lambda route: route.continue_() if arrive.is_set() else None)

    with opened(browser, f"{shell}/blank", prepare=hold_back) as page:
        page.goto(shell, wait_until="commit")
        expect(page.get_by_role("heading", name="What is on your mind?")).to_be_visible()
        assert page.evaluate(script("visit.paint")) > 0
        assert page.evaluate("customElements.get('delta-chat') === undefined")
        before = page.get_by_role("heading", name="What is on your mind?").bounding_box()
        arrive.set()
        page.reload()
        expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        page.wait_for_load_state("networkidle")  # the list of models has come, and the words with it once more
        after = page.get_by_role("heading", name="What is on your mind?").bounding_box()
        assert before and after
        assert before["x"] == after["x"] and abs(before["y"] - after["y"]) < 40


def test_nothing_shifts(chromium: Browser, shell: str) -> None:
    """From the first paint, through the element's arrival, to the end of an answer of 400 words."""
    assert shift_while_streaming(chromium, shell) < 0.001
