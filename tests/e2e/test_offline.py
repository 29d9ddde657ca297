"""The chat page without a network: the page, its modules, Python and a model that was loaded before."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import opened
from tests.e2e.site import running
from tests.e2e.test_page import LOADED, send, stop
from tests.unit.test_site import files_under
from web import runtime, site, vendor

WAIT_ACTIVE = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  while (active.state !== 'activated') await new Promise((resolve) => active.addEventListener('statechange', resolve, { once: true }));
  return active.scriptURL;
}"""
VERSIONS = "async () => (await caches.keys()).filter((name) => name.startsWith('deltapage-page-'))"


SHA256 = """async (text) => {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}"""


def load_model(page: Page) -> None:
    page.evaluate("async () => { globalThis.info = (await document.querySelector('delta-chat').load()).info; }")


def test_a_reload_chats_without_a_server(chromium: Browser, bundles: list[Path]) -> None:
    """The server goes away altogether, which no emulation of a lost network can soften."""
    runtime.assemble()
    vendor.assemble()
    with ExitStack() as serving:
        url, switchboard = serving.enter_context(running(bundles[:1], runtime.RUNTIME))
        with opened(chromium, url) as page:
            page.evaluate("import('/offline.js')")
            page.wait_for_timeout(500)
            asked = [path for path, _ in switchboard.requests]
            assert "/offline.json" not in asked, "a visitor who loads no model is given nothing but the page"
            load_model(page)
            page.evaluate(WAIT_ACTIVE)
            serving.close()
            page.reload()
            assert page.evaluate("fetch('/nowhere').then(() => true, () => false)") is False
            send(page, "Hello")
            expect(page.get_by_role("log").locator("article.assistant")).not_to_be_empty(timeout=LOADED)
            stop(page)


def test_versions_never_mix(chromium: Browser, bundles: list[Path]) -> None:
    """A page goes on with the version it began with; a reload, when no other page is open, brings the new one whole."""
    runtime.assemble()
    with running([], runtime.RUNTIME) as (url, faults), opened(chromium, f"{url}/") as page:
        keep = "async () => { await (await import('/offline.js')).keepOffline(); }"
        page.evaluate(keep)
        page.evaluate(WAIT_ACTIVE)
        page.reload()
        first = page.evaluate(VERSIONS)
        assert len(first) == 1

        changed = b"body { --version: two; }"
        style = "page.css"
        listed = json.loads(site_list(page))
        digest = page.evaluate(SHA256, changed.decode())
        listed["files"][style] = digest
        listed["version"] = "two"
        faults.faults["/offline.json"] = lambda _: json.dumps(listed).encode()

        # A file that is not the list's: the new version is not taken, and the old one stays.
        page.evaluate("async () => { await (await import('/offline.js')).keepOffline().catch(() => {}); }")
        page.wait_for_function("async () => !(await navigator.serviceWorker.getRegistration()).installing")
        assert page.evaluate("async () => (await navigator.serviceWorker.getRegistration()).waiting") is None

        faults.faults[f"/{style}"] = lambda _: changed
        page.evaluate(keep)
        page.wait_for_function("async () => (await navigator.serviceWorker.getRegistration()).waiting")
        assert "--version" not in page.evaluate("fetch('/page.css').then((response) => response.text())")
        page.reload()
        page.wait_for_function(
            f"async () => (await fetch('/{style}').then((response) => response.text())).includes('two')"
        )
        page.wait_for_function(f"async () => (await ({VERSIONS})()).join() === 'deltapage-page-two'")


def site_list(page: Page) -> str:
    text: str = page.evaluate("fetch('/offline.json').then((response) => response.text())")
    return text


def test_the_list_names_every_file_that_a_page_asks_for(tmp_path: Path) -> None:
    site.write_site(tmp_path / "site", [])
    listed = json.loads((tmp_path / "site" / "offline.json").read_text())["files"]
    hosted = files_under(tmp_path / "site")
    unlisted = {name for name in hosted - listed.keys() if not name.endswith((".gz", ".txt"))}
    assert unlisted == {
        "_headers",
        ".nojekyll",
        "bundles.json",
        "offline.json",
        "runtime/runtime.json",
        "vendor/vendor.json",
    }
    assert set(listed) <= hosted


def test_it_can_be_installed(chromium: Browser, shell: str) -> None:
    with opened(chromium, f"{shell}/blank") as page:
        manifest = page.evaluate("fetch('/manifest.webmanifest').then((response) => response.json())")
        assert manifest["display"] == "standalone"
        icon = page.request.get(f"{shell}/{manifest['icons'][0]['src']}")
        assert icon.ok
        assert icon.headers["content-type"] == manifest["icons"][0]["type"]
