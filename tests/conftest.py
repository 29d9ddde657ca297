"""The order of the whole: what is quick first, browsers last."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers last: they take longest, and Playwright keeps an event loop running that no test after it could start its own."""
    items.sort(key=lambda item: "e2e" in item.path.parts)
