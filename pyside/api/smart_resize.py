"""How large a picture, or a video's frames, are made before the tower sees them, and which frames of a video.

Source: ``smart_resize`` of transformers' image and video processors of Qwen2-VL and Qwen3-VL, and ``sample_frames`` of the latter. All
divisions are in float64, in the order of the source, and round halves to even: the integers are the published ones.
"""

from __future__ import annotations

import math

from pyside.errors import RequestError

RATIO_MAX = 200  # of the longer side to the shorter


def image_size(height: int, width: int, *, factor: int, least: int, most: int) -> tuple[int, int]:
    """Multiples of ``factor`` near ``height`` and ``width``, with ``least`` to ``most`` pixels between them.

    A side is never below ``factor``, so that the pixels of a very long picture may be somewhat more.
    Errors: RequestError for a picture without pixels, or longer than RATIO_MAX times its other side.
    """
    _check(height, width, height, width)
    return _fitted(1, 1, height, width, factor, least, most)


def video_size(frames: int, height: int, width: int, *, factor: int, least: int, most: int) -> tuple[int, int]:
    """As ``image_size`` for each of ``frames`` frames; ``least`` and ``most`` count the pixels of all of them together.

    Errors: RequestError as for a picture, and for fewer than two frames.
    """
    if frames < 2:
        raise RequestError(f"the video has {frames} frame{'s' * (frames != 1)}, expected at least 2: send a picture")
    enlarged = height, width
    if 0 < min(height, width) < factor:
        scale = max(factor / height, factor / width)
        enlarged = int(height * scale), int(width * scale)
    _check(height, width, *enlarged)
    return _fitted(frames, round(frames / 2) * 2, *enlarged, factor, least, most)


def frame_indices(total: int, fps: float, *, rate: float, least: int, most: int) -> list[int]:
    """The frames to take of ``total`` that come at ``fps`` a second: ``rate`` a second, ``least`` to ``most``, evenly from first to last."""
    count = min(max(int(total / fps * rate), least), most, total)
    step = (total - 1) / max(count - 1, 1)  # numpy's linspace
    return [*(round(place * step) for place in range(count - 1)), total - 1 if count > 1 else 0]


def _check(height: int, width: int, enlarged_height: int, enlarged_width: int) -> None:
    """Refuse a shape, by its size after a small one was enlarged."""
    if min(height, width) < 1:
        raise RequestError(f"a picture is {height} × {width} pixels, expected at least one")
    if max(enlarged_height, enlarged_width) / min(enlarged_height, enlarged_width) > RATIO_MAX:
        raise RequestError(
            f"a picture is {height} × {width} pixels, expected a longer side of at most {RATIO_MAX} times the shorter: cut it"
        )


def _fitted(frames: int, counted: int, height: int, width: int, factor: int, least: int, most: int) -> tuple[int, int]:
    """The rule for both: ``counted`` frames are held against the bounds, ``frames`` against them give the scale."""
    fitted = round(height / factor) * factor, round(width / factor) * factor
    pixels = counted * fitted[0] * fitted[1]
    if pixels > most:
        scale = math.sqrt(frames * height * width / most)
        fitted = (
            max(factor, math.floor(height / scale / factor) * factor),
            max(factor, math.floor(width / scale / factor) * factor),
        )
    elif pixels < least:
        scale = math.sqrt(least / (frames * height * width))
        fitted = math.ceil(height * scale / factor) * factor, math.ceil(width * scale / factor) * factor
    return fitted
