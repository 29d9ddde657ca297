"""A reply's text through a ``StreamRouter``, cut anywhere, its tags spelled out or as tokens."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pyside.text.chat_stream import Delta, StreamRouter
from pyside.text.tags import ONE_TOKEN

Tools = Sequence[Mapping[str, Any]]


def routed(
    text: str,
    tools: Tools,
    *,
    thinking: bool = False,
    cuts: Iterable[int] = (),
    tokens: Collection[str] = (),
) -> list[Delta]:
    """The joined deltas of a reply; ``tokens`` are the tags in it that come as one token, and the text between them is cut."""
    router = StreamRouter(tools, thinking, tokens)
    deltas: list[Delta] = []
    for turn, part in enumerate(re.split(f"({'|'.join(tokens)})", text) if tokens else [text]):
        if turn % 2:
            deltas += router.tag(part)
            continue
        places = [0, *sorted({min(cut, len(part)) for cut in cuts}), len(part)]
        deltas += [delta for a, b in pairwise(places) for delta in router.push(part[a:b])]
    return joined(deltas + router.finish())


def joined(deltas: Iterable[Delta]) -> list[Delta]:
    """Deltas, neighbouring texts of one kind in one, none of them empty."""
    found: list[Delta] = []
    for delta in deltas:
        assert delta.text or delta.call
        if delta.call is None and found and found[-1].kind == delta.kind:
            found[-1] = Delta(delta.kind, found[-1].text + delta.text)
        else:
            found.append(delta)
    return found


def routed_every_way(text: str, tools: Tools, thinking: bool = False) -> list[Delta]:
    """The deltas of a reply, which are the same in one piece, letter by letter, and with its tags as tokens."""
    whole = routed(text, tools, thinking=thinking)
    for tokens in ((), ONE_TOKEN):
        assert routed(text, tools, thinking=thinking, cuts=range(len(text)), tokens=tokens) == whole
    return whole
