"""The files of a bundle: what may be one, so that a site can host bundles that others have made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

FILE_LIMIT = 256 << 20  # bytes of any file: more is a mistake, or an attack on the disk of who downloads it
# By the manifest's lists. None of these files can run in a browser.
NAMES: Mapping[str, str] = {
    "shards": r"shards/[0-9a-f]{64}\.bin",
    "kernels": r"kernels/[A-Za-z0-9_-]+\.wgsl",
    "files": r"tokenizer\.bin|chat_template\.jinja|(card|selftest|(video_)?preprocessor_config)\.json|(LICENSE|NOTICE)(\.txt|\.md)?",
}
PARTS = ("vision",)  # of a model that a page fetches when it first needs them
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class File:
    """A file of the bundle and what its bytes must be."""

    file: str  # path inside the bundle, with forward slashes
    bytes: int
    sha256: str
    part: str | None = None  # one of PARTS, for a shard that holds nothing else

    def problems(self, section: str) -> list[str]:
        """What is wrong with its name, size and hash, as a file of that list."""
        found: list[str] = []
        name, digest = self.file[:80], self.sha256[:80]
        if self.file.startswith("/") or ".." in self.file.split("/") or "\\" in self.file:
            found.append(f"file name {name!r} leads out of the bundle")
        elif not re.fullmatch(NAMES[section], self.file):
            found.append(f"file name {name!r} is none that {section} of a bundle have")
        elif section == "shards" and self.file != f"shards/{self.sha256}.bin":
            found.append(f"{self.file} is named by another sha256 than its own, {digest!r}")
        if not _SHA256.fullmatch(self.sha256):
            found.append(f"{name!r} has sha256 {digest!r}, expected 64 hexadecimal digits in lower case")
        if self.part is not None and (self.part not in PARTS or section != "shards"):
            found.append(
                f"{name!r} of {section} has part {self.part[:80]!r}, expected none, or {', '.join(PARTS)} of a shard"
            )
        if not 0 <= self.bytes <= FILE_LIMIT:
            found.append(f"{name!r} has {self.bytes} bytes, expected 0 to {FILE_LIMIT}")
        return found
