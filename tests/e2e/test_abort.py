"""An AbortSignal ends whatever it was given to, with its own reason, and leaves an engine that goes on at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support.browser.engine_page import EnginePage, engine_page
from tests.support.browser.faulty_site import FaultySite
from tests.support.browser.pages import opened

BUNDLE = "/bundles/tiny-a-q8/"
SLEEPER = b"""import asyncio

def setup(app):
    async def sleep(seconds):
        await asyncio.sleep(seconds)
        return seconds
    app.functions["sleep"] = sleep
"""
ABORT = """async ({ call, when }) => {
  const reason = new Error('mine');
  const controller = new AbortController();
  const { signal } = controller;
  if (when === 'before') controller.abort(reason);
  else if (when === 'at once') setTimeout(() => controller.abort(reason));
  else if (when === 'in the middle') setTimeout(() => controller.abort(reason), 300);
  try {
    const answer = await calls[call](signal);
    controller.abort(reason);
    return [await answer, 'answered'];
  } catch (error) {
    return [null, error === reason ? 'its reason' : `${error}`];
  }
}"""
CALLS = """({ long, short }) => {
  globalThis.calls = {
    chat: (signal) => engine.chat.completions.create({ ...long, messages: [{ role: 'user', content: 'Hi' }], signal }),
    text: (signal) => engine.completions.create({ ...long, prompt: [5, 6, 7], signal }),
    stream: async (signal) => {
      for await (const chunk of await engine.completions.create({ ...long, prompt: [5, 6, 7], stream: true, signal }));
    },
    python: (signal) => engine.python('sleep', 60, { signal }),
    'short text': (signal) => engine.completions.create({ ...short, prompt: [5, 6, 7], signal }),
    'short stream': async (signal) => {
      let text = '';
      const chunks = await engine.completions.create({ ...short, prompt: [5, 6, 7], stream: true, signal });
      for await (const { choices } of chunks) text += choices[0]?.text ?? '';
      return text;
    },
    'short python': (signal) => engine.python('sleep', 0, { signal }),
  };
}"""


@pytest.fixture(scope="module")
def engine(browser: Browser, url: str, site: tuple[str, FaultySite]) -> Iterator[EnginePage]:
    """An engine with a function that takes its time."""
    site[1].faults["/sleeper.py"] = lambda _: SLEEPER
    with opened(browser, f"{url}/blank") as page:
        made = EnginePage(page, BUNDLE, python=["/sleeper.py"])
        page.evaluate(
            CALLS, {"long": {"max_tokens": 900, "temperature": 0}, "short": {"max_tokens": 3, "temperature": 0}}
        )
        yield made


def abort(engine: EnginePage, call: str, when: str) -> tuple[Any, str]:
    answer, end = engine.page.evaluate(ABORT, {"call": call, "when": when})
    return answer, end


@pytest.mark.parametrize("call", ["chat", "text", "stream", "python"])
@pytest.mark.parametrize("when", ["before", "at once", "in the middle"])
def test_it_ends_with_the_signals_reason(engine: EnginePage, call: str, when: str) -> None:
    assert abort(engine, call, when) == (None, "its reason")
    assert len(engine.greedy([5, 6, 7], 3)) == 3


def test_a_signal_that_comes_too_late_changes_nothing(engine: EnginePage) -> None:
    text, end = abort(engine, "short text", "afterwards")
    assert end == "answered"
    assert abort(engine, "short stream", "afterwards") == (text["choices"][0]["text"], "answered")
    assert abort(engine, "short python", "afterwards") == (0, "answered")


def test_what_is_aborted_at_once_is_not_computed(engine: EnginePage) -> None:
    """Each of these would take a second and more."""
    ends = engine.page.evaluate(
        f"Promise.all(Array.from({{ length: 40 }}, () => ({ABORT})({{ call: 'text', when: 'at once' }})))"
    )
    assert ends == [[None, "its reason"]] * 40
    before = engine.page.evaluate("performance.now()")
    assert len(engine.greedy([5, 6, 7], 3)) == 3
    assert engine.page.evaluate("performance.now()") - before < 15_000


def test_what_was_computed_before_stays(engine: EnginePage) -> None:
    seen = engine.page.evaluate(
        """async () => {
          const first = { role: 'user', content: 'Rivers and seas. '.repeat(250) };
          const create = (messages, more) => engine.chat.completions.create({ messages, temperature: 0, ...more });
          const until = async (enough) => {
            for await (const chunk of await create([first], { max_tokens: 500, stream: true })) if (enough(chunk)) return chunk;
          };
          const cached = async (messages) => (await create(messages, { max_tokens: 1 })).usage;
          await until(({ prompt_progress }) => prompt_progress);
          const reading = await cached([first]);
          const { choices: [{ delta }] } = await until(({ choices }) => choices[0]?.delta.content);
          const turn = await cached([first, { role: 'assistant', content: delta.content }, { role: 'user', content: 'And?' }]);
          return { prompt: reading.prompt_tokens, reading: reading.extra.cached_tokens, turn: turn.extra.cached_tokens };
        }"""
    )
    assert 0 < seen["reading"] < seen["prompt"] - 20
    assert seen["turn"] > seen["prompt"] - 20  # all but the beginning of the answer that was left


@pytest.mark.parametrize("when", ["before", "at once", "in the middle"])
def test_a_load_ends_with_the_signals_reason(browser: Browser, url: str, when: str) -> None:
    with opened(browser, f"{url}/blank") as page:
        page.evaluate(
            f"""async () => {{
              const {{ Engine }} = await import('/deltapage.js');
              globalThis.calls = {{ load: (signal) => Engine.load('{BUNDLE}', {{ signal }}) }};
            }}"""
        )
        assert page.evaluate(ABORT, {"call": "load", "when": when}) == [None, "its reason"]


def test_the_signal_of_a_finished_load_is_done_with(browser: Browser, url: str) -> None:
    with engine_page(browser, url, "tiny-a-q8") as engine:
        left = engine.page.evaluate(
            """async (bundle) => {
              const controller = new AbortController();
              const other = await engine.constructor.load(bundle, { signal: controller.signal });
              controller.abort();
              return (await other.tokenize('a')).length;
            }""",
            BUNDLE,
        )
        assert left == 1
