"""Turns a template and its constants into WGSL: the one place that knows jinja.

A template states its kernel's formula on the first line, then every ``{{ }}`` in one block of ``const``s, then plain WGSL.
``//%`` starts a jinja statement and ``//#`` a comment that is not rendered, so that a template stays readable as WGSL.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from kernels_wgsl.catalog import CATALOG, words
from kernels_wgsl.catalog.sampling import DRAW_LANES
from kernels_wgsl.catalog.sequence import QUERY_TILE
from kernels_wgsl.catalog.spec import LANES, Constants
from kernels_wgsl.formats import ROW_TILE

TEMPLATES = Path(__file__).parent / "templates"

# Words and sizes of the shared buffers, which any template may name: they are the catalog's, not a call's.
_SHARED: Mapping[str, object] = {name: value for name, value in vars(words).items() if name.isupper()} | {
    "ROW_TILE": ROW_TILE,
    "LANES": LANES,
    "DRAW_LANES": DRAW_LANES,
    "QUERY_TILE": QUERY_TILE,
}


@cache
def environment() -> Environment:
    """The jinja environment of every template; an unset name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        line_statement_prefix="//%",
        line_comment_prefix="//#",
        keep_trailing_newline=True,
        autoescape=False,  # WGSL, not HTML
    )
    made.globals.update(_SHARED)
    return made


def render(kernel: str, constants: Constants) -> str:
    """The WGSL of one kernel, headed by its template's name and its constants.

    Errors: ValueError when the kernel is unknown, its constants are not the catalog's, or its template is faulty.
    """
    if kernel not in CATALOG:
        raise ValueError(f"no kernel named {kernel!r}; the catalog has {', '.join(sorted(CATALOG))}")
    expected = CATALOG[kernel].constants
    if set(constants) != set(expected):
        raise ValueError(f"{kernel}: constants are {sorted(constants)}, the kernel takes {sorted(expected)}")
    try:
        body = environment().get_template(f"{kernel}.wgsl").render(**constants)
    except TemplateError as error:
        raise ValueError(f"{kernel}.wgsl with {dict(constants)}: {error}") from error
    settings = ", ".join(f"{name}={constants[name]}" for name in expected) or "no constants"
    return f"// {kernel}.wgsl: {settings}\n{body}"
