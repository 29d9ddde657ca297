"""What survives when things are taken away, many times over: GPUs in the middle of answers, and tabs with their conversations.

    python -m tests.bench.endurance [--gpus 40] [--tabs 20] [--seed 1]

An answer whose GPU is lost must have the ids of one whose GPU is not. A conversation whose tab crashes must come back with all its
messages, an answer with what of it was kept, and take the next message. Ends with 1 at the first that is not so.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.support.browser import browsers
from tests.support.browser.engine_page import EnginePage, engine_page
from tests.support.browser.faulty_site import FaultySite, running
from tests.support.browser.pages import LOADED, send, stop
from tests.support.browser.scripts import script, source
from tests.support.models.bundles import build_bundle
from tests.support.paths import GOLDENS
from web.host import runtime, vendor

TOKENS = 200  # of an answer whose GPU is lost
KEPT = 1500  # ms after which what has been written is surely kept


def main() -> int:
    """Print one line per round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpus", type=int, default=40, help="to lose, half of them in each browser")
    parser.add_argument("--tabs", type=int, default=20, help="to crash, in Chromium")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    seeded = random.Random(arguments.seed)
    runtime.assemble()
    vendor.assemble()
    with sync_playwright() as playwright, _site() as (url, faults), contextlib.ExitStack() as stack:
        for name in browsers.NAMES:
            browser = browsers.launch(playwright, name, Path(tempfile.mkdtemp()))
            stack.enter_context(contextlib.closing(browser))
            faults.faults["/engine/worker.js"] = lambda worker: source("worker/losable_gpu.js").encode() + worker
            lose_gpus(browser, url, arguments.gpus // 2, seeded)
            faults.faults.clear()
            if name == "chromium":
                crash_tabs(browser, url, arguments.tabs, seeded)
    return 0


def lose_gpus(browser: Browser, url: str, rounds: int, seeded: random.Random) -> None:
    """Answers to random prompts, each with and without the loss of its GPU: the same ids, text, and number of chunks' heads."""
    with engine_page(browser, url, "tiny-b-q4") as engine:
        for number in range(1, rounds + 1):
            request, wanted = _long_answer(engine, seeded, number)
            seen = engine.page.evaluate(script("gpu.streamWithLosses"), {"request": request, "losses": 1})
            assert len(seen.pop("heads")) == len(wanted.pop("heads")) == 1
            assert seen == wanted, f"round {number}: {seen} is not {wanted}"
            print(f"{browser.browser_type.name}: {number} GPUs lost, ids unchanged", flush=True)


def _long_answer(engine: EnginePage, seeded: random.Random, seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A random request whose answer does not end before its GPU is lost, and that answer."""
    while True:
        prompt = [seeded.randrange(4, 200) for _ in range(seeded.randrange(1, 60))]
        request = {"prompt": prompt, "max_tokens": TOKENS, "temperature": seeded.choice((0, 1)), "seed": seed}
        answer: dict[str, Any] = engine.page.evaluate(script("gpu.streamWithLosses"), {"request": request, "losses": 0})
        if len(answer["ids"]) == TOKENS:
            return request, answer


def crash_tabs(browser: Browser, url: str, rounds: int, seeded: random.Random) -> None:
    """One conversation whose tab crashes after some of the answer or all of it; each time it is opened anew and goes on."""
    with contextlib.closing(browser.new_context()) as context:
        context.set_default_timeout(LOADED)
        page = _opened(context, url)
        for number in range(1, rounds + 1):
            send(page, f"Question {number}")
            expect(page.get_by_role("log").locator("article.assistant")).to_have_count(number)
            expect(page.get_by_role("log").locator("article.assistant").last).not_to_be_empty()
            whole = seeded.random() < 0.5
            if whole:
                stop(page)
            page.wait_for_timeout(KEPT)
            before, address = _messages(page), page.url
            crash(page)
            page = _opened(context, address)
            expect(page.get_by_role("log").locator("article")).to_have_count(2 * number)
            after = _messages(page)
            assert after[:-1] == before[:-1], f"tab {number}: {after[:-1]} is not {before[:-1]}"
            assert after[-1].strip(), f"tab {number}: nothing is left of the last answer"
            print(
                f"chromium: {number} tabs crashed, {len(after)} messages there, the last {'whole' if whole else 'begun'}",
                flush=True,
            )


def crash(page: Page) -> None:
    """End the tab's process, as a fault of the browser would, and close what remains of the tab."""
    with contextlib.suppress(Error):  # the address never answers
        page.goto("chrome://crash")
    page.close()


def _opened(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_role("button", name="Model: ")).to_be_visible()
    return page


def _messages(page: Page) -> list[str]:
    return page.get_by_role("log").locator("article").all_inner_texts()


@contextlib.contextmanager
def _site() -> Iterator[tuple[str, FaultySite]]:
    bundle = Path(tempfile.mkdtemp()) / "tiny-b-q4"
    build_bundle(GOLDENS / "tiny-b", bundle, "q4")
    with running([bundle], runtime.RUNTIME) as served:
        yield served


if __name__ == "__main__":
    sys.exit(main())
