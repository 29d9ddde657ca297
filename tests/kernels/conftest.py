"""Fixtures of the kernel tests, and the mark of those that need a GPU."""

from __future__ import annotations

import numpy as np
import pytest

NATIVE = {"tests.support.run_kernel", "tests.support.executors.native_gpu"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark ``native`` whatever knows the desk's GPU."""
    for item in items:
        if isinstance(item, pytest.Function):
            known = {getattr(value, "__module__", None) for value in vars(item.module).values()}
            if known & NATIVE:
                item.add_marker(pytest.mark.native)


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers in every run."""
    return np.random.default_rng(20_260)
