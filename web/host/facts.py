"""Facts that the page's Python and its JavaScript both need: ``web/common/facts.js``, written from Python.

``python -m web.host.facts`` writes the file anew; a test asserts that it is what Python states.
"""

from __future__ import annotations

from textwrap import fill

from pyside.api.requests import BOUNDS
from pyside.bundle.files import FILE_LIMIT, NAMES, PARTS
from pyside.bundle.manifest import FORMAT_VERSION
from pyside.engine.sampling import TOP_LOGPROBS
from pyside.plan.limits import Limits
from web.host.runtime import WEB
from web.host.vendor import LANGUAGES

FACTS = WEB / "common" / "facts.js"
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
        ("LANGUAGES", "What `/vendor/highlight/` colours, by the names of its files", list(LANGUAGES)),
    )
    head = f"/** Facts that Python states and the page's modules need. Change them there, then run `{COMMAND}`. */\n"
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
        entries = [f"{name}: {_frozen(each)}" for name, each in value.items()]
        body = f"{{ {', '.join(entries)} }}"
        if not flat or len(body) > WIDTH:
            body = "{\n" + "".join(f"  {entry},\n" for entry in entries) + "}"
        return f"Object.freeze({body})"
    if isinstance(value, list):
        items = ", ".join(map(_frozen, value))
        if len(items) > WIDTH:
            items = "\n" + fill(items, WIDTH, initial_indent="  ", subsequent_indent="  ") + ",\n"
        return f"Object.freeze([{items}])"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\")
        return f"'{escaped}'"
    return f"{value:.10g}"


if __name__ == "__main__":
    FACTS.write_text(module(), encoding="utf-8")
