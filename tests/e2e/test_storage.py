"""What the browser keeps of models: how much, what goes on request, and what is said when there is no room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from pyside.bundle import Manifest
from tests.e2e.engine_page import FAILURE, EnginePage, engine_page

BUNDLE = "tiny-a-q8"
FOLDER = f"/bundles/{BUNDLE}/"


def storage(page: EnginePage, call: str) -> Any:
    return page.page.evaluate(f"async () => {{ const storage = await import('/storage.js'); return storage.{call}; }}")


@pytest.fixture
def loaded(chromium: Browser, url: str) -> Iterator[EnginePage]:
    with engine_page(chromium, url, BUNDLE) as page:
        yield page


def test_what_is_kept_is_counted_and_goes_on_request(loaded: EnginePage, bundles: list[Path]) -> None:
    folder = next(path for path in bundles if path.name == BUNDLE)
    manifest = Manifest.from_json((folder / "manifest.json").read_bytes())
    needed = sum(file.bytes for file in (*manifest.shards, *manifest.files))
    kept = storage(loaded, f"keptOf('{FOLDER}')")
    assert needed < kept["bytes"] <= kept["total"], "weights, tokenizer and this device's kernels"
    assert kept["total"] == sum(
        {f.sha256: f.bytes for f in (*manifest.shards, *manifest.kernels, *manifest.files)}.values()
    )
    assert storage(loaded, "room()")["used"] >= kept["bytes"]

    shared = "/bundles/tiny-a-f32/"  # the same tokenizer and some of the same kernels
    before = storage(loaded, f"keptOf('{shared}')")["bytes"]
    assert before > 0
    freed = storage(loaded, f"remove('{FOLDER}', ['{shared}'])")
    assert 0 < freed < kept["bytes"]
    assert storage(loaded, f"keptOf('{shared}')")["bytes"] == before
    assert storage(loaded, f"remove('{FOLDER}')") == kept["bytes"] - freed
    assert storage(loaded, f"keptOf('{FOLDER}')")["bytes"] == 0


def test_no_room_is_a_sentence(loaded: EnginePage) -> None:
    storage(loaded, f"checkRoom('{FOLDER}')")
    storage(loaded, f"remove('{FOLDER}')")
    loaded.page.evaluate("navigator.storage.estimate = async () => ({ usage: 9e6, quota: 9e6 + 1000 })")
    error = loaded.page.evaluate(f"({FAILURE})(async () => (await import('/storage.js')).checkRoom('{FOLDER}'))")
    assert error["name"] == "QuotaError"
    assert "needs 1 MB of storage, and this browser has 1 MB left" in error["message"]


def test_persistence_is_asked_for(loaded: EnginePage) -> None:
    loaded.page.evaluate("""() => {
      globalThis.asked = 0;
      navigator.storage.persisted = async () => false;
      navigator.storage.persist = async () => { globalThis.asked += 1; return true; };
    }""")
    assert storage(loaded, "persist()") is True
    assert loaded.page.evaluate("globalThis.asked") == 1
