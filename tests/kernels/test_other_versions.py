"""A bundle whose kernels another version made: the kernels that are today's are used, the others rendered, and the ids are right."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kernels_wgsl.render import render
from pyside.desk import bundle_check
from pyside.engine.engine import Engine
from pyside.network.model import compile_plan
from pyside.plan.gpu import Gpu
from pyside.plan.limits import Limits
from pyside.plan.plan import Pipeline
from tests.support.executors.native_gpu import NativeGpu, folder_shards
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.models.other_versions import FORMAT_1_IDS, FORMAT_1_PROMPT, VERSIONS, write_bundle
from tests.support.models.whole_plan import greedy


@pytest.fixture(scope="module", params=VERSIONS)
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(request.param, tmp_path_factory.mktemp("other") / request.param)


def answer(bundle: Path, gpu: Gpu) -> list[int]:
    manifest = bundle_check.read_manifest(bundle)

    async def run() -> list[int]:
        plan = compile_plan(manifest, Limits.baseline())
        await gpu.load(plan)
        engine = Engine(gpu, plan, vocab_used=manifest.generation.vocab_used)
        return await greedy(engine, FORMAT_1_PROMPT, len(FORMAT_1_IDS))

    return asyncio.run(run())


def test_right_ids_on_the_gpu_with_the_kernels_that_are_todays(bundle: Path) -> None:
    taken: list[Pipeline] = []
    made: list[Pipeline] = []

    def code(pipeline: Pipeline) -> str:
        """What ``web/engine/worker.js`` does."""
        path = bundle / "kernels" / pipeline.file
        (taken if path.exists() else made).append(pipeline)
        return path.read_text() if path.exists() else render(pipeline.kernel, pipeline.constants)

    assert answer(bundle, NativeGpu(folder_shards(bundle), code)) == FORMAT_1_IDS
    assert all((bundle / "kernels" / p.file).read_text() == render(p.kernel, p.constants) for p in taken)
    if bundle.name == "changed-template":
        assert {pipeline.kernel for pipeline in made} == {"rmsnorm"}
    else:
        assert not taken  # every kernel names words of CONTROL; names of format 1 were digests of another kind


def test_the_changed_template_would_have_answered_otherwise(tmp_path: Path) -> None:
    bundle = write_bundle("changed-template", tmp_path / "changed-template")
    texts = [path.read_text() for path in (bundle / "kernels").glob("*.wgsl")]
    by_settings = {text.splitlines()[0]: text for text in texts}  # the first line tells a kernel's constants
    own = NativeGpu(folder_shards(bundle), lambda p: by_settings[render(p.kernel, p.constants).splitlines()[0]])
    assert answer(bundle, own) != FORMAT_1_IDS


def test_right_ids_through_the_twins(bundle: Path) -> None:
    assert bundle_check.check(bundle) == []
    assert answer(bundle, NumpyGpu([bytes(shard) for shard in folder_shards(bundle)])) == FORMAT_1_IDS
