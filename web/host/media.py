"""What browsers are to take files for, and how many bytes a file has on its way to one."""

from __future__ import annotations

import gzip
from pathlib import Path

MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jinja": "text/plain",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".wgsl": "text/wgsl",
}
BUNDLE_TYPES = {".json": "application/json", ".bin": "application/octet-stream"}  # all else in a bundle is plain text
COMPRESSED = frozenset(MEDIA_TYPES) - {".ico", ".png"}  # weights, in .bin files, are noise to any compressor


def bytes_on_the_way(path: Path) -> int:
    """The size of a file as it is sent, text compressed; an assembled file has that form beside it."""
    if path.suffix not in COMPRESSED:
        return path.stat().st_size
    beside = path.with_name(f"{path.name}.gz")
    return beside.stat().st_size if beside.is_file() else len(gzip.compress(path.read_bytes()))
