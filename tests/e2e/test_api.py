"""What developers build on, in Chromium: sessions, Python beside the engine, deep-chat's handler, the types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser.engine_page import EnginePage, failure
from tests.support.browser.faulty_site import FaultySite
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script

HERE = Path(__file__).parent
BUNDLE = "/bundles/tiny-a-q8/"


# --- the Prompt API ---


def test_a_session_with_the_model(chromium: Browser, url: str) -> None:
    with opened(chromium, f"{url}/blank") as page:
        nowhere = page.evaluate(script("api.nowhere"))
        seen = page.evaluate(script("api.session"), BUNDLE)
    assert nowhere == {"error": "NetworkError", "params": None, "availability": ["unavailable", "unavailable"]}
    assert seen["states"] == ["downloadable", "downloading", "available", "available"]
    loaded = [share for share, _ in seen["shares"]]
    assert {total for _, total in seen["shares"]} == {1}
    assert loaded[0] == 0 and loaded[-1] == 1 and loaded == sorted(set(loaded))
    assert {seen["answer"], seen["streamed"], seen["still"]} <= {'"red"', '"green"'}
    assert re.fullmatch(r"[A-Z]{2}-\d{3}", seen["code"]) and re.fullmatch(
        r" [a-zäöü ]{2,12}\.", seen["wordy"], re.IGNORECASE
    )
    assert seen["params"]["defaultTemperature"] == seen["temperature"] > 0
    assert seen["used"] > seen["before"] > 0
    assert seen["measured"] == seen["grown"] > 0
    assert seen["aborted"] == "AbortError"


# --- Python beside the engine, and deep-chat ---


@pytest.fixture(scope="module")
def hooked(chromium: Browser, url: str) -> Iterator[Page]:
    """A page with an engine and the example's Python beside it."""
    with opened(chromium, f"{url}/blank") as page:
        EnginePage(page, BUNDLE, python=["/examples/hooks.py"])
        yield page


def chat(page: Page, **extra: object) -> str:
    request = {
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 24,
        "temperature": 0,
        "extra_body": {"enable_thinking": False, **extra},
    }
    answer: str = page.evaluate(
        "async (r) => (await engine.chat.completions.create(r)).choices[0].message.content", request
    )
    return answer


def test_a_logits_processor_written_in_python(hooked: Page) -> None:
    free, kept = chat(hooked), chat(hooked, logits_processor="without-e")
    assert "e" in free.lower() and "e" not in kept.lower() and kept
    assert chat(hooked) == free
    error = failure(
        hooked,
        "engine.chat.completions.create({ messages: [{ role: 'user', content: 'x' }], extra_body: { logits_processor: 'y' } })",
    )
    assert error["name"] == "RequestError" and "expected one of: without-e" in error["message"]


def test_a_python_function_over_the_engine(hooked: Page) -> None:
    tokens = hooked.evaluate("(text) => engine.python('surprises', text)", "Rivers run.")
    assert "".join(token for token, _ in tokens) == "Rivers run."
    assert tokens[0][1] == 0 and all(0 < surprise <= 1 for _, surprise in tokens[1:])
    assert failure(hooked, "engine.python('nothing')")["name"] == "RequestError"
    error = failure(hooked, "engine.python('surprises', 7)")
    assert error["name"] == "ExtensionError" and "prompt is 7" in error["message"]


def test_python_that_cannot_be_loaded_says_why(chromium: Browser, url: str, faults: FaultySite) -> None:
    path = "/examples/hooks.py"
    load = f"import('/deltapage.js').then(({{ Engine }}) => Engine.load('{BUNDLE}', {{ python: '%s' }}))"
    with opened(chromium, f"{url}/blank") as page:
        assert "another origin" in failure(page, load % "https://elsewhere.example/hooks.py")["message"]
        assert "status 404" in failure(page, load % "/examples/nowhere.py")["message"]
        faults.faults[path] = lambda source: b"def setup(app):\n    app.processors = 1 / 0\n"
        error = failure(page, load % path)
    assert error["name"] == "ExtensionError"
    assert error["message"] == "the Python module hooks.py could not be set up: ZeroDivisionError: division by zero"


def test_deep_chat_is_answered(hooked: Page) -> None:
    seen = hooked.evaluate(script("api.deepChat"))
    first, *pieces, last = seen["answered"]
    assert (first, last) == ("open", "close")
    assert "".join(piece["text"] for piece in pieces) == seen["wanted"] != ""
    assert seen["settings"] == [True, 0] and seen["loads"] == [0, 1]
    assert [call if isinstance(call, str) else list(call) for call in seen["stopped"]] == [
        "open",
        ["text"],
        ["text"],
        "close",
    ]
    assert seen["refused"] == [{"text": " "}, {"error": "This model reads text only: send the message without files."}]
