"""Replies split into reasoning, content and typed tool calls, however their text is cut."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyside.text.chat_stream import Delta, StreamRouter, ToolCall, typed

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "f",
            "parameters": {
                "type": "object",
                "properties": {
                    "s": {"type": "string"},
                    "i": {"type": "integer"},
                    "n": {"type": "number"},
                    "b": {"type": "boolean"},
                    "o": {"type": "object"},
                    "l": {"type": "array", "items": {"type": "integer"}},
                },
            },
        },
    }
]


def parameter(name: str, value: str) -> str:
    return f"<parameter={name}>\n{value}\n</parameter>\n"


def call(*parameters: str, name: str = "f") -> str:
    return f"<tool_call>\n<function={name}>\n{''.join(parameters)}</function>\n</tool_call>"


def route(text: str, cuts: list[int] | None = None, tools: Any = TOOLS, thinking: bool = False) -> list[Delta]:
    """The joined deltas of a reply that arrives cut at the given places."""
    router = StreamRouter(tools, thinking)
    places = [0, *sorted({min(cut, len(text)) for cut in cuts or []}), len(text)]
    deltas = [d for a, b in pairwise(places) for d in router.push(text[a:b])] + router.finish()
    joined: list[Delta] = []
    for delta in deltas:
        assert delta.text or delta.call
        if delta.call is None and joined and joined[-1].kind == delta.kind:
            joined[-1] = Delta(delta.kind, joined[-1].text + delta.text)
        else:
            joined.append(delta)
    return joined


def content(text: str) -> Delta:
    return Delta("content", text)


def called(name: str, **arguments: Any) -> Delta:
    return Delta("tool_call", call=ToolCall(name, arguments))


@pytest.mark.parametrize(
    ("text", "thinking", "wanted"),
    [
        ("Hello", False, [content("Hello")]),
        ("why\n</think>\n\nHello\n", True, [Delta("reasoning", "why"), content("Hello\n")]),
        ("\n\n</think>\n\nHello", True, [content("Hello")]),
        ("</think>Hello", True, [content("Hello")]),
        ("never closed </thi", True, [Delta("reasoning", "never closed </thi")]),
        ("<think>\nwhy\n</think>\n\nHello", False, [Delta("reasoning", "why"), content("Hello")]),
        ("a <think> b </think> c", False, [content("a <think> b </think> c")]),
        ("</think>\n\n    code", True, [content("    code")]),
        ("a < b", False, [content("a < b")]),
        ("a <", False, [content("a <")]),
        ("  ", False, [content("  ")]),
        ("", False, []),
        ("", True, []),
        (call(parameter("s", "x")), False, [called("f", s="x")]),
        ("Let me see.\n\n" + call(parameter("i", "3")) + "\n", False, [content("Let me see."), called("f", i=3)]),
        (call() + "\n" + call(name="g"), False, [called("f"), called("g")]),
        (call() + "\n\nDone", False, [called("f"), content("Done")]),
        ("why\n</think>\n\n" + call(), True, [Delta("reasoning", "why"), called("f")]),
        ("<tool_call>\nnonsense</tool_call>!", False, [content("<tool_call>\nnonsense</tool_call>!")]),
        ('<tool_call>\n{"name": "f", "arguments": {"i": 1}}\n</tool_call>', False, [called("f", i=1)]),
    ],
)
def test_replies(text: str, thinking: bool, wanted: list[Delta]) -> None:
    assert route(text, thinking=thinking) == wanted
    assert route(text, list(range(len(text))), thinking=thinking) == wanted


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        ("</parameter>\n</function>\n", called("f", s="a\nb", i=2)),
        ("</parameter>\n", called("f", s="a\nb", i=2)),
        ("\n", called("f", s="a\nb", i=2)),
        ("", called("f", s="a\nb", i=2)),
    ],
)
def test_a_call_without_its_end_is_read_as_far_as_it_goes(end: str, wanted: Delta) -> None:
    text = "<tool_call>\n<function=f>\n" + parameter("s", "a\nb") + "<parameter=i>\n2" + ("\n" if end else "") + end
    assert route(text) == [wanted]
    assert route("<tool_call>\n<fun") == [content("<tool_call>\n<fun")]


def test_without_tools_a_call_is_text() -> None:
    assert route(call(), tools=[]) == [content(call())]


def test_values_may_contain_markup() -> None:
    value = "x <parameter=x> </parameter> <b> </function> &"
    assert route(call(f"<parameter=s>\n{value}\n</parameter>\n")) == [called("f", s=value)]


PIECES = st.lists(
    st.sampled_from(
        ["<think>", "</think>", "<tool_call>", "</tool_call>", "<function=f>", "</function>", "<parameter=s>", "<parameter=i>",
         "</parameter>", "\n", "\n\n", " ", "<", "</", "<tool", "_call>", "think>", "text", "1", "é", call(parameter("i", "7"))]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(PIECES, st.lists(st.integers(0, 120)), st.booleans(), st.sampled_from([TOOLS, []]))
def test_any_cutting_gives_the_same(text: str, cuts: list[int], thinking: bool, tools: Any) -> None:
    assert route(text, cuts, tools, thinking) == route(text, None, tools, thinking)


def test_no_part_of_a_tag_is_ever_shown() -> None:
    text = "why\n</think>\n\nbefore\n\n" + call(parameter("s", "x")) + "\n" + call() + "after"
    router = StreamRouter(TOOLS, thinking=True)
    deltas = [delta for char in text for delta in router.push(char)]
    assert all(set(delta.text) <= set("whybeforeafter") for delta in deltas)
    assert len(deltas) == len("why" + "before" + "after") + 2  # each character at once, and two calls


@pytest.mark.parametrize(
    ("text", "schema", "wanted"),
    [
        ("01", {"type": "string"}, "01"),
        (' "q" ', {"type": "string"}, ' "q" '),
        ("true", {"type": "string"}, "true"),
        ("42", {"type": "integer"}, 42),
        (" 42 ", {"type": "integer"}, 42),
        ("42.0", {"type": "integer"}, 42),
        ("4.5", {"type": "integer"}, "4.5"),
        ("042", {"type": "integer"}, "042"),
        ("abc", {"type": "integer"}, "abc"),
        ("true", {"type": "integer"}, "true"),
        ("42", {"type": "number"}, 42),
        ("-1.5e3", {"type": "number"}, -1500.0),
        ("1e999", {"type": "number"}, "1e999"),
        ("NaN", {"type": "number"}, "NaN"),
        ("True", {"type": "boolean"}, True),
        ("false", {"type": "boolean"}, False),
        ("1", {"type": "boolean"}, "1"),
        ("null", {"type": "null"}, None),
        ("None", {"type": ["string", "null"]}, None),
        ("null", {"type": "integer"}, "null"),
        ('{"a": [1]}', {"type": "object"}, {"a": [1]}),
        ("[1, 2]", {"type": "object"}, "[1, 2]"),
        ("[1, 2]", {"type": "array"}, [1, 2]),
        ("[1,", {"type": "array"}, "[1,"),
        ("[" * 100_000, {"type": "array"}, "[" * 100_000),
        ("5", {"type": ["integer", "string"]}, 5),
        ("05", {"type": ["integer", "string"]}, "05"),
        ("5", {"anyOf": [{"type": "number"}, {"type": "null"}]}, 5),
        ("null", {"oneOf": [{"type": "number"}, {"type": "null"}]}, None),
        ("x", {"enum": ["x", 3]}, "x"),
        ("3", {"enum": ["x", 3]}, 3),
        ("7", {"const": 7}, 7),
        ('{"a": 1}', {"$ref": "#/$defs/T"}, {"a": 1}),
        ("1", {"$ref": "#/$defs/loop"}, "1"),
        ("1", {"$ref": "#/nowhere"}, "1"),
        ('{"a": 1}', {"properties": {}}, {"a": 1}),
        ("[]", {"items": {}}, []),
        ("12", {}, "12"),
        ("12", None, "12"),
        ("12", True, "12"),
    ],
)
def test_arguments_are_typed(text: str, schema: object, wanted: object) -> None:
    root = {"$defs": {"T": {"type": "object"}, "loop": {"$ref": "#/$defs/loop"}}}
    got = typed(text, schema, root)
    assert got == wanted and type(got) is type(wanted)
