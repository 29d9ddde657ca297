"""What strangers have written: the one door by which their JSON comes in, and the one by which their text is shown.

Whoever makes a checkpoint or a bundle decides what is in its files. JSON may be nested until a recursive reader dies, which in
WebAssembly ends all of Python; hold numbers that no float holds, and halves of characters that no file can be written with. A
name may hold what a terminal obeys.
"""

from __future__ import annotations

import json
import re
from math import isfinite
from typing import Any

DEPTH_MAX = 200  # of values in values; published files stay under 10
DIGITS_MAX = 20  # of a whole number
SIZE_MAX = 64 << 20  # bytes; the largest tokenizer.json has 20 MB
SHOWN_MAX = 300  # characters of what strangers wrote, in a sentence of ours
SENTENCE_MAX = 1000  # characters of a sentence of ours, with all that it quotes

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(data: bytes | str, most: int = SIZE_MAX) -> Any:  # noqa: ANN401  # whatever they wrote
    """The value of a JSON text of at most ``most`` bytes: finite numbers, whole characters, nested no deeper than DEPTH_MAX.

    Errors: ValueError with what is wrong, in a few words.
    """
    if len(data) > most:
        raise ValueError(f"has {len(data):,} bytes, expected at most {most:,}")
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise ValueError(f"is no UTF-8 at byte {error.start:,}") from None
    value = json.loads(not_deep(text), parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    if _HALF.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("holds half of a surrogate pair, expected whole characters") from None
    return value


def not_deep(text: str) -> str:
    """A JSON text, seen to be nested no deeper than DEPTH_MAX before anything goes through it in recursion.

    Errors: ValueError when it is deeper.
    """
    depth = 0
    if text.count("[") + text.count("{") > DEPTH_MAX:
        for bracket in _NO_BRACKETS.sub("", _STRING.sub("", text)):
            depth += 1 if bracket in "[{" else -1
            if depth > DEPTH_MAX:
                raise ValueError(f"is nested more than {DEPTH_MAX} deep")
    return text


def shown(text: object, most: int = SHOWN_MAX) -> str:
    """What strangers have written, as a terminal or a page may show it: on one line, without controls, shortened in the middle."""
    written = str(text)
    if len(written) > 2 * most:
        written = written[:most] + written[-most:]  # of which the middle is left out below
    if not written.isprintable():
        escaped = (char.encode("unicode_escape").decode() for char in written)
        written = "".join(char if char.isprintable() else code for char, code in zip(written, escaped, strict=True))
    return written if len(written) <= most else f"{written[: most * 2 // 3]} … {written[len(written) - most // 3 :]}"


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ValueError(f"holds a number of {len(digits):,} digits, expected at most {DIGITS_MAX}")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError(f"holds the number {digits[:20]}, expected finite ones")
    return value
