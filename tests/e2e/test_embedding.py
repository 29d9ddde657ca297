"""The widget on pages of another origin: with one tag, and in a frame where the page's policy admits no script of ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.pages import LOADED, opened

BUNDLE = "bundles/tiny-a-f32/"
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; frame-src {models}"
ADMITTING = (
    "default-src 'none'; script-src {models} blob: 'wasm-unsafe-eval'; worker-src {models} blob:; connect-src {models}"
)
FRAME_HOST = """
const frame = document.querySelector('iframe');
const models = new URL(frame.src).origin;
globalThis.told = [];
addEventListener('message', ({ source, origin, data }) => {
  if (source === frame.contentWindow && origin === models) globalThis.told.push(data);
});
globalThis.call = (id, name, ...values) => frame.contentWindow.postMessage({ id, call: name, arguments: values }, models);
"""
Pages = dict[str, tuple[str, str, str]]  # path -> media type, text, policy


HEARD = """async () => {
  for (let left = %d; left > 0; left -= 50) {
    if (globalThis.told.some(%s)) return true;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  return false;
}"""


def heard(page: Page, condition: str) -> bool:
    """Whether the frame tells what is waited for; Playwright's own waiting needs `unsafe-eval`."""
    told: bool = page.evaluate(HEARD % (LOADED, condition))
    return told


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
        source = f"{models}/frame.html?bundle={BUNDLE}&amp;origin={origin}&amp;placeholder=Ask"
        text = f'<!doctype html><html lang=en><title>shop</title><iframe title=Chat src="{source}"></iframe><script src="host.js"></script>'
        return {"/": ("text/html", text, policy), "/host.js": ("text/javascript", FRAME_HOST, policy)}

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
        expect(page.get_by_role("log").locator("article.assistant")).not_to_be_empty(timeout=LOADED)
        page.evaluate("document.querySelector('delta-chat').stop()")


def test_a_frame_under_a_strict_policy(browser: Browser, url: str) -> None:
    with host(frame_pages(url, STRICT.format(models=url))) as origin, opened(browser, origin) as page:
        assert heard(page, "({ event }) => event === 'delta-frame'")
        inside = page.frame_locator("iframe")
        expect(inside.get_by_role("textbox", name="Message")).to_have_attribute("placeholder", "Ask")
        page.evaluate("call(1, 'addMessage', { role: 'user', content: 'Asked from outside' })")
        expect(inside.get_by_role("log").locator("article.user")).to_have_text("Asked from outside")
        page.evaluate("call(2, 'messages')")
        assert heard(page, "({ id, result }) => id === 2 && result[0].content === 'Asked from outside'")
        page.evaluate("call(3, 'remove')")
        assert heard(page, "({ id, error }) => id === 3 && error.includes('knows no call remove')")
        page.evaluate("call(4, 'load')")
        assert heard(page, "({ id, result }) => id === 4 && result.recipe === 'f32'")
        assert heard(page, "({ event, detail }) => event === 'delta-ready' && detail.info")


@pytest.mark.parametrize("allowed", ["https://elsewhere.example", None])
def test_a_frame_listens_to_no_other_origin(chromium: Browser, url: str, allowed: str | None) -> None:
    query = f"&origin={allowed}" if allowed else ""
    text = f'<!doctype html><html lang=en><title>a</title><iframe title=Chat src="{url}/frame.html?bundle={BUNDLE}{query}"></iframe>'
    pages: Pages = {
        "/": ("text/html", f'{text}<script src="host.js"></script>', ""),
        "/host.js": ("text/javascript", FRAME_HOST, ""),
    }
    with host(lambda _: pages) as origin, opened(chromium, origin) as page:
        inside = page.frame_locator("iframe")
        expect(inside.get_by_role("textbox", name="Message")).to_be_visible()
        page.evaluate("call(1, 'addMessage', { role: 'user', content: 'Asked from outside' })")
        page.wait_for_timeout(300)
        expect(inside.get_by_role("log").locator("article")).to_have_count(0)
        assert page.evaluate("globalThis.told") == []
