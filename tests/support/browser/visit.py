"""What a visitor of the page waits for before any model: paint, bytes, and how far things shift."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Browser, expect

from tests.support.browser.chat_page import ChatPage, chat_page
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script

EXCUSED = 600  # ms after a key in which no shift counts as unexpected: 500, and some for the browser's rounding
ANSWER = "\n\n".join(f"## Part {part}\n\n" + "A sentence of six plain words. " * 16 for part in range(4))


@dataclass(frozen=True, order=True)
class Visit:
    """What the browser measured of a visit that does nothing: ms, and bytes of all its files."""

    paint: float
    transferred: int  # with headers
    encoded: int
    decoded: int
    files: int


def first_visit(browser: Browser, url: str) -> Visit:
    """Open the page in a fresh profile and wait until it is still."""
    with opened(browser, url) as page:
        page.wait_for_load_state("networkidle")
        return Visit(page.evaluate(script("visit.paint")), *page.evaluate(script("visit.transfer")))


def shift_while_streaming(browser: Browser, url: str) -> float:
    """The sum of unexpected layout shifts, from the first byte of the page to the sending of a message and through its answer."""
    with chat_page(browser, url) as chat:
        chat.page.evaluate(script("visit.watchShifts"), True)
        before = float(chat.page.evaluate("globalThis.shift"))
        return before + shift_of_an_answer(chat, ANSWER)


def shift_of_an_answer(chat: ChatPage, text: str, wait: int = 0) -> float:
    """The same, of an answer from its first piece on: what a message moves comes of its sending, however late it comes."""
    chat.write(text, wait, hold=True)
    chat.send("Tell me")
    expect(chat.answers.last.locator(".prose")).not_to_be_empty()
    chat.page.wait_for_timeout(EXCUSED)
    chat.page.evaluate(script("visit.watchShifts"), False)
    chat.release()
    chat.finish()
    return float(chat.page.evaluate("globalThis.shift"))
