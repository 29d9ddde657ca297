"""Fixtures of the unit tests: a small checkpoint and its bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

import build
from tests.support.models.checkpoints import Shape, write_checkpoint


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that no test changes."""
    return write_checkpoint(tmp_path_factory.mktemp("source") / "tiny-model", Shape(files=2))


@pytest.fixture(scope="session")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A q4 bundle that no test changes."""
    out = tmp_path_factory.mktemp("made") / "bundle"
    assert build._main(["bundle", str(source), str(out)]) == 0
    return out
