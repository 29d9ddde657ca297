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
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.browser import browsers
from tests.support.browser.faulty_site import running
from tests.support.browser.visit import first_visit, shift_while_streaming
from web.host import runtime, vendor


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
