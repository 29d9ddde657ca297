"""From what a page gives as a video to the frames that the engine gets, in both browsers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser.engine_page import EnginePage
from tests.support.browser.faulty_site import running
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script, source
from web.host import runtime

COLOURS = np.array([[200, 40, 40], [40, 180, 60], [50, 60, 200], [210, 200, 50], [30, 30, 30], [220, 220, 220]])
FILM = [
    0,
    1,
    2,
    3,
    4,
    5,
    3,
    1,
    0,
    5,
    2,
    4,
    1,
    2,
    0,
    3,
    5,
    4,
    2,
    1,
]  # a colour for each frame, neighbours of different ones
RATE = 8


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with an engine that has no model and answers with what it sees."""
    runtime.assemble()
    with running([], runtime.RUNTIME) as (url, switchboard):
        switchboard.faults["/engine/worker.js"] = lambda worker: source("worker/pictures.js").encode()
        with opened(browser, f"{url}/blank") as page:
            yield EnginePage(page, "/bundles/none/").page


def see(page: Page, way: str = "file", **part: Any) -> tuple[list[int], list[dict[str, Any]]]:
    """The colours of the frames that were asked for, and all that was seen of each."""
    colours = [COLOURS[place].tolist() for place in FILM]
    seen = page.evaluate(script("videos.see"), {"colours": colours, "rate": RATE, "way": way, **part})
    return [nearest(each["middle"]) for each in seen], seen


def nearest(pixel: list[int]) -> int:
    apart = np.abs(COLOURS - pixel).max(1)
    assert apart.min() < 60, (
        pixel
    )  # codecs round, and browsers take one matrix or another; the colours are 150 and more apart
    return int(apart.argmin())


@pytest.mark.parametrize("way", ["file", "url", "element"])
def test_the_frames_that_are_asked_for_are_seen(page: Page, way: str) -> None:
    at = [0, 1, 2, 5, 6, 11, 13, 18, 19, 3]
    colours, seen = see(page, way, at=at, source_fps=RATE, fps=3)
    assert colours == [FILM[place] for place in at]
    for each in seen:
        assert each["clip"] == [len(FILM), RATE]
        assert each["size"] == [64, 64]
        assert each["part"] == {"type": "video", "fps": 3}
    digests = {each["digest"] for each in seen}
    assert len(digests) > 3
    again, others = see(page, way, at=at, source_fps=RATE)
    assert again == colours
    assert [each["digest"] for each in others] == [each["digest"] for each in seen]


def test_a_file_that_does_not_say_how_long_it_is(page: Page) -> None:
    colours, seen = see(page, at=list(range(len(FILM))), source_fps=RATE, stated=False)
    assert seen[0]["clip"][0] in (len(FILM) - 1, len(FILM))  # to the beginning of its last frame, or to its end
    assert colours == FILM


def test_how_many_frames_a_second_a_file_has_is_found(page: Page) -> None:
    _, [seen] = see(page)
    total, rate = seen["clip"]
    assert rate == RATE
    assert total == len(FILM)


def test_what_the_browser_records_is_seen_in_order(page: Page) -> None:
    colours = COLOURS[:4].tolist()
    seen = page.evaluate(script("videos.seeRecorded"), {"colours": colours, "rate": 10})
    runs = [nearest(pixel) for pixel in seen]
    assert [place for i, place in enumerate(runs) if i == 0 or place != runs[i - 1]] == [0, 1, 2, 3]


def test_what_cannot_be_seen_is_said_in_a_sentence(page: Page) -> None:
    expected = {
        "none": "is a video of no frames",
        "text": "(notes.txt, text/plain, 5 B) is a video that this browser cannot decode",
        "sound": "is a video without frames: it has sound alone",
        "long": "is a video of 5.0 hours, expected at most 4: cut it",
        "stream": "is an element <video> with a stream, which has no end",
        "empty": "is an element <video> that shows nothing yet",
        "rate": "is a video with source_fps -1, expected a number above 0",
        "pixels": "is a video that is no file, expected",
        "elsewhere": "is from https://elsewhere.example, another origin",
        "many": "is a video whose frames take 272 MiB, expected at most 256 MiB",
    }
    said = page.evaluate(script("videos.faults"))
    assert said.pop("given") == "given up"
    wrong = {
        name: sentence
        for name, sentence in said.items()
        if not (sentence or "").startswith("PictureError: Picture 1 ")
        or expected[name] not in sentence
        or sentence[-1] != "."
    }
    assert said.keys() == expected.keys()
    assert wrong == {}


def test_frames_are_let_go_and_a_request_in_the_middle_of_a_video_ends(page: Page) -> None:
    assert page.evaluate(script("videos.interrupted"), [COLOURS[place].tolist() for place in FILM]) == {
        "reason": "given up",
        "closed": True,
    }
