"""What stands for pictures in a prompt: as many tokens as transformers writes, within the pixels that were asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pytest

from pyside.api.parts import ImagePart, Part, VideoPart, parts_of
from pyside.api.sight import IMAGE_PIXELS, LOW_PIXELS, Seen, Sight
from pyside.errors import RequestError
from pyside.plan.gpu import Gpu
from pyside.text.chat_template import ChatFormat, ChatTemplate, Prompt
from tests.support.held_pictures import HeldPictures
from tests.support.scripted_engine import tokenizer
from tests.support.vision_prompts import IMAGE, VIDEO, VISION, VisionPrompt, vision_prompts

LARGE = {**vars(VISION), "image_min_pixels": 65536, "image_max_pixels": 1 << 24, "video_max_pixels": 25165824}


class Sized(HeldPictures):
    """Pictures of which nothing but the size is asked: (frames, height, width)."""

    def __init__(self, *sizes: tuple[int, int, int], fps: float = 0.0) -> None:
        super().__init__(cast(Gpu, None), [np.broadcast_to(np.uint8(0), (*size, 3)) for size in sizes], fps)


def look(
    parts: Sequence[Part],
    pictures: HeldPictures | None,
    prompt: Prompt | tuple[int, ...] = (IMAGE,),
    patches: int = 4096,
    max_pixels: int | None = None,
    vision: Mapping[str, Any] = LARGE,
) -> Seen:
    sight = Sight(type(VISION)(**vision), patches, tokenizer())
    prompt = prompt if isinstance(prompt, Prompt) else Prompt(prompt, (), False, "")
    return asyncio.run(sight.look(prompt, parts, pictures, max_pixels))


def size_of(part: Part, height: int, width: int, **options: Any) -> tuple[int, int]:
    """How large a picture is seen."""
    seen = look([part], Sized((1, height, width)), **options)
    ((_, image),) = seen.places
    assert len(seen.prompt.ids) * 1024 == image.height * image.width
    assert (image.height, image.width) == (16 * image.grid[0], 16 * image.grid[1])
    return image.height, image.width


@pytest.mark.parametrize("golden", vision_prompts(), ids=lambda golden: f"{golden.model}-{golden.name}")
def test_prompts_are_those_of_transformers(golden: VisionPrompt) -> None:
    rendered = ChatFormat(ChatTemplate(golden.template), tokenizer()).encode(golden.messages)
    assert rendered.text == golden.text
    pictures = HeldPictures(cast(Gpu, None), golden.sources, golden.fps)
    seen = look(parts_of(golden.messages), pictures, rendered, vision=vars(VISION))
    assert seen.prompt.ids == golden.ids
    assert seen.prompt.stable[-1] == len(golden.ids) - (len(rendered.ids) - rendered.stable[-1])
    content, images = asyncio.run(seen.content())
    assert content.ids == golden.ids
    want = golden.content().spans
    assert [(span.start, span.grid) for span in content.spans] == [(span.start, span.grid) for span in want]
    assert {span.digest for span in content.spans} == images.keys()
    if golden.taken:
        taken = [*golden.taken, golden.taken[-1]]
        assert [image.frames for _, image in seen.places] == list(zip(taken[::2], taken[1::2], strict=True))


def test_detail_and_max_pixels_bound_a_picture() -> None:
    assert size_of(ImagePart(0), 3000, 4000) == (864, 1152)
    assert size_of(ImagePart(0), 3000, 4000, patches=65536) == (864, 1152), "auto is no more than that"
    assert size_of(ImagePart(0, "high"), 3000, 4000, patches=65536) == (3008, 4000)
    assert size_of(ImagePart(0, "high"), 3000, 4000) == (864, 1152)
    assert size_of(ImagePart(0, "low"), 3000, 4000) == (416, 576)
    assert size_of(ImagePart(0, "low", 100_000), 3000, 4000) == (256, 352)
    assert size_of(ImagePart(0), 3000, 4000, max_pixels=100_000) == (256, 352)
    assert size_of(ImagePart(0, "high"), 3000, 4000, max_pixels=100_000) == (864, 1152)
    assert size_of(ImagePart(0, "auto", 200_000), 3000, 4000, max_pixels=100_000) == (384, 512)
    assert size_of(ImagePart(0), 20, 30) == (224, 320), "the least that a tower is shown"
    assert size_of(ImagePart(0), 480, 640) == (480, 640)
    assert (IMAGE_PIXELS, LOW_PIXELS) == (1024 * 1024, 512 * 512)


def test_a_video_is_bounded_as_a_whole() -> None:
    def seen(
        part: VideoPart, frames: int, fps: float, height: int, width: int, patches: int = 4096
    ) -> tuple[int, int, int]:
        found = look([part], Sized((frames, height, width), fps=fps), (VIDEO,), patches)
        (image,) = {(image.height, image.width) for _, image in found.places}
        return len(found.places), *image

    assert seen(VideoPart(0), 300, 30, 1080, 1920) == (10, 320, 608)  # 20 frames, 4 Mpx among them
    assert seen(VideoPart(0, max_pixels=1 << 20), 300, 30, 1080, 1920) == (10, 160, 288)
    assert seen(VideoPart(0, fps=1), 300, 30, 1080, 1920) == (5, 480, 832)
    assert seen(VideoPart(0, max_frames=3), 300, 30, 480, 640) == (2, 480, 640)
    assert seen(VideoPart(0, max_frames=2), 300, 30, 480, 640) == (1, 480, 640)
    assert seen(VideoPart(0), 300, 0.0, 64, 64) == (13, 64, 64), "an unknown rate is taken for 24"
    for frames in (2, 3, 5):  # a frame never has more patches than the tower takes
        assert np.prod(seen(VideoPart(0, max_pixels=1 << 30), frames, 1, 2000, 2000, patches=64)[1:]) <= 64 * 256


@pytest.mark.parametrize(
    ("part", "size", "options", "sentence"),
    [
        (ImagePart(0, max_pixels=1 << 24), (9, 9), {}, "max_pixels is 16,777,216, expected 65,536 to 1,048,576, which is what"),
        (ImagePart(0), (9, 9), {"max_pixels": 1000}, "max_pixels is 1,000, expected 65,536 to 1,048,576"),
        (ImagePart(0), (1, 300), {}, "a picture is 1 × 300 pixels, expected a longer side of at most 200 times the shorter"),
        (ImagePart(0), (16, 3200), {"patches": 256}, "picture 1 would be seen at 32 × 3,648 pixels, expected at most 65,536"),
        (ImagePart(0), (9, 9), {"prompt": (1, 2)}, "the chat template wrote 0 placeholders for 1 pictures or videos, expected one"),
        (VideoPart(0), (9, 9), {"prompt": (VIDEO,)}, "the video has 1 frame, expected at least 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_seen(part: Part, size: tuple[int, int], options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        look([part], Sized((1, *size)), **options)
    assert sentence in str(caught.value)


def test_without_a_tower_or_a_picture() -> None:
    blind = Sight(None, 0, tokenizer())
    with pytest.raises(
        RequestError, match=r"a message has a picture, expected text, because this model's bundle has no vision"
    ):
        blind.check([ImagePart(0)])
    with pytest.raises(RequestError, match="none came with the request"):
        look([ImagePart(0)], None)
    text = Prompt((1, IMAGE), (1,), False, "")
    assert asyncio.run(blind.look(text, [], None)).prompt == text
    assert asyncio.run(Seen(text).content())[0].ids == (1, IMAGE)
