"""Who may know whom: a walk over every import, and a look for what does not belong in a file."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("pyside", "kernels_wgsl", "web")
# Which rooms a room of pyside may know besides itself; desk, app and host see everything below them.
BELOW: dict[str, set[str]] = {
    "errors": set(),
    "foreign": set(),
    "text": {"errors", "foreign"},
    "constrained": {"errors", "text"},
    "plan": {"errors"},
    "bundle": {"errors", "foreign"},
    "network": {"errors", "plan", "bundle"},
    "engine": {"errors", "plan"},
    "api": {"errors", "text", "constrained", "bundle", "engine"},
    "app": {"errors", "text", "bundle", "network", "plan", "engine", "api"},
    "host": {"errors", "foreign", "plan", "api", "app"},
    "desk": {"errors", "foreign", "text", "bundle", "network", "plan", "engine"},
}


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


def room_of(name: str) -> str:
    """The room of a dotted name or a path of pyside."""
    return name.replace("/", ".").split(".")[1]


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("js", {"pyside/host.py"}),
        ("pyodide", {"pyside/host.py"}),
        ("jinja2", {"kernels_wgsl/render.py", "pyside/text/sandbox.py", "pyside/text/sandbox_code.py"}),
    ],
)
def test_a_dependency_is_known_in_one_place(package: str, allowed: set[str]) -> None:
    assert importers(package, *FOLDERS) <= allowed


def in_the_page() -> list[Path]:
    """Python files that the page runs."""
    return [path for path in sources("pyside") if "desk" not in path.parts]


def parts_of_kernels(*paths: Path) -> set[str]:
    """Which parts of kernels_wgsl these files import."""
    names = {name for path in paths for name in imports(path) if name.startswith("kernels_wgsl.")}
    return {name.split(".")[1] for name in names}


def test_the_page_knows_of_the_kernels_what_needs_no_numpy() -> None:
    assert parts_of_kernels(*in_the_page()) == {"catalog", "formats", "variants", "sources", "render"}
    assert importers("numpy", "kernels_wgsl") == {
        path.relative_to(ROOT).as_posix()
        for path in sources("kernels_wgsl")
        if path.stem == "pack" or path.parent.stem == "twins"
    } - {"kernels_wgsl/twins/__init__.py"}


def test_what_is_said_of_kernels_leans_on_what_is_data() -> None:
    kernels = ROOT / "kernels_wgsl"
    assert parts_of_kernels(*(kernels / "catalog").glob("*.py"), kernels / "formats.py") == {"catalog", "formats"}
    assert parts_of_kernels(kernels / "variants.py", kernels / "sources.py") == {"catalog", "formats"}
    assert parts_of_kernels(kernels / "render.py") == {"catalog", "sources"}
    assert not imports(kernels / "__init__.py")


def test_the_kernels_do_not_know_the_page() -> None:
    assert importers("pyside", "kernels_wgsl") == set()
    assert importers("web", "kernels_wgsl", "pyside") == set()


@pytest.mark.parametrize("package", ["numpy", "safetensors", "huggingface_hub", "rich", "starlette", "uvicorn"])
def test_what_the_page_does_not_have_is_known_at_the_desk_alone(package: str) -> None:
    assert {path for path in importers(package, "pyside") if not path.startswith("pyside/desk/")} == set()


@pytest.mark.parametrize("room", sorted(BELOW))
def test_a_room_knows_what_lies_below_it_and_nothing_else(room: str) -> None:
    paths = [path for path in sources("pyside") if room_of(path.relative_to(ROOT).with_suffix("").as_posix()) == room]
    known = {room_of(name) for path in paths for name in imports(path) if name.startswith("pyside.")}
    assert paths
    assert known - {room} <= BELOW[room]


def test_every_file_is_in_a_room() -> None:
    rooms = {room_of(path.relative_to(ROOT).with_suffix("").as_posix()) for path in sources("pyside")}
    assert rooms - {"__init__"} == set(BELOW)


def test_no_language_hides_in_anothers_strings() -> None:
    for path in sources("pyside"):
        assert not re.search(r"run_js|eval_code|\beval\(|\bexec\(", path.read_text(encoding="utf-8")), path


def test_files_stay_readable() -> None:
    lines = {path: len(path.read_bytes().splitlines()) for path in sources(*FOLDERS, "tests")}
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > 450} == {}
