"""When and why a reply ends, thoughts that are closed, and tool calls: over a scripted engine."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from pyside.api.reply import LOOP_TOKENS, REPLY_STOPPED, THOUGHT_CLOSED, loops
from pyside.errors import ContextError
from tests.support.scripted_engine import (
    ASKED,
    CALL,
    THINKING,
    WEATHER,
    ScriptedEngine,
    chat_format,
    completions,
    engine,
    message,
    run,
    run_chunks,
    script,
    tokenizer,
)

SAID = {"role": "assistant", "refusal": None}

# --- ends ---


def test_length() -> None:
    scripted = engine("one two three four")
    answer = run(scripted, {**ASKED, "max_tokens": 3})
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 3 == scripted.calls[0].taken
    assert run(engine("one two"), {**ASKED, "max_completion_tokens": 1})["usage"]["completion_tokens"] == 1


def test_context_window_ends_a_reply() -> None:
    prompt = len(chat_format().encode(ASKED["messages"]).ids)
    scripted = engine("one two three four five", context_window=prompt + 4)
    answer = run(scripted, ASKED)
    assert answer["choices"][0]["finish_reason"] == "length" and answer["usage"]["completion_tokens"] == 4


def test_prompt_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ContextError, match="context window is 8"):
        run(engine("x", context_window=8), ASKED)


@pytest.mark.parametrize(
    ("stop", "wanted", "reason"),
    [
        ("three", "one two ", "stop"),
        (["four", "two"], "one ", "stop"),
        ("e t", "on", "stop"),
        ("four!", "one two three four", "length"),
        ("thrice", "one two three four", "length"),
    ],
)
def test_stop_strings(stop: object, wanted: str, reason: str) -> None:
    chunks = run_chunks(
        engine("one two three four"), {**ASKED, "stop": stop, "max_tokens": len(script("one two three four"))}
    )
    shown = ""
    for chunk in chunks[1:-2]:
        shown += chunk["choices"][0]["delta"]["content"]
        assert wanted.startswith(shown)
    assert shown == wanted and chunks[-2]["choices"][0]["finish_reason"] == reason


def test_stop_strings_do_not_look_into_the_thought() -> None:
    answer = run(engine("one two</think>\n\none three two<|im_end|>"), {**THINKING, "stop": "two"})
    assert message(answer) == {**SAID, "reasoning_content": "one two", "content": "one three "}


def test_leaving_early_closes_the_engine() -> None:
    scripted = engine("one two three four")

    async def leave() -> None:
        chunks = completions(scripted).chat({**ASKED, "stream": True})
        async with aclosing(chunks):
            async for chunk in chunks:
                if chunk["choices"][0]["delta"].get("content"):
                    return

    asyncio.run(leave())
    assert scripted.calls[0].closed and scripted.calls[0].taken < 4


# --- thoughts ---


def test_thinking_budget_closes_the_thought() -> None:
    scripted = engine("a b c d e f g h", "Answer<|im_end|>")
    answer = run(scripted, {**THINKING, "extra_body": {"thinking_budget": 5}, "return_token_ids": True, "seed": 7})
    first, second = scripted.calls
    closing = script("\n</think>\n\n")
    assert first.taken == 5 == first.sampling.max_tokens
    assert second.ids == first.ids + scripted.scripts[0][:5] + closing
    assert first.sampling.seed == second.sampling.seed == 7
    assert (first.answered, second.answered) == (0, 5 + len(closing))  # its draws go on behind these
    assert message(answer)["content"] == "Answer"
    assert message(answer)["reasoning_content"] == tokenizer().decode(scripted.scripts[0][:5]).rstrip()
    assert answer["choices"][0]["token_ids"] == scripted.scripts[0][:5] + closing + scripted.scripts[1]
    assert answer["choices"][0]["finish_reason"] == "stop" and "note" not in answer["choices"][0]
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 5


def test_no_thinking_budget_at_all() -> None:
    scripted = engine("Answer<|im_end|>")
    assert message(run(scripted, {**THINKING, "thinking_budget": 0})) == {**SAID, "content": "Answer"}
    assert scripted.calls[0].ids[-2:] == script("</think>\n\n")


def test_thought_within_its_budget_is_left_alone() -> None:
    scripted = engine("a</think>\n\nlong answer", "er than the budget<|im_end|>")
    answer = run(scripted, {**THINKING, "thinking_budget": len(script("a</think>\n\nlong answer"))})
    assert message(answer) == {**SAID, "reasoning_content": "a", "content": "long answerer than the budget"}
    assert scripted.calls[1].ids == scripted.calls[0].ids + scripted.scripts[0]


def test_repetition_closes_a_thought() -> None:
    scripted = engine("ab cd " * 400, "Answer<|im_end|>")
    answer = run(scripted, THINKING)
    assert scripted.calls[0].taken < 2 * LOOP_TOKENS
    assert message(answer)["content"] == "Answer" and answer["choices"][0]["note"] == THOUGHT_CLOSED


def test_repetition_ends_a_reply() -> None:
    answer = run(engine("ab cd " * 400), ASKED)
    assert answer["choices"][0]["finish_reason"] == "length" and answer["choices"][0]["note"] == REPLY_STOPPED
    unguarded = engine("ab cd " * 400 + "<|im_end|>")
    assert run(unguarded, {**ASKED, "loop_guard": False})["usage"]["completion_tokens"] == len(unguarded.scripts[0])


def test_what_a_loop_is() -> None:
    assert loops([1, 2, 3] * 70)
    assert loops(list(range(60)) * 4)
    assert not loops(list(range(60)) * 3)
    assert not loops([1, 2, 3] * 60)
    assert not loops([*([1, 2, 3] * 66), 1, 2, 9])
    assert not loops(list(range(1000)))
    assert not loops([])


# --- tools ---


def test_tool_call() -> None:
    scripted = engine(f"Let me look.\n\n{CALL}<|im_end|>")
    answer = run(scripted, {**ASKED, "tools": [WEATHER]})
    (call,) = message(answer)["tool_calls"]
    assert call["id"].startswith("call_") and call["type"] == "function" and "index" not in call
    assert call["function"] == {"name": "weather", "arguments": '{"days": 3}'}
    assert message(answer)["content"] == "Let me look." and answer["choices"][0]["finish_reason"] == "tool_calls"
    assert '"name": "weather"' in tokenizer().decode(scripted.calls[0].ids)


def test_tool_call_chunks_have_indices() -> None:
    chunks = run_chunks(engine(f"{CALL}\n{CALL}<|im_end|>"), {**ASKED, "tools": [WEATHER], "stream": True})
    calls = [call for c in chunks if c["choices"] for call in c["choices"][0]["delta"].get("tool_calls", [])]
    assert [call["index"] for call in calls] == [0, 1] and calls[0]["id"] != calls[1]["id"]


def test_only_calls_have_no_content() -> None:
    assert message(run(engine(f"{CALL}<|im_end|>"), {**ASKED, "tools": [WEATHER]}))["content"] is None


def test_calls_one_at_a_time() -> None:
    scripted = engine(f"{CALL}\n{CALL}<|im_end|>")
    answer = run(scripted, {**ASKED, "tools": [WEATHER], "parallel_tool_calls": False})
    assert len(message(answer)["tool_calls"]) == 1 and answer["choices"][0]["finish_reason"] == "tool_calls"
    assert scripted.calls[0].taken == len(script(CALL))


def test_unfinished_call_keeps_its_reason() -> None:
    cut = "<tool_call>\n<function=weather>\n<parameter=days>\n3"
    answer = run(engine(cut), {**ASKED, "tools": [WEATHER], "max_tokens": len(script(cut))})
    assert answer["choices"][0]["finish_reason"] == "length" and len(message(answer)["tool_calls"]) == 1


def test_tools_may_be_withheld() -> None:
    scripted = engine("x<|im_end|>")
    run(scripted, {**ASKED, "tools": [WEATHER], "tool_choice": "none"})
    assert "weather" not in tokenizer().decode(scripted.calls[0].ids)


@pytest.mark.parametrize(
    ("choice", "prefix"),
    [
        ("required", "<tool_call>\n<function="),
        ({"type": "function", "function": {"name": "weather"}}, "<tool_call>\n<function=weather>\n"),
    ],
)
@pytest.mark.parametrize("thinking", ["", "hm\n</think>"])
def test_demanded_calls_are_begun_for_the_model(choice: object, prefix: str, thinking: str) -> None:
    rest = CALL.removeprefix(prefix) + "<|im_end|>"
    scripted = engine(*([thinking] if thinking else []), rest)
    answer = run(scripted, {**ASKED, "tools": [WEATHER], "tool_choice": choice, "enable_thinking": bool(thinking)})
    assert message(answer)["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"days": 3}'}
    assert message(answer).get("reasoning_content", "") == thinking.removesuffix("\n</think>")
    begun = script(("\n\n" if thinking else "") + prefix)
    assert scripted.calls[-1].ids[-len(begun) :] == begun
    assert answer["usage"]["prompt_tokens"] == len(
        chat_format().encode(ASKED["messages"], tools=[WEATHER], enable_thinking=bool(thinking)).ids
    )


def test_demanded_call_follows_a_thought_over_its_budget() -> None:
    scripted = engine("a b c d", CALL.removeprefix("<tool_call>\n<function=") + "<|im_end|>")
    answer = run(scripted, {**THINKING, "tools": [WEATHER], "tool_choice": "required", "thinking_budget": 2})
    assert len(message(answer)["tool_calls"]) == 1 and answer["choices"][0]["finish_reason"] == "tool_calls"


def test_a_call_in_the_thought_ends_it() -> None:
    answer = run(engine(f"Let me look. {CALL}<|im_end|>"), {**THINKING, "tools": [WEATHER]})
    assert message(answer)["reasoning_content"] == "Let me look." and message(answer)["content"] is None
    assert message(answer)["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"days": 3}'}
    assert answer["choices"][0]["finish_reason"] == "tool_calls"
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] < len(script(CALL))


def test_a_demanded_call_may_come_in_the_thought() -> None:
    named = {"type": "function", "function": {"name": "weather"}}
    for choice in ("required", named):
        scripted = engine(f"Let me look. {CALL}\n", "<|im_end|>")
        answer = run(scripted, {**THINKING, "tools": [WEATHER], "tool_choice": choice})
        assert len(message(answer)["tool_calls"]) == len(scripted.calls) - 1 == 1 or len(scripted.calls) == 1
    other = {"type": "function", "function": {"name": "clock"}}
    scripted = engine(f"Let me look. {CALL}\n", "</function></tool_call><|im_end|>")
    answer = run(scripted, {**THINKING, "tools": [WEATHER, other], "tool_choice": other})
    assert [call["function"]["name"] for call in message(answer)["tool_calls"]] == ["weather", "clock"]


def test_an_end_token_in_the_thought_ends_the_thought_only() -> None:
    scripted = engine("I am done.<|im_end|>", "Answer<|im_end|>")
    answer = run(scripted, {**THINKING, "return_token_ids": True})
    assert message(answer) == {**SAID, "reasoning_content": "I am done.", "content": "Answer"}
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["choices"][0]["token_ids"] == script("I am done.<|im_end|>\n</think>\n\nAnswer<|im_end|>")
    first, second = scripted.calls
    assert second.ids == first.ids + script("I am done.") + script("\n</think>\n\n"), "the end token is not read again"
    assert second.answered == len(second.ids) - len(first.ids)


def test_an_end_token_in_the_thought_gives_no_tokens_beyond_the_limit() -> None:
    thought = "I am done.<|im_end|>"
    answer = run(engine(thought, "Answer"), {**THINKING, "max_tokens": len(script(thought))})
    assert answer["choices"][0]["finish_reason"] == "length" and message(answer)["content"] == ""
    answer = run(engine(thought, "Answer"), {**THINKING, "max_tokens": len(script(thought + "\n</think>\n\n")) + 2})
    assert answer["choices"][0]["finish_reason"] == "length" and message(answer)["content"] == "An"


def test_a_call_spelled_with_ordinary_tokens_is_text() -> None:
    """Somebody may have asked the model to repeat it."""
    spelled = tokenizer().encode(CALL, control=False)
    answer = run(ScriptedEngine([*spelled, 902]), {**ASKED, "tools": [WEATHER]})
    assert message(answer) == {**SAID, "content": CALL} and answer["choices"][0]["finish_reason"] == "stop"
    thought = tokenizer().encode("a</think>b", control=False)
    answer = run(ScriptedEngine([*thought, *script("\n</think>\n\nHi<|im_end|>")]), THINKING)
    assert message(answer) == {**SAID, "reasoning_content": "a</think>b", "content": "Hi"}
