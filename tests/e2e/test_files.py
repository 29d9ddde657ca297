"""How a bundle's files arrive: verified, resumed, kept, healed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.site import FaultySite

FETCH = """async ({base, specs}) => {
  const { Files } = await import('/shards.js');
  let counted = 0;
  const files = new Files(base, { onBytes: (bytes) => { counted += bytes; } });
  const sizes = {};
  try {
    for await (const { number, bytes } of files.stream(specs)) sizes[number] = bytes.length;
  } catch ({ name, message }) {
    return { name, message };
  }
  return { sizes: Object.entries(sizes).sort().map(([, size]) => size), counted, kept: files.kept };
}"""
SPOIL = """async (sha256) => {
  const cache = await caches.open('deltapage-files');
  const key = `${origin}/deltapage/sha256/${sha256}`;
  if (!await cache.match(key)) return false;
  await cache.put(key, new Response(new Uint8Array(8)));
  return true;
}"""


@pytest.fixture
def specs(bundles: list[Path]) -> list[dict[str, Any]]:
    """The shards of one bundle, as its manifest lists them."""
    shards: list[dict[str, Any]] = json.loads((bundles[0] / "manifest.json").read_text())["shards"]
    return shards


def fetch(page: Page, bundles: list[Path], specs: list[dict[str, Any]]) -> dict[str, Any]:
    base = f"{page.url.removesuffix('blank')}bundles/{bundles[0].name}/"
    result: dict[str, Any] = page.evaluate(FETCH, {"base": base, "specs": specs})
    return result


def path(bundles: list[Path], spec: dict[str, Any]) -> str:
    return f"/bundles/{bundles[0].name}/{spec['file']}"


def arrived(specs: list[dict[str, Any]]) -> dict[str, Any]:
    sizes = [spec["bytes"] for spec in specs]
    return {"sizes": sizes, "counted": sum(sizes), "kept": True}


def test_files_are_kept_and_a_damaged_copy_is_fetched_again(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    assert fetch(page, bundles, specs) == arrived(specs)
    faults.requests.clear()
    assert fetch(page, bundles, specs) == arrived(specs)
    assert not faults.requests
    assert page.evaluate(SPOIL, specs[0]["sha256"])
    assert fetch(page, bundles, specs) == arrived(specs)


def test_a_broken_connection_resumes_where_it_stopped(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    file = path(bundles, specs[0])
    faults.cut[file] = specs[0]["bytes"] // 2
    assert fetch(page, bundles, specs) == arrived(specs)
    ranges = [wanted for requested, wanted in faults.requests if requested == file]
    assert ranges[0] == ""
    assert any(wanted.startswith("bytes=") and wanted != "bytes=0-" for wanted in ranges[1:])


def test_one_damaged_transfer_is_repeated(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    file = path(bundles, specs[0])

    def once(data: bytes) -> bytes:
        del faults.faults[file]
        return flipped(data)

    faults.faults[file] = once
    assert fetch(page, bundles, specs) == arrived(specs)


def test_a_file_that_stays_damaged_is_named(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    faults.faults[path(bundles, specs[0])] = flipped
    error = fetch(page, bundles, specs)
    assert error["name"] == "BundleError"
    assert specs[0]["file"] in error["message"]
    assert "damaged" in error["message"]


def test_a_file_that_is_not_there_is_named(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    faults.faults[path(bundles, specs[0])] = lambda data: None
    error = fetch(page, bundles, specs)
    assert error["name"] == "MissingFileError"
    assert f"does not give out {specs[0]['file']} (status 404)" in error["message"]


def flipped(data: bytes) -> bytes:
    """The same bytes but for one bit in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
