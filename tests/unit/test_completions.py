"""OpenAI's shapes over a scripted engine: chunks, stops, thoughts, tools, logprobs, and requests that are refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from functools import cache
from typing import Any, cast

import pytest

from pyside.bundle import Generation
from pyside.chat_template import ChatFormat, ChatTemplate
from pyside.completions import Completions, collect
from pyside.engine import Engine
from pyside.errors import ContextError, RequestError
from pyside.reply import LOOP_TOKENS, REPLY_STOPPED, THOUGHT_CLOSED, loops
from pyside.tokenizer import Tokenizer, pack
from tests.text_samples import TINY
from tests.unit.scripted_engine import ScriptedEngine

ASKED = {"messages": [{"role": "user", "content": "hi"}]}
THINKING = {**ASKED, "enable_thinking": True}
PRESETS = {
    "thinking": {"temperature": 0.6, "top_p": 0.95, "top_k": 20, "min_p": 0.0, "presence_penalty": 1.5},
    "direct": {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "min_p": 0.0, "presence_penalty": 2.0},
}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"days": {"type": "integer"}}}},
}
CALL = "<tool_call>\n<function=weather>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>"


@cache
def tokenizer() -> Tokenizer:
    files = (TINY["tiny-a"] / name for name in ("tokenizer.json", "tokenizer_config.json"))
    return Tokenizer.load(pack(*(json.loads(file.read_text(encoding="utf-8")) for file in files)))


@cache
def chat_format() -> ChatFormat:
    return ChatFormat(ChatTemplate((TINY["tiny-a"] / "chat_template.jinja").read_text(encoding="utf-8")), tokenizer())


def script(text: str) -> list[int]:
    return tokenizer().encode(text)


def engine(*texts: str, **options: int) -> ScriptedEngine:
    return ScriptedEngine(*(script(text) for text in texts), **options)


def completions(scripted: ScriptedEngine) -> Completions:
    generation = Generation((902, 900), tokenizer().vocab_used, False, PRESETS)
    return Completions(cast(Engine, scripted), tokenizer(), chat_format(), generation, "tiny")


def run_chunks(scripted: ScriptedEngine, request: Mapping[str, Any], kind: str = "chat") -> list[dict[str, Any]]:
    async def gather() -> list[dict[str, Any]]:
        return [chunk async for chunk in getattr(completions(scripted), kind)(request)]

    return asyncio.run(gather())


def run(scripted: ScriptedEngine, request: Mapping[str, Any], kind: str = "chat") -> dict[str, Any]:
    """The collected answer."""

    async def gather() -> dict[str, Any]:
        return await collect(getattr(completions(scripted), kind)(request))

    answer = asyncio.run(gather())
    assert all(call.closed for call in scripted.calls)
    return answer


def message(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["choices"][0]["message"]
    return found


# --- shapes ---


def test_chunks_are_openais() -> None:
    chunks = run_chunks(engine("Hi there<|im_end|>"), {**ASKED, "stream": True})
    first, *middle, last, usage = chunks
    assert {(c["id"], c["object"], c["model"]) for c in chunks} == {(first["id"], "chat.completion.chunk", "tiny")}
    assert first["id"].startswith("chatcmpl-") and isinstance(first["created"], int)
    assert first["choices"] == [
        {"index": 0, "delta": {"role": "assistant", "content": ""}, "logprobs": None, "finish_reason": None}
    ]
    assert "".join(c["choices"][0]["delta"]["content"] for c in middle) == "Hi there" and len(middle) > 1
    assert last["choices"] == [{"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}]
    assert usage["choices"] == []


def test_usage() -> None:
    scripted = engine("Hi there<|im_end|>")
    usage = run(scripted, ASKED)["usage"]
    prompt, generated = len(scripted.calls[0].ids), len(scripted.scripts[0])
    assert usage == {
        "prompt_tokens": prompt,
        "completion_tokens": generated,
        "total_tokens": prompt + generated,
        "prompt_tokens_details": {"cached_tokens": 1},
        "completion_tokens_details": {"reasoning_tokens": 0},
        "extra": {
            "prefill_tokens_per_s": (prompt - 1) / 0.5,
            "decode_tokens_per_s": 8.0,
            "time_to_first_token_s": 0.25,
            "cached_tokens": 1,
        },
    }
    without = run_chunks(engine("x"), {**ASKED, "stream": True, "stream_options": {"include_usage": False}})
    assert all(chunk["choices"] for chunk in without)


def test_collected_answer() -> None:
    answer = run(engine("Hi there<|im_end|>"), ASKED)
    assert answer["object"] == "chat.completion"
    assert answer["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "Hi there"}, "logprobs": None, "finish_reason": "stop"}
    ]


def test_prompt_is_the_templates_and_stable_before_the_reply() -> None:
    scripted = engine("x<|im_end|>")
    run(scripted, ASKED)
    prompt = chat_format().encode(ASKED["messages"])
    assert scripted.calls[0].ids == list(prompt.ids) and scripted.calls[0].stable == prompt.stable


def test_reasoning_is_apart() -> None:
    answer = run(engine("well\n</think>\n\nHi<|im_end|>"), THINKING)
    assert message(answer) == {"role": "assistant", "content": "Hi", "reasoning_content": "well"}
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == len(script("well\n</think>"))


def test_developer_messages_are_system_messages() -> None:
    scripted = engine("x<|im_end|>")
    run(scripted, {"messages": [{"role": "developer", "content": "Be brief."}, *ASKED["messages"]]})
    assert tokenizer().decode(scripted.calls[0].ids).startswith("<|im_start|>system\nBe brief.")


def test_unfinished_character_is_replaced() -> None:
    ids = script("世")
    assert message(run(ScriptedEngine([*ids, *ids[:-1], 902]), ASKED))["content"] == "世\ufffd"


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
    assert message(answer) == {"role": "assistant", "reasoning_content": "one two", "content": "one three "}


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
    assert (first.sampling.seed, second.sampling.seed) == (7, 8)
    assert message(answer)["content"] == "Answer"
    assert message(answer)["reasoning_content"] == tokenizer().decode(scripted.scripts[0][:5]).rstrip()
    assert answer["choices"][0]["token_ids"] == scripted.scripts[0][:5] + closing + scripted.scripts[1]
    assert answer["choices"][0]["finish_reason"] == "stop" and "note" not in answer["choices"][0]
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == 5


def test_no_thinking_budget_at_all() -> None:
    scripted = engine("Answer<|im_end|>")
    assert message(run(scripted, {**THINKING, "thinking_budget": 0})) == {"role": "assistant", "content": "Answer"}
    assert scripted.calls[0].ids[-2:] == script("</think>\n\n")


def test_thought_within_its_budget_is_left_alone() -> None:
    scripted = engine("a</think>\n\nlong answer", "er than the budget<|im_end|>")
    answer = run(scripted, {**THINKING, "thinking_budget": len(script("a</think>\n\nlong answer"))})
    assert message(answer) == {
        "role": "assistant",
        "reasoning_content": "a",
        "content": "long answerer than the budget",
    }
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


# --- log-probabilities and ids ---


def test_chat_logprobs_cover_every_token_once() -> None:
    scripted = engine("Hi é there<|im_end|>")
    answer = run(scripted, {**ASKED, "logprobs": True, "top_logprobs": 2})
    content = answer["choices"][0]["logprobs"]["content"]
    assert b"".join(bytes(entry["bytes"]) for entry in content).decode() == "Hi é there<|im_end|>"
    assert [entry["logprob"] for entry in content] == [-float(n) for n in range(1, len(scripted.scripts[0]) + 1)]
    assert all(len(entry["top_logprobs"]) == 2 for entry in content)
    assert set(content[0]["top_logprobs"][1]) == {"token", "logprob", "bytes"}
    bare = run(engine("Hi<|im_end|>"), {**ASKED, "logprobs": True})["choices"][0]["logprobs"]["content"]
    assert all(entry["top_logprobs"] == [] for entry in bare)


def test_token_ids() -> None:
    scripted = engine("Hi there<|im_end|>")
    choice = run(scripted, {**ASKED, "return_token_ids": True})["choices"][0]
    assert choice["prompt_token_ids"] == scripted.calls[0].ids
    assert choice["token_ids"] == scripted.scripts[0]


# --- sampling ---


@pytest.mark.parametrize(
    ("request_fields", "wanted"),
    [
        ({}, {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "presence_penalty": 2.0}),
        ({"enable_thinking": True}, {"temperature": 0.6, "top_p": 0.95, "presence_penalty": 1.5}),
        ({"temperature": 0}, {"temperature": 0.0, "top_k": 0, "top_p": 1.0, "presence_penalty": 0.0}),
        ({"temperature": 0, "presence_penalty": 1}, {"presence_penalty": 1.0}),
        ({"top_k": 5, "extra_body": {"min_p": 0.1}}, {"top_k": 5, "min_p": 0.1, "temperature": 0.7}),
        ({"frequency_penalty": -1, "repetition_penalty": 1.2}, {"frequency_penalty": -1.0, "repetition_penalty": 1.2}),
        ({"seed": 11}, {"seed": 11}),
    ],
)
def test_sampling_starts_from_the_model_card(request_fields: dict[str, Any], wanted: dict[str, Any]) -> None:
    scripted = engine("x<|im_end|>")
    run(scripted, ASKED | request_fields)
    sampling = scripted.calls[0].sampling
    assert {name: getattr(sampling, name) for name in wanted} == wanted
    assert sampling.stop_ids == (902, 900)


def test_seeds_differ_when_none_is_given() -> None:
    scripted = engine("x<|im_end|>")
    for _ in range(3):
        run(scripted, ASKED)
    assert len({call.sampling.seed for call in scripted.calls}) == 3


# --- plain continuations ---


def test_text() -> None:
    scripted = engine(" world<|im_end|>")
    answer = run(scripted, {"prompt": "Hello<|im_start|>"}, "text")
    assert answer["object"] == "text_completion" and answer["id"].startswith("cmpl-")
    assert answer["choices"] == [{"index": 0, "text": " world", "logprobs": None, "finish_reason": "stop"}]
    assert scripted.calls[0].ids == script("Hello<|im_start|>")
    assert scripted.calls[0].sampling.max_tokens == 16 and scripted.calls[0].sampling.temperature == 1.0


def test_text_is_not_searched_for_thoughts_or_calls() -> None:
    text = "<think>a</think>" + CALL
    assert run(engine(text + "<|im_end|>"), {"prompt": "x", "max_tokens": 99}, "text")["choices"][0]["text"] == text


@pytest.mark.parametrize("prompt", [[5, 6, 7], [[5, 6, 7]]])
def test_prompts_as_ids(prompt: Sequence[Any]) -> None:
    scripted = engine("x<|im_end|>")
    answer = run(scripted, {"prompt": prompt, "return_token_ids": True, "echo": True}, "text")
    assert scripted.calls[0].ids == [5, 6, 7] == answer["choices"][0]["prompt_token_ids"]
    assert answer["choices"][0]["token_ids"] == scripted.scripts[0]
    assert answer["choices"][0]["text"] == tokenizer().decode([5, 6, 7]) + "x"


def test_scoring_a_text() -> None:
    scripted = engine("never said")
    answer = run(scripted, {"prompt": "Hello é", "max_tokens": 0, "echo": True, "logprobs": 2}, "text")
    ids = script("Hello é")
    assert scripted.calls == [] and scripted.scored == [ids]
    (choice,) = answer["choices"]
    assert choice["text"] == "Hello é" and choice["finish_reason"] == "length"
    logprobs = choice["logprobs"]
    assert logprobs["tokens"][0] == "H" and len(logprobs["tokens"]) == len(ids)
    assert logprobs["token_logprobs"] == [None, *(-float(n) for n in range(1, len(ids)))]
    assert logprobs["top_logprobs"][0] is None and len(logprobs["top_logprobs"][1]) == 2
    assert logprobs["text_offset"][:2] == [0, 1]
    assert answer["usage"]["prompt_tokens"] == len(ids) and answer["usage"]["completion_tokens"] == 0


def test_text_logprobs_continue_after_an_echo() -> None:
    scripted = engine("two<|im_end|>")
    logprobs = run(scripted, {"prompt": "one", "echo": True, "logprobs": 0}, "text")["choices"][0]["logprobs"]
    assert "".join(logprobs["tokens"]) == "onetwo<|im_end|>"
    starts = [len("".join(logprobs["tokens"][:n])) for n in range(len(logprobs["tokens"]))]
    assert logprobs["text_offset"] == starts
    assert all(places is None or len(places) == 1 for places in logprobs["top_logprobs"])


def test_bytes_of_split_characters_are_told() -> None:
    ids = script("世")
    logprobs = run(ScriptedEngine([*ids, 902]), {"prompt": "x", "logprobs": 0}, "text")["choices"][0]["logprobs"]
    assert logprobs["tokens"][0].startswith("bytes:\\x")


def test_text_stop_string() -> None:
    answer = run(engine("one two three"), {"prompt": "x", "stop": ["two"]}, "text")
    assert answer["choices"][0]["text"] == "one " and answer["choices"][0]["finish_reason"] == "stop"


# --- refused ---


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"messages": []}, 'messages is [], expected a list of at least one message with a role'),
        ({"messages": "hi"}, 'messages is "hi"'),
        ({"messages": [{"content": "x"}]}, "messages is"),
        ({"messages": [{"role": "critic", "content": "x"}, *ASKED["messages"]]}, "Unexpected message role."),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "'image_url', expected text"),
        ({"temperature": 3}, "temperature is 3, expected a number 0 to 2"),
        ({"temperature": True}, "temperature is true, expected a number"),
        ({"temperature": float("nan")}, "temperature is NaN"),
        ({"top_p": "1"}, 'top_p is "1", expected a number 0 to 1'),
        ({"top_k": 1.5}, "top_k is 1.5, expected a whole number 0 to 128"),
        ({"max_tokens": 0}, "max_tokens is 0, expected a whole number from 1"),
        ({"n": 2}, "n is 2, expected 1: ask again for another answer"),
        ({"stop": [""]}, 'stop is [""], expected a text or a list'),
        ({"stream": 1}, "stream is 1, expected true or false"),
        ({"stream_options": {"x": True}}, "stream_options"),
        ({"seed": 0.5}, "seed is 0.5"),
        ({"logprobs": 3}, "logprobs is 3, expected true or false"),
        ({"top_logprobs": 3}, "top_logprobs is 3, expected logprobs: true with it"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs is 21, expected a whole number 0 to 20"),
        ({"tools": [{"name": "f"}]}, "tools is"),
        ({"tool_choice": "always"}, 'tool_choice is "always", expected auto'),
        ({"tool_choice": "required"}, "tool_choice is 'required', expected tools"),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice names 'g', expected one of the tools",
        ),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"thinking_budget": -1}, "thinking_budget is -1"),
        ({"temprature": 1, "best": 2}, "unknown best, temprature"),
        ({"extra_body": {"temperature": 1}, "temperature": 1}, "temperature stands beside and inside extra_body"),
        ({"extra_body": 3}, "extra_body is 3, expected an object"),
        ({"n": 2, "seed": "x"}, "n is 2, expected 1: ask again for another answer; seed"),
    ],
)  # fmt: skip
def test_refused_chats(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        run(engine("x"), ASKED | fields)
    parts = sentence.split("; ")
    assert all(part in str(caught.value) for part in parts)


@pytest.mark.parametrize(
    ("request_fields", "sentence"),
    [
        ({}, "prompt is missing"),
        ({"prompt": 3}, "prompt is 3, expected a text, or a list of token ids"),
        ({"prompt": [1, -2]}, "prompt is [1, -2]"),
        ({"prompt": ["a", "b"]}, "prompt is"),
        ({"prompt": "x", "logprobs": True}, "logprobs is true, expected a whole number 0 to 20"),
        ({"prompt": "x", "tools": []}, "unknown tools"),
        ({"prompt": "x", "max_tokens": -1}, "max_tokens is -1"),
    ],
)
def test_refused_texts(request_fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        run(engine("x"), request_fields, "text")
    assert sentence in str(caught.value)


def test_null_means_absent() -> None:
    answer = run(
        engine("x<|im_end|>"),
        {**ASKED, "temperature": None, "tools": None, "stop": None, "response_format": {"type": "text"}},
    )
    assert message(answer)["content"] == "x"
