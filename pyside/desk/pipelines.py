"""Which kernels a bundle holds rendered: all forms that ask a device for no feature, and the self-test's; a page renders others."""

from __future__ import annotations

from dataclasses import replace

from pyside.bundle.manifest import Manifest
from pyside.desk.selftest_vectors import bake
from pyside.engine import selftest
from pyside.errors import PlanError
from pyside.network.model import compile_plan
from pyside.plan.choice import common
from pyside.plan.limits import Limits
from pyside.plan.plan import Pipeline, Plan

BASELINE = Limits.baseline()
ROOMY = replace(BASELINE, binding_bytes=1 << 40, buffer_bytes=1 << 40)  # takes whatever a bundle holds


def pipelines(manifest: Manifest) -> tuple[Pipeline, ...]:
    """Every kernel with its constants, by file name."""
    plans = [compile_plan(manifest, ROOMY, choice=choice) for choice in common()]
    plans.append(selftest.plan(bake(), BASELINE))
    found = {pipeline.file: pipeline for plan in plans for pipeline in plan.pipelines}
    return tuple(found[file] for file in sorted(found))


def least_plan(manifest: Manifest) -> tuple[Plan, str]:
    """The bundle's plan on the least device that takes it; and why that is not the least of all, or nothing."""
    try:
        return compile_plan(manifest, BASELINE), ""
    except PlanError as error:
        return compile_plan(manifest, ROOMY), str(error)
