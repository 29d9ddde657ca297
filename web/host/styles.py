"""``chat/styles.js``: the element's style sheets as one module.

The element comes to a page of another origin by one script tag, and such a page admits our scripts and no style sheets of ours
(README.md, "On another origin"). Importing a sheet ``with {type: 'css'}`` counts as a style sheet; fetching it would wait until
the modules have run. As a module the sheets arrive with the others, before the element is defined.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from web.host import runtime

NAME = "chat/styles.js"  # web/chat/styles.d.ts declares it
FOLDER = runtime.WEB / "chat"
SHEETS = (
    "base",
    "header",
    "sidebar",
    "thread",
    "message",
    "prose",
    "composer",
    "dialogs",
)  # in the order of the cascade
STYLES = runtime.ROOT / "build" / "styles.js"


def assemble(target: Path = STYLES, folder: Path = FOLDER) -> Path:
    """Make ``target`` the module of the sheets as they are now, and return it; at once if it already is."""
    text = "\n".join((folder / f"{sheet}.css").read_text(encoding="utf-8") for sheet in SHEETS)
    module = f"export const css = {json.dumps(text, ensure_ascii=False)};\n".encode()
    if not target.is_file() or target.read_bytes() != module:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as beside:
            beside.write(module)
        Path(beside.name).chmod(0o644)
        Path(beside.name).replace(target)  # whole or not at all: requests come side by side
    return target
