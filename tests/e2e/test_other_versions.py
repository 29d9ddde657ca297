"""Bundles that another version of deltapage made answer rightly in this page: it renders what they do not hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser.engine_page import engine_page, failure
from tests.support.browser.faulty_site import FaultySite, running
from tests.support.browser.pages import opened
from tests.support.models.other_versions import FORMAT_1_IDS, FORMAT_1_PROMPT, VERSIONS, write_bundle
from web.host import runtime, vendor


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, FaultySite]]:
    """A server of these bundles alone."""
    folder = tmp_path_factory.mktemp("other-versions")
    made = [write_bundle(version, folder / version) for version in VERSIONS]
    runtime.assemble()
    vendor.assemble()
    with running(made, runtime.RUNTIME) as site:
        yield site


@pytest.mark.parametrize("version", VERSIONS)
def test_right_ids(browser: Browser, served: tuple[str, FaultySite], version: str) -> None:
    url, site = served
    site.requests.clear()
    with engine_page(browser, url, version) as engine:
        assert engine.greedy(list(FORMAT_1_PROMPT), len(FORMAT_1_IDS)) == FORMAT_1_IDS
        scored = engine.text(
            prompt=list(FORMAT_1_PROMPT), max_tokens=0, echo=True, logprobs=1
        )  # a pass compiled at first use
        assert len(scored["choices"][0]["logprobs"]["token_logprobs"]) == len(FORMAT_1_PROMPT)
    kernels = [path for path, _ in site.requests if "/kernels/" in path]
    assert bool(kernels) == (version == "changed-template")
    assert not [path for path in kernels if "rmsnorm" in path]


def test_a_kernel_that_python_cannot_render_is_told(chromium: Browser, served: tuple[str, FaultySite]) -> None:
    url, site = served
    site.faults["/engine/worker.js"] = lambda script: script.replace(b".kernel(file)", b".kernel('none-0.wgsl')")
    with opened(chromium, f"{url}/blank") as page:
        error = failure(page, "import('/deltapage.js').then(({ Engine }) => Engine.load('/bundles/format-1/'))")
    site.faults.clear()
    assert error["name"] == "InternalError"
    assert error["message"] == "The engine stopped on an error of its own (KeyError: 'none-0.wgsl'). Reload the page."
