"""The chat page without a network: the page, its modules, Python and a model that was loaded before."""

from __future__ import annotations

import json
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.support.browser.faulty_site import running
from tests.support.browser.pages import LOADED, opened, send, stop
from tests.support.browser.scripts import script
from tests.support.paths import files_under
from web.host import runtime, site, vendor


def wait_until(page: Page, condition: str, argument: Any = None) -> None:
    """Until a script in the page says yes; Playwright's own waiting takes any promise for one.

    Not while the page goes elsewhere: a question that a navigation overtakes may stay without an answer.
    """
    for _ in range(LOADED // 100):
        if page.evaluate(script(condition), argument):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {condition} of {argument}")


def test_a_reload_chats_without_a_server(browser: Browser, bundles: list[Path]) -> None:
    """The server goes away altogether, which no emulation of a lost network can soften."""
    runtime.assemble()
    vendor.assemble()
    with ExitStack() as serving:
        url, switchboard = serving.enter_context(running(bundles[:1], runtime.RUNTIME))
        with opened(browser, url) as page:
            page.wait_for_timeout(500)
            asked = [path for path, _ in switchboard.requests]
            assert "/offline.json" not in asked, "a visitor who loads no model is given nothing but the page"
            page.evaluate(script("offline.loadModel"))
            page.evaluate(script("offline.active"))
            serving.close()
            page.reload()
            assert page.evaluate("fetch('/nowhere').then(() => true, () => false)") is False
            send(page, "Hello")
            expect(page.get_by_role("log").locator("article.assistant")).not_to_be_empty()
            stop(page)


def test_versions_never_mix(firefox: Browser) -> None:
    """A page goes on with the version it began with; a reload, when no other page is open, brings the new one whole.

    In Firefox: in Chromium Playwright halts each worker that starts, to look at it, and one that takes over at that moment may
    never go on; the page then waits for it, which without Playwright it does not.
    """
    runtime.assemble()
    with running([], runtime.RUNTIME) as (url, faults), opened(firefox, f"{url}/") as page:
        page.evaluate(script("offline.keep"))
        page.reload()
        first = page.evaluate(script("offline.versions"))
        assert len(first) == 1

        changed = b"body { --version: two; }"
        style = "page.css"
        listed = json.loads(site_list(page))
        listed["files"][style] = sha256(changed).hexdigest()
        listed["version"] = "two"
        faults.faults["/offline.json"] = lambda _: json.dumps(listed).encode()

        # A file that is not the list's: the new version is not taken, and the old one stays.
        page.evaluate(script("offline.tryToKeep"))
        wait_until(page, "offline.settled")
        assert not page.evaluate(script("offline.waiting"))

        faults.faults[f"/{style}"] = lambda _: changed
        assert page.evaluate(script("offline.tryToKeep"))
        wait_until(page, "offline.waiting")
        assert "--version" not in page.evaluate("fetch('/page.css').then((response) => response.text())")

        # Another window has the old version open: a reload stays with it until that window is closed.
        other = page.context.new_page()
        other.goto(f"{url}/")
        for each in (page, other):
            each.reload()
            expect(each.get_by_role("textbox", name="Message")).to_be_visible()
            assert "--version" not in each.evaluate("fetch('/page.css').then((response) => response.text())")
        other.close()

        page.reload()
        expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        wait_until(page, "offline.holds", {"path": f"/{style}", "word": "two"})
        wait_until(page, "offline.isOnly", "deltapage-page-two")


def site_list(page: Page) -> str:
    text: str = page.evaluate("fetch('/offline.json').then((response) => response.text())")
    return text


def test_the_list_names_every_file_that_a_page_asks_for(tmp_path: Path) -> None:
    site.write_site(tmp_path / "site", [])
    listed = json.loads((tmp_path / "site" / "offline.json").read_text())["files"]
    hosted = files_under(tmp_path / "site")
    unlisted = {name for name in hosted - listed.keys() if not name.endswith((".gz", ".txt", ".d.ts"))}
    assert unlisted == {
        "_headers",
        ".nojekyll",
        "bundles.json",
        "offline.json",
        "runtime/runtime.json",
        "vendor/vendor.json",
    }
    assert set(listed) <= hosted


def test_a_cache_with_holes_heals(browser: Browser) -> None:
    """What a browser clears of a version comes from the network again, and none of the page is lost meanwhile."""
    runtime.assemble()
    with ExitStack() as serving:
        url, switchboard = serving.enter_context(running([], runtime.RUNTIME))
        with opened(browser, url) as page:
            page.evaluate(script("offline.keep"))
            for lost in ("/", "/delta-chat.js", "/offline.json"):
                assert page.evaluate(script("offline.lose"), lost)
                switchboard.requests.clear()
                page.reload()
                expect(page.get_by_role("textbox", name="Message")).to_be_visible()
                assert ("/", "") in switchboard.requests, "asked of the network"
                wait_until(page, "offline.has", "/offline.json")
            serving.close()
            page.reload()
            expect(page.get_by_role("textbox", name="Message")).to_be_visible()


def test_it_can_be_installed(chromium: Browser, shell: str) -> None:
    """By Chromium's own judgement; that the test's profile is a private window is all it finds."""
    with opened(chromium, shell) as page:
        browser = page.context.new_cdp_session(page)
        app = browser.send("Page.getAppManifest")
        assert app["errors"] == []
        manifest = json.loads(app["data"])
        assert {manifest["display"], manifest["start_url"]} == {"standalone", "./"}
        found = [error["errorId"] for error in browser.send("Page.getInstallabilityErrors")["installabilityErrors"]]
        assert set(found) <= {"in-incognito"}
        page.goto(f"{shell}/blank")
        found = [error["errorId"] for error in browser.send("Page.getInstallabilityErrors")["installabilityErrors"]]
        assert "no-manifest" in found, "the browser does look"
