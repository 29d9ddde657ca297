"""What the documents name is there."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
PATH = re.compile(r"`((?:[\w.<>*-]+/)*[\w.<>*-]+\.(?:py|js|mjs|css|wgsl|md|toml|txt))`")
# Files that the reader's machine has, or that are one of many: a bundle's, and names with a placeholder.
ELSEWHERE = re.compile(r"[<>*]|hooks\.py$")


@cache
def tracked() -> frozenset[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return frozenset(listed.splitlines())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_files_that_a_document_names_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = [name for name in PATH.findall(text) if not ELSEWHERE.search(name)]
    missing = [name for name in named if not any(path == name or path.endswith(f"/{name}") for path in tracked())]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_of_a_document_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (ROOT / link).exists(), link
