"""From what a page gives as a picture to the bytes that the engine gets, in both browsers, with Pillow's bytes as the measure."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser.engine_page import EnginePage
from tests.support.browser.faulty_site import FaultySite, running
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script, source
from tests.support.paths import TESTS
from tests.support.resampling import Bytes, resize
from web.host import runtime

PICTURES = TESTS / "data" / "pictures"
with np.load(PICTURES / "pictures.npz") as stored:
    DECODED: dict[str, Bytes] = dict(stored)
# By one level at most: premultiplied pixels are rounded, and so are the sixteen bits of a grey that Pillow cuts.
ROUNDED = {"chromium": set(), "firefox": {"alpha.png", "grey16.png"}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FaultySite]]:
    """A server without models whose worker answers with what it sees."""
    runtime.assemble()
    with running([], runtime.RUNTIME) as (url, switchboard):
        switchboard.faults["/engine/worker.js"] = lambda worker: source("worker/pictures.js").encode()
        yield url, switchboard


@pytest.fixture(scope="module")
def page(browser: Browser, site: tuple[str, FaultySite]) -> Iterator[Page]:
    """A page with an engine that has no model, in each browser."""
    with opened(browser, f"{site[0]}/blank") as page:
        yield EnginePage(page, "/bundles/none/").page


def picture(name: str, way: str = "file", **part: Any) -> dict[str, Any]:
    return given(name, (PICTURES / name).read_bytes(), way, **part)


def given(name: str, data: bytes = b"", way: str = "file", **part: Any) -> dict[str, Any]:
    return {"name": name, "bytes": list(data), "way": way, **part}


def see(page: Page, *pictures: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """What the worker saw of each picture, and how many were posted."""
    answer = page.evaluate(script("pictures.see"), pictures)
    return answer["seen"], answer["sources"]


def pixels(seen: dict[str, Any], height: int, width: int) -> Bytes:
    """[height, width, 3]; the digest is that of all bytes."""
    data = bytes(seen["pixels"])
    assert seen["digest"] == sha256(struct.pack("<2I", height, width) + data).hexdigest()
    rgba = np.frombuffer(data, np.uint8).reshape(height, width, 4)
    assert (rgba[..., 3] == 255).all()
    return rgba[..., :3]


def test_files_are_decoded_as_pillow_decodes_them(page: Page) -> None:
    browser = page.context.browser
    assert browser
    seen, posted = see(page, *map(picture, DECODED))
    assert posted == len(DECODED) >= 17
    for (name, wanted), each in zip(DECODED.items(), seen, strict=True):
        height, width, _ = wanted.shape
        assert each["size"] == [height, width], name
        apart = np.abs(pixels(each, height, width).astype(int) - wanted)
        assert apart.max() <= (name in ROUNDED[browser.browser_type.name]), (
            f"{name}: {np.count_nonzero(apart)} of {apart.size} values differ"
        )


def test_pictures_are_resampled_to_what_the_engine_asks_for(page: Page) -> None:
    names = ("turned.jpg", "lossless.webp", "profile.png")
    sizes = [(64, 32), (32, 96), (96, 128)]
    seen, _ = see(page, *(picture(name, fit=size) for name, size in zip(names, sizes, strict=True)))
    for name, size, each in zip(names, sizes, seen, strict=True):
        np.testing.assert_array_equal(pixels(each, *size), resize(DECODED[name], *size), err_msg=name)


def test_a_large_picture_comes_in_strips(page: Page) -> None:
    tall = page.evaluate(script("pictures.tall"), {"width": 1100, "height": 2500})
    small = resize(
        np.frombuffer(bytes(tall["bytes"]), np.uint8).reshape(25, 11, 3).repeat(100, 0).repeat(100, 1), 64, 32
    )
    np.testing.assert_array_equal(pixels(tall["seen"], 64, 32), small)


@pytest.mark.parametrize(
    "way",
    [
        "blob",
        "mistyped",
        "blobUrl",
        "dataUrl",
        "escapedDataUrl",
        "url",
        "bitmap",
        "image",
        "canvas",
        "offscreen",
        "pixels",
    ],
)
def test_every_way_to_give_a_picture(page: Page, site: tuple[str, FaultySite], way: str) -> None:
    name = {"mistyped": "turned.jpg", "image": "profile.jpg"}.get(way, "rgb.png")
    site[1].faults[f"/{name}"] = lambda missing: (PICTURES / name).read_bytes()
    [seen], _ = see(page, picture(name, way, max_pixels=7))
    assert seen["part"] == {"type": "image", "max_pixels": 7} | ({"detail": "low"} if way == "dataUrl" else {})
    height, width, _ = DECODED[name].shape
    np.testing.assert_array_equal(pixels(seen, height, width), DECODED[name])


def test_transparent_pixels_lie_on_white_whatever_they_come_in(page: Page) -> None:
    name = "transparent-palette.png"
    height, width, _ = DECODED[name].shape
    for way in ("bitmap", "canvas", "image", "pixels"):
        [seen], _ = see(page, picture(name, way))
        np.testing.assert_array_equal(pixels(seen, height, width), DECODED[name], err_msg=way)


def test_a_picture_is_what_it_was_when_it_was_given(page: Page) -> None:
    assert page.evaluate(script("pictures.asItWas")) == [[255, 0, 0, 255] * 2] * 3


def test_pictures_go_to_the_worker_that_takes_over(page: Page) -> None:
    first, second = page.evaluate(script("pictures.again"), picture("rgb.png"))
    assert first == {}
    assert [seen["picture"] for seen in second["seen"]] == [0, 0, 1]
    for seen in second["seen"]:
        np.testing.assert_array_equal(pixels(seen, 33, 47), DECODED["rgb.png"])


def test_what_cannot_be_seen_is_said_in_a_sentence(page: Page, site: tuple[str, FaultySite]) -> None:
    url, switchboard = site
    png = (PICTURES / "rgb.png").read_bytes()

    def sized(width: int, height: int) -> bytes:
        return png[:16] + struct.pack(">2I", width, height) + png[24:]

    foreign = url.replace("127.0.0.1", "localhost")
    switchboard.faults["/rgb.png"] = lambda missing: png
    cases = {
        "is empty": given("none.png"),
        "cannot be decoded by this browser": given("holiday.heic", b"\0\0\0\x18ftypheic" + bytes(90)),
        "(notes.txt, 5 B) cannot be decoded": given("notes.txt", b"Hello"),
        "(half.png, 2.0 KiB) is not complete": given("half.png", png[: len(png) // 2]),
        "is animated": picture("moving.gif"),
        "(moving.webp, 332 B) is animated": picture("moving.webp"),
        "moving.png": picture("moving.png"),
        "has no pixels: it is 0 × 5": given("thin.png", sized(0, 5)),
        "is 20000 × 10000, 200 million pixels, expected at most 134 million": given("huge.png", sized(20000, 10000)),
        f"is from {foreign}, another origin": given(f"{foreign}/rgb.png", way="address"),
        "is from https://elsewhere.example, another origin": given("https://elsewhere.example/a.png", way="address"),
        "has the address ftp://elsewhere.example/": given("ftp://elsewhere.example/", way="address"),
        "status 404": given("/nowhere.png", way="address"),
        "a blob: URL lives until it is revoked": given(f"blob:{url}/0", way="address"),
        "a data: URL that holds no file": given("data:image/png;base64,?", way="address"),
        "data:image/png": given("data:image/png", way="address"),
        "is of type Number, expected a data:": given("none", way="nothing"),
        "is of type OffscreenCanvas that shows nothing": given("none", way="emptyCanvas"),
        "is of type ImageBitmap that shows nothing yet, or nothing any more": picture("rgb.png", "closedBitmap"),
        "is an element <img> that shows nothing yet": given("none", way="unloadedImage"),
        "is an element <video> that shows nothing yet": given("none", way="emptyVideo"),
        "was given away to another thread": given("none", way="givenAway"),
    }
    said = dict(zip(cases, page.evaluate(script("pictures.refused"), list(cases.values())), strict=True))
    wrong = {
        words: sentence
        for words, sentence in said.items()
        if not sentence
        or not sentence.startswith("PictureError: Picture 1 ")
        or sentence[-1] != "."
        or words not in sentence
    }
    assert wrong == {}, json.dumps(said, indent=1)


def test_nothing_is_asked_of_another_origin(browser: Browser, site: tuple[str, FaultySite]) -> None:
    url = site[0]
    with opened(browser, f"{url}/blank") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        EnginePage(page, "/bundles/none/")
        page.evaluate(script("pictures.refused"), [given("https://elsewhere.example/a.png", way="address")])
        assert [each for each in asked if not each.startswith((url, "blob:"))] == []
