"""Tool calls in every form in which models write them, and values that hold markup."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.routed_reply import routed_every_way

KINDS = {"s": "string", "t": "string", "i": "integer", "l": "array", "o": "object"}
SCHEMA = {"type": "object", "properties": {name: {"type": kind} for name, kind in KINDS.items()}}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in ("f", "g")]

CLOSE = "</tool_call>"
F, P, END = "<function=f>\n", "</parameter>\n", "</function>\n"


def s(value: object, name: str = "s") -> str:
    return f"<parameter={name}>\n{value}\n</parameter>\n"


def call(body: str) -> str:
    return f"<tool_call>\n{body}</tool_call>"


def read(text: str) -> list[tuple[str, dict[str, Any]] | str]:
    """The calls and the texts of a reply."""
    deltas = routed_every_way(text, TOOLS)
    return [(delta.call.name, dict(delta.call.arguments)) if delta.call else delta.text for delta in deltas]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # two functions between one pair of tags
        (call(F + s("a") + END + "<function=g>\n" + s(2, "i") + END), [("f", {"s": "a"}), ("g", {"i": 2})]),
        (call(F + s("a") + "<function=g>\n" + s(2, "i") + END), [("f", {"s": "a"}), ("g", {"i": 2})]),
        (call(F + END + F + END + F), [("f", {})] * 3),
        # without <tool_call>
        ("Well.\n\n" + F + s("a") + END, ["Well.", ("f", {"s": "a"})]),
        (F + s("a") + END + CLOSE, [("f", {"s": "a"})]),
        (F + s("a") + END + "Done", [("f", {"s": "a"}), "Done"]),
        (F + s("a") + END + "\n<function=g>\n" + END, [("f", {"s": "a"}), ("g", {})]),
        (F + s("a") + END + "\n<function=h>\n" + END, [("f", {"s": "a"}), "<function=h>\n</function>\n"]),
        (F + "<parameter=s>\na", [("f", {"s": "a"})]),
        # other spellings
        (call('<function name="f">\n<parameter name="s">\na\n</parameter>\n</function>'), [("f", {"s": "a"})]),
        ("<function name='f'>" + s("a") + END, [("f", {"s": "a"})]),
        (call('<function="f">' + s("a") + END), [("f", {"s": "a"})]),
        (call("<function = f >" + s("a") + END), [("f", {"s": "a"})]),
        (call("<function=f>" + s("a", "s ") + END), [("f", {"s": "a"})]),
        # JSON
        (call('{"name": "f", "arguments": {"i": 1}}'), [("f", {"i": 1})]),
        (call('{"name": "f", "arguments": "{\\"i\\": 1}"}'), [("f", {"i": 1})]),
        (call('{"name": "f", "arguments": {"s": "</tool_call>"}}'), [("f", {"s": CLOSE})]),
        (call('{"name": "f"}\n{"name": "g", "arguments": {}}'), [("f", {}), ("g", {})]),
        (call("{'name': 'f', 'arguments': {'l': ['a', None]}}"), [("f", {"l": ["a", None]})]),
        ('<tool_call>{"name": "f"}', [("f", {})]),
        ('<tool_call>{"name": "f"}\n' + call('{"name": "g"}'), [("f", {}), ("g", {})]),
        (call('{"name": "f", "arguments": 3}'), [call('{"name": "f", "arguments": 3}')]),
        (call('{"name": 3}') + "!", [call('{"name": 3}') + "!"]),
        (call(F + '{"i": 1, "s": "</function></parameter>"}\n' + END), [("f", {"i": 1, "s": "</function></parameter>"})]),
        (call(F + '{"i": 1}\n' + P + END), [("f", {"i": 1})]),
        (call(F + '{"i": 1}\n'), [("f", {"i": 1})]),
        (F + '{"i": 1}\n' + END, [("f", {"i": 1})]),
        (call(F + "{broken\n" + END), [("f", {})]),
        # Python's literals
        (call(F + s("['a', 'b']", "l") + s("{'a': True}", "o") + END), [("f", {"l": ["a", "b"], "o": {"a": True}})]),
    ],
)  # fmt: skip
def test_forms(text: str, wanted: list[tuple[str, dict[str, Any]] | str]) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        # closing tags forgotten
        (F + "<parameter=s>\na\n", {"s": "a"}),
        (F + "<parameter=s>\na\n</function>\n", {"s": "a"}),
        (F + "<parameter=s>a</function>", {"s": "a"}),
        (F + s("a"), {"s": "a"}),
        (F + "<parameter=s>\na\n<parameter=i>\n2\n" + P + END, {"s": "a", "i": 2}),
        (F + "<parameter=s>\na\n<parameter=t>\nb\n<parameter=i>\n2\n" + P + END, {"s": "a", "t": "b", "i": 2}),
        (F + "<parameter=i>\n2\n<parameter=s>\na\n" + P + END, {"s": "a", "i": 2}),
        (F + "<parameter=i>2</function>", {"i": 2}),
        (F + "<parameter=i>2", {"i": 2}),
        (F + "<parameter=l>\n[1]\n" + END, {"l": [1]}),
        # closing tags that close nothing
        (F + "<parameter=s>\na\n" + P + P + END, {"s": "a"}),
        (F + P + s("a") + P + s(2, "i") + END + END, {"s": "a", "i": 2}),
        (F + "<parameter=i>\n2\n" + END + P + END, {"i": 2}),
        (F + "<parameter=s>\na\n" + END + P, {"s": "a"}),
        (F + "some words\n" + s("a") + "and others\n" + END, {"s": "a"}),
    ],
)
def test_closing_tags_that_are_missing_or_stray_reach_no_argument(body: str, wanted: dict[str, Any]) -> None:
    assert read(call(body)) == [("f", wanted)]
    assert read(call(body) + "\nDone") == [("f", wanted), "Done"]
    assert read(call(body) + "\n" + call(F + s("x") + END)) == [("f", wanted), ("f", {"s": "x"})]


@pytest.mark.parametrize(
    "value",
    [
        "a </tool_call> b",
        "</tool_call>",
        "a\n</tool_call>\nb",
        "</tool_call> closes what <tool_call> opens",
        "<tool_call>\n<function=g>\n<parameter=i>\n1\n</parameter>\n</function>\n</tool_call>",
        "see:\n" + 2 * (call("<function=g>\n" + s(1, "i") + s("b", "t") + END) + "\n") + "so",
        "one\n<parameter=i>\ntwo\n</parameter>\nthree",
        "one\n<parameter=x>\ntwo\n</parameter>\n<parameter=t>\n</parameter>",
        "one\n<parameter=x>\ntwo",
        "one <parameter=i> two",
        "one </parameter> two",
        "one </function> two </function>",
        "one\n</function>",
        "</function>\n\n<function=g>",
        "a < b > c </b>",
        " \n spaces \n",
    ],
)
def test_a_value_of_text_may_hold_any_tag(value: str) -> None:
    for following in (END, s(7, "i") + END):
        wanted = {"s": value} | ({"i": 7} if following != END else {})
        assert read(call(F + s(value) + following)) == [("f", wanted)]
        assert read("a\n" + F + s(value) + following + "z") == ["a", ("f", wanted), "z"]


WHOLE = st.recursive(
    st.sampled_from(["a", "\n", " ", "<", "</", "é", "{", "<b>", "</b>", "<tool_call", "</parameter"]),
    lambda inner: st.one_of(
        st.lists(inner).map("".join),
        inner.map(lambda text: f"<parameter=i>\n{text}\n</parameter>\n"),
        inner.map(lambda text: f"<function=g>{text}</function>"),
        inner.map(call),
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(WHOLE, st.booleans())
def test_a_value_with_whole_tags_comes_as_it_is(value: str, last: bool) -> None:
    body = F + (s(7, "i") + s(value) if last else s(value) + s(7, "i")) + END
    assert read(call(body) + "\n\nDone") == [("f", {"i": 7, "s": value}), "Done"]
