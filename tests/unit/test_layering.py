"""Who may know whom: a walk over every import, and a look for what does not belong in a file."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("pyside", "kernels_wgsl", "web")
# Both sides of the line between ids and text; completions and app are where they meet.
IDS = {"engine", "session", "plan", "model", "memory", "limits", "gpu"}
TEXT = {"tokenizer", "unicode_classes", "chat_template", "chat_format", "chat_stream"}
MODEL_WORDS = r"(?i)\b(tokens?|prompt|chat|vocab|layers?|attention|embed|rope|rotary|prefill|decode|logit|sampl|quant|qwen|delta|softmax|kv)"


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names that a file imports anywhere; ``from a import b`` counts as ``a.b``."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: import by full name, so that this walk can follow"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def sources(*folders: str) -> list[Path]:
    """Python files of our own, without the demo model's training scripts."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "node_modules" not in path.parts and "demo_model" not in path.parts]


def importers(package: str, *folders: str) -> set[str]:
    """Which files import a package or something in it."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (*sources(*folders), *(ROOT.glob("*.py") if folders == FOLDERS else ()))
        if any(name == package or name.startswith(f"{package}.") for name in imports(path))
    }


def reached(name: str) -> Iterator[str]:
    """Modules of pyside that a module imports, and those that these import, itself included."""
    todo, seen = [name], {name}
    while todo:
        current = todo.pop()
        yield current
        for imported in imports(ROOT / f"pyside/{current}.py"):
            package, _, rest = imported.partition(".")
            module = rest.partition(".")[0]
            if package == "pyside" and module not in seen and (ROOT / f"pyside/{module}.py").exists():
                seen.add(module)
                todo.append(module)


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("js", {"pyside/host.py"}),
        ("pyodide", {"pyside/host.py"}),
        ("jinja2", {"kernels_wgsl/render.py", "pyside/chat_template.py"}),
    ],
)
def test_a_dependency_is_known_in_one_place(package: str, allowed: set[str]) -> None:
    assert importers(package, *FOLDERS) <= allowed


def test_the_page_knows_of_the_kernels_only_their_catalog() -> None:
    names = {name for path in sources("pyside") for name in imports(path) if name.startswith("kernels_wgsl")}
    assert names and {name.partition(".")[2].partition(".")[0] for name in names} == {"catalog"}


def test_the_catalog_is_data_and_imports_nothing_of_ours() -> None:
    assert not [name for name in imports(ROOT / "kernels_wgsl/catalog.py") if name.startswith(FOLDERS)]
    assert not imports(ROOT / "kernels_wgsl/__init__.py")


def test_the_kernels_do_not_know_the_page() -> None:
    assert importers("pyside", "kernels_wgsl") == set()
    assert importers("web", "kernels_wgsl", "pyside") == set()


@pytest.mark.parametrize("package", ["numpy", "safetensors", "huggingface_hub", "rich", "starlette", "uvicorn"])
def test_what_the_page_does_not_have_is_not_in_pyside(package: str) -> None:
    assert importers(package, "pyside") == set()


def test_the_engine_knows_no_text_and_text_knows_no_engine() -> None:
    present = {path.stem for path in sources("pyside")}
    for name in sorted(IDS & present):
        assert not TEXT & set(reached(name)), f"{name} knows ids and plans, never text"
    for name in sorted(TEXT & present):
        assert not IDS & set(reached(name)), f"{name} knows text, never tensors"
    assert {"engine", "plan", "model", "tokenizer", "chat_template"} <= present  # else the above says nothing


def test_the_replayer_has_no_model_words() -> None:
    assert re.findall(MODEL_WORDS, (ROOT / "web/replay.js").read_text(encoding="utf-8")) == []


def test_no_language_hides_in_anothers_strings() -> None:
    for path in (ROOT / "web").glob("*.*js"):
        assert not re.search(r"runPython|pyodide_py|eval\(|new Function", path.read_text(encoding="utf-8")), path
    for path in sources("pyside"):
        assert not re.search(r"run_js|eval_code|\beval\(|\bexec\(", path.read_text(encoding="utf-8")), path


def test_files_stay_readable() -> None:
    lines = {path: len(path.read_bytes().splitlines()) for path in sources(*FOLDERS, "tests")}
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > 450} == {}
