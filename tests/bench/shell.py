"""What a visitor waits for before any model: first paint, bytes of the shell, and how far the page shifts, in headless Chromium.

    python -m tests.bench.shell [--runs 5]

Each run has a fresh profile. ``paint`` is first contentful paint on localhost, the best of the runs (goal: under 300 ms);
``transfer`` is what the browser counts as transferred until the page was still, headers included (goal: under 60 KB);
``shift`` is the layout shift score from the first byte of the page through an answer of 400 words as it streams (goal: 0).
Run it on a quiet machine: the load average is printed, too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.conftest import opened
from tests.e2e.test_chat_page import SHIFT
from tests.support import browsers
from tests.support.chat_page import chat_page
from tests.support.faulty_site import running
from web.host import runtime, vendor

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


def main() -> int:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    runtime.assemble()
    vendor.assemble()
    with running([], runtime.RUNTIME) as (url, _), sync_playwright() as playwright:
        browser = browsers.launch(playwright, "chromium", Path(tempfile.mkdtemp()))
        visits = [first_visit(browser, url) for _ in range(arguments.runs)]
        shift = shift_while_streaming(browser, url)
        browser.close()
    best = min(visits)
    print(f"paint {best.paint:.0f} ms, of {len(visits)} runs: {', '.join(f'{visit.paint:.0f}' for visit in visits)}")
    print(
        f"transfer {best.transferred / 1000:.1f} KB in {best.files} files: "
        f"{best.encoded / 1000:.1f} KB compressed, {best.decoded / 1000:.1f} KB plain"
    )
    print(f"shift {shift:.4f}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 0


if __name__ == "__main__":
    sys.exit(main())
