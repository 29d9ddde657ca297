"""What a visitor of the page waits for before any model: paint, bytes, and how far things shift."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.support.browser.chat_page import chat_page
from tests.support.browser.pages import opened

SHIFT = """() => { globalThis.shift = 0; new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shift += value;
}).observe({ type: 'layout-shift', buffered: false }); }"""


ANSWER = "\n\n".join(f"## Part {part}\n\n" + "A sentence of six plain words. " * 16 for part in range(4))
PAINT = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true });
})"""


TRANSFER = """() => {
  const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  const sum = (property) => entries.reduce((total, entry) => total + entry[property], 0);
  return [sum('transferSize'), sum('encodedBodySize'), sum('decodedBodySize'), entries.length];
}"""


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
        return Visit(page.evaluate(PAINT), *page.evaluate(TRANSFER))


def shift_while_streaming(browser: Browser, url: str) -> float:
    """The sum of unexpected layout shifts from the first byte of the page to the end of one answer."""
    with chat_page(browser, url) as chat:
        chat.page.evaluate(SHIFT.replace("buffered: false", "buffered: true"))
        chat.write(ANSWER)
        chat.ask("Tell me")
        return float(chat.page.evaluate("globalThis.shift"))
