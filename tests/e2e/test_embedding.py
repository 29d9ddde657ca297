"""The widget on pages of another origin: with one tag, and in a frame where the page's policy admits no script of ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.pages import LOADED, opened
from tests.support.browser.scripts import source

BUNDLE = "bundles/tiny-a-f32/"
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src {models}"
ADMITTING = (
    "default-src 'none'; script-src {models} blob: 'wasm-unsafe-eval'; worker-src {models} blob:; connect-src {models}"
)
Pages = dict[str, tuple[str, str, str]]  # path -> media type, text, policy


def heard(page: Page, condition: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the frame tells what is waited for; Playwright's own waiting needs `unsafe-eval`."""
    for _ in range(LOADED // 50):
        if any(condition(told) for told in page.evaluate("globalThis.told")):
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.evaluate("globalThis.told"))


@contextmanager
def host(pages: Callable[[str], Pages]) -> Iterator[str]:
    """A plain web server on an origin of its own, which its pages are made for; its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        origin = f"http://localhost:{server.server_port}"
        served = pages(origin)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                media, text, policy = served.get(self.path, ("text/plain", "", ""))
                self.send_response(200 if self.path in served else 404)
                self.send_header("Content-Type", media)
                if policy:
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Nothing is printed."""

        server.RequestHandlerClass = Handler
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield origin
        server.shutdown()
        thread.join()


def frame_pages(models: str, policy: str) -> Callable[[str], Pages]:
    """A page with the frame, which may talk to it."""

    def pages(origin: str) -> Pages:
        address = f"{models}/frame.html?bundle={BUNDLE}&amp;origin={origin}&amp;placeholder=Ask"
        text = f'<!doctype html><html lang=en><title>shop</title><iframe title=Chat src="{address}"></iframe><script src="host.js"></script>'
        return {"/": ("text/html", text, policy), "/host.js": ("text/javascript", source("frame_host.js"), policy)}

    return pages


@pytest.mark.parametrize("policy", ["", ADMITTING], ids=["no-policy", "policy"])
def test_one_tag_on_another_origin(browser: Browser, url: str, policy: str) -> None:
    """Without a policy, and under the one that README.md names."""
    tag = f'<script type=module src="{url}/delta-chat.js"></script><delta-chat bundle="{url}/{BUNDLE}"></delta-chat>'
    page_text = f"<!doctype html><html lang=en><title>shop</title>{tag}"
    with (
        host(lambda _: {"/": ("text/html", page_text, policy.format(models=url))}) as origin,
        opened(browser, origin) as page,
    ):
        expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        page.get_by_role("textbox", name="Message").fill("Hello")
        page.keyboard.press("Enter")
        expect(page.get_by_role("log").locator("article.assistant")).not_to_be_empty()
        page.evaluate("document.querySelector('delta-chat').stop()")


def test_a_frame_under_a_strict_policy(browser: Browser, url: str) -> None:
    with host(frame_pages(url, STRICT.format(models=url))) as origin, opened(browser, origin) as page:
        heard(page, lambda told: told.get("event") == "delta-frame")
        inside = page.frame_locator("iframe")
        expect(inside.get_by_role("textbox", name="Message")).to_have_attribute("placeholder", "Ask")
        page.evaluate("call(1, 'addMessage', { role: 'user', content: 'Asked from outside' })")
        expect(inside.get_by_role("log").locator("article.user")).to_have_text("Asked from outside")
        page.evaluate("call(2, 'messages')")
        heard(page, lambda told: told.get("id") == 2 and told["result"][0]["content"] == "Asked from outside")
        page.evaluate("call(3, 'remove')")
        heard(page, lambda told: told.get("id") == 3 and "knows no call remove" in told["error"])
        page.evaluate("call(4, 'load')")
        heard(page, lambda told: told.get("id") == 4 and told["result"]["recipe"] == "f32")
        heard(page, lambda told: told.get("event") == "delta-ready" and bool(told["detail"]["info"]))


@pytest.mark.parametrize("allowed", ["https://elsewhere.example", None])
def test_a_frame_listens_to_no_other_origin(chromium: Browser, url: str, allowed: str | None) -> None:
    query = f"&origin={allowed}" if allowed else ""
    text = f'<!doctype html><html lang=en><title>a</title><iframe title=Chat src="{url}/frame.html?bundle={BUNDLE}{query}"></iframe>'
    pages: Pages = {
        "/": ("text/html", f'{text}<script src="host.js"></script>', ""),
        "/host.js": ("text/javascript", source("frame_host.js"), ""),
    }
    with host(lambda _: pages) as origin, opened(chromium, origin) as page:
        inside = page.frame_locator("iframe")
        expect(inside.get_by_role("textbox", name="Message")).to_be_visible()
        page.evaluate("call(1, 'addMessage', { role: 'user', content: 'Asked from outside' })")
        page.wait_for_timeout(300)
        expect(inside.get_by_role("log").locator("article")).to_have_count(0)
        assert page.evaluate("globalThis.told") == []
