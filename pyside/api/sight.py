"""What a model sees of the pictures of a request: how large each is made, and how many tokens stand for it in the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyside.api.parts import ImagePart, Part, VideoPart
from pyside.api.smart_resize import frame_indices, image_size, video_size
from pyside.bundle.vision_config import VisionConfig
from pyside.engine.content import Content, Span
from pyside.engine.pictures import Image, Pictures
from pyside.errors import RequestError
from pyside.text.chat_template import Prompt
from pyside.text.pads import fill, timestamps
from pyside.text.tokenizer import Tokenizer

IMAGE_PIXELS = 1 << 20  # of a picture, unless a request says otherwise: 1,024 tokens where a token is 32 x 32
LOW_PIXELS = 1 << 18  # with detail low
VIDEO_PIXELS = 1 << 22  # of all frames of a video
RATE, FRAMES_MIN, FRAMES_MAX = 2.0, 4, 768  # frames of a video a second, and in all; as the published processor
SOURCE_RATE = 24.0  # of a video that does not say


@dataclass(frozen=True)
class _Filling:
    """What takes one pad's place: ids, and where among them the rows of which image begin."""

    ids: tuple[int, ...]
    images: tuple[tuple[int, Image], ...]


@dataclass(frozen=True)
class Seen:
    """A prompt with room for its pictures' rows."""

    prompt: Prompt
    places: tuple[tuple[int, Image], ...] = ()  # where in its ids each image begins
    merge: int = 1  # patches of a row's side

    async def content(self) -> tuple[Content, dict[str, Image]]:
        """The prompt for the engine, and what stands behind its spans; the pictures have their size from here on.

        Errors: what the pictures' holder says of one that cannot be read.
        """
        digests = {image: await image.digest() for image in dict.fromkeys(image for _, image in self.places)}
        spans = [
            Span(start, digests[image], (image.grid[0] // self.merge, image.grid[1] // self.merge))
            for start, image in self.places
        ]
        return Content(self.prompt.ids, tuple(spans)), {digest: image for image, digest in digests.items()}


class Sight:
    """A model's sight; ``vision`` is that of its bundle, ``patches`` what its tower takes of one picture on this device."""

    def __init__(self, vision: VisionConfig | None, patches: int, tokenizer: Tokenizer) -> None:
        self._vision, self._patches, self._tokenizer = vision, patches, tokenizer

    @property
    def max_pixels(self) -> int:
        """Of the largest picture that can be seen; 0 where none can."""
        return self._patches * self._vision.patch_size**2 if self._vision else 0

    def check(self, parts: Sequence[Part]) -> None:
        """Whether there is anything to see a request's pictures with.

        Errors: RequestError when there is not.
        """
        if parts and self._vision is None:
            raise RequestError(
                "a message has a picture, expected text, because this model's bundle has no vision tower: "
                "take the picture out, or load a bundle that has one"
            )

    def check_text(self, ids: Sequence[int]) -> None:
        """Whether ids are a text's.

        Errors: RequestError for a pad, which no picture could take the place of.
        """
        if self._vision and {self._vision.image_token_id, self._vision.video_token_id} & set(ids):
            raise RequestError(
                "prompt has a placeholder for a picture, expected text: send pictures in messages of chat.completions"
            )

    async def look(
        self, prompt: Prompt, parts: Sequence[Part], pictures: Pictures | None, max_pixels: int | None = None
    ) -> Seen:
        """The prompt with as many pads for each of its parts, in order, as that has rows at the size at which it is seen.

        ``max_pixels``: of a picture whose part does not say.
        Errors: RequestError, and what the pictures' holder says of one that cannot be read.
        """
        self.check(parts)
        if not parts or self._vision is None:
            return Seen(prompt)
        if pictures is None:
            raise RequestError("a message has a picture, and none came with the request: ask through the page's engine")
        look = _Look(self._vision, self.max_pixels, self._tokenizer, pictures, max_pixels)
        images = [await look.image(part) for part in parts if isinstance(part, ImagePart)]
        videos = [await look.video(part) for part in parts if isinstance(part, VideoPart)]
        filled, placed = fill(prompt, {self._vision.image_token_id: images, self._vision.video_token_id: videos})
        places = tuple((start + offset, image) for start, filling in placed for offset, image in filling.images)
        return Seen(filled, places, self._vision.spatial_merge_size)


@dataclass(frozen=True)
class _Look:
    """One look at the pictures of a request."""

    vision: VisionConfig
    most: int  # pixels that the tower takes at once
    tokenizer: Tokenizer
    pictures: Pictures
    max_pixels: int | None  # of a picture whose part does not say

    async def image(self, part: ImagePart) -> _Filling:
        height, width = await self.pictures.size(part.picture)
        least = self.vision.image_min_pixels
        size = image_size(height, width, factor=self.vision.factor, least=least, most=self._budget(part))
        image = self._at(part.picture, size, (0,))
        return _Filling((self.vision.image_token_id,) * self._rows(image), ((0, image),))

    async def video(self, part: VideoPart) -> _Filling:
        vision = self.vision
        total, rate = await self.pictures.clip(part.picture)
        rate, most = rate or SOURCE_RATE, part.max_frames or FRAMES_MAX
        frames = frame_indices(total, rate, rate=part.fps or RATE, least=min(FRAMES_MIN, most), most=most)
        height, width = await self.pictures.size(part.picture, frames[0])
        # An odd number of frames counts as the even one that is nearest: by the lesser of them no frame is too large for the tower.
        whole = min(len(frames), round(len(frames) / 2) * 2) * self.most
        budget = min(part.max_pixels or min(VIDEO_PIXELS, vision.video_max_pixels), whole)
        size = video_size(len(frames), height, width, factor=vision.factor, least=vision.video_min_pixels, most=budget)
        ids: list[int] = []
        images: list[tuple[int, Image]] = []
        pairs = zip(frames[::2], (*frames[1::2], frames[-1]), strict=False)  # the last of an odd number stands twice
        for stamp, pair in zip(timestamps(frames, rate), pairs, strict=False):
            image = self._at(part.picture, size, pair)
            ids += [*self.tokenizer.encode(stamp, control=False), vision.vision_start_token_id]
            images.append((len(ids), image))
            ids += [vision.video_token_id] * self._rows(image) + [vision.vision_end_token_id]
        return _Filling(tuple(ids), tuple(images))

    def _budget(self, part: ImagePart) -> int:
        """How many pixels a picture may have.

        Errors: RequestError for a number that the tower does not take.
        """
        least = self.vision.image_min_pixels
        if stated := part.max_pixels or (self.max_pixels if part.detail == "auto" else None):
            if not least <= stated <= self.most:
                raise RequestError(
                    f"max_pixels is {stated:,}, expected {least:,} to {self.most:,}, which is what the vision tower takes as it is loaded"
                )
            return stated
        published = min(self.vision.image_max_pixels, self.most)
        return max(least, min({"low": LOW_PIXELS, "auto": IMAGE_PIXELS, "high": published}[part.detail], published))

    def _at(self, picture: int, size: tuple[int, int], frames: tuple[int, ...]) -> Image:
        """What the tower encodes at once.

        Errors: RequestError for a picture so long and narrow that it has too many patches at any size.
        """
        height, width = size
        if height * width > self.most:
            raise RequestError(
                f"picture {picture + 1} would be seen at {height:,} × {width:,} pixels, expected at most {self.most:,} in all: "
                "cut it, for it is too long and narrow"
            )
        grid = height // self.vision.patch_size, width // self.vision.patch_size
        return Image(self.pictures, picture, height, width, grid, frames)

    def _rows(self, image: Image) -> int:
        return image.grid[0] * image.grid[1] // self.vision.merged
