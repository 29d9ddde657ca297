"""What developers build on, in Chromium: sessions, Python beside the engine, deep-chat's handler, the types."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kernels_wgsl.catalog.words import TOP_K_MAX
from pyside.api.requests import BOUNDS
from tests.support.browser.engine_page import FAILURE
from tests.support.browser.faulty_site import FaultySite
from tests.support.browser.pages import opened
from web.host import runtime

HERE = Path(__file__).parent
BUNDLE = "/bundles/tiny-a-q8/"


def failure(page: Page, call: str) -> dict[str, str]:
    """How a JavaScript expression that gives a promise fails."""
    error: dict[str, str] = page.evaluate(f"({FAILURE})(async () => {call})")
    return error


# --- the Prompt API ---


def test_sessions_over_any_engine(chromium: Browser, url: str) -> None:
    with opened(chromium, f"{url}/blank") as page:
        page.route("**/scripted_engine.js", lambda route: route.fulfill(path=HERE / "scripted_engine.js"))
        seen: dict[str, Any] = page.evaluate((HERE / "language_model_checks.js").read_text())
    assert seen["usages"] == [len("brief"), 5 + 8 + 3, 5 + 11 + 11, 5 + 11 + 8 + 5]
    assert seen["overflows"] == [0, 0, 3]  # told to the handler, to that of the older name, and to the listener
    assert seen["last"] == ["system: brief", "user: bbbbbbbb", "assistant: two", "user: cccccccc"]
    assert seen["fields"] == {"temperature": 0, "top_k": 5, "stream": True}
    assert seen["tooLong"] == seen["initialTooLong"] == "DOMException QuotaExceededError"
    assert seen["keptAfterTooLong"] == seen["usages"][-1]
    assert seen["measured"] == seen["appended"] == len("hello")
    assert seen["olderNames"] == [len("hello"), 0, 1000]
    assert seen["copied"] == [5, 5 + 4 + 6, ["user: hello", "user: more"]]
    assert seen["tooled"] == ["five", "add", ["user: 2 + 3?", "assistant: ", 'tool: {"sum":5}']]
    measured, answer, continued, first, last = seen["begun"]
    assert (measured, answer, continued) == (len("What?A cup"), " of tea", [True, False, False])
    assert first == ["user: What?", "assistant: A cup"]
    assert last == ["user: What?", "assistant: A cup", "tool: noon", "assistant:  of tea", "user: And?"]
    schema, regex, begun = seen["constrained"]
    assert schema[0] == {"type": "json_schema", "json_schema": {"schema": {"type": "integer"}}}
    assert schema[1].startswith("How many?") and '{"type":"integer"}' in schema[1] and seen["guidance"]
    assert regex[:2] == [{"type": "regex", "regex": "[a-c]", "flags": "i"}, "Which?"]
    assert begun[1] == "It is " and "/[a-c]/" in begun[2]
    assert (seen["cut"], seen["constrainedTools"]) == ("DOMException SyntaxError", "none")
    assert seen["params"] == {
        "defaultTopK": 20,
        "maxTopK": TOP_K_MAX,
        "defaultTemperature": 0.7,
        "maxTemperature": BOUNDS["temperature"].most,
    }
    assert seen["sampling"] == [
        [0.7, 20, "balanced", None, None],
        [2, 5, "balanced", 2, 5],
        [0, TOP_K_MAX, "balanced", 0, TOP_K_MAX],
        [0, 20, "most-predictable", 0, None],
        [pytest.approx(1.05), 20, "most-creative", pytest.approx(1.05), None],
    ]
    assert seen["piece"] == "a"
    assert seen["afterCancel"] == ["second", ["user: again"]]
    assert (seen["aborted"], seen["reason"], seen["inOrder"]) == ("DOMException AbortError", "RangeError", "fourth")
    assert seen["destroyed"] == ["DOMException AbortError"] * 4
    assert seen["refused"] == {
        "number": "TypeError",
        "role": "TypeError",
        "lateSystem": "TypeError",
        "systemPrompt": "DOMException NotSupportedError",
        "image": "DOMException NotSupportedError",
        "expectedImage": "DOMException NotSupportedError",
        "prefix": "DOMException SyntaxError",
        "earlyPrefix": "DOMException SyntaxError",
        "appendedPrefix": "DOMException NotSupportedError",
        "streamed": "DOMException NotSupportedError",
        "noSchema": "TypeError",
        "nullSchema": "TypeError",
        "nothingToOmit": "TypeError",
        "language": "RangeError",
        "cold": "RangeError",
        "narrow": "RangeError",
        "mode": "TypeError",
        "both": "TypeError",
        "noBundle": "TypeError",
        "abortedCreate": "DOMException AbortError",
        "noModel": "DOMException NetworkError",
    }
    assert seen["noParams"] is None
    assert seen["unavailable"] == ["unavailable", "unavailable"]


def test_a_session_with_the_model(chromium: Browser, url: str) -> None:
    with opened(chromium, f"{url}/blank") as page:
        seen = page.evaluate(
            """async (bundle) => {
              const { LanguageModel } = await import('/language-model.js');
              LanguageModel.bundle = bundle;
              const states = [await LanguageModel.availability()];
              const shares = [];
              const initialPrompts = [{ role: 'system', content: 'Be brief.' }];
              const monitor = (target) => target.addEventListener('downloadprogress', ({ loaded, total }) => shares.push([loaded, total]));
              const [session, second] = await Promise.all([
                LanguageModel.create({ initialPrompts, monitor }),
                LanguageModel.create().then(async (made) => { states.push(await LanguageModel.availability()); return made; }),
                LanguageModel.availability().then((state) => states.splice(1, 0, state)),
              ]);
              const before = session.contextUsage;
              const responseConstraint = { enum: ['red', 'green'] };
              const answer = await session.prompt('Which colour?', { responseConstraint });
              const stream = session.promptStreaming('And now?', { responseConstraint });
              const streamed = (await Array.fromAsync(stream)).join('');
              const code = await session.prompt('A code?', { responseConstraint: /[A-Z]{2}-\\d{3}/ });
              const begun = [{ role: 'user', content: 'Go on.' }, { role: 'assistant', content: 'Rivers', prefix: true }];
              const wordy = await session.prompt(begun, { responseConstraint: / [a-zäöü ]{2,12}\\./iu });
              const params = await LanguageModel.params();
              const used = session.contextUsage;
              const measured = await session.measureContextUsage('Rivers run.');
              await session.append('Rivers run.');
              const grown = session.contextUsage - used;
              const controller = new AbortController();
              let aborted;
              try {
                for await (const piece of session.promptStreaming('Go on.', { signal: controller.signal })) controller.abort();
              } catch (error) {
                aborted = error.name;
              }
              session.destroy();
              const still = await second.prompt('Which?', { responseConstraint });
              second.destroy();
              states.push(await LanguageModel.availability());
              return { code, wordy, params, temperature: session.temperature, states, shares, before, answer, streamed, used, measured, grown, aborted, still };
            }""",
            BUNDLE,
        )
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

LOAD = """async (bundle) => {
  const { Engine } = await import('/deltapage.js');
  globalThis.engine = await Engine.load(bundle, { python: '/examples/hooks.py' });
}"""


@pytest.fixture(scope="module")
def hooked(chromium: Browser, url: str) -> Iterator[Page]:
    """A page with an engine and the example's Python beside it."""
    with opened(chromium, f"{url}/blank") as page:
        page.evaluate(LOAD, BUNDLE)
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
    seen = hooked.evaluate(
        """async () => {
          const { connectDeepChat } = await import('/deep-chat.js');
          let loads = 0;
          const request = { max_tokens: 8, temperature: 0, extra_body: { enable_thinking: false } };
          const element = document.createElement('deep-chat');
          customElements.define('deep-chat', class extends HTMLElement {});
          await connectDeepChat(element, async () => { loads++; return engine; }, { instruction: 'Be brief.', request });
          const ask = async (messages, stopAfter = Infinity) => {
            const calls = [];
            const signals = {
              stopClicked: { listener: () => {} },
              onOpen: () => calls.push('open'),
              onClose: () => calls.push('close'),
              onResponse: async (response) => {
                calls.push(response);
                if (calls.length === stopAfter) signals.stopClicked.listener();
              },
            };
            await element.connect.handler({ messages }, signals);
            return calls;
          };
          const turns = [{ role: 'user', text: 'Hi' }, { role: 'ai', text: 'Hello' }, { role: 'user', text: 'Rivers?' }];
          const messages = [['system', 'Be brief.'], ['user', 'Hi'], ['assistant', 'Hello'], ['user', 'Rivers?']];
          const wanted = await engine.chat.completions.create({ ...request, messages: messages.map(([role, content]) => ({ role, content })) });
          const before = loads;
          const answered = await ask(turns);
          request.max_tokens = 400;
          return {
            wanted: wanted.choices[0].message.content,
            settings: [element.connect.stream, element.requestBodyLimits.maxMessages],
            answered,
            stopped: await ask(turns, 3),
            refused: await ask([{ role: 'user', text: 'see', files: [{}] }]),
            loads: [before, loads],
          };
        }"""
    )
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


# --- the types ---


def test_typescript_finds_the_declarations_sound() -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", "types"], cwd=runtime.WEB, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
