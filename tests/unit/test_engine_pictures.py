"""Pictures in the engine: each through the tower once, in its own place, whatever was reused, evicted or given up on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from pyside.engine.content import Content, Span
from pyside.engine.engine import Engine
from pyside.engine.pictures import Image
from pyside.engine.progress import Progress
from pyside.engine.sampling import Sampling
from pyside.errors import DeltapageError
from pyside.plan.plan import Pass
from tests.support.executors.seeing_gpu import Place, Row, SeeingGpu, picture_of, seeing_plan
from tests.support.held_pictures import HeldPictures
from tests.support.models.tiny_engine import run
from tests.support.resampling import Bytes, resize
from tests.support.vision_prompts import walked

Parts = list[int | Image]
PAD = 99
ANSWER = [7, 8, 9]
CAT, DOG, OWL, CLIP = range(4)
SOURCES: list[Bytes] = [
    np.random.default_rng(seed).integers(0, 256, (frames, 70, 90, 3), np.uint8)
    for seed, frames in ((CAT, 1), (DOG, 1), (OWL, 1), (CLIP, 5))
]


class Scene:
    """An engine with eyes, and what it should have in its caches."""

    def __init__(self, rows: int = 64, pictures: type[HeldPictures] = HeldPictures) -> None:
        plan = seeing_plan(rows)
        self.gpu = SeeingGpu(ANSWER * 20, plan)
        self.pictures = pictures(self.gpu, SOURCES)
        self.engine = Engine(self.gpu, plan, vocab_used=1024)

    def image(self, picture: int, rows: int = 4, columns: int = 4, frames: tuple[int, ...] = (0,)) -> Image:
        """A picture at a size of so many blocks of 2 x 2 patches."""
        return Image(self.pictures, picture, 32 * rows, 32 * columns, (2 * rows, 2 * columns), frames)

    async def ask(
        self,
        parts: Sequence[int | Image],
        stable: Sequence[int] = (),
        encoding: Progress | None = None,
        repetition: float = 1.0,
    ) -> None:
        """Ask, with ids and pictures as the prompt, and hold what the caches are made of against what it says."""
        ids: list[int] = []
        spans: list[Span] = []
        images: dict[str, Image] = {}
        what: list[int | Row] = []
        for part in parts:
            if isinstance(part, Image):
                digest = await part.digest()
                images[digest] = part
                spans.append(Span(len(ids), digest, (part.grid[0] // 2, part.grid[1] // 2)))
                ids += [PAD] * spans[-1].length
                frames = (SOURCES[part.picture][frame] for frame in dict.fromkeys(part.frames))
                name = picture_of(*(resize(frame, part.height, part.width) for frame in frames))
                what += [(name, row) for row in range(spans[-1].length)]
            else:
                ids.append(part)
                what.append(part)
        content = Content(tuple(ids), tuple(spans))
        sampling = Sampling(len(ANSWER), repetition_penalty=repetition)
        tokens = self.engine.generate(content, sampling, stable=stable, images=images, encoding=encoding)
        answer = [token.id async for token in tokens]
        await asyncio.sleep(0)  # until all has been told
        told = Content((*ids, *answer[:-1]), tuple(spans))
        want: list[Place] = list(zip([*what, *answer[:-1]], walked(told), strict=True))
        assert self.gpu.places[: self.gpu.position] == want
        assert answer == ANSWER

    @property
    def reused(self) -> int:
        return self.engine.timings.cached_tokens

    def count(self, pass_name: str) -> int:
        return sum(times for name, times in self.gpu.passes if name == pass_name)


@run
async def test_a_picture_is_read_across_chunks_and_only_its_chunks_have_places() -> None:
    scene = Scene()
    text = list(range(20))
    await scene.ask([*text, scene.image(CAT, 5, 6), *text, *text])
    passes = [name for name, _ in scene.gpu.passes]
    assert passes[:7] == ["prefill", "vision", *["prefill_grid"] * 3, "prefill", "prefill"]
    assert scene.gpu.readied == [Pass.VISION, Pass.PREFILL_GRID]
    assert scene.engine.timings.encoded_pictures == 1


@run
async def test_a_second_question_reads_nothing_again() -> None:
    scene = Scene()
    asked: Parts = [1, 2, scene.image(CAT), 3]
    await scene.ask(asked, stable=[19])
    before = scene.gpu.position
    await scene.ask([*asked, *ANSWER, 4, 5])
    assert scene.reused == before and len(scene.gpu.towers) == 1
    assert scene.engine.timings.encoded_pictures == 0
    await scene.ask([*asked, *ANSWER, 4, 5, *ANSWER, 6])
    assert len(scene.gpu.towers) == 1


@run
async def test_the_same_picture_twice_is_encoded_once() -> None:
    scene = Scene()
    await scene.ask([1, scene.image(CAT), 2, scene.image(CAT), scene.image(CAT), 3])
    assert len(scene.gpu.towers) == 1


@run
async def test_a_picture_at_two_sizes_is_two_pictures() -> None:
    scene = Scene()
    await scene.ask([1, scene.image(CAT), 2, scene.image(CAT, 3, 2), 3])
    assert len(scene.gpu.towers) == 2


@run
async def test_two_pictures_of_one_size_share_nothing() -> None:
    scene = Scene()
    for picture in (CAT, DOG):
        await scene.ask([1, 2, scene.image(picture), 3], stable=[2, 18])
        assert scene.reused == (0 if picture == CAT else 2)
    assert len(scene.gpu.towers) == 2


@run
async def test_an_edit_before_a_picture_reads_its_rows_again_and_not_the_picture() -> None:
    scene = Scene()
    await scene.ask([1, 2, scene.image(CAT), 3, scene.image(DOG), 4], stable=[1])
    await scene.ask([1, 5, 6, 7, scene.image(DOG), 3, scene.image(CAT), 4])
    assert scene.reused == 1 and len(scene.gpu.towers) == 2


@run
async def test_the_picture_unused_for_longest_makes_room() -> None:
    scene = Scene(rows=40)
    for picture, towers in ((CAT, 1), (DOG, 2), (CAT, 2), (OWL, 3), (CAT, 3), (DOG, 4)):
        await scene.ask([picture, scene.image(picture), 3])
        assert len(scene.gpu.towers) == towers


@run
async def test_a_chunk_ends_before_a_picture_for_which_there_is_no_room_beside_the_others() -> None:
    scene = Scene(rows=20)
    await scene.ask(
        [1, scene.image(CAT, 3, 3), scene.image(DOG, 3, 3), scene.image(OWL, 3, 3), scene.image(CAT, 3, 3), 3]
    )
    assert len(scene.gpu.towers) == 4, "the first was gone when it came again"


@run
async def test_frames_of_a_video_go_through_the_tower_in_pairs() -> None:
    scene = Scene()
    pairs = [scene.image(CLIP, 2, 3, frames) for frames in ((0, 2), (3, 4), (4, 4))]
    await scene.ask([1, pairs[0], 2, pairs[1], 3, pairs[2], 4])
    assert scene.pictures.uploads == [(CLIP, 0), (CLIP, 2), (CLIP, 3), (CLIP, 4), (CLIP, 4)]


@run
async def test_penalties_know_pads_by_their_id() -> None:
    scene = Scene()
    await scene.ask([1, scene.image(CAT), 2], repetition=1.5)
    assert scene.count(Pass.MARK) == 2


@run
async def test_texts_before_and_after_are_as_ever() -> None:
    scene = Scene()
    text: Parts = list(range(40))
    for parts in (text, [1, scene.image(CAT), *text], text, [*text, 3, scene.image(CAT), 2]):
        await scene.ask(parts)
    await scene.engine.score(list(range(40)))
    await scene.ask([*text, 5])
    assert scene.gpu.readied.count(Pass.VISION) == 2


class Waiting(HeldPictures):
    """The second picture's pixels do not come before they are let go."""

    def __init__(self, gpu: SeeingGpu, sources: Sequence[Bytes]) -> None:
        super().__init__(gpu, sources)
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def upload(self, picture: int, buffer: str, offset: int, frame: int = 0) -> None:
        if picture == DOG:
            self.asked.set()
            await self.go.wait()
        await super().upload(picture, buffer, offset, frame)


@run
async def test_a_request_given_up_between_two_pictures_leaves_a_true_session() -> None:
    scene = Scene(pictures=Waiting)
    waiting = scene.pictures
    assert isinstance(waiting, Waiting)
    asked: Parts = [*range(20), scene.image(CAT), 3, scene.image(DOG), *range(9)]
    task = asyncio.ensure_future(scene.ask(asked, stable=[20]))
    await waiting.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    waiting.go.set()
    await scene.ask(asked)
    assert scene.reused >= 20 and len(scene.gpu.towers) == 2


class Failing(HeldPictures):
    """Pixels that cannot be had at first."""

    faults = 1

    async def upload(self, picture: int, buffer: str, offset: int, frame: int = 0) -> None:
        if picture == DOG and self.faults:
            self.faults -= 1
            raise DeltapageError("picture 2 cannot be read: choose another")
        await super().upload(picture, buffer, offset, frame)


@run
async def test_a_picture_that_cannot_be_read_ends_its_request_alone() -> None:
    scene = Scene(pictures=Failing)
    asked: Parts = [1, scene.image(CAT), 2, scene.image(DOG), 3]
    with pytest.raises(DeltapageError, match="picture 2 cannot be read"):
        await scene.ask(asked)
    await scene.ask(asked)
    assert scene.reused == 0


@run
async def test_a_tower_that_does_not_come_ends_its_request_alone() -> None:
    scene = Scene()
    gpu, ready = scene.gpu, scene.gpu.ready
    await scene.ask([1, 2, 3])

    async def failing(pass_name: str) -> None:
        raise DeltapageError("the network is gone: try again")

    gpu.ready = failing  # type: ignore[method-assign]
    with pytest.raises(DeltapageError, match="the network is gone"):
        await scene.ask([1, 2, 3, scene.image(CAT), 4])
    gpu.ready = ready  # type: ignore[method-assign]
    await scene.ask([1, 2, 3, *ANSWER, 4, scene.image(CAT), 4])
    assert scene.reused == 5, "the session is as it was"


@run
async def test_progress_of_pictures() -> None:
    scene = Scene()
    told: list[tuple[int, int]] = []
    asked: Parts = [1, scene.image(CAT), 2, scene.image(DOG), scene.image(CAT), 3]
    await scene.ask(asked, encoding=lambda done, all: told.append((done, all)))
    assert told == [(0, 2), (1, 2), (2, 2)]
    told.clear()
    await scene.ask([*asked, *ANSWER, 1], encoding=lambda done, all: told.append((done, all)))
    await scene.ask([1, scene.image(OWL), 3], encoding=lambda done, all: told.append((done, all)))
    assert told == [(0, 1), (1, 1)]
