"""Which kernels a bundle holds: those that the plans of three imagined devices name, and those of the self-test."""

from __future__ import annotations

from dataclasses import replace

from pyside.bundle.manifest import Manifest
from pyside.desk.selftest_vectors import bake
from pyside.engine import selftest
from pyside.errors import PlanError
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits
from pyside.plan.plan import Pipeline, Plan

# The least that WebGPU offers, a device that binds whatever a bundle holds, and one without a GPU.
BASELINE = Limits.baseline()
ROOMY = replace(BASELINE, binding_bytes=1 << 40, buffer_bytes=1 << 40)
SOFTWARE = replace(ROOMY, software=True)


def pipelines(manifest: Manifest) -> tuple[tuple[Pipeline, ...], str]:
    """Every kernel with its constants, by file name; and why the least device does not run the bundle, or nothing."""
    plan, refusal = least_plan(manifest)
    plans = [plan, compile_plan(manifest, ROOMY), compile_plan(manifest, SOFTWARE), selftest.plan(bake(), BASELINE)]
    found = {pipeline.file: pipeline for plan in plans for pipeline in plan.pipelines}
    return tuple(found[file] for file in sorted(found)), refusal


def least_plan(manifest: Manifest) -> tuple[Plan, str]:
    """The bundle's plan on the least device that takes it; and why that is not the least of all, or nothing."""
    try:
        return compile_plan(manifest, BASELINE), ""
    except PlanError as error:
        return compile_plan(manifest, ROOMY), str(error)
