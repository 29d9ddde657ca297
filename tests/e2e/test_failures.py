"""Each thing that can go wrong: a sentence that says what happened and what to do, and a page that works afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from pyside.bundle.manifest import Manifest
from tests.support.browser.engine_page import EnginePage
from tests.support.browser.faulty_site import FaultySite, flipped
from tests.support.browser.pages import opened
from tests.support.browser.scripts import script, source

BUNDLE = "/bundles/tiny-b-q4/"
LOAD = "async () => (await import('/deltapage.js')).Engine.load('/bundles/tiny-b-q4/')"

FATAL = b"""def setup(app):
    def nest(argument):
        value = 1
        for _ in range(100_000):
            value = [value]
    app.functions["nest"] = nest
"""

# What the worker finds when it starts, put before its own script.
NO_GPU, NO_ADAPTER, SMALL_ADAPTER, FULL_GPU, LOSABLE_GPU = (
    source(f"worker/{name}.js") for name in ("no_gpu", "no_adapter", "small_adapter", "full_gpu", "losable_gpu")
)
IMPATIENT = f"({source('impatient.js')})();"


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    """An empty page in Chromium alone: what fails here fails before a browser's own part begins."""
    with opened(chromium, f"{url}/blank") as page:
        yield page


def fails(page: Page, call: str) -> tuple[str, str]:
    """Name and message of what an expression that gives a promise throws."""
    error = page.evaluate(f"({call})().then(() => ['nothing', ''], ({{ name, message }}) => [name, message])")
    return error[0], error[1]


def test_what_sees_comes_with_the_first_picture_and_is_asked_for_again(
    page: Page, faults: FaultySite, bundles: list[Path]
) -> None:
    engine = EnginePage(page, BUNDLE)
    folder = next(path for path in bundles if path.name in BUNDLE)
    manifest = Manifest.from_json((folder / "manifest.json").read_bytes())
    (tower,) = (shard for shard in manifest.shards if shard.part == "vision")
    file, picture = f"{BUNDLE}{tower.file}", {"height": 64, "width": 96, "rgb": [90, 120, 60] * 64 * 96}
    messages = [{"role": "user", "content": [{"type": "text", "text": "What?"}, {"type": "image", "picture": 0}]}]
    faults.faults[file] = lambda data: None
    assert file not in [path for path, _ in faults.requests]
    with pytest.raises(Error, match=f"does not give out {tower.file}"):
        engine.about(messages, [picture], max_tokens=2)
    assert len(engine.greedy([5, 6, 7], 4)) == 4, "text is answered all the same"
    faults.faults.clear()
    faults.requests.clear()
    assert engine.about(messages, [picture], max_tokens=2)["usage"]["extra"]["encoded_pictures"] == 1
    engine.about(messages, [picture | {"rgb": [9, 8, 7] * 64 * 96}], max_tokens=2)
    assert [path for path, _ in faults.requests].count(file) == 1, "once for all pictures"

    told = [each for each in page.evaluate("globalThis.progress") if each["phase"] == "picture"]
    assert (told[-1]["loaded"], told[-1]["total"]) == (tower.bytes, tower.bytes)


def before(found: str) -> Callable[[bytes], bytes]:
    return lambda worker: found.encode() + worker


@pytest.mark.parametrize(
    ("found", "name", "sentence"),
    [
        (NO_GPU, "NoWebGpuError", "This browser has no WebGPU"),
        (NO_ADAPTER, "NoWebGpuError", "the browser offers no GPU"),
        (
            SMALL_ADAPTER,
            "AdapterError",
            "maxStorageBufferBindingSize is 67108864, at least 134217728 is needed; "
            "maxComputeInvocationsPerWorkgroup is 128, at least 256 is needed",
        ),
        (FULL_GPU, "MemoryError", "The GPU has no room for"),
    ],
    ids=["no WebGPU", "no adapter", "small adapter", "full GPU"],
)
def test_a_gpu_that_cannot(page: Page, faults: FaultySite, found: str, name: str, sentence: str) -> None:
    faults.faults["/engine/worker.js"] = before(found)
    kind, message = fails(page, LOAD)
    assert kind == name
    assert sentence in message


@pytest.mark.parametrize("file", ["manifest.json", "tokenizer.bin", "chat_template.jinja"])
def test_a_damaged_file_is_named(page: Page, faults: FaultySite, file: str) -> None:
    faults.faults[BUNDLE + file] = flipped
    name, message = fails(page, LOAD)
    assert name == "BundleError"
    assert file in message


def test_a_manifest_that_is_nested_deep_is_told(page: Page, faults: FaultySite) -> None:
    """Sealed as it should be, it would be the end of Python."""

    def deep(data: bytes) -> bytes:
        body = {key: value for key, value in json.loads(data).items() if key != "sha256"} | {"recipe": None}
        head = json.dumps(body, sort_keys=True, indent=1)[: -len("\n}")]
        nested = head.replace('"recipe": null', '"recipe": ' + "[" * 50_000 + "]" * 50_000)
        return f'{nested},\n "sha256": "{sha256(nested.encode()).hexdigest()}"\n}}\n'.encode()

    faults.faults[BUNDLE + "manifest.json"] = deep
    name, message = fails(page, LOAD)
    assert name == "BundleError"
    assert "nested more than 200 deep" in message


@pytest.mark.parametrize(("file", "name"), [("manifest.json", "BundleError"), ("tokenizer.bin", "MissingFileError")])
def test_a_missing_file_is_named(page: Page, faults: FaultySite, file: str, name: str) -> None:
    faults.faults[BUNDLE + file] = lambda data: None
    faults.faults["/engine/worker.js"] = before(IMPATIENT)
    found = fails(page, LOAD)
    assert found[0] == name
    assert file in found[1]
    assert "status 404" in found[1]


def test_a_missing_runtime_is_told(page: Page, faults: FaultySite) -> None:
    faults.faults["/runtime/pyodide.asm.wasm"] = lambda data: None
    name, message = fails(page, LOAD)
    assert name == "RuntimeError"
    assert "all files of" in message


def test_a_policy_without_webassembly_is_told(page: Page, faults: FaultySite) -> None:
    faults.policy = faults.policy.replace(" 'wasm-unsafe-eval'", "")  # the worker takes it from its own response
    name, message = fails(page, LOAD)
    assert name == "WebAssemblyError"
    assert "Add 'wasm-unsafe-eval' to script-src" in message


LOSABLE = "tiny-b-f32"
PLAIN: dict[str, Any] = {"prompt": [10, 20, 30], "max_tokens": 90, "temperature": 0}  # no stop id among the 90
MIDDLE = {"left": 50}  # submissions until the loss: one a token, and some to read and to load


@pytest.fixture(scope="module")
def losables(url: str, site: tuple[str, FaultySite]) -> Iterator[Callable[[Browser], EnginePage]]:
    """Engines whose GPU a test can lose, one in each browser."""
    with ExitStack() as stack:

        @cache
        def open_losable(browser: Browser) -> EnginePage:
            page = stack.enter_context(opened(browser, f"{url}/blank"))
            page.evaluate(script("gpu.foretell"), [])
            return EnginePage(page, f"/bundles/{LOSABLE}/")

        yield open_losable


@pytest.fixture
def losable(
    request: pytest.FixtureRequest, losables: Callable[[Browser], EnginePage], faults: FaultySite
) -> EnginePage:
    """Such an engine in the test's browser; each worker that follows the first needs the fault again."""
    faults.faults["/engine/worker.js"] = before(LOSABLE_GPU)
    fixture = "browser" if "browser" in request.fixturenames else "chromium"
    return losables(request.getfixturevalue(fixture))


def stream(engine: EnginePage, request: dict[str, Any], *losses: dict[str, int]) -> dict[str, Any]:
    """An answer, all pieces together."""
    seen: dict[str, Any] = engine.page.evaluate(
        script("gpu.streamWithLosses"), {"request": request, "losses": list(losses)}
    )
    return seen


@pytest.mark.usefixtures("browser")
@pytest.mark.parametrize(
    ("request_fields", "loss"),
    [
        (PLAIN, MIDDLE),
        (
            PLAIN,
            {**MIDDLE, "late": 2000},
        ),  # Firefox says `Buffer unmapped`, and that the device is lost when it finds the time
        ({**PLAIN, "temperature": 1, "seed": 5, "presence_penalty": 1}, MIDDLE),
        (
            {
                "messages": [{"role": "user", "content": "Hi"}],
                "max_tokens": 24,
                "temperature": 0,
                "response_format": {"type": "json_object"},
            },
            {"left": 24},
        ),
    ],
    ids=["greedy", "told late", "sampled", "constrained"],
)
def test_an_answer_outlives_its_gpu(losable: EnginePage, request_fields: dict[str, Any], loss: dict[str, int]) -> None:
    undisturbed = stream(losable, request_fields)
    seen = stream(losable, request_fields, loss)
    assert len(seen.pop("heads")) == len(undisturbed.pop("heads")) == 1
    assert seen == undisturbed


def test_a_gpu_that_is_lost_again_is_given_up(losable: EnginePage) -> None:
    ids = losable.greedy(PLAIN["prompt"], PLAIN["max_tokens"])
    asked = json.dumps({"request": PLAIN, "losses": [MIDDLE, MIDDLE]})
    failure = losable.failure(f"({script('gpu.streamWithLosses')})({asked})")
    assert failure["name"] == "DeviceLostError", failure
    assert "Send the message again" in failure["message"]
    assert losable.greedy(PLAIN["prompt"], 4) == ids[:4]
    assert losable.page.evaluate(script("gpu.answerWithLoss"), {"request": PLAIN, "loss": MIDDLE}) == ids


def test_a_load_outlives_its_gpu(page: Page, losable: EnginePage) -> None:
    request = {**PLAIN, "max_tokens": 4}
    asked = {"bundle": f"/bundles/{LOSABLE}/", "request": request, "losses": 2}
    seen = page.evaluate(script("gpu.loadWithLosses"), asked)
    assert seen == {"ids": losable.greedy(request["prompt"], request["max_tokens"]), "begun": 3}


def test_requests_that_cannot_be_met(losable: EnginePage) -> None:
    window = losable.info["contextWindow"]
    too_long = losable.failure(f"engine.completions.create({{ prompt: Array({window + 1}).fill(5), max_tokens: 4 }})")
    assert too_long["name"] == "ContextError"
    assert "shorten the prompt or start a new chat" in too_long["message"]
    for request in (
        "{ prompt: 'a', max_tokens: 'many' }",
        "{ prompt: 'a', colour: 'red' }",
        "{ prompt: [99999999] }",
    ):
        refused = losable.failure(f"engine.completions.create({request})")
        assert refused["name"] == "RequestError", refused
    assert len(losable.greedy([5, 6, 7], 4)) == 4


def test_a_load_can_be_given_up(page: Page) -> None:
    given_up = LOAD.replace("tiny-b-q4/'", "tiny-b-q4/', { signal: AbortSignal.timeout(200) }")
    assert fails(page, given_up)[0] == "TimeoutError"


def test_the_end_of_an_engine_is_told_and_the_next_begins_anew(page: Page, faults: FaultySite) -> None:
    """Unloaded by the page, or ended with Python, by freeing a value that is nested so deep that the browser's stack overflows:
    nothing that Python gave would be settled any more.
    """
    faults.faults["/fatal.py"] = lambda _: FATAL
    engine = EnginePage(page, BUNDLE, python=["/fatal.py"])
    page.evaluate("engine.unload()")
    assert engine.failure("engine.tokenize('a')")["name"] == "UnloadedError"

    engine = EnginePage(page, BUNDLE, python=["/fatal.py"])
    for _ in range(2):
        assert len(engine.greedy([5, 6, 7], 4)) == 4
        fault = engine.failure("engine.python('nest')")
        assert fault["name"] == "PythonError"
        assert "Try again" in fault["message"]
