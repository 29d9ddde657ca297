"""What the browser keeps of models: how much, what goes on request, and what is said when there is no room."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from pyside.bundle.manifest import Manifest
from tests.support.browser.engine_page import EnginePage, failure
from tests.support.browser.faulty_site import running
from tests.support.browser.pages import opened, send, stop
from tests.support.browser.scripts import script
from web.host import runtime
from web.host.site import POLICY

BUNDLE = "tiny-a-q8"
FOLDER = f"/bundles/{BUNDLE}/"


def storage(page: Page, call: str) -> Any:
    return page.evaluate(f"async () => {{ const storage = await import('/storage.js'); return storage.{call}; }}")


def test_what_is_kept_is_counted_and_goes_on_request(page: Page, bundles: list[Path]) -> None:
    EnginePage(page, FOLDER)
    folder = next(path for path in bundles if path.name == BUNDLE)
    manifest = Manifest.from_json((folder / "manifest.json").read_bytes())
    needed = sum(file.bytes for file in (*manifest.shards, *manifest.files) if not file.part)
    kept = storage(page, f"keptOf('{FOLDER}')")
    assert needed < kept["bytes"] <= kept["total"], "weights, tokenizer and this device's kernels"
    assert kept["total"] == sum(
        {f.sha256: f.bytes for f in (*manifest.shards, *manifest.kernels, *manifest.files)}.values()
    )
    assert storage(page, "room()")["used"] >= kept["bytes"]
    storage(page, f"checkRoom('{FOLDER}')")

    shared = "/bundles/tiny-a-f32/"  # the same tokenizer and some of the same kernels
    before = storage(page, f"keptOf('{shared}')")["bytes"]
    assert before > 0
    freed = storage(page, f"remove('{FOLDER}', ['{shared}'])")
    assert 0 < freed < kept["bytes"]
    assert storage(page, f"keptOf('{shared}')")["bytes"] == before
    assert storage(page, f"remove('{FOLDER}')") == kept["bytes"] - freed
    assert storage(page, f"keptOf('{FOLDER}')")["bytes"] == 0


def test_no_room_is_a_sentence(page: Page) -> None:
    storage(page, f"checkRoom('{FOLDER}')")
    page.evaluate("navigator.storage.estimate = async () => ({ usage: 9e6, quota: 9e6 + 1000 })")
    error = failure(page, f"import('/storage.js').then(({{ checkRoom }}) => checkRoom('{FOLDER}'))")
    assert error["name"] == "QuotaError"
    assert re.search(r"needs [\d.]+ [KM]iB of storage, and this browser has 1000 B left", error["message"])


def limit_storage(page: Page, quota: int) -> None:
    """A real limit, in bytes, which Chromium enforces."""
    origin = "{}://{}".format(*urlsplit(page.url)[:2])
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": quota})


def test_a_model_that_does_not_fit_is_announced_and_runs(chromium: Browser, url: str) -> None:
    """The limit is real, but Chromium tells pages of 10 GiB whatever it is: here it tells the truth."""

    def tell(page: Page) -> None:
        page.add_init_script("navigator.storage.estimate = async () => ({ usage: 0, quota: 200_000 });")

    with opened(chromium, url, prepare=tell) as page:
        limit_storage(page, 200_000)
        send(page, "Hello")
        expect(page.get_by_text(re.compile("needs .* of storage, and this browser has .* left"))).to_be_visible()
        expect(page.get_by_role("log").locator("article.assistant")).not_to_be_empty()
        stop(page)


def test_room_that_runs_out_midway_is_no_failure(chromium: Browser, url: str) -> None:
    with opened(chromium, f"{url}/blank") as page:
        limit_storage(page, 200_000)
        engine = EnginePage(page, FOLDER)
        assert engine.info["kept"] is False
        assert len(engine.greedy([1, 2, 3], 4)) == 4
        kept = storage(page, f"keptOf('{FOLDER}')")
        assert kept["bytes"] < kept["total"]


def test_a_bundle_of_another_origin_runs_without_its_server(chromium: Browser, bundles: list[Path]) -> None:
    runtime.assemble()
    with ExitStack() as serving, running([], runtime.RUNTIME) as (url, switchboard):
        models, _ = serving.enter_context(running(bundles[:1], runtime.RUNTIME))
        switchboard.policy = POLICY.replace("connect-src 'self'", f"connect-src 'self' {models}")
        bundle = f"{models}/bundles/{bundles[0].name}/"
        with opened(chromium, f"{url}/blank") as page:
            before = EnginePage(page, bundle).greedy([1, 2, 3], 4)
            serving.close()
            page.reload()
            assert EnginePage(page, bundle).greedy([1, 2, 3], 4) == before
            kept = page.evaluate(f"async () => (await import('/storage.js')).keptOf('{bundle}')")
            assert kept["bytes"] > 0


def test_persistence_is_asked_for(page: Page) -> None:
    page.evaluate(script("chat.countPersistence"))
    assert storage(page, "persist()") is True
    assert page.evaluate("globalThis.asked") == 1
