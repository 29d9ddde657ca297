"""Bundles that another version of deltapage made, whose kernels are not today's."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from jinja2 import DictLoader

import build
from kernels_wgsl import sources
from kernels_wgsl.render import environment
from tests.support.paths import GOLDENS, TESTS

# A bundle of tiny-a in q4 as it was made when a kernel's name was a digest of its constants alone.
FORMAT_1 = TESTS / "data" / "format-1-tiny-a-q4.zip"
FORMAT_1_PROMPT = (5, 6, 7)
FORMAT_1_IDS = [458, 284, 284, 963, 963, 994, 917, 782, 713, 302, 147, 576]  # what it answered then

HALVED = ("* scale * w[i]", "* scale * w[i] * 0.5")  # in rmsnorm: still WGSL, and another function
VERSIONS = ("format-1", "changed-template", "reordered-control")


@contextmanager
def other_kernels(templates: Path | None = None, words: Mapping[str, object] | None = None) -> Iterator[None]:
    """Within the block kernels come from another folder, with other words of the catalog."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "TEMPLATES", templates or sources.TEMPLATES)
        patch.setattr(sources, "WORDS", {**sources.WORDS, **(words or {})})
        _renew()
        yield
    _renew()


def changed_templates(folder: Path, name: str, change: tuple[str, str]) -> Path:
    """A copy of the templates in which one file differs: a text in it is replaced by another."""
    copy = shutil.copytree(sources.TEMPLATES, folder)
    before = (copy / name).read_text(encoding="utf-8")
    assert change[0] in before
    (copy / name).write_text(before.replace(*change), encoding="utf-8")
    return copy


def write_bundle(version: str, out: Path) -> Path:
    """The bundle of tiny-a in q4 that one of VERSIONS makes; returns ``out``."""
    if version == "format-1":
        with zipfile.ZipFile(FORMAT_1) as archive:
            archive.extractall(out)
        return out
    if version == "changed-template":
        made = other_kernels(changed_templates(out.with_name(f"{out.name}.templates"), "rmsnorm.wgsl", HALVED))
    else:
        made = other_kernels(words={"CONTROL": tuple(reversed(sources.WORDS["CONTROL"]))})  # type: ignore[call-overload]
    with made:
        assert build._main(["bundle", str(GOLDENS / "tiny-a"), str(out), "--quant", "q4"]) == 0
    return out


def _renew() -> None:
    """Read the templates anew, and tell jinja, which compiles those that have changed."""
    sources.sources.cache_clear()
    jinja = environment()
    assert isinstance(jinja.loader, DictLoader)
    jinja.loader.mapping = {name: source.text for name, source in sources.sources().items()}
    jinja.globals.update(sources.WORDS)
