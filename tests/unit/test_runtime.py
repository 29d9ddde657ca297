"""The assembled runtime: everything the page imports is in it, as bytecode, and assembling is repeatable."""

import ast
import importlib.util
import json
import subprocess
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from kernels_wgsl.sources import TEMPLATES
from pyside.desk.selftest_vectors import bake
from pyside.errors import DeltapageError
from web.host import runtime

pytestmark = pytest.mark.slow  # they assemble what the page runs


LOADER = Path(__file__).with_name("load_runtime.mjs")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("runtime") / "made"
    runtime.assemble(target)
    return target


def modules(folder: Path, *packages: str) -> list[str]:
    """Dotted names of the Python files in the runtime's wheels that belong to ``packages``."""
    names = []
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            paths = [path.removesuffix(".pyc") for path in archive.namelist() if path.endswith(".pyc")]
        names += [path.removesuffix("/__init__").replace("/", ".") for path in paths if path.startswith(packages)]
    return sorted(names)


def test_all_that_the_page_imports_can_be_imported(folder: Path) -> None:
    ours = modules(folder, "pyside", "kernels_wgsl", "jinja2", "markupsafe")
    assert {"pyside.host", "pyside.plan.plan", "kernels_wgsl.catalog", "jinja2.sandbox", "markupsafe._native"} <= set(
        ours
    )
    # imports inside functions count as well: they happen in the page, if later
    named = {name for path in sorted(runtime.ROOT.glob("pyside/*.py")) for name in absolute_imports(path)} - {"js"}
    command = [runtime.node(), str(LOADER), str(folder), *ours, *sorted(named)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    report = json.loads(done.stdout)
    assert report["failed"] == {}
    assert report["python"].startswith("3.14.")


def absolute_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def test_the_page_gets_bytecode_of_its_own_python(folder: Path) -> None:
    for archive in (*folder.glob("*.whl"), folder / "python_stdlib.zip"):
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
            assert not [name for name in names if name.endswith(".py")], archive.name
            compiled = [name for name in names if name.endswith(".pyc")]
            assert compiled, archive.name
            assert {opened.read(name)[:4] for name in compiled} == {runtime.BYTECODE_MAGIC}, archive.name


def test_on_the_pages_own_python_the_host_compiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "BYTECODE_MAGIC", importlib.util.MAGIC_NUMBER)
    wheel = runtime._write_wheel(tmp_path, "some", {"some-1.dist-info/METADATA": b"", "some/a.py": b"b = 1\n"})
    runtime._write_lock(tmp_path / "pyodide-lock.json", {"some": wheel})
    runtime._compile(tmp_path)
    package = json.loads((tmp_path / "pyodide-lock.json").read_text())["packages"]["some"]
    compiled = tmp_path / package["file_name"]
    assert package["sha256"] == sha256(compiled.read_bytes()).hexdigest()
    with zipfile.ZipFile(compiled) as archive:
        assert archive.read("some/a.pyc")[:4] == importlib.util.MAGIC_NUMBER


def test_no_desk_code_reaches_the_page(folder: Path) -> None:
    own = modules(folder, "pyside", "kernels_wgsl")
    parts = {name.split(".")[1] for name in own if name.startswith("kernels_wgsl.")}
    assert parts == {"catalog", "formats", "variants", "sources", "render"}
    assert not [name for name in own if name.startswith("pyside.desk")]


def test_the_page_gets_every_template_and_the_self_test_of_its_own_kernels(folder: Path) -> None:
    (wheel,) = folder.glob("deltapage-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        templates = json.loads(archive.read("kernels_wgsl/templates.json"))
        assert {name: entry["text"] for name, entry in templates.items()} == {
            path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
            for path in TEMPLATES.rglob("*.wgsl")
        }
        assert json.loads(archive.read("pyside/engine/selftest.json")) == json.loads(json.dumps(bake()))


def test_the_lock_file_and_the_receipt_state_every_hash(folder: Path) -> None:
    lock = json.loads((folder / "pyodide-lock.json").read_text())
    assert list(lock["packages"]) == ["markupsafe", "jinja2", "deltapage"]
    for package in lock["packages"].values():
        assert sha256((folder / package["file_name"]).read_bytes()).hexdigest() == package["sha256"]
    receipt = json.loads((folder / "runtime.json").read_text())
    stated = {name: entry["sha256"] for name, entry in receipt["files"].items()}
    found = {
        path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != "runtime.json"
    }
    assert stated == found


def test_what_is_transferred_stays_below_seven_megabytes(folder: Path) -> None:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    sent = sum(min(size, sizes.get(f"{name}.gz", size)) for name, size in sizes.items() if not name.endswith(".gz"))
    assert sent < 7_000_000


def test_assembling_again_does_nothing_and_a_damaged_folder_is_made_anew(folder: Path, tmp_path: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    runtime.assemble(folder)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    lock = (folder / "pyodide-lock.json").read_bytes()
    (folder / "python_stdlib.zip").unlink()
    runtime.assemble(folder)
    assert (folder / "pyodide-lock.json").read_bytes() == lock  # equal inputs give equal bytes
    assert {path.name for path in folder.iterdir()} == set(before)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_without_the_npm_package_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "PYODIDE", tmp_path)
    with pytest.raises(DeltapageError, match=r"is missing, expected Pyodide 314\.0\.7: run `make chat`, or `npm ci`"):
        runtime.assemble(tmp_path / "made")
    (tmp_path / "package.json").write_text('{"version": "0.1.0"}')
    with pytest.raises(DeltapageError, match=r"is 0\.1\.0, .* names 314\.0\.7"):
        runtime.assemble(tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_what_cannot_be_compiled_is_said_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_own", lambda: {"deltapage-1.dist-info/METADATA": b"", "pyside/a.py": b"def (:\n"})
    with pytest.raises(DeltapageError, match="pyodide-build could not compile"):
        runtime.assemble(tmp_path / "made")
    assert list(tmp_path.iterdir()) == []
