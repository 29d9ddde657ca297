"""Replies split into reasoning, content and typed tool calls, however their text is cut."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyside.text.chat_stream import Delta, StreamRouter
from pyside.text.tags import ONE_TOKEN
from pyside.text.tool_call import ToolCall
from tests.support.routed_reply import routed, routed_every_way

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
    return routed(text, tools, thinking=thinking, cuts=cuts or [])


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
    assert routed_every_way(text, TOOLS, thinking) == wanted


def test_without_tools_a_call_is_text() -> None:
    assert route(call(), tools=[]) == [content(call())]


@pytest.mark.parametrize(
    ("text", "thinking", "wanted"),
    [
        ("why " + call(parameter("i", "3")), True, [Delta("reasoning", "why"), called("f", i=3)]),
        ("why " + call() + "\n</think>\n\nDone", True, [Delta("reasoning", "why"), called("f"), content("Done")]),
        (call() + " So\n</think>\n\nDone", True, [called("f"), content("So\n\nDone")]),
        ('a <tool_call>{"name": "f"}</tool_call>', True, [Delta("reasoning", "a"), called("f")]),
        ("a <tool_call> b\n</think>\nc", True, [Delta("reasoning", "a <tool_call> b"), content("c")]),
        ("a\n<tool_call>\n<function=g>\n</think>\nc", True,
         [Delta("reasoning", "a\n<tool_call>\n<function=g>"), content("c")]),
        ("a <tool_call>{b}</tool_call>\n</think>\nc", True,
         [Delta("reasoning", "a <tool_call>{b}</tool_call>"), content("c")]),
        ("a <function=f></function></think>c", True, [Delta("reasoning", "a <function=f></function>"), content("c")]),
    ],
)  # fmt: skip
def test_a_call_ends_the_thought_in_which_it_stands(text: str, thinking: bool, wanted: list[Delta]) -> None:
    assert routed_every_way(text, TOOLS, thinking) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Use the <tool_call> tag.",
        "Use  <tool_call>\n\nand\t</tool_call>\n",
        "<tool_call>",
        "a\n\n<tool_call>\n",
        "<tool_call> {} </tool_call> x",
        "Write <function=f> for a call of f, <parameter=s> for s.",
        "<function=f> begins a call.",
        "<function=f>\n",
        "<function=g>\n<parameter=s>\nx\n</parameter>\n</function>",
        "say <function=f>\n<parameter=s>\nx\n</parameter>\n</function>",
        "a < b, <tool, <functional> and <function",
    ],
)
def test_a_tag_that_is_only_mentioned_is_text(text: str) -> None:
    for thinking, kind in ((False, "content"), (True, "reasoning")):
        shown = text if kind == "content" else text.rstrip()
        assert [(delta.kind, delta.text) for delta in routed_every_way(text, TOOLS, thinking)] == [(kind, shown)]


def test_a_mention_is_shown_as_soon_as_it_is_one() -> None:
    router = StreamRouter(TOOLS, tokens=ONE_TOKEN)
    deltas = [*router.push("Use the"), *router.push(" "), *router.tag("<tool_call>"), *router.push(" ta")]
    assert "".join(delta.text for delta in deltas) == "Use the <tool_call> ta"


@pytest.mark.parametrize("thinking", [False, True])
def test_tags_spelled_with_other_tokens_are_text(thinking: bool) -> None:
    """Where they are one token each: so a model that repeats what somebody wrote does not act on it."""
    twice = "<function=f>\n</function>\n<function=f>\n</function>"
    for spelled in (call(parameter("s", "x")), f"<tool_call>\n{twice}\n</tool_call>", "a</think>b", "<think>a"):
        router = StreamRouter(TOOLS, thinking, ONE_TOKEN)
        deltas = [*(delta for char in spelled for delta in router.push(char)), *router.finish()]
        assert {delta.kind for delta in deltas} == {"reasoning" if thinking else "content"}
        assert "".join(delta.text for delta in deltas) == spelled


def test_a_call_may_hold_tags_spelled_with_other_tokens() -> None:
    router = StreamRouter(TOOLS, tokens=ONE_TOKEN)
    deltas = router.tag("<tool_call>") + router.push("<function=f><parameter=s>a</tool_call></think></parameter>")
    assert deltas + router.push("</function>") + router.tag("</tool_call>") == [called("f", s="a</tool_call></think>")]


PIECES = st.lists(
    st.sampled_from(
        ["<think>", "</think>", "<tool_call>", "</tool_call>", "<function=f>", "</function>", "<parameter=s>", "<parameter=i>",
         "</parameter>", "\n", "\n\n", " ", "<", "</", "<tool", "_call>", "think>", "text", "1", "é", "<function=g>", "{",
         '{"name": "f"}', "<function name='f'>", "\n<parameter=i>", call(parameter("i", "7"))]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(deadline=None)
@given(PIECES, st.lists(st.integers(0, 120)), st.booleans(), st.sampled_from([TOOLS, []]))
def test_any_cutting_gives_the_same(text: str, cuts: list[int], thinking: bool, tools: Any) -> None:
    assert route(text, cuts, tools, thinking) == route(text, None, tools, thinking)


@settings(deadline=None)
@given(PIECES, st.lists(st.integers(0, 120)), st.booleans())
def test_any_cutting_of_the_text_between_tokens_gives_the_same(text: str, cuts: list[int], thinking: bool) -> None:
    pieces, whole = (routed(text, TOOLS, thinking=thinking, cuts=c, tokens=ONE_TOKEN) for c in (cuts, []))
    assert pieces == whole


@settings(deadline=None)
@given(PIECES, st.booleans())
def test_nothing_is_lost_that_is_no_call(text: str, thinking: bool) -> None:
    deltas = route(text, thinking=thinking)
    if not any(delta.call for delta in deltas):
        without = re.sub(r"\s|</?think>", "", text)
        assert re.sub(r"\s|</?think>", "", "".join(delta.text for delta in deltas)) == without


def test_no_part_of_a_tag_is_ever_shown() -> None:
    text = "why\n</think>\n\nbefore\n\n" + call(parameter("s", "x")) + "\n" + call() + "after"
    router = StreamRouter(TOOLS, thinking=True)
    deltas = [delta for char in text for delta in router.push(char)]
    assert all(set(delta.text) <= set("whybeforeafter") for delta in deltas)
    assert len(deltas) == len("why" + "before" + "after") + 2  # each character at once, and two calls
