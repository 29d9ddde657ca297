"""What a kernel's code is made of, and the name that this gives it.

A template, what it includes, the words of the catalog that these name, and the constants of a call decide every byte of a
rendering. A file's name carries a digest of all four: two versions of deltapage give a kernel the same name only if they mean
the same code, so that a bundle's kernels are used where they are today's and passed over where they are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from kernels_wgsl.catalog import words
from kernels_wgsl.catalog.sampling import DRAW_LANES
from kernels_wgsl.catalog.sequence import HEAD_LANES, KEY_TILE, QUERY_TILE
from kernels_wgsl.catalog.spec import LANES, Constants
from kernels_wgsl.formats import ROW_TILE

TEMPLATES = Path(__file__).parent / "templates"
# All of them as `bake` tells of them: in place of the folder in the page, which unpacks one file faster than many.
BAKED = Path(__file__).with_name("templates.json")

# Words and sizes of the shared buffers, which any template may name: they are the catalog's, not a call's.
WORDS: Mapping[str, object] = {name: value for name, value in vars(words).items() if name.isupper()} | {
    "CONTROL": tuple(words.CONTROL),  # names in order
    "ROW_TILE": ROW_TILE,
    "LANES": LANES,
    "DRAW_LANES": DRAW_LANES,
    "HEAD_LANES": HEAD_LANES,
    "QUERY_TILE": QUERY_TILE,
    "KEY_TILE": KEY_TILE,
}

_EXPRESSION = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|//%(.*)")  # what jinja evaluates of a template
_INCLUDE = re.compile(r"//% include (.*)")  # "text" ~ CONSTANT ~ "text"


@dataclass(frozen=True)
class Source:
    """A template, or a file that templates include."""

    text: str
    includes: tuple[str, ...]  # expressions that name files
    digest: str  # of the text and of the words that it names

    @classmethod
    def of(cls, text: str) -> Source:
        """A file with this text."""
        named = "".join(f"\0{word}={WORDS[word]}" for word in sorted(named_words(text)))
        return cls(text, tuple(_INCLUDE.findall(text)), sha256((text + named).encode()).hexdigest())


@cache
def sources() -> Mapping[str, Source]:
    """Every file by its path in ``templates/``."""
    if BAKED.exists():
        return {
            name: Source(entry["text"], tuple(entry["includes"]), entry["digest"]) for name, entry in _baked().items()
        }
    found = sorted(TEMPLATES.rglob("*.wgsl"))
    return {path.relative_to(TEMPLATES).as_posix(): Source.of(path.read_text(encoding="utf-8")) for path in found}


def bake() -> bytes:
    """The contents of BAKED."""
    return json.dumps({name: asdict(source) for name, source in sources().items()}).encode()


def files(kernel: str, constants: Constants) -> tuple[str, ...]:
    """The template and all that it includes with these constants, each once, in the order of their first use."""
    found = [f"{kernel}.wgsl"]
    for name in found:  # grows while it is walked
        for expression in sources()[name].includes:
            parts = (part.strip() for part in expression.split("~"))
            included = "".join(part[1:-1] if part.startswith('"') else str(constants[part]) for part in parts)
            if included not in found:
                found.append(included)
    return tuple(found)


def named_words(text: str) -> frozenset[str]:
    """Which of WORDS a text names where jinja evaluates it."""
    expressions = " ".join("".join(found) for found in _EXPRESSION.findall(text))
    return frozenset(WORDS).intersection(re.findall(r"\w+", expressions))


def file_name(kernel: str, constants: Constants) -> str:
    """The rendered file's name: the kernel and ten hex digits that identify its code."""
    made_of = " ".join(f"{name}:{sources()[name].digest}" for name in files(kernel, constants))
    settings = ",".join(f"{key}={constants[key]}" for key in sorted(constants))
    return f"{kernel}-{sha256(f'{made_of} {settings}'.encode()).hexdigest()[:10]}.wgsl"


def _baked() -> Mapping[str, Mapping[str, Any]]:
    data: Mapping[str, Mapping[str, Any]] = json.loads(BAKED.read_bytes())
    return data
