"""OpenAI's shapes over a scripted engine, and the whole way over a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from pyside.api.completions import Completions, Shown, collect
from pyside.bundle.manifest import Generation
from pyside.engine.ring import Token
from pyside.engine.sampling import Sampling
from pyside.errors import RequestError
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.whole_plan import golden, open_engine, tiny
from tests.support.scripted_engine import (
    ASKED,
    CALL,
    PRESETS,
    THINKING,
    WEATHER,
    Prompt,
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
            "encoded_pictures": 0,
        },
    }
    without = run_chunks(engine("x"), {**ASKED, "stream": True, "stream_options": {"include_usage": False}})
    assert all(chunk["choices"] for chunk in without)


def test_collected_answer() -> None:
    answer = run(engine("Hi there<|im_end|>"), ASKED)
    assert answer["object"] == "chat.completion"
    assert answer["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hi there", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]


def test_prompt_is_the_templates_and_stable_before_the_reply() -> None:
    scripted = engine("x<|im_end|>")
    run(scripted, ASKED)
    prompt = chat_format().encode(ASKED["messages"])
    assert scripted.calls[0].ids == list(prompt.ids) and scripted.calls[0].stable == prompt.stable


def test_reasoning_is_apart() -> None:
    answer = run(engine("well\n</think>\n\nHi<|im_end|>"), THINKING)
    assert message(answer) == {"role": "assistant", "content": "Hi", "refusal": None, "reasoning_content": "well"}
    assert answer["usage"]["completion_tokens_details"]["reasoning_tokens"] == len(script("well\n</think>"))


def test_a_reply_goes_on_from_the_last_message() -> None:
    said = {"role": "assistant", "content": "Hi"}
    begun = {"messages": [*ASKED["messages"], said], "continue_final_message": True}
    scripted = engine(" there<|im_end|>")
    answer = message(run(scripted, begun))
    assert answer["content"] == " there" and "reasoning_content" not in answer
    assert tokenizer().decode(scripted.calls[0].ids).endswith("</think>\n\nHi")
    thought = {**said, "content": "", "reasoning_content": "I greet"}
    scripted = engine(" back.\n</think>\n\nHi<|im_end|>")
    answer = message(run(scripted, begun | {"messages": [*ASKED["messages"], thought]}))
    assert (answer["reasoning_content"], answer["content"]) == (" back.", "Hi")
    assert scripted.calls[0].sampling.temperature == PRESETS["thinking"]["temperature"]


def test_developer_messages_are_system_messages() -> None:
    scripted = engine("x<|im_end|>")
    run(scripted, {"messages": [{"role": "developer", "content": "Be brief."}, *ASKED["messages"]]})
    assert tokenizer().decode(scripted.calls[0].ids).startswith("<|im_start|>system\nBe brief.")


def test_unfinished_character_is_replaced() -> None:
    ids = script("世")
    assert message(run(ScriptedEngine([*ids, *ids[:-1], 902]), ASKED))["content"] == "世\ufffd"


def test_the_reading_of_a_long_prompt_is_told_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("pyside.api.completions.time", SimpleNamespace(perf_counter=lambda: now, time=lambda: 0))

    class Reading(ScriptedEngine):
        async def generate(self, prompt: Prompt, *rest: Any, **options: Any) -> AsyncGenerator[Token, None]:
            nonlocal now
            for seconds, processed in [(0.05, 20), (0.11, 40), (0.2, 60), (0.22, 80), (0.4, 100)]:
                now = seconds
                options["progress"](processed, 100)
            async for token in super().generate(prompt, *rest, **options):
                yield token

    async def gather() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = []
        async for chunk in completions(Reading(script("Hi<|im_end|>"))).chat({**ASKED, "stream": True}, told.append):
            told.append(chunk)
        return told

    role, *progress, text = asyncio.run(gather())[:4]
    assert [chunk.pop("prompt_progress") for chunk in progress] == [
        {"processed": 40, "total": 100},
        {"processed": 80, "total": 100},
    ]
    assert [{**chunk, "choices": []} for chunk in (role, text)] == progress  # the same id and model
    assert text["choices"][0]["delta"]["content"]


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


# --- an answer that outlives its GPU ---


class Replaying(ScriptedEngine):
    """Says the ids of a known answer, from wherever it is asked."""

    async def generate(
        self, prompt: Prompt, sampling: Sampling, *, answered: int = 0, **options: Any
    ) -> AsyncGenerator[Token, None]:
        place = 0
        while place - self.answer[:place].count(902) < answered:  # a 902 in a thought is not read again
            place += 1
        self.scripts = (self.answer[place:],)
        async for token in super().generate(prompt, sampling, answered=answered, **options):
            yield token

    def __init__(self, answer: list[int]) -> None:
        super().__init__()
        self.answer = answer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "request_fields"),
    [
        (("Hi é there, 世界!<|im_end|>",), {"logprobs": True, "return_token_ids": True}),
        (("a b c d e f g h", "Yes.<|im_end|>"), {"enable_thinking": True, "thinking_budget": 5}),
        (("ab cd " * 400, "Yes.<|im_end|>"), {"enable_thinking": True}),
        (("ab cd " * 400,), {}),
        ((f"Well. {CALL}\n{CALL}<|im_end|>",), {"tools": [WEATHER]}),
        ((f"Well. {CALL}\n{CALL}<|im_end|>",), {"tools": [WEATHER], "enable_thinking": True}),
        (("a b c<|im_end|>", "Yes.<|im_end|>"), {"enable_thinking": True}),
        ((f"w</think>\n\n{CALL}", f"{CALL[30:]}<|im_end|>"), {"tools": [WEATHER], "tool_choice": "required"}),
        (("one two three",), {"stop": ["two"], "logprobs": True}),
    ],
    ids=[
        "plain",
        "budget",
        "looping thought",
        "looping reply",
        "calls",
        "call in a thought",
        "end in a thought",
        "demanded call",
        "stop",
    ],
)
def test_an_answer_goes_on_behind_any_of_its_chunks(texts: Sequence[str], request_fields: dict[str, Any]) -> None:
    request = ASKED | request_fields
    answer = run(engine(*texts), {**request, "return_token_ids": True})["choices"][0]["token_ids"]

    async def gather(shown: Shown) -> list[dict[str, Any]]:
        return [chunk async for chunk in completions(Replaying(answer)).chat(request, None, shown)]

    *whole, usage = asyncio.run(gather(Shown(7)))
    assert [id for chunk in whole for id in chunk["choices"][0]["token_ids"]] == answer
    for cut in range(1, len(whole)):
        ids = [id for chunk in whole[:cut] for id in chunk["choices"][0]["token_ids"]]
        *rest, last = asyncio.run(gather(Shown(7, whole[0]["id"], whole[0]["created"], ids)))
        assert [unnamed(chunk) for chunk in rest] == [unnamed(chunk) for chunk in whole[cut:]]
        for count in ("prompt_tokens", "completion_tokens", "completion_tokens_details"):
            assert last["usage"][count] == usage["usage"][count]


def unnamed(chunk: dict[str, Any]) -> dict[str, Any]:
    """A chunk without the random names of its calls."""
    calls = [call for choice in chunk["choices"] for call in choice["delta"].get("tool_calls", [])]
    for call in calls:
        call["id"] = "call"
    return chunk


def test_a_text_goes_on_behind_any_of_its_chunks() -> None:
    request = {"prompt": "one", "echo": True, "logprobs": 1, "max_tokens": 20}
    answer = script("two é three<|im_end|>")

    async def gather(shown: Shown) -> list[dict[str, Any]]:
        return [chunk async for chunk in completions(Replaying(answer)).text(request, None, shown)]

    *whole, _ = asyncio.run(gather(Shown(7)))
    for cut in range(1, len(whole)):
        ids = [id for chunk in whole[:cut] for id in chunk["choices"][0]["token_ids"]]
        *rest, _ = asyncio.run(gather(Shown(7, whole[0]["id"], whole[0]["created"], ids)))
        assert rest == whole[cut:]


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


@pytest.mark.parametrize("cut", [{"top_p": 0.9}, {"min_p": 0.1}, {}])
def test_a_cut_among_all_tokens_is_refused(cut: dict[str, Any]) -> None:
    """The model card's top_p counts as well; a request without top_k is OpenAI's, and what it means is documented."""
    with pytest.raises(RequestError, match=r"top_k is 0, .* with top_p 0\.\d.* give top_k 1 to 128"):
        run(engine("x<|im_end|>"), {**ASKED, "top_k": 0, **cut})
    run(engine("x<|im_end|>"), ASKED | cut)
    for whole in ({"top_p": 1, "min_p": 0}, {"temperature": 0}):
        run(engine("x<|im_end|>"), {**ASKED, "top_k": 0, **cut, **whole})


@pytest.mark.parametrize(("fields", "top_k"), [({}, 0), ({"top_p": 0.9}, 0), ({"top_p": 1, "top_k": 0}, 0)])
def test_plain_texts_take_what_openais_clients_send(fields: dict[str, Any], top_k: int) -> None:
    scripted = engine("x<|im_end|>")
    run(scripted, {"prompt": "x", **fields}, "text")
    assert scripted.calls[0].sampling.top_k == top_k


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
    assert scripted.calls[0].stable == (len(scripted.calls[0].ids),), "what follows may go on from there"


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


# --- over the real engine ---


@pytest.mark.slow
def test_the_whole_way_over_the_numpy_executor() -> None:
    """A chat's prompt ids, its greedy ids and a scored text are those that transformers gave."""
    hello = golden("tiny-a", "hello")
    prompt, wanted = hello["input_ids"].tolist(), hello["decode_ids"].tolist()
    model = tiny("tiny-a")

    async def ask() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        made = await open_engine(NumpyGpu(model.shards), model, 64)
        api = Completions(made, tokenizer(), chat_format(), Generation((902, 900), 933, False, PRESETS), "tiny-a")
        said = tokenizer().decode(prompt).split("<|im_end|>")[0].removeprefix("<|im_start|>user\n")
        talk = {"messages": [{"role": "user", "content": said}], "temperature": 0, "max_tokens": 12}
        chat = await collect(api.chat({**talk, "return_token_ids": True}))
        again = await collect(api.chat(talk))
        scored = await collect(api.text({"prompt": prompt, "max_tokens": 0, "echo": True, "logprobs": 1}))
        return chat, again, scored

    chat, again, scored = asyncio.run(ask())
    assert chat["choices"][0]["prompt_token_ids"] == prompt and chat["choices"][0]["token_ids"] == wanted
    assert chat["choices"][0]["finish_reason"] == "length"
    assert message(again) == message(chat) and again["usage"]["prompt_tokens_details"]["cached_tokens"] > 0
    assert scored["choices"][0]["logprobs"]["token_logprobs"][1:] == pytest.approx(hello["prompt_logprobs"], abs=1e-3)
