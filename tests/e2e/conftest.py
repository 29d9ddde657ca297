from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.support import browsers
from tests.support.faulty_site import FaultySite, running
from web.host import runtime, vendor
from web.host.site import POLICY

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "tests" / "goldens"
BUNDLES = [("tiny-a", "f32"), ("tiny-b", "f32"), ("tiny-a", "q8"), ("tiny-b", "q4")]


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The bundles that the tests load, as ``build.py`` makes them."""
    folder = tmp_path_factory.mktemp("bundles")
    made = [folder / f"{model}-{recipe}" for model, recipe in BUNDLES]
    for out, (model, recipe) in zip(made, BUNDLES, strict=True):
        command = [sys.executable, "build.py", "bundle", str(GOLDENS / model), str(out), "--quant", recipe]
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="session")
def site(bundles: list[Path]) -> Iterator[tuple[str, FaultySite]]:
    """The server's URL and its switchboard of faults."""
    runtime.assemble()
    vendor.assemble()
    with running(bundles, runtime.RUNTIME) as served:
        yield served


@pytest.fixture(scope="session")
def url(site: tuple[str, FaultySite]) -> str:
    return site[0]


@pytest.fixture(scope="session")
def shell() -> Iterator[str]:
    """The URL of a server without models, for what is about the page alone."""
    runtime.assemble()
    vendor.assemble()
    with running([], runtime.RUNTIME) as (address, _):
        yield address


@pytest.fixture
def faults(site: tuple[str, FaultySite]) -> Iterator[FaultySite]:
    """The switchboard, all switches off before and after."""
    switchboard = site[1]
    switchboard.requests.clear()
    yield switchboard
    switchboard.faults.clear()
    switchboard.cut.clear()
    switchboard.policy = POLICY


@pytest.fixture(scope="session")
def launched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Browser]]:
    """Browsers by name, each started once."""
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:

        @cache
        def launch(name: str) -> Browser:
            home = tmp_path_factory.mktemp(name)
            return stack.enter_context(contextlib.closing(browsers.launch(playwright, name, home)))

        yield launch


@pytest.fixture(scope="session", params=browsers.NAMES)
def browser(request: pytest.FixtureRequest, launched: Callable[[str], Browser]) -> Browser:
    """Each browser in turn."""
    return launched(request.param)


@pytest.fixture(scope="session")
def chromium(launched: Callable[[str], Browser]) -> Browser:
    """Chromium alone, for what does not depend on the browser."""
    return launched("chromium")


@pytest.fixture(scope="session")
def firefox(launched: Callable[[str], Browser]) -> Browser:
    """Firefox alone, for what Playwright disturbs in Chromium."""
    return launched("firefox")


@contextlib.contextmanager
def opened(
    browser: Browser, address: str, *, prepare: Callable[[Page], None] = lambda page: None, **options: Any
) -> Iterator[Page]:
    """A page in a fresh profile; it fails the test when its Content-Security-Policy blocked something.

    ``prepare`` has the page before it goes anywhere; ``options`` are Playwright's, for the profile.
    """
    options = browsers.page_options(browser.browser_type.name) | options
    with contextlib.closing(browser.new_context(**options)) as context:
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


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page of the site, in each browser."""
    with opened(browser, f"{url}/blank") as page:
        yield page
