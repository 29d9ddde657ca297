"""Requests that are refused say what, got and expected."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest

from pyside.api.requests import read_detokenize, read_template, read_tokenize
from pyside.errors import RequestError
from tests.support.scripted_engine import ASKED, WEATHER, engine, message, run

EVERY_MARK = "".join(map(chr, chain(range(0xFDD0, 0xFDF0), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))))


def tool(parameters: Any) -> Any:
    return {"type": "function", "function": {"name": "f", "parameters": parameters}}


def of(schema: Any) -> Any:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def of_part(**part: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [part]}]}


def nested(levels: int) -> Any:
    schema: Any = {}
    for _ in range(levels):
        schema = {"items": schema}
    return schema


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"messages": []}, 'messages is [], expected a list of at least one message with a role'),
        ({"messages": "hi"}, 'messages is "hi"'),
        ({"messages": [{"content": "x"}]}, "messages is"),
        ({"messages": [{"role": "critic", "content": "x"}, *ASKED["messages"]]}, 'a message has role "critic", expected system, developer, user, assistant, tool'),
        ({"messages": [{"role": "constructor", "content": "x"}]}, 'a message has role "constructor", expected system'),
        ({"messages": [None]}, "messages is [null], expected a list of at least one message"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages is"),
        ({"messages": [{"role": "assistant", "reasoning_content": []}]}, "messages is"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"function": None}]}]}, "messages is"),
        ({"messages": [{"role": "user", "content": EVERY_MARK}]}, "hold every one of the 131,100 characters that mean nothing"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "'image_url', expected text"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages is"),
        ({"messages": [{"role": "user", "content": [{"type": []}]}]}, "a message has a part of type [], expected text, image or video"),
        ({"messages": [{"role": "user", "content": ["hi"]}]}, "a message has a part of type None, expected text"),
        (of_part(type="image"), "a message has a part of type image of which picture is missing, expected the number of one that came"),
        (of_part(type="image", picture=-1), "picture is -1, expected the number"),
        (of_part(type="image", picture=0, detail="full"), 'detail is "full", expected auto or low or high'),
        (of_part(type="image", picture=0, max_pixels="1", alt="a cat"), 'unknown alt: leave it out; max_pixels is "1", expected a whole'),
        (of_part(type="image", picture=0, fps=2), "a part of type image of which unknown fps: leave it out"),
        (of_part(type="video", picture=0, fps=0, max_frames=1), "fps is 0, expected a number 0.01 to 120; max_frames is 1, expected"),
        (of_part(type="image", picture=0), "a message has a picture, expected text, because this model's bundle has no vision tower"),
        ({"max_pixels": 0}, "max_pixels is 0, expected a whole number 1 to"),
        (
            {"messages": [*ASKED["messages"], {"role": "assistant", "content": [{"type": "image", "picture": 0}]}], "continue_final_message": True},
            "expected the assistant's text as the last message",
        ),
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
        ({"tools": [tool({"type": "object", "properties": ["city"]})]}, 'tool f: properties is ["city"]'),
        ({"tools": [tool({"type": "object", "properties": {"city": "a text"}})]}, "tool f: properties is"),
        ({"tools": [tool({"anyOf": 5})]}, "tool f: anyOf is 5, expected a non-empty list of schemas"),
        ({"response_format": {"type": "xml", "schema": nested(100_000)}}, "response_format is ..., expected"),
        ({"tools": [tool({"type": "object", "properties": {"city": {"type": 5}}})]}, "tool f.properties.city: got type 5"),
        ({"tools": [tool(nested(400))]}, "tool f: it is nested more than 100 deep"),
        ({"response_format": of(nested(400))}, "response_format: it is nested more than 100 deep"),
        ({"response_format": of(nested(100_000))}, "response_format: it is nested more than 100 deep"),
        ({"response_format": of({"type": 5})}, "schema: got type 5, expected object"),
        ({"response_format": of({"required": [["a"]]})}, "schema: required is"),
        ({"response_format": of({"const": 10**5000})}, "response_format: it holds a number of more than 4096 bits"),
        ({"tool_choice": "always"}, 'tool_choice is "always", expected auto'),
        ({"tool_choice": "required"}, "tool_choice is 'required', expected tools"),
        (
            {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice names 'g', expected one of the tools",
        ),
        ({"response_format": {"type": "xml"}}, "response_format is"),
        ({"response_format": {"type": "json_schema"}}, "response_format is"),
        ({"response_format": {"type": "regex", "regex": 7}}, "response_format is"),
        ({"response_format": {"type": "regex", "regex": "a", "flag": "i"}}, "response_format is"),
        ({"response_format": {"type": "regex", "regex": "(?=a)"}}, "regex has at character 0 look-around"),
        ({"response_format": {"type": "regex", "regex": "a", "flags": "v"}}, "regex has flag v, expected none but"),
        ({"response_format": {"type": "json_object"}, "tools": [WEATHER]}, "expected no tools with it"),
        ({"thinking_budget": -1}, "thinking_budget is -1"),
        ({"continue_final_message": True}, "continue_final_message is true, expected the assistant's text as the last"),
        (
            {"messages": [*ASKED["messages"], {"role": "assistant", "tool_calls": [{}]}], "continue_final_message": True},
            "expected the assistant's text as the last message",
        ),
        (
            {
                "messages": [*ASKED["messages"], {"role": "assistant", "content": "It is "}],
                "continue_final_message": True, "response_format": {"type": "regex", "regex": "[a-c]"},
            },
            "the answer begins with 'It is ', which leaves its form at character 0, 'I'",
        ),
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


@pytest.mark.parametrize(
    ("read", "fields", "sentence"),
    [
        (read_template, {}, "messages is missing, expected a list of at least one message"),
        (read_template, {"messages": [None]}, "messages is [null]"),
        (read_template, {"messages": ASKED["messages"], "tools": 3, "thinking": True}, "tools is 3, expected a list"),
        (read_tokenize, {"text": None}, "text is missing, expected a text"),
        (read_tokenize, {"text": ["a"]}, 'text is ["a"], expected a text'),
        (read_detokenize, {"ids": [1, "2"]}, 'ids is [1, "2"], expected a list of token ids'),
        (read_detokenize, {"ids": [-1]}, "ids is [-1], expected a list of token ids"),
    ],
)
def test_what_else_the_engine_is_asked(read: Callable[[Any], object], fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        read(fields)
    assert sentence in str(caught.value)


def test_what_the_door_lets_through() -> None:
    assert read_tokenize({"text": "a"}) == "a" and read_detokenize({"ids": [1, 2]}) == [1, 2]
    asked = {"messages": [{"role": "developer", "content": "Be brief."}], "tools": None, "enable_thinking": False}
    assert read_template(asked).messages == [{"role": "system", "content": "Be brief."}]
