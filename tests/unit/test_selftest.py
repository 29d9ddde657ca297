"""The self-test passes on a device that computes rightly and names what one that does not gets wrong."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest

from pyside.desk.selftest_vectors import bake
from pyside.engine import selftest
from pyside.errors import DeltapageError, PlanError
from pyside.plan.limits import Limits
from pyside.plan.plan import Dispatch, Facts, Plan
from tests.support.executors.numpy_gpu import NumpyGpu

DATA: dict[str, Any] = json.loads(json.dumps(bake()))


def check(gpu: NumpyGpu) -> None:
    async def run() -> None:
        await gpu.load(selftest.plan(DATA, Limits.baseline()))
        await selftest.check(gpu, DATA)

    asyncio.run(run())


def test_the_twins_pass() -> None:
    check(NumpyGpu())


def test_the_same_data_every_time() -> None:
    assert json.loads(json.dumps(bake())) == DATA


def test_it_can_be_run_twice() -> None:
    async def run() -> None:
        gpu = NumpyGpu()
        await gpu.load(selftest.plan(DATA, Limits.baseline()))
        await selftest.check(gpu, DATA)
        await selftest.check(gpu, DATA)

    asyncio.run(run())


@pytest.mark.parametrize("name", sorted(DATA["expected"]))
@pytest.mark.parametrize("wrong", [float("nan"), 0.01])
def test_a_wrong_output_is_named(name: str, wrong: float) -> None:
    gpu = NumpyGpu()
    last = max(i for i, step in enumerate(DATA["steps"]) if name in step["bindings"].values())

    def spoil(dispatch: Dispatch) -> None:
        if dispatch.label == DATA["steps"][last]["label"]:
            values = gpu.buffers[f"selftest.{name}"].view(np.float32)
            values[7] += wrong * np.abs(values).max()

    gpu.after = spoil
    with pytest.raises(DeltapageError, match=rf"{name}\[7\] is .*, expected .*update the browser"):
        check(gpu)


def test_calls_of_another_version_are_refused() -> None:
    """A kernel has other constants by now, or another name."""
    for change in ({"constants": {"K": 64}}, {"kernel": "matvec_of_old"}):
        old = DATA | {"steps": [DATA["steps"][0] | change, *DATA["steps"][1:]]}
        with pytest.raises(PlanError, match="matrix-vector product in f32"):
            selftest.plan(old, Limits.baseline())


def test_joined_to_another_plan() -> None:
    plan = selftest.plan(DATA, Limits.baseline())
    other = Plan(plan.buffers[:1], plan.pipelines[:1], {"other": ()}, (), ("other",), Facts(chunk=1))
    joined = other.joined(plan)
    assert (
        joined.lazy == ("other",) and joined.facts == Facts(chunk=1) and set(joined.passes) == {"other", selftest.PASS}
    )
    for ours, theirs in zip(joined.passes[selftest.PASS], plan.passes[selftest.PASS], strict=True):
        assert joined.pipelines[ours.pipeline] == plan.pipelines[theirs.pipeline]
        assert [joined.buffers[b.buffer] for b in ours.bindings] == [plan.buffers[b.buffer] for b in theirs.bindings]
