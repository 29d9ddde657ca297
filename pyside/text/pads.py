"""From one placeholder for a picture to as many as it has rows, and what stands between those of a video.

A template writes one control id for each picture. Only those count: text that looks like one stays text (``chat_template.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from pyside.errors import RequestError
from pyside.text.chat_template import Prompt

FRAMES = 2  # of a video, that make one step in time


class Filling(Protocol):
    """What takes the place of one pad."""

    @property
    def ids(self) -> Sequence[int]:
        """Its ids."""
        ...


_F = TypeVar("_F", bound=Filling)


def fill(prompt: Prompt, fillings: Mapping[int, Sequence[_F]]) -> tuple[Prompt, list[tuple[int, _F]]]:
    """The prompt with its pads filled, by pad id in their order, and where in it each filling begins.

    Errors: RequestError when the template has written more or fewer pads than there are fillings.
    """
    for pad, those in fillings.items():
        if (written := prompt.ids.count(pad)) != len(those):
            raise RequestError(
                f"the chat template wrote {written} placeholders for {len(those)} pictures or videos, expected one for each: "
                "leave them out where the template does not look for them"
            )
    waiting: Mapping[int, Iterator[_F]] = {pad: iter(those) for pad, those in fillings.items()}
    ids: list[int] = []
    placed: list[tuple[int, _F]] = []
    lengths = [0]  # by the prompt's own length, as far as it goes
    for id in prompt.ids:
        if id in waiting:
            filling = next(waiting[id])
            placed.append((len(ids), filling))
            ids += filling.ids
        else:
            ids.append(id)
        lengths.append(len(ids))
    stable = tuple(lengths[length] for length in prompt.stable)
    return replace(prompt, ids=tuple(ids), stable=stable), placed


def timestamps(frames: Sequence[int], fps: float) -> list[str]:
    """When each pair of a video's frames is, in the middle between the two; the last of an odd number stands twice.

    ``frames``: indices into a source of ``fps`` frames a second. Source: ``Qwen3VLProcessor`` of transformers.
    """
    last = frames[-1:] if len(frames) % FRAMES else ()
    seconds = [frame / fps for frame in (*frames, *last)]
    return [f"<{(a + b) / 2:.1f} seconds>" for a, b in zip(seconds[::2], seconds[1::2], strict=True)]
