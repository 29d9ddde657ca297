"""The committed Unicode tables against those of the `tokenizers` library, code point by code point."""

from __future__ import annotations

import re

import pytest
from tokenizers import Regex, pre_tokenizers

from pyside.text.unicode_classes import class_body

EVERYTHING = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "escape"), [("L", r"\p{L}"), ("M", r"\p{M}"), ("N", r"\p{N}"), ("s", r"\s")])
def test_class_equals_tokenizers(name: str, escape: str) -> None:
    split = pre_tokenizers.Split(Regex(escape + "+"), behavior="removed", invert=True)
    wanted = "".join(piece for piece, _ in split.pre_tokenize_str(EVERYTHING))
    assert "".join(re.findall(f"[{class_body(name)}]+", EVERYTHING)) == wanted
    assert wanted
