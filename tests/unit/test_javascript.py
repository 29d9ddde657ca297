"""JavaScript that needs no browser, in node's own test runner."""

import subprocess
from pathlib import Path

import pytest

from web.host import runtime

MODULES = sorted((Path(__file__).parents[1] / "js").glob("*.test.mjs"))


@pytest.mark.parametrize("module", MODULES, ids=[path.name for path in MODULES])
def test_in_node(module: Path) -> None:
    done = subprocess.run([runtime.node(), "--test", str(module)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_some() -> None:
    assert MODULES
