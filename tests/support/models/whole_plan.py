"""A whole network on any executor, held against goldens made with transformers and against the oracle."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from struct import pack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.catalog import CATALOG, slots_for
from pyside.engine.content import Content
from pyside.engine.control import packed
from pyside.engine.engine import Engine
from pyside.engine.sampling import Sampling
from pyside.network.model import compile_plan, weights
from pyside.plan.gpu import Gpu
from pyside.plan.limits import Limits
from pyside.plan.plan import Plan
from tests.support.closeness import assert_close
from tests.support.models.dequantised import BundleWeights
from tests.support.models.memory_bundle import MemoryBundle, bundle
from tests.support.models.oracle import Oracle, log_softmax
from tests.support.paths import GOLDENS

MODELS = ("tiny-a", "tiny-b")
TEXTS = ("hello", "long", "one")
Floats = NDArray[np.float32]


def tiny(model: str, recipe: str = "f32", **options: int) -> MemoryBundle:
    """The bundle of a tiny checkpoint."""
    return bundle(GOLDENS / model, recipe, **options)


def golden(model: str, text: str) -> dict[str, NDArray[Any]]:
    """What transformers computed for one prompt."""
    with np.load(GOLDENS / model / f"text_{text}.npz") as data:
        return dict(data)


async def open_engine(gpu: Gpu, made: MemoryBundle, chunk: int | None = 64, **options: Any) -> Engine:
    """An engine on a freshly loaded plan; greedy choice and draws over the whole vocabulary."""
    plan = compile_plan(made.manifest, Limits.baseline(), chunk=chunk)
    await gpu.load(plan)
    return Engine(gpu, plan, **{"vocab_used": plan.facts.vocab_size, **options})


async def greedy(engine: Engine, prompt: Content | Sequence[int], count: int, **options: Any) -> list[int]:
    """The next ``count`` ids."""
    return [token.id async for token in engine.generate(prompt, Sampling(count), **options)]


def prefill(gpu: Gpu, ids: Sequence[int], position: int = 0) -> None:
    """One chunk of a prompt through the layers."""
    gpu.write("ids", pack(f"<{len(ids)}I", *ids))
    gpu.write("control", pack("<3I", position, len(ids), 0))
    gpu.run("prefill")


async def states(gpu: Gpu, plan: Plan, tokens: int) -> dict[str, Floats]:
    """What every layer remembers after ``tokens`` tokens, in layer order, named and shaped as in the goldens."""
    config: dict[str, int] = {}
    found: dict[str, Floats] = {}
    for dispatch in plan.passes["prefill"]:
        pipeline = plan.pipelines[dispatch.pipeline]
        config |= {key: value for key, value in pipeline.constants.items() if isinstance(value, int)}
        slots = slots_for(CATALOG[pipeline.kernel], pipeline.constants)
        for slot, binding in zip(slots, dispatch.bindings, strict=True):
            if slot.name not in ("history", "state", "k_cache", "v_cache") or pipeline.kernel == "attention_prefill":
                continue
            layer = dispatch.label.split(".")[1]
            buffer = plan.buffers[binding.buffer].name
            if slot.name in ("history", "state"):
                values = np.frombuffer(await gpu.read(buffer, binding.offset, binding.bytes), np.float32)
                if slot.name == "history":
                    found[f"conv_{layer}"] = values.reshape(3, -1).T
                else:
                    found[f"state_{layer}"] = values.reshape(config["HV"], config["DK"], config["DV"])
            else:
                kind = np.dtype(np.float32 if pipeline.constants["KV"] == "f32" else np.float16)
                heads, dim = config["HKV"], config["DH"]
                data = await gpu.read(buffer, 0, tokens * heads * dim * kind.itemsize)
                cache = np.frombuffer(data, kind).astype(np.float32).reshape(tokens, heads, dim)
                found[f"{slot.name[0]}_{layer}"] = cache.transpose(1, 0, 2)
    return found


def assert_states(got: dict[str, Floats], want: dict[str, NDArray[Any]], prefix: str = "", bound: float = 1e-4) -> None:
    """Every state that both have, in layer order: the first that fails names the first layer that differs."""
    compared = [name for name in got if prefix + name in want]
    assert compared, "nothing to compare"
    for name in compared:
        assert_close(f"{name} (layer {name.split('_')[1]})", got[name], want[prefix + name], bound)


async def check_against_goldens(gpu: Gpu, model: str, text: str) -> None:
    """f32: states of every layer after the prompt and after 12 decoded tokens, the ids, and the prompt's log-probabilities."""
    want = golden(model, text)
    ids = want["input_ids"].tolist()
    engine = await open_engine(gpu, tiny(model), chunk=64)
    plan = compile_plan(tiny(model).manifest, Limits.baseline(), chunk=64)
    for start in range(0, len(ids), 64):
        prefill(gpu, ids[start : start + 64], start)
    assert_states(await states(gpu, plan, len(ids)), want)

    engine.forget()
    produced = await greedy(engine, ids, 13)  # the 13th is sampled after the 12th went through the layers
    assert produced[:12] == want["decode_ids"].tolist()
    assert_states(await states(gpu, plan, len(ids)), want, "after_")

    scores = await engine.score(ids, top=2)
    assert len(scores) == len(ids) - 1
    np.testing.assert_allclose([token.logprob for token in scores], want["prompt_logprobs"], atol=1e-3)


async def check_far_positions(gpu: Gpu, model: str) -> None:
    """f32: the logits after a prompt 200,000 positions further on; frequencies a bit off would double the error allowed."""
    with np.load(GOLDENS / model / "far.npz") as far:
        first, want = int(far["first_position"]), far["last_logits"]
    ids = golden(model, "hello")["input_ids"].tolist()
    await gpu.load(compile_plan(tiny(model).manifest, Limits.baseline(), chunk=64))
    gpu.write("ids", pack(f"<{len(ids)}I", *ids))
    gpu.write("control", packed({"count": len(ids), "rope_offset": first}))
    gpu.run("prefill")
    gpu.run("head")
    logits = np.frombuffer(await gpu.read("logits", 0, want.nbytes), np.float32)
    assert_close("logits", logits, want)


async def check_against_oracle(gpu: Gpu, model: str, text: str, recipe: str, **options: int) -> None:
    """Quantised: the ids and their log-probabilities that the oracle gets from the dequantised weights."""
    made = tiny(model, recipe, **options)
    ids = golden(model, text)["input_ids"].tolist()
    config = json.loads((GOLDENS / model / "config.json").read_text())
    oracle = Oracle(config, BundleWeights(made.manifest, made.shards), np.float32 if recipe == "f32" else np.float16)
    engine = await open_engine(gpu, made)
    tokens = [token async for token in engine.generate(ids, Sampling(12))]
    rows = ids
    for index, token in enumerate(tokens):
        logits = oracle.forward(rows, last_only=True).logits[-1]
        assert token.id == int(logits.argmax()), f"token {index}: {token.id}, the oracle chose {int(logits.argmax())}"
        assert abs(token.logprob - log_softmax(logits)[token.id]) < 5e-3
        rows = [token.id]


async def check_in_pieces(executor: Callable[[Sequence[bytes]], Gpu], model: str) -> None:
    """Every matrix that has rows enough is cut, and the ids and log-probabilities are those of the oracle all the same."""
    made = tiny(model, "q4", piece_limit=1)
    whole = {weight.name: weight for weight in weights(made.manifest.model) if weight.matrix}
    cut = {name for name in whole if len(made.manifest.pieces(name)) > 1}
    assert cut == {name for name, w in whole.items() if w.shape[0] > (128 if w.layout == "interleaved" else 64)}
    assert {name.split(".", 2)[-1] for name in cut} >= {"embed", "gdn.in_proj", "attn.in_proj", "mlp.gate_up"}
    if model == "tiny-b":  # its residual stream is wider than a piece
        assert "head" in cut and "layers.0.mlp.down" in cut and "layers.3.attn.out_proj" in cut
    await check_against_oracle(executor(made.shards), model, "hello", "q4", piece_limit=1)
