"""Assemble ``/vendor/``: the libraries that set a message's Markdown, as npm delivers them, with their licences.

The page imports them when the first message needs them (``web/chat/vendor.js``); the shell works without them.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from pyside.errors import DeltapageError
from web.host import runtime

VENDOR = runtime.ROOT / "build" / "vendor"
MODULES = runtime.WEB / "node_modules"
RECEIPT = "vendor.json"  # what the folder was made from: package, version, licence

LANGUAGES = (
    "bash", "c", "cpp", "csharp", "css", "diff", "dockerfile", "go", "graphql", "haskell", "ini", "java", "javascript",
    "json", "julia", "kotlin", "latex", "lua", "makefile", "markdown", "php", "powershell", "python", "r", "ruby",
    "rust", "scala", "scss", "shell", "sql", "swift", "typescript", "xml", "yaml",
)  # fmt: skip
HIGHLIGHT = "@highlightjs/cdn-assets"
FILES = {  # hosted name -> package, file in it
    "marked.js": ("marked", "lib/marked.esm.js"),
    "purify.js": ("dompurify", "dist/purify.es.mjs"),
    "katex.js": ("katex", "dist/katex.mjs"),
    "highlight/core.js": (HIGHLIGHT, "es/core.min.js"),
    **{f"highlight/{name}.js": (HIGHLIGHT, f"es/languages/{name}.min.js") for name in LANGUAGES},
}
PACKAGES = tuple(sorted({package for package, _ in FILES.values()}))


def assemble(target: Path = VENDOR) -> None:
    """Make ``target`` the complete folder; at once if it already is.

    Errors: DeltapageError when npm's part is missing or is not what the lock file names.
    """
    receipt = json.dumps({"made by": _own_hash(), "packages": _packages()}, indent=1) + "\n"
    current = target / RECEIPT
    if current.is_file() and current.read_text() == receipt and all((target / name).is_file() for name in FILES):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as folder:
        beside = Path(folder) / target.name
        (beside / "highlight").mkdir(parents=True)
        for name, (package, file) in FILES.items():
            shutil.copyfile(MODULES / package / file, beside / name)
            (beside / f"{name}.gz").write_bytes(gzip.compress((beside / name).read_bytes(), mtime=0))
        for package in PACKAGES:
            for licence in sorted((MODULES / package).glob("LICENSE*")):
                shutil.copyfile(licence, beside / f"{package.strip('@').replace('/', '-')}-{licence.name}.txt")
        (beside / RECEIPT).write_text(receipt)
        runtime.swap(beside, target)


def _packages() -> dict[str, dict[str, str]]:
    """Version and licence of each installed package, which must be those that the lock file names."""
    locked = json.loads((runtime.WEB / "package-lock.json").read_text())["packages"]
    found: dict[str, dict[str, str]] = {}
    for package in PACKAGES:
        wanted = locked[f"node_modules/{package}"]["version"]
        try:
            facts = json.loads((MODULES / package / "package.json").read_text())
        except OSError:
            facts = {"version": "missing"}
        if facts["version"] != wanted:
            raise DeltapageError(
                f"web/node_modules/{package} is {facts['version']}, web/package-lock.json names {wanted}: "
                "run `make chat`, or `npm ci` in web/"
            )
        found[package] = {"version": wanted, "license": facts["license"]}
    return found


def _own_hash() -> str:
    return sha256(Path(__file__).read_bytes()).hexdigest()
