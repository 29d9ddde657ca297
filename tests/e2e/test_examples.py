"""Each example page with the embedded model, as ``build.py site`` writes it and any static host serves it."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.pages import opened
from tests.support.browser.scripts import script
from tests.support.models.bundles import DEMO, build_bundle
from web.host import runtime, site

DEEP_CHAT = runtime.WEB / "node_modules" / "deep-chat" / "dist" / "deepChat.bundle.js"
QUESTION = "What is 12 + 30?"


class Host(SimpleHTTPRequestHandler):
    """A static host that sends the site's headers; deep-chat's page has the policy that it asks for."""

    def end_headers(self) -> None:
        """The site's headers besides the usual ones."""
        styles = "style-src 'self'" + " 'unsafe-inline'" * ("deep-chat.html" in self.path)
        for name, value in site.HEADERS.items():
            self.send_header(name, value.replace("style-src 'self'", styles))
        super().end_headers()

    def log_message(self, *parts: object) -> None:
        """Nothing: the tests tell what went wrong."""


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the built site's examples, deep-chat's bundle beside them as their page asks."""
    folder = tmp_path_factory.mktemp("examples")
    build_bundle(DEMO, folder / "demo", "q4")
    site.write_site(folder / "site", [folder / "demo"])
    (folder / "site" / "examples" / DEEP_CHAT.name).write_bytes(DEEP_CHAT.read_bytes())
    handler = functools.partial(Host, directory=str(folder / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/examples"
        server.shutdown()
        thread.join(10)


@contextlib.contextmanager
def example(browser: Browser, examples: str, name: str) -> Iterator[Page]:
    """An example's page; the test fails when a script of it does, or when it asks another site for anything."""
    errors: list[str] = []
    own = examples.removesuffix("examples")

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "request",
            lambda asked: errors.append(asked.url) if not asked.url.startswith((own, "blob:", "data:")) else None,
        )

    with opened(browser, f"{examples}/{name}.html", prepare=watch) as page:
        yield page
    assert not errors


def ask(page: Page, button: str = "Ask", text: str = QUESTION) -> str:
    """What the page's form answers to a text."""
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("status").first).to_have_text("Done")
    return page.locator("output").inner_text()


def test_every_example_is_listed(chromium: Browser, examples: str) -> None:
    with example(chromium, examples, "index") as page:
        listed = page.locator("main a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    assert set(listed) == {path.name for path in Path(runtime.WEB, "examples").glob("*.html")} - {"index.html"}


def test_the_engine(browser: Browser, examples: str) -> None:
    with example(browser, examples, "engine") as page:
        assert "42" in ask(page)


def test_the_prompt_api(chromium: Browser, examples: str) -> None:
    with example(chromium, examples, "prompt-api") as page:
        *plain, form, short, usage = ask(page).splitlines()
    assert "42" in "\n".join(plain)
    assert list(json.loads(form)) == ["answer"]
    assert re.fullmatch(r"(Yes|No|\d+)\.", short)
    assert re.fullmatch(r"\d+ of \d+ tokens used", usage)


def test_python_in_the_page(chromium: Browser, examples: str) -> None:
    with example(chromium, examples, "python") as page:
        text = "Paris is the capital of France."
        assert ask(page, "Mark surprises in my text", text) == text
        shares = page.locator("output mark").evaluate_all(
            "(marks) => marks.map(({ style }) => Number(style.getPropertyValue('--surprise')))"
        )
        assert len(shares) > 3 and shares[0] == 0 and all(0 < share <= 1 for share in shares[1:])
        answer = ask(page, "Ask without the letter e", "Hello!")
        assert answer and "e" not in answer.lower()


def test_one_tag(chromium: Browser, examples: str) -> None:
    with example(chromium, examples, "tag") as page:
        page.get_by_role("textbox", name="Message").fill(QUESTION)
        page.keyboard.press("Enter")
        expect(page.locator("delta-chat")).to_contain_text("42")


def test_deep_chat(chromium: Browser, examples: str) -> None:
    """The element itself, from npm: a message typed into it is answered in pieces; one that found no model said why."""
    with example(chromium, examples, "deep-chat") as page:
        box = page.locator("deep-chat #text-input")
        page.route("**/bundles.json", lambda route: route.abort())
        box.fill("Is there anybody?")
        box.press("Enter")
        expect(page.locator("deep-chat .error-message-text")).to_contain_text("Failed to fetch")
        page.unroute("**/bundles.json")
        box.fill(QUESTION)
        page.evaluate(script("api.watchDeepChat"))
        box.press("Enter")
        answers = page.locator("deep-chat .text-message.ai-message-text:not(.empty-message, .error-message)")
        expect(answers.first).to_contain_text("42")
        box.fill("Hello!")
        while box.inner_text():  # it takes nothing before the answer has ended
            box.press("Enter")
            page.wait_for_timeout(100)
        expect(answers.nth(1)).not_to_be_empty()
        assert page.evaluate("lengths.size") > 1


def test_without_deep_chat_the_page_says_where_it_comes_from(chromium: Browser, url: str) -> None:
    with opened(chromium, f"{url}/examples/deep-chat.html") as page:
        expect(page.get_by_role("status")).to_contain_text("deepChat.bundle.js is not there")
