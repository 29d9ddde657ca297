"""Each thing that can go wrong: a sentence that says what happened and what to do, and a page that works afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser.engine_page import EnginePage, engine_page
from tests.support.browser.faulty_site import FaultySite, flipped
from tests.support.browser.pages import opened

BUNDLE = "/bundles/tiny-b-q4/"
LOAD = "async () => (await import('/deltapage.js')).Engine.load('/bundles/tiny-b-q4/')"

# What the worker finds when it starts, put before its own script.
NO_GPU = b"Object.defineProperty(navigator, 'gpu', { value: undefined });"
NO_ADAPTER = b"GPU.prototype.requestAdapter = async () => null;"
SMALL_ADAPTER = b"""Object.defineProperty(GPUAdapter.prototype, 'limits', { get: () => ({
  maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 26, maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupStorageSize: 16384, maxComputeInvocationsPerWorkgroup: 128, maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupsPerDimension: 65535 }) });"""
FULL_GPU = b"""const { popErrorScope } = GPUDevice.prototype;
GPUDevice.prototype.popErrorScope = async function () {
  GPUDevice.prototype.popErrorScope = popErrorScope;
  await popErrorScope.call(this);
  return new GPUOutOfMemoryError('simulated');
};"""
LOSABLE_GPU = b"""const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (options) {
  const device = await requestDevice.call(this, options);
  new BroadcastChannel('lose').onmessage = () => device.destroy();
  return device;
};"""

LATE_NOTICE = b"""const { get } = Object.getOwnPropertyDescriptor(GPUDevice.prototype, 'lost');
Object.defineProperty(GPUDevice.prototype, 'lost', { get() {
  return get.call(this).then((info) => new Promise((resolve) => { setTimeout(() => resolve(info), 3000); }));
} });"""


@pytest.fixture
def page(chromium: Browser, url: str) -> Iterator[Page]:
    """An empty page in Chromium alone: what fails here fails before a browser's own part begins."""
    with opened(chromium, f"{url}/blank") as page:
        yield page


def fails(page: Page, call: str) -> tuple[str, str]:
    """Name and message of what an expression that gives a promise throws."""
    error = page.evaluate(f"({call})().then(() => ['nothing', ''], ({{ name, message }}) => [name, message])")
    return error[0], error[1]


def before(script: bytes) -> Callable[[bytes], bytes]:
    return lambda worker: script + worker


@pytest.mark.parametrize(
    ("script", "name", "sentence"),
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
def test_a_gpu_that_cannot(page: Page, faults: FaultySite, script: bytes, name: str, sentence: str) -> None:
    faults.faults["/engine/worker.js"] = before(script)
    found = fails(page, LOAD)
    assert found[0] == name
    assert sentence in found[1]


@pytest.mark.parametrize("file", ["manifest.json", "tokenizer.bin", "chat_template.jinja"])
def test_a_damaged_file_is_named(page: Page, faults: FaultySite, file: str) -> None:
    faults.faults[BUNDLE + file] = flipped
    name, message = fails(page, LOAD)
    assert name == "BundleError"
    assert file in message


@pytest.mark.parametrize(("file", "name"), [("manifest.json", "BundleError"), ("tokenizer.bin", "MissingFileError")])
def test_a_missing_file_is_named(page: Page, faults: FaultySite, file: str, name: str) -> None:
    faults.faults[BUNDLE + file] = lambda data: None
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


STREAM = """async ({ request, losses }) => {
  const lost = new BroadcastChannel('lose');
  const loads = () => progress.filter(({ phase }) => phase === 'ready').length;
  const before = loads();
  let posted = 0;
  const seen = { heads: [], content: '', ids: [], chunks: 0, finish: null };
  const api = request.messages ? engine.chat.completions : engine.completions;
  for await (const { id, choices } of await api.create({ ...request, stream: true, return_token_ids: true })) {
    if (!seen.heads.includes(id)) seen.heads.push(id);
    for (const { delta, text, token_ids, finish_reason } of choices) {
      seen.content += delta?.content ?? text ?? '';
      seen.ids.push(...token_ids);
      seen.finish = finish_reason;
    }
    seen.chunks += choices.length; // how far a prompt has been read comes without a choice
    if (choices.length && seen.chunks % 8 === 0 && posted < losses && loads() === before + posted) {
      lost.postMessage('');
      posted++;
    }
  }
  if (loads() !== before + losses) throw new Error(`the model was loaded ${loads() - before} times`);
  return seen;
}"""


@pytest.mark.parametrize(
    "request_fields",
    [
        {"prompt": [5, 6, 7], "max_tokens": 400, "temperature": 0},
        {"prompt": [5, 6, 7], "max_tokens": 400, "temperature": 1, "seed": 5, "presence_penalty": 1},
        {
            "messages": [{"role": "user", "content": "Hi"}],
            "max_tokens": 120,
            "temperature": 0,
            "response_format": {"type": "json_object"},
        },
    ],
    ids=["greedy", "sampled", "constrained"],
)
def test_an_answer_outlives_its_gpu(
    browser: Browser, url: str, faults: FaultySite, request_fields: dict[str, Any]
) -> None:
    faults.faults["/engine/worker.js"] = before(LOSABLE_GPU)
    with engine_page(browser, url, "tiny-b-f32") as engine:
        undisturbed = engine.page.evaluate(STREAM, {"request": request_fields, "losses": 0})
        seen = engine.page.evaluate(STREAM, {"request": request_fields, "losses": 1})
        assert len(seen.pop("heads")) == len(undisturbed.pop("heads")) == 1
        assert seen == undisturbed


def test_an_answer_outlives_a_gpu_whose_loss_is_told_late(browser: Browser, url: str, faults: FaultySite) -> None:
    """What fails on it comes first: Firefox says `Buffer unmapped`, and that the device is lost only when it finds the time."""
    faults.faults["/engine/worker.js"] = before(LOSABLE_GPU + LATE_NOTICE)
    request = {"prompt": [5, 6, 7], "max_tokens": 200, "temperature": 0}
    with engine_page(browser, url, "tiny-b-f32") as engine:
        undisturbed = engine.page.evaluate(STREAM, {"request": request, "losses": 0})
        assert engine.page.evaluate(STREAM, {"request": request, "losses": 1})["ids"] == undisturbed["ids"]


def test_a_gpu_that_is_lost_again_is_given_up(chromium: Browser, url: str, faults: FaultySite) -> None:
    faults.faults["/engine/worker.js"] = before(LOSABLE_GPU)
    with engine_page(chromium, url, "tiny-b-q4") as engine:
        ids = engine.greedy([5, 6, 7], 4)
        request = {"prompt": [5, 6, 7], "max_tokens": 900, "temperature": 0}
        failure = engine.failure(f"({STREAM})({json.dumps({'request': request, 'losses': 2})})")
        assert failure is not None
        assert failure["name"] == "DeviceLostError"
        assert "Send the message again" in failure["message"]
        assert engine.greedy([5, 6, 7], 4) == ids
        again = engine.page.evaluate(
            """async () => {
              setTimeout(() => new BroadcastChannel('lose').postMessage(''), 200);
              const request = { prompt: [5, 6, 7], max_tokens: 900, temperature: 0, return_token_ids: true };
              return (await engine.completions.create(request)).choices[0].token_ids;
            }"""
        )
        assert again[:4] == ids


def test_requests_that_cannot_be_met(chromium: Browser, url: str) -> None:
    with engine_page(chromium, url, "tiny-b-q4") as engine:
        window = engine.info["contextWindow"]
        too_long = engine.failure(
            f"engine.completions.create({{ prompt: Array({window + 1}).fill(5), max_tokens: 4 }})"
        )
        assert too_long is not None
        assert too_long["name"] == "ContextError"
        assert "shorten the prompt or start a new chat" in too_long["message"]
        for request in (
            "{ prompt: 'a', max_tokens: 'many' }",
            "{ prompt: 'a', colour: 'red' }",
            "{ prompt: [99999999] }",
        ):
            refused = engine.failure(f"engine.completions.create({request})")
            assert refused is not None
            assert refused["name"] == "RequestError", refused
        assert len(engine.greedy([5, 6, 7], 4)) == 4
        assert engine.failure("engine.unload()") is None
        gone = engine.failure("engine.tokenize('a')")
        assert gone is not None
        assert gone["name"] == "UnloadedError"
        assert len(EnginePage(engine.page, BUNDLE).greedy([5, 6, 7], 4)) == 4


def test_a_load_can_be_given_up(page: Page) -> None:
    given_up = """async () => (await import('/deltapage.js')).Engine.load('/bundles/tiny-b-q4/', {
      signal: AbortSignal.timeout(200) })"""
    assert fails(page, given_up)[0] == "TimeoutError"
