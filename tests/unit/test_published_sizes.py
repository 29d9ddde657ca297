"""The four published models on the smallest device that WebGPU allows and on a large one: their plans fit, without a weight."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import pytest

from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.formats import ALIGNMENT
from kernels_wgsl.render import render
from pyside.desk.pipelines import pipelines
from pyside.errors import PlanError
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits
from pyside.plan.plan import Plan
from tests.support.models.published import SIZES, TRAINED, manifest
from tests.support.workgroup import workgroup_of

LARGE = replace(Limits.baseline(), binding_bytes=(4 << 30) - 4, buffer_bytes=4 << 30)
SOFTWARE = replace(LARGE, software=True)


def bytes_by_kind(plan: Plan, tokens: int) -> dict[str, int]:
    """GPU bytes once the caches hold so many tokens; growing state is ``cache``."""
    sums = dict.fromkeys(("weight", "state", "cache", "step", "scratch"), 0)
    for buffer in plan.buffers:
        grown = buffer.bytes // plan.facts.cache_tokens * tokens if buffer.growing else buffer.bytes
        sums["cache" if buffer.growing else buffer.kind] += grown
    return sums


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("recipe", ["q4", "q8"])
@pytest.mark.parametrize("device", ["baseline", "large", "software"])
def test_every_dispatch_is_within_the_limits(size: str, recipe: str, device: str) -> None:
    limits = {"baseline": Limits.baseline(), "large": LARGE, "software": SOFTWARE}[device]
    plan = compile_plan(manifest(size, recipe, vision=True), limits)
    window = plan.facts.context_window
    rows = {buffer.name: buffer.bytes // plan.facts.cache_tokens for buffer in plan.buffers if buffer.growing}
    assert max(rows.values()) * window <= limits.binding_bytes  # a cache is bound whole, however long it grows
    assert max(buffer.bytes for buffer in plan.buffers) <= limits.buffer_bytes
    for dispatches in plan.passes.values():
        for dispatch in dispatches:
            pipeline = plan.pipelines[dispatch.pipeline]
            assert len(dispatch.bindings) == len(slots_for(CATALOG[pipeline.kernel], pipeline.constants)) <= 8
            assert max(dispatch.grid) <= limits.workgroups
            for binding in dispatch.bindings:
                whole = plan.buffers[binding.buffer].bytes
                assert binding.offset % ALIGNMENT == 0 and binding.offset + binding.bytes <= whole
                assert binding.bytes % 4 == 0 and binding.bytes <= limits.binding_bytes


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("device", ["baseline", "large", "software"])
def test_a_bundle_holds_every_kernel_that_a_device_without_features_asks_for(size: str, device: str) -> None:
    made = manifest(size, "q4", vision=True)
    limits = {"baseline": Limits.baseline(), "large": LARGE, "software": SOFTWARE}[device]
    held = {pipeline.file for pipeline in pipelines(made)}
    assert {pipeline.file for pipeline in compile_plan(made, limits).pipelines} <= held


@pytest.mark.parametrize("size", SIZES)
def test_every_workgroup_is_one_that_any_device_runs(size: str) -> None:
    """256 invocations and 16 KiB of workgroup memory, read from the rendered WGSL."""
    for pipeline in compile_plan(manifest(size, "q4", vision=True), Limits.baseline()).pipelines:
        threads, shared = workgroup_of(render(pipeline.kernel, pipeline.constants))
        assert prod(threads) <= 256
        assert shared <= 16 << 10, f"{pipeline.kernel}: {shared} bytes"


@pytest.mark.parametrize(
    ("size", "row", "tokens"),  # bytes of a token in one cache; tokens that a cache of 128 MiB holds
    [("0.8B", 1024, 131_072), ("2B", 1024, 131_072), ("4B", 2048, 65_536), ("9B", 2048, 65_536)],
)
def test_the_context_is_what_one_cache_may_measure(size: str, row: int, tokens: int) -> None:
    made = manifest(size, "q4")
    plan = compile_plan(made, Limits.baseline())
    assert {b.bytes // plan.facts.cache_tokens for b in plan.buffers if b.growing} == {row}
    assert plan.facts.context_window == tokens
    assert compile_plan(made, LARGE).facts.context_window == TRAINED


@pytest.mark.parametrize(("size", "recipe"), [("9B", "f16"), ("4B", "f32")])
def test_a_matrix_too_large_for_a_small_device_is_refused_unless_it_is_in_pieces(size: str, recipe: str) -> None:
    """One matrix of the MLP is beyond 128 MiB; bundles of old have only the vocabulary in pieces."""
    made, whole = manifest(size, recipe), manifest(size, recipe, piece_limit=1 << 40).tensors
    layers = {name: tensor for name, tensor in whole.items() if not name.startswith(("embed", "head"))}
    vocabulary = {name: tensor for name, tensor in made.tensors.items() if name.startswith(("embed", "head"))}
    old = replace(made, tensors=vocabulary | layers)
    with pytest.raises(PlanError, match=r"gate_up .*bytes, this device (binds|makes) at most .*use a smaller"):
        compile_plan(old, Limits.baseline())
    assert compile_plan(old, LARGE).facts.context_window == TRAINED
    assert made.pieces("layers.0.mlp.gate_up") and "layers.0.mlp.gate_up" not in made.tensors
    for limits in (Limits.baseline(), LARGE):
        assert compile_plan(made, limits).facts.context_window >= 32_768


@pytest.mark.parametrize(
    ("size", "weights", "state", "scratch"),  # MiB
    [("0.8B", 528, 19, 44), ("2B", 1258, 19, 48), ("4B", 2575, 50, 64), ("9B", 5797, 50, 70)],
)
def test_memory(size: str, weights: int, state: int, scratch: int) -> None:
    plan = compile_plan(manifest(size, "q4"), LARGE)
    sums = bytes_by_kind(plan, TRAINED)
    assert [round(sums[kind] / 2**20) for kind in ("weight", "state", "scratch")] == [weights, state, scratch]
    layers, kv_heads = SIZES[size][2], SIZES[size][4]
    assert sums["cache"] == 2 * (layers // 4) * kv_heads * 256 * 2 * TRAINED  # keys and values in f16


@pytest.mark.parametrize(
    ("size", "weights", "scratch", "exchanged", "widest"),  # MiB; patches
    [
        ("0.8B", 108, 72, 20, 10_920),
        ("2B", 345, 96, 32, 8_192),
        ("4B", 347, 96, 38, 8_192),
        ("9B", 473, 104, 56, 7_764),
    ],
)
def test_memory_of_the_tower(size: str, weights: int, scratch: int, exchanged: int, widest: int) -> None:
    """What the first picture adds, of a million pixels; and what it does not: no buffer that text needs is larger for it."""
    blind, plan = (compile_plan(manifest(size, "q4", vision=vision), Limits.baseline()) for vision in (False, True))
    text = bytes_by_kind(blind, TRAINED)
    added = {kind: round((amount - text[kind]) / 2**20) for kind, amount in bytes_by_kind(plan, TRAINED).items()}
    assert added == {"weight": weights, "state": 0, "cache": 0, "scratch": scratch, "step": exchanged}
    assert (plan.facts.vision_patches, plan.facts.vision_rows) == (4096, 3072)
    sizes = [{buffer.name: buffer.bytes for buffer in each.buffers} for each in (blind, plan)]
    assert sizes[0].items() <= sizes[1].items()
    roomy = compile_plan(manifest(size, "q4", vision=True), Limits.baseline(), pixels=1 << 24)
    assert roomy.facts.vision_patches == widest  # as many as one binding of 128 MiB holds of the widest rows
