"""What transformers makes of conversations with pictures: ids, grids and positions (``tests/data/trim_vision.py``)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pyside.engine.content import Content, Span
from tests.support.models.small_bundle import VISION as SMALL
from tests.support.paths import GOLDENS, TESTS

IMAGE, VIDEO = 912, 913  # pads of the tiny checkpoints
VISION = replace(SMALL, image_token_id=IMAGE, video_token_id=VIDEO, vision_start_token_id=909, vision_end_token_id=910)
MODELS = ("tiny-a", "tiny-b")
MESSAGES: dict[str, list[dict[str, Any]]] = {
    "image_default": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Look: "},
                {"type": "image", "picture": 0},
                {"type": "text", "text": " what is it?"},
            ],
        }
    ],
    "images_two": [
        {
            "role": "user",
            "content": [
                {"type": "image", "picture": 0},
                {"type": "text", "text": "and"},
                {"type": "image", "picture": 1},
                {"type": "text", "text": "differ?"},
            ],
        },
        {"role": "assistant", "content": "Yes."},
        {"role": "user", "content": "Count."},
    ],
    "video_default": [
        {"role": "user", "content": [{"type": "video", "picture": 0}, {"type": "text", "text": "What moves?"}]}
    ],
}


@dataclass(frozen=True)
class VisionPrompt:
    """One conversation and one model."""

    model: str
    name: str
    text: str  # as the template renders it
    ids: tuple[int, ...]
    positions: list[list[int]]  # [3, T]
    offset: int
    grids: list[tuple[int, int]]  # rows and columns of patches of each picture or pair of frames
    sources: list[NDArray[np.uint8]]  # pictures [1, h, w, 3], or a video's frames [F, h, w, 3]
    answer: list[int]  # greedy
    fps: float = 0.0  # of the video
    taken: tuple[int, ...] = ()  # frames of it

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What is said."""
        return MESSAGES[self.name]

    @property
    def template(self) -> str:
        """The model's chat template."""
        return (GOLDENS / self.model / "chat_template.jinja").read_text(encoding="utf-8")

    def content(self) -> Content:
        """The ids, and spans where the pads are."""
        spans: list[Span] = []
        place = 0
        for number, (rows, columns) in enumerate(self.grids):
            place = next(at for at in range(place, len(self.ids)) if self.ids[at] in (IMAGE, VIDEO))
            spans.append(Span(place, f"picture {number}", (rows // 2, columns // 2)))
            place = spans[-1].stop
        return Content(self.ids, tuple(spans))


@cache
def vision_prompts() -> tuple[VisionPrompt, ...]:
    """All of them."""
    return tuple(_prompt(model, name) for model in MODELS for name in MESSAGES)


def _prompt(model: str, name: str) -> VisionPrompt:
    with np.load(TESTS / "data" / "vision" / model / f"{name}.npz") as found:
        golden = dict(found)
    with np.load(
        TESTS / "data" / "vision" / MODELS[0] / f"{name}.npz"
    ) as found:  # the pictures are the same for every model
        names = ["clip"] if "clip" in found else sorted(key for key in found if key.startswith("frames"))
        sources = [found[key] for key in names]
    return VisionPrompt(
        model,
        name,
        str(golden["prompt"]),
        tuple(golden["input_ids"].tolist()),
        golden["position_ids"].tolist(),
        int(golden["rope_delta"]),
        [(int(rows), int(columns)) for pairs, rows, columns in golden["grids"] for _ in range(pairs)],
        sources,
        golden["decode_ids"].tolist(),
        float(golden.get("source_fps", 0.0)),
        tuple(golden["frame_indices"].tolist()) if "frame_indices" in golden else (),
    )


def walked(content: Content) -> list[tuple[int, int, int]]:
    """All three positions of every token, by a walk over the whole prompt (M-RoPE, arXiv:2409.12191)."""
    places: list[tuple[int, int, int]] = []
    starts = {span.start: span for span in content.spans}
    while len(places) < len(content.ids):
        next_one = max(map(max, places), default=-1) + 1
        if span := starts.get(len(places)):
            rows, columns = span.grid
            places += [(next_one, next_one + y, next_one + x) for y in range(rows) for x in range(columns)]
        else:
            places.append((next_one,) * 3)
    return places
