"""What tests run in a page, kept as JavaScript: ``page.evaluate(script("files.fetch"), argument)``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("scripts")


@cache
def source(name: str) -> str:
    """The text of ``scripts/{name}``."""
    return (FOLDER / name).read_text(encoding="utf-8")


def script(name: str) -> str:
    """A function for ``page.evaluate``: the method of the object that a file of ``scripts`` is, named ``file.method``.

    Methods of one file call each other by ``this``.
    """
    file, method = name.split(".")
    methods = source(f"{file}.js").rstrip().removesuffix(";")
    return f"(...given) => (\n{methods}\n).{method}(...given)"
