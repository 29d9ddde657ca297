"""Who may know whom among the page's modules: a walk over every import of web/, and a look for what does not belong in a file."""

import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

from web.host import site

WEB = Path(__file__).parents[2] / "web"
# The URLs that pages, service workers and other people's sites name: each stays where it is.
PUBLIC = {
    "deep-chat.js",
    "delta-chat.js",
    "deltapage.js",
    "frame.js",
    "language-model.js",
    "offline.js",
    "page.js",
    "service-worker.js",
    "storage.js",
    "types.js",
}
# What each room may know besides itself. A name with .js is a public module: the room is built upon it as anybody's page is.
BELOW: dict[str, set[str]] = {
    "common": set(),
    "files": {"common"},
    "pictures": {"common"},
    "engine": {"common", "files", "pictures"},
    "agent": {"common"},
    "prompt-api": {"common", "files", "pictures", "agent", "deltapage.js"},
    "chat": {"common", "agent", "deltapage.js", "storage.js"},
    "examples": {"deltapage.js", "language-model.js", "deep-chat.js", "delta-chat.js"},
}
# The same of the public modules.
INSIDE: dict[str, set[str]] = {
    "types.js": set(),
    "deltapage.js": {"common", "files", "engine", "pictures"},
    "storage.js": {"common", "files"},
    "language-model.js": {"prompt-api"},
    "deep-chat.js": {"common", "agent", "deltapage.js"},
    "delta-chat.js": {"common", "agent", "chat", "deltapage.js", "storage.js"},
    "frame.js": {"delta-chat.js"},
    "page.js": {"delta-chat.js", "offline.js"},
    "offline.js": set(),
    "service-worker.js": set(),
}
TYPES = "types.js"  # which everybody may name: nothing of it is there when the page runs
# Other people's modules, brought in by an address that is put together.
ELSEWHERE = {"chat/vendor.js", "engine/python.js", "examples/deep-chat.js"}
MODEL_WORDS = r"(?i)\b(tokens?|prompt|chat|vocab|layers?|attention|embed|rope|rotary|prefill|decode|logit|sampl|quant|qwen|delta|softmax|kv)"
COMMENT = re.compile(r"/\*.*?\*/|(?<=\s)//[^\n]*", re.DOTALL)
IMPORT = re.compile(
    r"""\bfrom '([^']+)'|\bimport '([^']+)'|\bimport\('([^']+)'\)|\bnew URL\('([^']+\.js)', import\.meta\.url\)"""
)
ANY_IMPORT = re.compile(r"(?<!async )(?<!-)\bimport\b(?!\.meta| \$)")  # no method, file or text of that name


class Imports(NamedTuple):
    """What a module names, by paths from web/: what it loads, and what only its type comments mention."""

    loaded: frozenset[str]
    mentioned: frozenset[str]


def modules() -> list[str]:
    """Our modules of the page, by their paths from web/."""
    folders = ("", *BELOW)
    return sorted(path.relative_to(WEB).as_posix() for folder in folders for path in (WEB / folder).glob("*.js"))


def text(module: str) -> str:
    return (WEB / module).read_text(encoding="utf-8")


def targets(module: str, source: str) -> frozenset[str]:
    """The files of ours that some source in a module names; a package's name is none."""
    names = {name for found in IMPORT.findall(source) for name in found if name.startswith(".")}
    return frozenset((WEB / module).parent.joinpath(name).resolve().relative_to(WEB).as_posix() for name in names)


@cache
def imports(module: str) -> Imports:
    source = text(module)
    comments = "\n".join(COMMENT.findall(source))
    return Imports(targets(module, COMMENT.sub("", source)), targets(module, comments))


def room_of(module: str) -> str:
    """A module's room, or the public module itself."""
    return module.partition("/")[0]


def known(names: frozenset[str], module: str) -> set[str]:
    return {room_of(name) for name in names} - {room_of(module)}


@pytest.mark.parametrize("module", modules())
def test_a_module_knows_what_lies_below_it_and_nothing_else(module: str) -> None:
    loaded, mentioned = imports(module)
    allowed = (BELOW | INSIDE)[room_of(module)]
    assert known(loaded, module) <= allowed
    assert known(mentioned, module) <= allowed | {TYPES}


def test_the_walk_follows_every_import() -> None:
    for module in modules():
        source = COMMENT.sub("", text(module))
        found = [name for hit in IMPORT.findall(source) for name in hit[:3] if name]
        reexports = len(re.findall(r"\bexport \{[^}]*\} from", source))
        unseen = len(ANY_IMPORT.findall(source)) + reexports - len(found)
        assert unseen == (module in ELSEWHERE), module
        assert all(site.page_file(target) for names in imports(module) for target in names), module


def test_no_module_knows_itself_through_others() -> None:
    TopologicalSorter({module: imports(module).loaded for module in modules()}).prepare()


def test_every_module_is_in_a_room_or_public() -> None:
    assert {path.name for path in WEB.glob("*.js")} == PUBLIC == set(INSIDE)
    assert set(site.ROOMS) | {"examples"} == set(BELOW)


def test_of_the_engine_the_page_knows_the_connection_alone() -> None:
    outside = {target for module in modules() if room_of(module) != "engine" for target in imports(module).loaded}
    assert {target for target in outside if room_of(target) == "engine"} == {"engine/connection.js"}


def test_the_replayer_has_no_model_words() -> None:
    assert re.findall(MODEL_WORDS, text("engine/replay.js")) == []


def test_no_language_hides_in_anothers_strings() -> None:
    for module in modules():
        assert not re.search(r"runPython|pyodide_py|eval\(|new Function", text(module)), module


def test_files_stay_readable() -> None:
    lines = {module: len(text(module).splitlines()) for module in modules()}
    assert {module: count for module, count in lines.items() if count > 450} == {}
