"""What a kernel's code is made of, and the name that this gives it.

A template, what it includes, the words of the catalog that these name, and the constants of a call decide every byte of a
rendering. A file's name carries a digest of all four: two versions of deltapage give a kernel the same name only if they mean
the same code, so that a bundle's kernels are used where they are today's and passed over where they are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from kernels_wgsl.catalog import words
from kernels_wgsl.catalog.sampling import DRAW_LANES
from kernels_wgsl.catalog.sequence import HEAD_LANES, KEY_TILE, QUERY_TILE
from kernels_wgsl.catalog.spec import LANES, Constants
from kernels_wgsl.formats import ROW_TILE

TEMPLATES = Path(__file__).parent / "templates"

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

# What jinja evaluates of a template. Each begins with a literal, which makes the search several times faster.
_EXPRESSIONS = [re.compile(pattern) for pattern in (r"\{\{(.*?)\}\}", r"\{%(.*?)%\}", r"//%(.*)")]
_INCLUDE = re.compile(r"//% include (.*)")  # "text" ~ CONSTANT ~ "text"


@cache
def text(name: str) -> str:
    """A template or a file that templates include, by its path in ``templates/``."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def files(kernel: str, constants: Constants) -> tuple[str, ...]:
    """The template and all that it includes with these constants, each once, in the order of their first use."""
    found = [f"{kernel}.wgsl"]
    for name in found:  # grows while it is walked
        for parts in _includes(name):
            included = "".join(part[1:-1] if part.startswith('"') else str(constants[part]) for part in parts)
            if included not in found:
                found.append(included)
    return tuple(found)


@cache
def named_words(name: str) -> frozenset[str]:
    """Which of WORDS a file names where jinja evaluates it."""
    expressions = " ".join(found for pattern in _EXPRESSIONS for found in pattern.findall(text(name)))
    return frozenset(WORDS).intersection(re.findall(r"\w+", expressions))


def file_name(kernel: str, constants: Constants) -> str:
    """The rendered file's name: the kernel and ten hex digits that identify its code."""
    settings = ",".join(f"{key}={constants[key]}" for key in sorted(constants))
    digest = sha256(f"{_digest(files(kernel, constants))} {settings}".encode()).hexdigest()
    return f"{kernel}-{digest[:10]}.wgsl"


@cache
def _includes(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part.strip() for part in found.split("~")) for found in _INCLUDE.findall(text(name)))


@cache
def _digest(names: tuple[str, ...]) -> str:
    """One hash over files and the words that they name."""
    state = sha256()
    for name in names:
        state.update(f"{name}\0{text(name)}\0".encode())
    for word in sorted(frozenset().union(*map(named_words, names))):
        state.update(f"{word}={WORDS[word]}\0".encode())
    return state.hexdigest()
