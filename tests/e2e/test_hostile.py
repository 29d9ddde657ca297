"""Hostile texts, written by a person and by the model, are shown and do nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Request, expect

from tests.support.browser.chat_page import ChatPage, chat_page
from tests.support.browser.scripts import script
from tests.support.texts.hostile import PAYLOADS, PLACES, TEXTS
from web.host.site import ROOMS

BY_AN_ANSWER = re.compile(rf"/(({'|'.join(('vendor', 'bundles', *ROOMS))})/.+|[a-z0-9-]+\.js)")
# The page names the open conversation in its own address, after which a browser asks for the page's icon anew.
CONVERSATION = re.compile(r"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?")  # an empty one has no name yet
ICON = "/icon.svg"
BATCH = 20  # texts in a conversation, whose title is the first of them


class Watch:
    """Everything that a text that came to life could do outside its message."""

    def __init__(self, chat: ChatPage) -> None:
        self.page = chat.page
        self.page_url = urlsplit(chat.page.url)._replace(fragment="")
        self.own = self.page_url.netloc
        self.seen: list[str] = []
        chat.page.on("dialog", self._dialog)
        chat.page.on("request", self._request)
        chat.page.on("popup", lambda page: self.seen.append(f"opened {page.url}"))
        chat.page.on("framenavigated", lambda frame: self._address(frame.url))
        chat.page.evaluate(script("hostile.watchPolicy"))

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"said {dialog.message}")
        dialog.dismiss()

    def _address(self, url: str) -> None:
        address = urlsplit(url)
        if address._replace(fragment="") != self.page_url or not CONVERSATION.fullmatch(address.fragment):
            self.seen.append(f"went to {url}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.netloc != self.own or not (BY_AN_ANSWER.fullmatch(address.path) or address.path == ICON):
            self.seen.append(f"asked for {request.url}")

    def nothing_happened(self) -> None:
        """No script, no request, no dialog, nothing for the policy to block, no live element."""
        self.page.wait_for_function(script("hostile.drawn"))
        assert self.page.evaluate("globalThis.hurt") is None
        assert self.page.evaluate("globalThis.blocked") == []
        assert self.page.evaluate(script("hostile.alive")) == []
        assert self.seen == []


@pytest.fixture
def chat(chromium: Browser, shell: str) -> Iterator[ChatPage]:
    with chat_page(chromium, shell) as page:
        yield page


def test_there_are_two_hundred() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 200
    assert len(TEXTS) % BATCH == 0


def test_the_watch_notices(chat: ChatPage) -> None:
    """What the tests below look for is found where it is."""
    watch = Watch(chat)
    with chat.page.expect_request("**/elsewhere"):
        chat.page.evaluate(script("hostile.hurt"))
    assert len(chat.page.evaluate(script("hostile.alive"))) == 2
    assert watch.seen == [f"asked for http://{watch.own}/elsewhere"]


def test_sent_and_answered(chat: ChatPage) -> None:
    """Each text is sent by a person, streamed back by the model, kept, and some are titles in the list."""
    watch = Watch(chat)
    for at in range(0, len(TEXTS), BATCH):
        texts = list(TEXTS[at : at + BATCH])
        said = chat.page.evaluate(script("hostile.sendAll"), texts)
        assert said == [text for text in texts for _ in ("sent", "answered")]
        expect(chat.answers).to_have_count(BATCH)
        watch.nothing_happened()
    expect(chat.conversations).to_have_count(len(TEXTS) // BATCH)


def test_added_by_the_page(chat: ChatPage) -> None:
    watch = Watch(chat)
    for at in range(0, len(TEXTS), BATCH):
        chat.page.evaluate(script("hostile.addAll"), list(TEXTS[at : at + BATCH]))
        watch.nothing_happened()


def test_added_by_the_page_in_every_browser(browser: Browser, shell: str) -> None:
    """One place for each payload: each engine parses markup in its own way."""
    with chat_page(browser, shell) as chat:
        watch = Watch(chat)
        for at in range(len(PLACES)):
            chat.page.evaluate(script("hostile.addAll"), list(TEXTS[at :: len(PLACES) + 1]))
            watch.nothing_happened()


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (None, "has no role"),
        ({"content": "x"}, "has no role"),
        ({"role": "constructor", "content": "x"}, "has no role"),
        ({"role": "user", "content": 7}, "has no text"),
        ({"role": "assistant", "tool_calls": [None]}, "has calls of tools that are none"),
    ],
)
def test_what_is_no_message_is_not_added(chat: ChatPage, message: object, fault: str) -> None:
    refusal = chat.page.evaluate(script("hostile.refusal"), message)
    assert refusal.startswith(f"RequestError: The message {fault}: add one with a role")
    expect(chat.questions.or_(chat.answers)).to_have_count(0)


def test_taken_from_a_file(chat: ChatPage) -> None:
    """Titles, names of tools, what they are given and what they answer, in a file that somebody made."""
    watch = Watch(chat)
    conversations = [
        {
            "version": 1, "id": payload, "title": payload, "created": at, "updated": at, "chosen": {"0": 1, "1": 2, "2": 3},
            "nodes": [
                node(1, {"role": "user", "content": payload}),
                node(2, {"role": "assistant", "content": "", "reasoning_content": payload, "tool_calls": [call(payload)]}),
                node(3, {"role": "tool", "tool_call_id": payload, "content": payload}),
            ],
        }
        for at, payload in enumerate(PAYLOADS)
    ]  # fmt: skip
    text = json.dumps({"kind": "deltapage conversations", "conversations": conversations})
    chat.page.evaluate("(text) => document.querySelector('delta-chat').import(text)", text)
    expect(chat.conversations).to_have_count(len(PAYLOADS))
    for entry in chat.conversations.all():
        entry.get_by_role("button").first.click()
        expect(chat.questions).to_have_count(1)
        chat.log.locator("details").evaluate_all("(folds) => { for (const fold of folds) fold.open = true; }")
        watch.nothing_happened()


def node(id: int, message: dict[str, Any]) -> dict[str, Any]:
    return {"id": id, "parent": id - 1, "message": message}


def call(payload: str) -> dict[str, Any]:
    values = json.dumps({payload: payload})
    return {"id": payload, "type": "function", "function": {"name": payload, "arguments": values}}
