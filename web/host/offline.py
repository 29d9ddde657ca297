"""What a browser keeps of the site to run without a network: every file of the page, the runtime and the libraries, by hash.

``web/service-worker.js`` keeps exactly these files. Their version is a hash over all of them, so files of two versions never
meet in one page. Models are not among them: ``web/files/file-cache.js`` keeps those.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

LIST = "offline.json"
BESIDE = frozenset({".gz", ".txt"})  # other forms of a file that is listed, and licences
RECEIPTS = frozenset({"runtime.json", "vendor.json"})


def folder_files(name: str, folder: Path) -> dict[str, Path]:
    """The files of an assembled folder, hosted as ``name``, that a page may ask for; none when it does not exist."""
    return {
        f"{name}/{path.relative_to(folder).as_posix()}": path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.suffix not in BESIDE and path.name not in RECEIPTS
    }


def hashes(files: Mapping[str, Path]) -> dict[str, str]:
    """Hosted name to sha256, in hexadecimal."""
    return {name: sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def offline_list(digests: Mapping[str, str]) -> bytes:
    """The contents of ``offline.json``: {version, files: {hosted name: sha256}}."""
    files = json.dumps(digests, sort_keys=True)
    version = sha256(files.encode()).hexdigest()[:16]
    return f'{{"version": "{version}", "files": {files}}}\n'.encode()
