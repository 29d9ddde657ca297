"""A kernel's name changes with everything that decides its code, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FunctionLoader, meta

from kernels_wgsl import sources
from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.render import environment, render
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits
from pyside.plan.plan import Pipeline
from tests.support.models.other_versions import changed_templates, other_kernels
from tests.support.models.published import manifest

FILES = sorted(path.relative_to(sources.TEMPLATES).as_posix() for path in sources.TEMPLATES.rglob("*.wgsl"))


@pytest.fixture(scope="module")
def pipelines() -> list[Pipeline]:
    """Every kernel of a published model, one for each set of files that it is made of."""
    found = {
        sources.files(pipeline.kernel, pipeline.constants): pipeline
        for recipe in ("f32", "f16", "q8", "q4")
        for pipeline in compile_plan(manifest("0.8B", recipe, vision=True), Limits.baseline()).pipelines
    }
    return list(found.values())


def names(pipelines: list[Pipeline]) -> list[str]:
    return [sources.file_name(pipeline.kernel, pipeline.constants) for pipeline in pipelines]


def codes(pipelines: list[Pipeline]) -> list[str]:
    return [render(pipeline.kernel, pipeline.constants) for pipeline in pipelines]


def test_names_are_the_plans_and_differ_where_the_code_does(pipelines: list[Pipeline]) -> None:
    assert {pipeline.kernel for pipeline in pipelines} == set(CATALOG)
    assert names(pipelines) == [pipeline.file for pipeline in pipelines]
    assert len(set(names(pipelines))) == len(set(codes(pipelines)))


@pytest.mark.parametrize("file", FILES)
def test_a_changed_file_renames_exactly_the_kernels_that_are_made_of_it(
    pipelines: list[Pipeline], file: str, tmp_path: Path
) -> None:
    before, code = names(pipelines), codes(pipelines)
    folder = tmp_path / "templates"
    changed_templates(folder, file, ("\n", "\n// another version\n"))
    with other_kernels(folder):
        renamed = [old != new for old, new in zip(before, names(pipelines), strict=True)]
        differs = [old != new for old, new in zip(code, codes(pipelines), strict=True)]
    assert renamed == differs
    assert any(renamed)
    assert names(pipelines) == before


@pytest.mark.parametrize("word", sorted(sources.WORDS))
def test_a_changed_word_renames_exactly_the_kernels_whose_code_names_it(pipelines: list[Pipeline], word: str) -> None:
    before, code = names(pipelines), codes(pipelines)
    value = sources.WORDS[word]
    other = tuple(reversed(value)) if isinstance(value, tuple) else value + 1  # type: ignore[operator]
    with other_kernels(words={word: other}):
        renamed = [old != new for old, new in zip(before, names(pipelines), strict=True)]
        differs = [old != new for old, new in zip(code, codes(pipelines), strict=True)]
    assert renamed == differs


def test_what_is_read_is_what_jinja_takes(pipelines: list[Pipeline]) -> None:
    """The includes and words that ``sources`` finds by looking at the text are those that jinja loads and looks up."""
    bare = Environment(
        line_statement_prefix="//%", line_comment_prefix="//#"
    )  # without globals, which jinja does not count
    bare.filters |= environment().filters
    texts = {name: source.text for name, source in sources.sources().items()}
    for pipeline in pipelines:
        loaded: list[str] = []

        def load(name: str, loaded: list[str] = loaded) -> str:
            loaded.append(name)
            return texts[name]

        jinja = environment().overlay(loader=FunctionLoader(load), cache_size=-1)
        jinja.get_template(f"{pipeline.kernel}.wgsl").render(**pipeline.constants)
        files = sources.files(pipeline.kernel, pipeline.constants)
        assert sorted(loaded) == sorted(files)
        for file in files:
            found = meta.find_undeclared_variables(bare.parse(texts[file])) & set(sources.WORDS)
            assert sources.named_words(texts[file]) == found


def test_the_page_has_the_same_templates_in_one_file(
    pipelines: list[Pipeline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, read = names(pipelines), sources.sources()
    (tmp_path / "templates.json").write_bytes(sources.bake())
    monkeypatch.setattr(sources, "BAKED", tmp_path / "templates.json")
    with other_kernels(tmp_path / "no folder"):
        assert sources.sources() == read
        assert names(pipelines) == before
        assert codes(pipelines)
