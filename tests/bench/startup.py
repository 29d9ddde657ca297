"""From opening the page to the first token, step by step, in headless browsers: run it on a quiet machine.

    python -m tests.bench.startup [BUNDLE] [--runs 3] [--browser chromium]

``python`` is Pyodide loaded with our modules imported, ``model`` the loaded and tested model, ``token`` the first token of an
answer; milliseconds from the request for the page, cold caches, the best of the runs. BUNDLE defaults to the demo model's.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.browser import browsers
from tests.support.browser.faulty_site import running
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script
from tests.support.paths import ROOT
from web.host import runtime


def main() -> int:
    """Print one line per browser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", type=Path, default=ROOT / "bundles" / "demo")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--browser", action="append", choices=browsers.NAMES)
    arguments = parser.parse_args()
    runtime.assemble()
    bundle: Path = arguments.bundle
    with running([bundle], runtime.RUNTIME) as (url, _), sync_playwright() as playwright:
        for name in arguments.browser or browsers.NAMES:
            found = []
            for _ in range(arguments.runs):
                browser = browsers.launch(playwright, name, Path(tempfile.mkdtemp()))
                with opened(browser, f"{url}/blank") as page:
                    found.append(page.evaluate(script("engine.firstToken"), f"/bundles/{bundle.resolve().name}/"))
                browser.close()
            best = min(found, key=lambda run: float(run["token"]))
            print(name, {key: round(value) for key, value in best.items() if key != "text"}, repr(best["text"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
