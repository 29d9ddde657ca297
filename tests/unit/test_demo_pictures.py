"""The pictures that the demo model learns from: what is said of them is in their pixels, and the same scene gives the same ones."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from random import Random

import numpy as np
import pytest

from web.demo_model.training import batches, generate
from web.demo_model.training.exchange import Exchange, Situation
from web.demo_model.training.pictures import canvas, drawing, lettering, palette, png, scenes
from web.demo_model.training.pictures.scenes import Scene
from web.demo_model.training.skills import pictures


def drawn(make: str, count: int) -> Iterator[Scene]:
    """Scenes of one kind."""
    rng = Random(7)
    for _ in range(count):
        yield getattr(scenes, make)(rng)


def near(
    pixels: canvas.Bytes, colour: palette.Colour, within: float
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which pixels have about this colour."""
    near: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = (
        np.linalg.norm(pixels.astype(float) - np.array(colour), axis=2) < within
    )
    return near


def pieces(mask: np.ndarray[tuple[int, int], np.dtype[np.bool_]], least: int) -> list[tuple[float, float, int]]:
    """Connected parts of at least so many pixels: their middle (x, y) and size."""
    left = {(int(y), int(x)) for y, x in zip(*np.nonzero(mask), strict=True)}
    found = []
    while left:
        part, edge = [], [left.pop()]
        while edge:
            y, x = edge.pop()
            part.append((y, x))
            for following in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
                if following in left:
                    left.remove(following)
                    edge.append(following)
        if len(part) >= least:
            found.append((sum(x for _, x in part) / len(part), sum(y for y, _ in part) / len(part), len(part)))
    return found


def test_the_same_scene_gives_the_same_pixels_and_another_seed_others() -> None:
    for make in ("single", "several", "lettering", "chart", "photo", "empty"):
        first, again, other = (list(islice(drawn(make, 3), 3)) for _ in range(3))
        for one, two in zip(first, again, strict=True):
            assert one == two and np.array_equal(drawing.draw(one), drawing.draw(two))
        assert not np.array_equal(drawing.draw(other[0]), drawing.draw(other[1]))


def test_pictures_have_sides_that_tokens_divide_and_fit_the_limit() -> None:
    rng = Random(2)
    for scene in (scenes.scene(rng) for _ in range(60)):
        pixels = drawing.draw(scene)
        assert pixels.shape == (scene.height, scene.width, 3) and pixels.dtype == np.uint8
        assert not scene.height % batches.TOKEN_SIDE and not scene.width % batches.TOKEN_SIDE
        assert 64 * 64 <= scene.height * scene.width <= scenes.MOST_PIXELS


def test_colours_are_told_apart() -> None:
    """Every example of a name is nearer to some other example of that name, or by itself, than to the examples of another."""
    for name, examples in palette.EXAMPLES.items():
        others = [colour for other, colours in palette.EXAMPLES.items() if other != name for colour in colours]
        assert min(palette.distance(a, b) for a in examples for b in others) > 30, name


def test_shapes_are_as_many_and_where_the_scene_says() -> None:
    checked = 0
    for scene in drawn("several", 60):
        if any(not thing.filled for thing in scene.things):
            continue
        pixels = drawing.draw(scene)
        for paint in {thing.paint for thing in scene.things}:
            things = [thing for thing in scene.things if thing.paint == paint]
            found = pieces(near(pixels, paint, 45), 20)
            assert len(found) == len(things), scene
            for thing in things:
                x, y = thing.x * scene.width, thing.y * scene.height
                reach = thing.radius * min(scene.width, scene.height)
                assert any((x - a) ** 2 + (y - b) ** 2 < (0.5 * reach) ** 2 + 4 for a, b, _ in found), scene
                checked += 1
    assert checked > 100


def test_places_and_sizes_are_what_the_pixels_show() -> None:
    for scene in drawn("single", 60):
        (thing,) = scene.things
        seen = near(drawing.draw(scene), thing.paint, 60)
        y, x = np.nonzero(seen)
        across = (x.min() + x.max()) / 2 / scene.width, (y.min() + y.max()) / 2 / scene.height
        column = "left" if across[0] < 1 / 3 else "right" if across[0] > 2 / 3 else ""
        row = "top" if across[1] < 1 / 3 else "bottom" if across[1] > 2 / 3 else ""
        place = scene.place(thing)
        assert (row in place) and (column in place) and (("center" in place) == (not row and not column)), (
            scene,
            across,
        )
        span = max(x.max() - x.min(), y.max() - y.min()) / min(scene.height, scene.width)
        low, high = {"small": (0.08, 0.3), "medium": (0.3, 0.5), "large": (0.5, 1.0)}[thing.size]
        assert low < span < high, (scene, span)


def test_bars_are_as_high_as_the_scene_says() -> None:
    for scene in drawn("chart", 40):
        plot = drawing.draw(scene)[: int(0.77 * scene.height)]  # without the letters below
        rows = [near(plot, bar.paint, 45).sum(1) > 3 for bar in scene.bars]  # an upright axis is thinner than a bar
        tall = [np.count_nonzero(row) for row in rows]
        assert np.argsort(tall).tolist() == np.argsort([bar.height for bar in scene.bars]).tolist(), scene


def test_every_glyph_can_be_written_and_differs_from_the_others() -> None:
    written: dict[bytes, str] = {}
    for table in (lettering.GLYPHS, lettering.VARIANTS):
        for glyph in table:
            variants = frozenset(lettering.VARIANTS) if table is lettering.VARIANTS else frozenset[str]()
            sheet = canvas.Canvas(48, 48, (255, 255, 255))
            hand = lettering.Hand(variants=variants)
            lettering.write(sheet, glyph, (4, 4, 40, 40), hand, (0, 0, 0), Random(1))
            pixels = sheet.bytes()
            assert (pixels < 128).any(), glyph
            assert pixels[0].min() > 200 and pixels[:, 0].min() > 200, f"{glyph} leaves its box"
            written[pixels.tobytes()] = glyph
    twins = {"C", "O", "S", "V", "W", "X", "Z", "I"}  # as large as their capitals once each fills the box
    assert len(written) >= len(lettering.GLYPHS) + len(lettering.VARIANTS) - len(twins)


def test_lettering_stands_in_its_ink() -> None:
    for scene in drawn("lettering", 40):
        seen = near(drawing.draw(scene), scene.ink[1], 70)
        assert 10 < seen.sum() < 0.5 * seen.size, scene


def asked(make: str, count: int) -> Iterator[tuple[Scene, Exchange]]:
    rng = Random(13)
    for scene in drawn(make, count):
        for split in ("train", "held"):
            yield scene, pictures.picture(rng, split, Situation(scene=scene))


def test_answers_about_shapes_follow_from_the_scene() -> None:
    kinds = set()
    for scene, exchange in [*asked("single", 200), *asked("several", 400)]:
        kinds.add(exchange.skill)
        answer, things = exchange.answer, scene.things
        named = [f"{thing.colour} {thing.shape}" for thing in things]
        if match := re.fullmatch(r"There (?:is|are) (\d|no) ([a-z ]+?)(?: in the picture)?\.", answer):
            *colour, shape = match[2].split()
            if shape in ("text", "chart"):
                continue
            one = (
                shape.removesuffix("es")
                if shape == "crosses"
                else shape.removesuffix("s")
                if shape != "cross"
                else shape
            )
            count = sum((one in ("shape", t.shape)) and (not colour or colour[0] == t.colour) for t in things)
            assert count == int(match[1].replace("no", "0")), (scene, exchange)
        elif match := re.fullmatch(r"(Yes|No), there is (?:an?|no) ([a-z ]+)\.", answer):
            assert any(name.endswith(match[2]) for name in named) == (match[1] == "Yes"), (scene, exchange)
        elif match := re.fullmatch(r"The (\w+) is (\w+)\.", answer):
            if match[1] == "background":
                assert match[2] == scene.background
            elif match[2] in scenes.SIZES:
                assert (match[1], match[2]) == (things[0].shape, things[0].size)
            elif match[2] == "larger":
                assert max(things, key=lambda t: t.radius).shape == match[1]
            else:
                assert f"{match[2]} {match[1]}" in named
        elif match := re.fullmatch(r"An? (\w+) (\w+) is (left|right) of the (\w+)\.", answer):
            i = [thing.shape for thing in things].index(match[4])
            other = things[i + (1 if match[3] == "right" else -1)]
            assert (other.colour, other.shape) == (match[1], match[2])
    assert {"shapes", "colors", "sizes", "places", "counting shapes", "describing", "background"} <= kinds


def test_answers_about_text_charts_and_photos_follow_from_the_scene() -> None:
    for scene, exchange in asked("lettering", 200):
        if match := re.fullmatch(r"It says (.+?)(?:, in (\w+)(?:, on an? (\w+) background)?)?\.", exchange.answer):
            assert match[1] == scene.text and match[2] in (None, scene.ink[0]) and match[3] in (None, scene.background)
        elif match := re.fullmatch(r"(.+) = (\d+)\.", exchange.answer):
            assert match[1] == scene.text and eval(match[1]) == int(match[2])
    for scene, exchange in asked("chart", 300):
        if match := re.search(r"(?:Bar (\w)|[Tt]he (\w+) bar) is the (tallest|shortest)\.", exchange.answer):
            best = (max if match[3] == "tallest" else min)(scene.bars, key=lambda bar: bar.height)
            assert match[1] == best.label or match[2] == best.colour
        elif match := re.fullmatch(r"There are (\d) bars\.", exchange.answer):
            assert int(match[1]) == len(scene.bars)
    for _, exchange in asked("photo", 40):
        assert exchange.answer == pictures.UNREADABLE


def test_a_png_holds_the_pixels() -> None:
    pixels = drawing.draw(next(drawn("several", 1)))
    data = png.encode(pixels)
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == pixels.shape[1::-1]
    body = data[41 : 41 + struct.unpack(">I", data[33:37])[0]]
    rows = np.frombuffer(zlib.decompress(body), np.uint8).reshape(pixels.shape[0], -1)
    assert not rows[:, 0].any() and np.array_equal(rows[:, 1:].reshape(pixels.shape), pixels)
    at = 8
    while at < len(data):  # every chunk's checksum
        length = struct.unpack(">I", data[at : at + 4])[0]
        chunk = data[at + 4 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(chunk)
        at += 12 + length


def test_a_question_about_a_picture_needs_one() -> None:
    with pytest.raises(ValueError, match="put a scene into the situation"):
        pictures.picture(Random(1), "train", Situation())


def test_a_conversation_names_its_pictures_where_they_are_shown() -> None:
    rng = Random(4)
    for _ in range(40):
        sample = generate.conversation(rng, skill=pictures.picture)
        parts = [part for m in sample.messages if isinstance(m["content"], list) for part in m["content"]]
        assert sum(part["type"] == "image" for part in parts) == len(sample.pictures) >= 1
        assert isinstance(sample.messages[0]["content"], list)


def test_rotary_positions_of_pictures_are_those_of_transformers() -> None:
    """Three words, a picture of 2 × 3 places, two words: time stands still, rows and columns count, then all go on."""
    ids = [5, 6, 7] + [batches.SEEN] * 6 + [8, 9]
    assert batches.positions(ids, [(2, 3)]).tolist() == [
        [0, 1, 2, 3, 3, 3, 3, 3, 3, 6, 7],
        [0, 1, 2, 3, 3, 3, 4, 4, 4, 6, 7],
        [0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 7],
    ]
    assert batches.expand([1, 2, 3, 2], [(1, 2), (1, 1)], 2) == [1, -1, -1, 3, -1]
