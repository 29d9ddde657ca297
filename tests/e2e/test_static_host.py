"""The folder that `build.py site` writes, on a host that sends no header of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser.browsers import page_options
from tests.support.browser.pages import opened, send, stop
from tests.support.browser.scripts import script
from web.host.site import write_site


class Plain(SimpleHTTPRequestHandler):
    """Python's own web server, without its log."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, bundles: list[Path]) -> Iterator[str]:
    """The URL of a site below the root of its host, as on GitHub Pages."""
    root = tmp_path_factory.mktemp("host")
    write_site(root / "chat", bundles[:1])
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Plain, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/chat/"
        server.shutdown()
        thread.join()


def test_the_chat_works(browser: Browser, host: str) -> None:
    with opened(browser, host) as page:
        send(page, "Hello")
        expect(page.get_by_role("log").locator("article.assistant")).not_to_be_empty()
        stop(page)


@pytest.mark.parametrize("path", ["", "frame.html", "examples/engine.html"])
def test_the_pages_keep_their_policy(browser: Browser, host: str, path: str) -> None:
    context = browser.new_context(**page_options(browser.browser_type.name))
    page = context.new_page()
    response = page.goto(host + path)
    assert response and "content-security-policy" not in response.headers
    assert page.evaluate(script("hostile.inject")) == {"blocked": ["connect-src", "script-src-elem"], "hurt": None}
    context.close()
