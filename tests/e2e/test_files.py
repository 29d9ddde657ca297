"""How a bundle's files arrive: verified, resumed, kept, healed; or read from a folder that the person picked."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.browser.faulty_site import FaultySite, flipped
from tests.support.browser.scripts import script, source


@pytest.fixture
def specs(bundles: list[Path]) -> list[dict[str, Any]]:
    """The shards of one bundle that every load fetches, as its manifest lists them."""
    shards: list[dict[str, Any]] = json.loads((bundles[0] / "manifest.json").read_text())["shards"]
    return [shard for shard in shards if "part" not in shard]


def base(page: Page, bundles: list[Path]) -> str:
    return f"{page.url.removesuffix('blank')}bundles/{bundles[0].name}/"


def fetch(page: Page, bundles: list[Path], specs: list[dict[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = page.evaluate(script("files.fetch"), {"base": base(page, bundles), "specs": specs})
    return result


def path(bundles: list[Path], spec: dict[str, Any]) -> str:
    return f"/bundles/{bundles[0].name}/{spec['file']}"


def ranges(faults: FaultySite, file: str) -> list[str]:
    """The range header of every request for a file."""
    return [wanted for requested, wanted in faults.requests if requested == file]


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
    assert page.evaluate(script("files.spoil"), {"name": specs[0]["sha256"], "bytes": 8})
    assert fetch(page, bundles, specs) == arrived(specs)


def test_a_broken_connection_resumes_where_it_stopped(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    file = path(bundles, specs[0])
    faults.cut[file] = specs[0]["bytes"] // 2
    assert fetch(page, bundles, specs) == arrived(specs)
    first, *others = ranges(faults, file)
    assert first == ""
    assert any(wanted.startswith("bytes=") and wanted != "bytes=0-" for wanted in others)


def test_a_reload_goes_on_with_what_had_arrived(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    (spec,) = specs
    page.evaluate(script("files.fetchStalling"), {"base": base(page, bundles), "specs": specs})
    assert sorted(page.evaluate(script("files.kept"))) == [
        f"{spec['sha256']}?part=0-200000",
        f"{spec['sha256']}?part=200000-400000",
    ]

    page.reload()
    kept = page.evaluate(f"async () => (await import('/storage.js')).keptOf('{base(page, bundles)}')")
    assert kept["bytes"] == 400000
    assert fetch(page, bundles, specs) == arrived(specs)
    assert ranges(faults, path(bundles, spec)) == ["", "bytes=400000-"]
    assert page.evaluate(script("files.kept")) == [spec["sha256"]], "the parts have gone"


def test_what_a_broken_visit_leaves_is_verified_too(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    (spec,) = specs
    file = path(bundles, spec)
    faults.cut[file] = spec["bytes"] // 2
    page.evaluate(source("impatient.js"))
    page.evaluate(script("files.answerOnce"))
    assert fetch(page, bundles, specs)["name"] == "MissingFileError"
    (part,) = page.evaluate(script("files.kept"))
    half = int(part.rpartition("-")[2])
    assert 0 < half <= spec["bytes"] // 2
    page.reload()
    assert page.evaluate(script("files.spoil"), {"name": part, "bytes": half})
    faults.requests.clear()
    assert fetch(page, bundles, specs) == arrived(specs)
    assert ranges(faults, file) == [f"bytes={half}-", ""], "the damage is noticed, and all comes anew"

    page.evaluate(f"async () => (await import('/storage.js')).remove('{base(page, bundles)}')")
    assert page.evaluate(script("files.kept")) == []


def test_a_server_without_ranges_starts_over(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    file = path(bundles, specs[0])
    faults.cut[file] = specs[0]["bytes"] // 2
    page.evaluate(script("files.withoutRanges"))
    assert fetch(page, bundles, specs) == arrived(specs)
    assert ranges(faults, file) == ["", ""]


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
    page.evaluate(source("impatient.js"))
    error = fetch(page, bundles, specs)
    assert error["name"] == "MissingFileError"
    assert f"does not give out {specs[0]['file']} (status 404)" in error["message"]


def test_what_is_on_its_way_already_is_waited_for(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    asked = {"base": base(page, bundles), "specs": specs}
    assert page.evaluate(script("files.fetchTwice"), asked) == [arrived(specs)] * 2
    assert [ranges(faults, path(bundles, spec)) for spec in specs] == [[""]] * len(specs)


def test_a_load_that_is_cancelled_leaves_the_network_and_goes_on_later(
    page: Page, faults: FaultySite, bundles: list[Path], specs: list[dict[str, Any]]
) -> None:
    file = path(bundles, specs[0])
    half = specs[0]["bytes"] // 2
    faults.trickle[file] = half
    assert page.evaluate(script("files.cancelLoad"), {"base": base(page, bundles), "after": half}) == "AbortError"
    deadline = monotonic() + 10  # the server's own notice
    while faults.left != [file] and monotonic() < deadline:
        page.wait_for_timeout(50)
    assert faults.left == [file]
    parts = [name for name in page.evaluate(script("files.kept")) if name.startswith(f"{specs[0]['sha256']}?part=")]
    kept = max(int(part.rpartition("-")[2]) for part in parts)
    assert kept > half // 2

    faults.requests.clear()
    assert fetch(page, bundles, specs) == arrived(specs)
    assert ranges(faults, file) == [f"bytes={kept}-"]


# --- a folder ---


@pytest.fixture
def names(bundles: list[Path]) -> list[str]:
    """The paths in the first bundle's folder."""
    return [path.relative_to(bundles[0]).as_posix() for path in sorted(bundles[0].rglob("*")) if path.is_file()]


def test_a_picked_folder_is_read_where_it_lies(
    page: Page, bundles: list[Path], specs: list[dict[str, Any]], names: list[str]
) -> None:
    info, ids = page.evaluate(script("files.askPicked"), {"base": base(page, bundles), "names": names})
    assert (info["name"], info["kept"], len(ids)) == ("tiny-a", False, 4)
    assert page.evaluate(script("files.kept")) == []


def test_what_a_picked_folder_lacks_is_named(
    page: Page, bundles: list[Path], specs: list[dict[str, Any]], names: list[str]
) -> None:
    file = specs[0]["file"]
    asked = {"specs": specs, "base": base(page, bundles)}
    assert page.evaluate(script("files.readPicked"), asked | {"names": names}) == specs[0]["bytes"]
    for names_, spoilt, kind, sentence in (
        (
            [name for name in names if name != file],
            "",
            "MissingFileError",
            f"The folder mine lacks {file}, which the model needs.",
        ),
        (names, file, "BundleError", f"{file} in the folder mine is damaged"),
        ([file], "", "BundleError", "There is no model in the folder mine: it has no manifest.json."),
        ([], "", "BundleError", "There is no model in the folder that was picked"),
    ):
        error = page.evaluate(script("files.readPicked"), asked | {"names": names_, "spoilt": spoilt})
        assert error["name"] == kind
        assert sentence in error["message"]
