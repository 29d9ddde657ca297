from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import browsers
from tests.support.browser.faulty_site import FaultySite, running
from tests.support.browser.pages import opened
from tests.support.models.bundles import BUNDLES, build_bundle
from tests.support.paths import GOLDENS
from web.host import runtime, vendor
from web.host.site import POLICY


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The bundles that the tests load, as ``build.py`` makes them."""
    folder = tmp_path_factory.mktemp("bundles")
    made = [folder / f"{model}-{recipe}" for model, recipe in BUNDLES]
    for out, (model, recipe) in zip(made, BUNDLES, strict=True):
        build_bundle(GOLDENS / model, out, recipe)
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
    switchboard.trickle.clear()
    switchboard.left.clear()
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


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """An empty page of the site, in each browser."""
    with opened(browser, f"{url}/blank") as page:
        yield page
