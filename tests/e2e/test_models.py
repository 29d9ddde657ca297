"""Which model: chosen from the list, or from a folder of this computer; what the browser keeps of each, and away with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser.chat_page import RELEASED, ChatPage, chat_page
from tests.support.browser.faulty_site import FaultySite
from tests.support.browser.pages import opened, send, stop
from tests.support.browser.scripts import script, source


@pytest.fixture
def chat(chromium: Browser, shell: str) -> Iterator[ChatPage]:
    with chat_page(chromium, shell) as page:
        yield page


@contextmanager
def real_page(browser: Browser, url: str) -> Iterator[Page]:
    """The page with its engine, and models to choose from."""
    with opened(browser, url) as page:
        expect(page.get_by_role("button", name="Model: ")).to_be_visible()
        yield page


def test_another_model_is_chosen_and_remembered(chat: ChatPage) -> None:
    expect(chat.page.get_by_text("The model (5.0 MiB) loads with the first message")).to_be_visible()
    dialog = chat.models()
    expect(dialog.locator("[aria-current=true]")).to_contain_text("Small")
    dialog.get_by_role("button", name="Large q4").click()
    expect(dialog).to_be_hidden()
    expect(chat.page.get_by_text("The model (3.0 GiB)")).to_be_visible()
    expect(chat.button("Model: Large q4")).to_be_focused()
    chat.ask("Hello")
    assert chat.page.evaluate("globalThis.loaded") == [urljoin(chat.page.url, "bundles/b/")]
    chat.page.reload()
    expect(chat.button("Model: Large q4")).to_be_visible()


def test_the_first_download_is_stated_whole_and_the_next_visit_needs_none(
    chromium: Browser, site: tuple[str, FaultySite]
) -> None:
    url, switchboard = site
    with real_page(chromium, url) as page:
        entry = page.evaluate("fetch('bundles.json').then((list) => list.json())")[0]
        manifest = page.evaluate(f"fetch('{entry['url']}manifest.json').then((manifest) => manifest.json())")
        shards = sum(shard["bytes"] for shard in manifest["shards"] if "part" not in shard)
        assert entry["download"] > shards + 6e6, "Python in the page alone has more"
        stated = page.evaluate(script("chat.byteCount"), entry["download"])
        expect(page.get_by_role("log")).to_contain_text(f"loads with the first message: {stated} to download")
        expect(page.get_by_role("button", name="Load").locator("svg")).to_be_visible()
        page.get_by_role("button", name="Load").click()
        expect(page.get_by_role("log")).to_contain_text("is ready")
        switchboard.requests.clear()
        page.reload()
        expect(page.get_by_role("log")).to_contain_text("is already on this computer; it loads with the first message")
        expect(page.get_by_role("button", name="Load").locator("svg")).to_be_hidden()
        assert not [request for request in switchboard.requests if "/bundles/" in str(request)], "nobody was asked"
        page.get_by_role("button", name="Model: ").click()
        page.get_by_role("button", name=re.compile("^Delete ")).first.click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("log")).to_contain_text("to download")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [("no_gpu", "This browser has no WebGPU"), ("no_adapter", "the browser offers no GPU for it")],
)
def test_a_browser_that_can_run_no_model_says_so_on_opening(
    chromium: Browser, shell: str, found: str, sentence: str
) -> None:
    def prepare(page: Page) -> None:
        page.add_init_script(source(f"worker/{found}.js"))

    with opened(chromium, f"{shell}/blank", prepare=prepare) as page:
        page.goto(shell)
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        expect(page.get_by_role("button", name="Dismiss")).to_be_visible()


def test_another_model_ends_the_loading_of_the_first(chat: ChatPage) -> None:
    chat.page.evaluate("(wait) => { globalThis.loadWait = wait; }", RELEASED)
    chat.button("Load").click()
    expect(chat.page.get_by_role("progressbar")).to_be_visible()
    chat.models().get_by_role("button", name="Large q4").click()
    assert chat.page.evaluate("globalThis.signals.map(({ aborted }) => aborted)") == [True]
    expect(chat.page.get_by_role("progressbar")).to_be_hidden()
    expect(chat.button("Load")).to_be_visible()
    chat.page.evaluate("globalThis.loadWait = 0")
    chat.ask("Hello")
    assert chat.page.evaluate("globalThis.loaded.at(-1)").endswith("/bundles/b/")
    expect(chat.page.get_by_role("alert")).to_be_hidden()


def test_loading_is_cancelled_and_goes_on(chat: ChatPage) -> None:
    chat.page.evaluate("(wait) => { globalThis.loadWait = wait; }", RELEASED)
    chat.button("Load").click()
    expect(chat.page.get_by_role("progressbar")).to_be_visible()
    expect(chat.button("Cancel loading")).to_be_focused()
    chat.page.keyboard.press("Enter")
    assert chat.page.evaluate("globalThis.signals.map(({ aborted }) => aborted)") == [True]
    expect(chat.page.get_by_role("progressbar")).to_be_hidden()
    status = chat.page.locator("[part=status]").get_by_role("status")
    expect(status).to_have_text("Cancelled. What has arrived is kept.")
    expect(chat.button("Load")).to_be_focused()

    chat.send("Hello")
    chat.button("Cancel loading").click()
    expect(chat.page.get_by_role("textbox", name="Message")).to_have_value("Hello")
    expect(chat.answers).to_have_count(0)
    chat.page.evaluate("globalThis.loadWait = 0")
    chat.button("Load").click()
    expect(status).to_have_text("Ready")
    expect(chat.button("Cancel loading")).to_be_hidden()
    expect(chat.page.get_by_role("alert")).to_be_hidden()


def test_what_is_kept_of_models_is_told_and_deleted_on_request(chat: ChatPage) -> None:
    chat.keep("Small")
    dialog = chat.models()
    small, large = dialog.get_by_role("listitem").all()
    expect(small).to_contain_text("5.0 MiB · 5.0 MiB kept in this browser")
    expect(large).to_contain_text("3.0 GiB · not downloaded")
    expect(dialog).to_contain_text(re.compile(r"This site uses .* of the browser’s storage, and .*iB are free for it"))
    expect(chat.button("Delete Large q4")).to_be_hidden()
    chat.button("Delete Small q4").focus()
    chat.page.keyboard.press("Enter")
    expect(dialog.get_by_role("group", name="Delete Small?")).to_contain_text(
        "Delete 5.0 MiB of Small from this browser?"
    )
    expect(chat.button("Keep")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.button("Delete Small q4")).to_be_focused()
    expect(small).to_contain_text("5.0 MiB kept")
    chat.button("Delete Small q4").click()
    chat.button("Delete").click()
    expect(dialog.get_by_role("status")).to_have_text("5.0 MiB of Small deleted.")
    expect(small).to_contain_text("5.0 MiB · not downloaded")
    expect(small.get_by_role("button", name="Small q4")).to_be_focused()
    assert chat.page.evaluate("caches.open('deltapage-files').then((cache) => cache.keys())") == []


def test_no_room_is_a_notice_and_the_model_loads(chat: ChatPage) -> None:
    chat.page.evaluate("navigator.storage.estimate = async () => ({ usage: 9e6, quota: 1e7 })")
    chat.ask("Hello")
    expect(chat.page.get_by_role("alert")).to_contain_text(
        "needs 5.0 MiB of storage, and this browser has 977 KiB left"
    )
    expect(chat.answers).to_contain_text("Echo: Hello")


def test_a_model_that_the_browser_did_not_keep_is_a_notice_too(chat: ChatPage) -> None:
    chat.page.evaluate("globalThis.keeps = false")
    chat.ask("Hello")
    expect(chat.page.get_by_role("alert")).to_contain_text("did not keep all of the model")
    expect(chat.answers).to_contain_text("Echo: Hello")


def test_persistence_is_asked_for_once_a_model_is_here(chat: ChatPage) -> None:
    chat.page.evaluate(script("chat.countPersistence"))
    chat.ask("Hello")
    chat.page.wait_for_function("globalThis.asked === 1")
    chat.ask("Again")
    assert chat.page.evaluate("globalThis.asked") == 1


def test_a_folder_without_a_model_is_refused(chat: ChatPage, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    chat.models().get_by_label("Folder of a model").set_input_files(tmp_path)
    expect(chat.page.get_by_role("alert")).to_contain_text("There is no model in this folder")
    expect(chat.button("Model: Small q4")).to_be_visible()


def test_the_title_names_conversation_and_model(chat: ChatPage) -> None:
    expect(chat.page).to_have_title("Small")
    chat.ask("Names for a cat")
    expect(chat.page).to_have_title("Names for a cat · Small")
    chat.conversations.first.hover()
    chat.button("Rename Names for a cat").click()
    chat.page.get_by_role("textbox", name="Title").fill("Cats")
    chat.page.keyboard.press("Enter")
    expect(chat.page).to_have_title("Cats · Small")
    chat.models().get_by_role("button", name="Large q4").click()
    expect(chat.page).to_have_title("Cats · Large")
    chat.button("New chat").first.click()
    expect(chat.page).to_have_title("Large")


def test_a_model_in_a_folder_of_this_computer(
    chromium: Browser, url: str, faults: FaultySite, bundles: list[Path]
) -> None:
    """Chromium alone: Firefox's remote control picks no folders."""
    with real_page(chromium, url) as page:
        page.get_by_role("button", name="Model: ").click()
        faults.requests.clear()
        page.get_by_label("Folder of a model").set_input_files(bundles[2])
        expect(page.get_by_role("dialog")).to_be_hidden()
        it_answers_from_its_folder(page, faults)


def test_the_files_of_a_folder_as_a_property(browser: Browser, url: str, faults: FaultySite) -> None:
    with real_page(browser, url) as page:
        page.evaluate(script("files.giveToElement"), f"{url}/bundles/tiny-a-q8/")
        faults.requests.clear()
        it_answers_from_its_folder(page, faults)


def it_answers_from_its_folder(page: Page, faults: FaultySite) -> None:
    expect(page.get_by_role("button", name="Model: tiny-a q8")).to_be_visible()
    expect(page).to_have_title("tiny-a")
    send(page, "Hello")
    expect(page.get_by_role("log").locator("article.assistant")).not_to_be_empty()
    stop(page)
    assert not [path for path, _ in faults.requests if "/shards/" in path]
    page.get_by_role("button", name="Model: ").click()
    rows = page.get_by_role("dialog", name="Models").get_by_role("listitem")
    expect(rows.first).to_contain_text("read from a folder of this computer")


def test_a_model_goes_from_the_browser_on_request(browser: Browser, url: str) -> None:
    with real_page(browser, url) as page:
        page.get_by_role("button", name="Load").click()
        expect(page.get_by_text("tiny-a is ready.")).to_be_visible()
        page.get_by_role("button", name="Model: ").click()
        rows = page.get_by_role("dialog", name="Models").get_by_role("listitem")
        expect(rows.first).to_contain_text(re.compile(r"iB · .*iB kept in this browser"))
        page.get_by_role("button", name="Delete tiny-a f32").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        expect(page.get_by_role("dialog").get_by_role("status")).to_have_text(re.compile("iB of tiny-a deleted"))
        page.reload()
        page.get_by_role("button", name="Model: ").click()
        expect(rows.first).to_contain_text("not downloaded")
