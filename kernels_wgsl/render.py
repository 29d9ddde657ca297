"""Turns a template and its constants into WGSL: the one place that knows jinja.

A template states its kernel's formula on the first line, then every ``{{ }}`` in one block of ``const``s, then plain WGSL.
``//%`` starts a jinja statement and ``//#`` a comment that is not rendered, so that a template stays readable as WGSL. The filter
``f32`` rounds a constant where a formula rounds.
"""

from __future__ import annotations

from functools import cache
from struct import pack, unpack

from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError

from kernels_wgsl import sources
from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.catalog.spec import Constants


@cache
def environment() -> Environment:
    """The jinja environment of every template; an unset name is an error."""
    made = Environment(
        loader=DictLoader({name: source.text for name, source in sources.sources().items()}),
        undefined=StrictUndefined,
        line_statement_prefix="//%",
        line_comment_prefix="//#",
        keep_trailing_newline=True,
        autoescape=False,  # WGSL, not HTML
    )
    made.globals.update(sources.WORDS)
    made.filters["f32"] = _rounded
    return made


def _rounded(value: float) -> float:
    """The f32 nearest to a number; one meaning for ever, because names of kernels do not tell of it."""
    (rounded,) = unpack("<f", pack("<f", value))
    return float(rounded)


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
