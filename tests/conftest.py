"""The order of the whole: what is quick first, browsers last; ``--reverse`` turns both halves around."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The way to show that no test leans on one before it."""
    parser.addoption("--reverse", action="store_true", help="run the last test first; browsers stay behind the others")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browsers last: they take longest, and Playwright keeps an event loop running that no test after it could start its own."""
    if config.getoption("--reverse"):
        items.reverse()
    items.sort(key=lambda item: "e2e" in item.path.parts)
