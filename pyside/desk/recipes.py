"""Quantisation recipes: which matrix is stored in which format. Weights that are no matrices are always plain f32."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

# Rules in order, the first match decides. The two gate projections of the delta rule feed exponentials: never quantised.
_GATES = ("*.gdn.in_proj_ba", "f32")
# The tower's rows are few and every later layer reads them: never 4 bits, and its first matrix, which reads pixels, never 8.
_TOWER = (("vision.patches.*", "f16"), ("vision.*", "q8"))
_VOCABULARY = (("embed*", "q8"), ("head*", "q8"))  # its rows suffer most at 4 bits
RECIPES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "f32": (("*", "f32"),),
    "f16": (_GATES, ("*", "f16")),
    "q8": (_GATES, *_TOWER, ("*", "q8")),
    "q4": (_GATES, *_TOWER, *_VOCABULARY, ("*", "q4")),
}


def format_of(recipe: str, name: str) -> str:
    """The format that a recipe gives to the matrix of this name."""
    return next(format for pattern, format in RECIPES[recipe] if fnmatchcase(name, pattern))
