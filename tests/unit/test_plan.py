"""The builder refuses, on the desk, what a kernel or a device would refuse later."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from pyside.errors import PlanError
from pyside.plan.limits import Limits
from pyside.plan.plan import Facts, PlanBuilder, View

NORM: dict[str, Any] = {"D": 64, "T": 4, "EPS": 1e-6, "LAST": 0}


@pytest.fixture
def builder() -> PlanBuilder:
    made = PlanBuilder()
    for name in ("control", "x", "w", "y"):
        made.buffer(name, 1024, "scratch")
    made.begin("pass")
    return made


def views(builder: PlanBuilder, **changed: View) -> dict[str, View]:
    return {name: builder.view(name) for name in ("control", "x", "w", "y")} | changed


def test_a_dispatch(builder: PlanBuilder) -> None:
    builder.dispatch("rmsnorm", "norm", NORM, **views(builder, x=builder.view("x").at(256, 512)))
    builder.dispatch("rmsnorm", "again", NORM, **views(builder))
    plan = builder.build(("pass",), Facts(chunk=4))
    first, second = plan.passes["pass"]
    assert len(plan.pipelines) == 1 and first.pipeline == second.pipeline == 0
    assert [(b.buffer, b.offset, b.bytes) for b in first.bindings] == [
        (0, 0, 1024),
        (1, 256, 512),
        (2, 0, 1024),
        (3, 0, 1024),
    ]
    assert first.grid == (4, 1, 1) and first.label == "norm"
    assert plan.pipelines[0].file.startswith("rmsnorm-") and plan.pipelines[0].file.endswith(".wgsl")
    data = json.loads(plan.to_json())
    assert data["facts"]["chunk"] == 4 and data["lazy"] == ["pass"] and data["passes"]["pass"][0]["label"] == "norm"


def test_a_growing_buffer_is_bound_whole() -> None:
    assert PlanBuilder().buffer("cache", 4096, "state", growing=True).bytes == 0


@pytest.mark.parametrize(
    ("kernel", "constants", "names", "message"),
    [
        ("norm", NORM, {}, r"layer: no kernel named 'norm'"),
        ("rmsnorm", NORM | {"K": 3}, {}, r"layer \(rmsnorm\): constants are .*'K'.*takes"),
        ("rmsnorm", {"D": 64}, {}, r"layer \(rmsnorm\): constants are \['D'\]"),
        ("rmsnorm", NORM, {"z": "w"}, r"layer \(rmsnorm\): bindings are .*'z'"),
        ("rmsnorm", NORM, {"x": "y"}, r"layer \(rmsnorm\): writes y, which it binds twice"),
        ("rmsnorm", NORM | {"T": 70_000}, {}, r"grid \(70000, 1, 1\) exceeds 65,535"),
    ],
)
def test_refusals(
    builder: PlanBuilder, kernel: str, constants: dict[str, Any], names: dict[str, str], message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        builder.dispatch(kernel, "layer", constants, **views(builder, **{k: builder.view(v) for k, v in names.items()}))


def test_limits_of_a_device(builder: PlanBuilder) -> None:
    builder.limits = replace(Limits.baseline(), binding_bytes=1000)
    with pytest.raises(PlanError, match=r"binding control is 1,024 bytes, this device binds at most 1,000"):
        builder.dispatch("rmsnorm", "layer", NORM, **views(builder))
    builder.limits = replace(Limits.baseline(), storage_buffers=3)
    with pytest.raises(PlanError, match=r"4 storage buffers, this device takes 3"):
        builder.dispatch("rmsnorm", "layer", NORM, **views(builder))
    builder.limits = replace(Limits.baseline(), invocations=63)
    with pytest.raises(PlanError, match=r"layer \(rmsnorm\): workgroups of 64 threads, this device takes 63"):
        builder.dispatch("rmsnorm", "layer", NORM, **views(builder))
    builder.limits = replace(Limits.baseline(), workgroup_bytes=255)
    with pytest.raises(PlanError, match=r"layer \(rmsnorm\): a workgroup shares 256 bytes, this device takes 255"):
        builder.dispatch("rmsnorm", "layer", NORM, **views(builder))
    builder.limits = replace(Limits.baseline(), buffer_bytes=1000)
    with pytest.raises(PlanError, match=r"big needs a buffer of 1,001,000 bytes, this device makes at most 1,000"):
        builder.buffer("big", 1_000_998, "weight")


def test_names_and_ranges(builder: PlanBuilder) -> None:
    with pytest.raises(PlanError, match="'x' is defined twice"):
        builder.buffer("x", 4, "scratch")
    for offset, size in ((4, 4), (768, 512)):
        with pytest.raises(PlanError, match="must lie inside and start at a multiple of 256"):
            builder.view("x").at(offset, size)


def test_limits_as_a_page_reports_them() -> None:
    report = {
        "maxStorageBufferBindingSize": 1, "maxBufferSize": 2, "maxStorageBuffersPerShaderStage": 3,
        "maxComputeWorkgroupStorageSize": 4, "maxComputeInvocationsPerWorkgroup": 5, "maxComputeWorkgroupsPerDimension": 6,
        "features": ["shader-f16"],
    }  # fmt: skip
    assert Limits.from_report(report) == Limits(1, 2, 3, 4, 5, 6, frozenset({"shader-f16"}))
