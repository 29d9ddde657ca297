from __future__ import annotations

from playwright.sync_api import Page

from tests.support.browser.scripts import source


def test_every_command_takes_effect_in_call_order(page: Page) -> None:
    seen = page.evaluate(source("replay.js"))
    assert seen["compiled"] == [[0, 2], [1, 2], [2, 2]]  # the lazy passes' pipelines are not among them
    assert seen["loaded"] == {"step": 256, "weight": 512, "scratch": 256, "state": 256}
    assert seen["before"] == [606, 612]  # three times 2 * (100 + 1), 2 * (100 + 2)
    assert seen["grown"] == [808, 816]
    assert seen["fresh"] == [0]
    assert seen["late"] == [7, 10]
    assert seen["cleared"] == [0, 0]
    assert seen["second"] == [606, 612]
    assert seen["held"] == {"step": 256, "weight": 512, "scratch": 512, "state": 512, "copy": 256}
    assert seen["huge"]["name"] in ("GpuError", "MemoryError"), seen["huge"]
    assert seen["refused"] == "no network"
    assert seen["apart"] == [7 + 200, 10 + 201]
    assert seen["asked"] == [
        [2],
        [2],
    ]  # not before the pass was made ready, again after a failure, and no more than once
    assert seen["all"] == {**seen["held"], "weight": 768}, "and nothing of a pass that could not be made ready"
    assert seen["wrong"]["name"] == "KernelError"
    assert "The kernel wrong does not compile on this GPU (line 3" in seen["wrong"]["message"]
    assert ">3         y[id.x] = nowhere;" in seen["wrong"]["detail"]
    assert seen["lost"] == "DeviceLostError"
