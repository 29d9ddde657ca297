"""The parts of a message: texts, and pictures and videos, with how exactly each is to be seen.

The page has taken the pictures out and says of every part by number which of them it means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pyside.api.values import short, within
from pyside.engine.sampling import Bound
from pyside.errors import RequestError

DETAILS = ("auto", "low", "high")
PICTURE = Bound(0, 2**31, whole=True)
PIXELS = Bound(1, 2**31, whole=True)
RATE = Bound(0.01, 120.0)  # frames of a video that are seen, a second
FRAMES = Bound(2, 768, whole=True)  # frames of a video that are seen at most


@dataclass(frozen=True)
class ImagePart:
    """A picture in a message."""

    picture: int  # its number among what came with the request
    detail: str = "auto"
    max_pixels: int | None = None  # None: as ``detail`` says


@dataclass(frozen=True)
class VideoPart:
    """A video in a message."""

    picture: int
    fps: float | None = None  # frames a second that are seen
    max_frames: int | None = None
    max_pixels: int | None = None  # of all frames together


Part = ImagePart | VideoPart

_KINDS: Mapping[str, type[Part]] = {"image": ImagePart, "video": VideoPart}
_EXPECTED: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "picture": ("the number of one that came with the request", within(PICTURE)),
    "detail": (" or ".join(DETAILS), lambda value: value in DETAILS),
    "max_pixels": (f"a whole number {PIXELS}", within(PIXELS)),
    "fps": (f"a number {RATE}", within(RATE)),
    "max_frames": (f"a whole number {FRAMES}", within(FRAMES)),
}


def are_parts(content: Sequence[object]) -> bool:
    """Whether a list is a message's content.

    Errors: RequestError for a kind of part that there is not, and for what a picture or a video is given.
    """
    for part in content:
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind not in ("text", *_KINDS):
            raise RequestError(f"a message has a part of type {kind!r:.60}, expected text, image or video")
        assert isinstance(part, Mapping), "nothing else has a type"
        if kind == "text" and not isinstance(part.get("text"), str):
            return False
        if kind != "text":
            _part_of(part)
    return True


def parts_of(messages: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    """The pictures and videos of a conversation that ``are_parts`` has let through, in order."""
    lists = [message["content"] for message in messages if isinstance(message.get("content"), list)]
    return tuple(_part_of(part) for content in lists for part in content if part["type"] != "text")


def _part_of(part: Mapping[str, Any]) -> Part:
    """A picture or a video, with every problem of it in one error."""
    kind = _KINDS[part["type"]]
    given = {name: value for name, value in part.items() if name != "type" and value is not None}
    known = [field.name for field in fields(kind)]
    problems = [f"unknown {name:.60}: leave it out" for name in given if name not in known]
    for name in known:
        expected, fits = _EXPECTED[name]
        if name in given and not fits(given[name]):
            problems.append(f"{name} is {short(given[name])}, expected {expected}")
    if "picture" not in given:
        problems.append(f"picture is missing, expected {_EXPECTED['picture'][0]}")
    if problems:
        raise RequestError(f"a message has a part of type {part['type']} of which " + "; ".join(problems))
    return kind(**given)
