"""The form of the tests themselves: what they share lies in ``tests/support``, and no test leans on another."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.support.paths import ROOT, TESTS


def imported(path: Path) -> set[str]:
    """Modules that a file imports by name; ``from a import b`` counts as ``a.b``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_what_tests_share_lies_in_support() -> None:
    """A test or a bench imports ``tests.support``; a bench may import its own folder besides; support imports support alone."""
    strangers = {}
    for path in sorted(TESTS.rglob("*.py")):
        folder = path.relative_to(TESTS).parts[0]
        allowed = ("tests.support.", "tests.bench.") if folder == "bench" else ("tests.support.",)
        found = {name for name in imported(path) if name.startswith("tests.") and not name.startswith(allowed)}
        if found:
            strangers[path.relative_to(ROOT).as_posix()] = found
    assert strangers == {}


def test_only_tests_know_tests() -> None:
    others = [
        *ROOT.glob("*.py"),
        *(path for folder in ("pyside", "kernels_wgsl") for path in (ROOT / folder).rglob("*.py")),
    ]
    assert [str(path) for path in others if any(name.split(".")[0] == "tests" for name in imported(path))] == []


def test_no_page_script_hides_in_a_python_string() -> None:
    """JavaScript of more than one line is a file, which tsc and eslint look at."""
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(TESTS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
        for text in [node.value if isinstance(node.value, str) else node.value.decode(errors="replace")]
        if "\n" in text.strip() and re.search(r"=> |\bfunction\s*\(|^\s*const ", text, re.MULTILINE)
    ]
    assert hidden == []
