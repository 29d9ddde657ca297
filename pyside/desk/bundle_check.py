"""Checks a bundle on disk: every file that its manifest names, byte for byte, and that there are no others."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path

from pyside.bundle.card import CARD, CARD_MAX, Card
from pyside.bundle.manifest import MANIFEST, Manifest
from pyside.errors import BundleError


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the bundle in ``folder``.

    Errors: BundleError when there is none or it is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise BundleError(f"{folder} is not a bundle: it has no {MANIFEST}; give a folder that `build.py bundle` wrote")
    return Manifest.from_json(path.read_bytes())


def read_card(folder: Path, manifest: Manifest) -> Card | None:
    """The card of the bundle in ``folder``, if it has one.

    Errors: BundleError when it is missing, only a link, or damaged.
    """
    if all(file.file != CARD for file in manifest.files):
        return None
    path = own_file(folder, CARD)
    if path is None or path.stat().st_size > CARD_MAX:
        raise BundleError(
            f"{folder} has no {CARD} of its own, expected one of at most {CARD_MAX:,} bytes: build it again"
        )
    return Card.from_json(path.read_bytes())


def own_file(folder: Path, name: str) -> Path | None:
    """The regular file of that name in a folder; None where there is none, or where a link leads to it."""
    path = folder.resolve() / name
    return path if path.is_file() and path.resolve() == path else None


def check(folder: Path, checked: Callable[[int], None] = lambda amount: None) -> list[str]:
    """All problems of the bundle in ``folder``; an empty list when it is whole.

    ``checked``: told the bytes of each file as it is done.
    """
    try:
        manifest = read_manifest(folder)
    except BundleError as error:
        return [str(error)]
    problems: list[str] = []
    named = {MANIFEST}
    for file in manifest.listed:
        if file.file in named:  # equal shards share a file
            continue
        named.add(file.file)
        path = folder / file.file
        if not path.is_file():
            problems.append(f"{file.file} is missing")
        elif own_file(folder, file.file) is None:
            problems.append(f"{file.file} is a link, expected a file in the bundle's own folder")
        elif (size := path.stat().st_size) != file.bytes:
            problems.append(f"{file.file} is {size:,} bytes, expected {file.bytes:,}")
        else:
            with path.open("rb") as stream:
                digest = file_digest(stream, "sha256").hexdigest()
            if digest != file.sha256:
                problems.append(f"{file.file} has changed: its sha256 is {digest}, expected {file.sha256}")
        checked(file.bytes)
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    problems += [f"{name} is not part of the bundle" for name in sorted(present - named)]
    return problems
