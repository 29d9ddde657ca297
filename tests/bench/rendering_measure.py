"""The part of ``rendering.py`` that runs in Pyodide, with the runtime's own package."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

from kernels_wgsl.render import environment, render
from pyside.bundle.manifest import Manifest
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits


def measure(folder: str) -> str:
    """JSON: milliseconds of a plan with its kernels' names, and of their renderings, each first and again."""
    facts = Manifest.from_json(Path(folder, "manifest.json").read_bytes())
    found: dict[str, float] = {}
    for name in ("plan_ms", "plan_again_ms"):  # the first one reads and digests the templates
        started = perf_counter()
        pipelines = compile_plan(facts, Limits.baseline()).pipelines
        found[name] = _since(started)
    found["kernels"] = len(pipelines)
    started = perf_counter()
    environment()
    found["environment_ms"] = _since(started)
    for name in ("first_ms", "again_ms"):
        each = []
        for pipeline in pipelines:
            started = perf_counter()
            render(pipeline.kernel, pipeline.constants)
            each.append(_since(started))
        found |= {name: round(sum(each), 1), f"longest_{name}": max(each)}
    return json.dumps(found)


def _since(started: float) -> float:
    return round(1000 * (perf_counter() - started), 2)
