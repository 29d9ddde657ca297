"""What a visitor waits for before any model: first paint, bytes of the shell, and how far the page shifts, in headless Chromium.

    python -m tests.bench.shell [--runs 5]

Each run has a fresh profile. ``paint`` is first contentful paint on localhost, the best of the runs (goal: under 300 ms);
``transfer`` is what came over the network until the page was still (goal: under 60 KB compressed); ``shift`` is the layout
shift score of an answer of 400 words as it streams (goal: 0). Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e import browsers
from tests.e2e.chat_page import chat_page
from tests.e2e.conftest import opened
from tests.e2e.site import running
from tests.e2e.test_chat_page import SHIFT
from web import runtime, vendor

ANSWER = "\n\n".join(f"## Part {part}\n\n" + "A sentence of six plain words. " * 16 for part in range(4))
PAINT = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true });
})"""


def first_visit(browser: Browser, url: str) -> tuple[float, int, int]:
    """First paint (ms), compressed bytes and number of files of a visit that does nothing."""
    bodies: list[bytes] = []

    def collect(page: Page) -> None:
        page.on(
            "requestfinished", lambda request: bodies.append(answer.body() if (answer := request.response()) else b"")
        )

    with opened(browser, url, prepare=collect) as page:
        page.wait_for_load_state("networkidle")
        return float(page.evaluate(PAINT)), sum(len(gzip.compress(body)) for body in bodies), len(bodies)


def shift_while_streaming(browser: Browser, url: str) -> float:
    """The sum of unexpected layout shifts during one answer."""
    with chat_page(browser, url) as chat:
        chat.write(ANSWER)
        chat.page.evaluate(SHIFT)
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
    paint, transfer, files = min(visits)
    print(f"paint {paint:.0f} ms, of {arguments.runs} runs: {', '.join(f'{visit[0]:.0f}' for visit in visits)}")
    print(f"transfer {transfer / 1000:.1f} KB in {files} files, each as gzip makes it")
    print(f"shift {shift:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
