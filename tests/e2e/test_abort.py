"""An AbortSignal ends whatever it was given to, with its own reason, and leaves an engine that goes on at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser.engine_page import EnginePage
from tests.support.browser.faulty_site import FaultySite
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script

BUNDLE = "/bundles/tiny-a-q8/"
SLEEPER = b"""import asyncio

def setup(app):
    async def sleep(seconds):
        await asyncio.sleep(seconds)
        return seconds
    app.functions["sleep"] = sleep
"""


@pytest.fixture(scope="module")
def engine(browser: Browser, url: str, site: tuple[str, FaultySite]) -> Iterator[EnginePage]:
    """An engine with a function that takes its time."""
    site[1].faults["/sleeper.py"] = lambda _: SLEEPER
    with opened(browser, f"{url}/blank") as page:
        made = EnginePage(page, BUNDLE, python=["/sleeper.py"])
        page.evaluate(
            script("abort.prepare"),
            {"long": {"max_tokens": 900, "temperature": 0}, "short": {"max_tokens": 3, "temperature": 0}},
        )
        yield made


def abort(engine: EnginePage, call: str, when: str) -> tuple[Any, str]:
    answer, end = engine.page.evaluate(script("abort.abort"), {"call": call, "when": when})
    return answer, end


@pytest.mark.parametrize("call", ["chat", "text", "stream", "python"])
@pytest.mark.parametrize("when", ["before", "at once", "in the middle"])
def test_it_ends_with_the_signals_reason(engine: EnginePage, call: str, when: str) -> None:
    assert abort(engine, call, when) == (None, "its reason")
    assert len(engine.greedy([5, 6, 7], 3)) == 3


def test_a_signal_that_comes_too_late_changes_nothing(engine: EnginePage) -> None:
    text, end = abort(engine, "short text", "afterwards")
    assert end == "answered"
    assert abort(engine, "short stream", "afterwards") == (text["choices"][0]["text"], "answered")
    assert abort(engine, "short python", "afterwards") == (0, "answered")


def test_what_is_aborted_at_once_is_not_computed(engine: EnginePage) -> None:
    """Each of these would be 900 tokens."""
    seen = engine.page.evaluate(script("abort.abortMany"), {"count": 40, "call": "text"})
    assert seen["ends"] == [[None, "its reason"]] * 40
    assert seen["waited"] < 20  # times of 90 tokens: all of them would take 400


def test_what_was_computed_before_stays(engine: EnginePage) -> None:
    seen = engine.page.evaluate(script("abort.leaveAndAskAgain"))
    assert 0 < seen["reading"] < seen["prompt"] - 20
    assert seen["turn"] > seen["prompt"] - 20  # all but the beginning of the answer that was left


@pytest.mark.parametrize("when", ["before", "at once", "in the middle"])
def test_a_load_ends_with_the_signals_reason(browser: Browser, url: str, when: str) -> None:
    with opened(browser, f"{url}/blank") as page:
        page.evaluate(script("abort.prepareLoad"), BUNDLE)
        assert page.evaluate(script("abort.abort"), {"call": "load", "when": when}) == [None, "its reason"]


def test_the_signal_of_a_finished_load_is_done_with(engine: EnginePage) -> None:
    assert engine.page.evaluate(script("abort.abortAfterLoad"), BUNDLE) == 1
