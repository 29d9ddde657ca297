"""Templates and catalog say the same: bindings, constants, and the style that keeps a template readable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import meta

from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.catalog.spec import Value
from kernels_wgsl.catalog.words import CONTROL
from kernels_wgsl.formats import FORMATS
from kernels_wgsl.render import environment, render
from kernels_wgsl.sources import TEMPLATES
from tests.support.workgroup import workgroup_of

EXAMPLES: dict[str, tuple[Value, ...]] = {
    "FORMAT": tuple(FORMATS),
    "EPILOGUE": ("store", "add"),
    "SPAN": (32, 8),
    "SLICES": (1, 4),
    "KV": ("f16", "f32"),
    "LAST": (0, 1),
    "EPS": (1e-6,),
    "ROPE_THETA": (10_000_000.0,),
    "ROW_START": (0,),
    "Z_OFFSET": (6144,),
    "HK": (2,),
    "HV": (4,),
    "DK": (128,),
    "DV": (128,),
    "HQ": (8,),
    "HKV": (2,),
    "DH": (256,),
    "ROTARY": (64,),
    "T": (1, 64),
    "PATCHES": (1, 4),
    "MERGE": (2,),
    "PATCH": (16,),
    "SIDE": (48,),
    "HEADS": (12,),
    "HD": (64, 72, 16, 128),
    "POSITIONS": ("text", "grid"),
    "SECTION_1": (11,),
    "SECTION_2": (10,),
}
OTHER_EXAMPLES: dict[tuple[str, str], tuple[Value, ...]] = {
    ("matmul_bias", "EPILOGUE"): ("store", "add", "gelu_tanh", "gelu_erf"),
}
BINDING = re.compile(r"@group\(0\) @binding\((\d+)\) var<storage, (read|read_write)> (\w+):")
SOURCES = sorted(TEMPLATES.rglob("*.wgsl"))


def renderings(kernel: str) -> Iterator[dict[str, Value]]:
    """Constants of a kernel: one example after another varied, the rest at their first."""
    examples = {
        name: OTHER_EXAMPLES.get((kernel, name), EXAMPLES.get(name, (256,))) for name in CATALOG[kernel].constants
    }
    first = {name: values[0] for name, values in examples.items()}
    yield first
    for name, values in examples.items():
        for value in values[1:]:
            yield first | {name: value}


def test_every_kernel_has_a_template_and_the_other_way_round() -> None:
    assert {path.stem for path in TEMPLATES.glob("*.wgsl")} == set(CATALOG)


@pytest.mark.parametrize("kernel", CATALOG)
def test_bindings_are_the_catalogs(kernel: str) -> None:
    for constants in renderings(kernel):
        found = sorted((int(index), name, access) for index, access, name in BINDING.findall(render(kernel, constants)))
        slots = slots_for(CATALOG[kernel], constants)
        assert found == [(index, slot.name, slot.access) for index, slot in enumerate(slots)], constants


@pytest.mark.parametrize("kernel", CATALOG)
def test_workgroups_are_the_catalogs(kernel: str) -> None:
    spec = CATALOG[kernel]
    for constants in renderings(kernel):
        assert workgroup_of(render(kernel, constants)) == (spec.workgroup(constants), spec.workgroup_bytes(constants))


@pytest.mark.parametrize("kernel", CATALOG)
def test_a_template_needs_exactly_its_constants(kernel: str) -> None:
    source = (TEMPLATES / f"{kernel}.wgsl").read_text()
    names = meta.find_undeclared_variables(environment().parse(source)) - set(environment().globals)
    assert names == set(CATALOG[kernel].constants)


@pytest.mark.parametrize("kernel", CATALOG)
def test_a_rendering_is_plain_wgsl(kernel: str) -> None:
    for constants in renderings(kernel):
        code = render(kernel, constants)
        head, formula = code.splitlines()[:2]
        assert head.startswith(f"// {kernel}.wgsl: ")
        assert all(f"{name}={value}" in head for name, value in constants.items())
        assert re.match(r"// \w", formula), "the first line of a template is its formula"
        assert not re.search(r"\{\{|\}\}|//%|//#", code)
        assert code.count("@compute") == 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_style_of_a_template(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= 200
    statements = [(number, line.split()[1]) for number, line in enumerate(lines) if re.match(r"\s*//% ", line)]
    words = [word for _, word in statements]
    assert set(words) <= {"if", "elif", "else", "endif", "for", "endfor", "set", "include"}
    assert words.count("if") + words.count("elif") <= 3, "a fourth conditional is a second template"
    bindings = next((number for number, line in enumerate(lines) if "@group" in line), len(lines))
    for number in range(bindings, len(lines)):
        opened = [word for at, word in statements if at < number]
        unrolled = opened.count("for") > opened.count("endfor") or "{% for" in lines[number]
        assert unrolled or "{{" not in lines[number], (
            f"line {number + 1}: constants stand in one block above the bindings"
        )


def test_included_files_include_nothing() -> None:
    for path in TEMPLATES.glob("shared/*.wgsl"):
        assert "//% include" not in path.read_text(), path.name


def test_control_words_are_the_catalogs() -> None:
    code = render("advance", {})
    for index, name in enumerate(CONTROL):
        assert f"const {name.upper()} = {index}u;" in code


def test_refuses_what_the_catalog_does_not_know() -> None:
    with pytest.raises(ValueError, match="no kernel named 'softmax'"):
        render("softmax", {})
    with pytest.raises(ValueError, match="rmsnorm: constants are"):
        render("rmsnorm", {"D": 64})
