"""Facts that the page's Python and its JavaScript both need: ``web/common/facts.js``, and what the page says about itself:
``web/common/about.js``. Both are written from Python.

``python -m web.host.facts`` writes the files anew; a test asserts that they are what Python states.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from textwrap import fill

from pyside.api.requests import BOUNDS
from pyside.bundle.card import GENERAL
from pyside.bundle.files import FILE_LIMIT, NAMES, PARTS
from pyside.bundle.manifest import FORMAT_VERSION
from pyside.engine.sampling import TOP_LOGPROBS
from pyside.plan.limits import Limits
from web.host.runtime import ROOT, WEB
from web.host.vendor import LANGUAGES, PACKAGES

FACTS = WEB / "common" / "facts.js"
ABOUT = WEB / "common" / "about.js"
IN_PYTHON = (("CPython", "PSF-2.0"), ("Jinja2", "BSD-3-Clause"), ("MarkupSafe", "BSD-3-Clause"))  # what the page runs
COMMAND = "python -m web.host.facts"
WIDTH = 120  # characters of a line


def module() -> str:
    """The text of the module."""
    constants = (
        (
            "BOUNDS",
            "The least and the most that a request may state of each number, under OpenAI's names",
            {
                name: {"least": bound.least, "most": bound.most}
                for name, bound in {**BOUNDS, "top_logprobs": TOP_LOGPROBS}.items()
            },
        ),
        ("BASELINE", "The limits that every WebGPU device offers, and that every model can do with", _baseline()),
        (
            "BUNDLE",
            "The format of bundles that this page reads, the most bytes that a file of one has, and what shards may hold apart",
            {"format": FORMAT_VERSION, "fileLimit": FILE_LIMIT, "parts": list(PARTS)},
        ),
        ("FILE_NAMES", "The names that files of a bundle may have, as patterns, by the manifest's lists", dict(NAMES)),
        ("STARTERS", "What to ask a model of which nothing is known", list(GENERAL)),
        ("LANGUAGES", "What `/vendor/highlight/` colours, by the names of its files", list(LANGUAGES)),
    )
    return _module("Facts that Python states and the page's modules need", constants)


def about() -> str:
    """The text of the module about the project: what pyproject.toml says of it, and whose works the page contains."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    from_npm = [(name, locked[f"node_modules/{name}"]["license"]) for name in ("pyodide", *PACKAGES)]
    constants = (
        (
            "PROJECT",
            "What this is",
            {name: project[name] for name in ("name", "version", "license", "description")},
        ),
        (
            "OTHERS",
            "Works of others in the page, and their licences",
            {
                name: licence.strip("()")
                for name, licence in sorted((*IN_PYTHON, *from_npm), key=lambda each: each[0].lower())
            },
        ),
    )
    return _module("What the page says about itself", constants)


def _module(purpose: str, constants: Iterable[tuple[str, str, object]]) -> str:
    head = f"/** {purpose}. Written from Python by `{COMMAND}`. */\n"
    return head + "".join(
        f"\n/** {meaning}. */\nexport const {name} = {_frozen(value)};\n" for name, meaning, value in constants
    )


def _baseline() -> dict[str, int]:
    """WebGPU bounds the first side of a workgroup, too: any of ours may lie along it with all its invocations."""
    limits = Limits.baseline()
    return {**limits.in_webgpu_names(), "maxComputeWorkgroupSizeX": limits.invocations}


def _frozen(value: object) -> str:
    """A value of JSON as an expression for what nobody can change; its strings have no quotes in them."""
    if isinstance(value, dict):
        flat = not any(isinstance(each, dict) for each in value.values())
        entries = [f"{_key(name)}: {_frozen(each)}" for name, each in value.items()]
        body = f"{{ {', '.join(entries)} }}"
        if not flat or len(body) > WIDTH:
            body = "{\n" + "".join(f"  {entry},\n" for entry in entries) + "}"
        return f"Object.freeze({body})"
    if isinstance(value, list):
        items = ", ".join(map(_frozen, value))
        if any(" " in each for each in value):
            items = "\n" + "".join(f"  {_frozen(each)},\n" for each in value)
        elif len(items) > WIDTH:
            items = "\n" + fill(items, WIDTH, initial_indent="  ", subsequent_indent="  ") + ",\n"
        return f"Object.freeze([{items}])"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\")
        return f"'{escaped}'"
    return f"{value:.10g}"


def _key(name: str) -> str:
    return name if name.isidentifier() else _frozen(name)


if __name__ == "__main__":
    for path, text in ((FACTS, module()), (ABOUT, about())):
        path.write_text(text, encoding="utf-8")
