"""Whether this device computes what the desk does: small calls of the real kernels, before the first word.

The runtime carries the calls, their inputs and their outputs, as its build baked them (``pyside/desk/selftest_vectors.py``).
They become one more pass of the plan, so that the executor needs to know nothing of them.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from math import inf, isnan
from pathlib import Path
from struct import unpack
from typing import Any

from pyside.errors import DeltapageError
from pyside.plan.gpu import Gpu
from pyside.plan.limits import Limits
from pyside.plan.plan import Plan, PlanBuilder

PASS = "selftest"
FILE = Path(__file__).with_name("selftest.json")  # put there by the runtime's assembly
BOUND = 2e-3  # of the largest value of an output; drivers may evaluate exp with a few units of error


def baked() -> dict[str, Any]:
    """The self-test that came with the runtime."""
    data: dict[str, Any] = json.loads(FILE.read_bytes())
    return data


def plan(data: Mapping[str, Any], limits: Limits) -> Plan:
    """The self-test as a plan of its own, to be joined to the network's.

    Errors: PlanError when its calls are not those of today's kernels.
    """
    builder = PlanBuilder(limits=limits)
    views = {name: builder.buffer(_own(name), len(b64decode(text)), "step") for name, text in data["buffers"].items()}
    builder.begin(PASS)
    for step in data["steps"]:
        bindings = {slot: views[name] for slot, name in step["bindings"].items()}
        builder.dispatch(step["kernel"], step["label"], step["constants"], **bindings)
    return builder.build()


async def check(gpu: Gpu, data: Mapping[str, Any]) -> None:
    """Run the self-test of a loaded plan.

    Errors: DeltapageError naming every output that is wrong, with its worst value.
    """
    for name, text in data["buffers"].items():
        gpu.write(_own(name), b64decode(text))
    gpu.run(PASS)
    reads = {name: gpu.read(_own(name), 0, 4 * len(values)) for name, values in data["expected"].items()}
    problems = []
    for name, read in reads.items():
        got, want = unpack(f"<{len(data['expected'][name])}f", await read), data["expected"][name]
        worst = max(range(len(want)), key=lambda i: _distance(got[i], want[i]))
        if _distance(got[worst], want[worst]) > BOUND * max(abs(value) for value in want):
            problems.append(f"{name}[{worst}] is {got[worst]:.6g}, expected {want[worst]:.6g}")
    if problems:
        raise DeltapageError(
            "this graphics driver computes wrongly (" + "; ".join(problems) + "): "
            "update the browser and the driver, or use another device"
        )


def _own(name: str) -> str:
    """The buffer's name in the joined plan."""
    return f"{PASS}.{name}"


def _distance(got: float, want: float) -> float:
    """How far off; infinite for NaN."""
    return inf if isnan(got) else abs(got - want)
