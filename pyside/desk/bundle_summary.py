"""What is in a bundle and what it asks of a device, as tables of text: title, column heads, rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from pyside.bundle.manifest import Manifest
from pyside.bundle.vision_config import VisionConfig
from pyside.plan.plan import Buffer, Pass, Plan

_KINDS = {"gdn": "linear attention", "attn": "full attention", "mlp": "MLP"}  # third word of a tensor's name

_LATER = "shards, with the first picture"


@dataclass(frozen=True)
class Table:
    """Rows of text under column heads; the first column is text, the others are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def summary(manifest: Manifest, plan: Plan) -> tuple[Table, ...]:
    """The tables that ``build.py inspect`` prints; ``plan`` is the bundle's on the least device that takes it."""
    return _facts(manifest), _tensors(manifest), _gpu(plan), _device(plan), _download(manifest)


def size(amount: int) -> str:
    """Bytes for a reader: 1536 is ``1.5 KiB``."""
    value, unit = float(amount), "B"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024
    return f"{value:,.0f} B" if unit == "B" else f"{value:,.1f} {unit}"


def _facts(manifest: Manifest) -> Table:
    config, source, generation = manifest.model, manifest.source, manifest.generation
    full = config.layer_types.count("full_attention")
    return Table(
        manifest.name,
        ("", ""),
        (
            ("recipe", manifest.recipe),
            ("source", source.repository + (f"@{source.revision}" if source.revision else "")),
            ("licence", source.license),
            ("layers", f"{len(config.layer_types) - full} linear, {full} full attention"),
            ("widths", f"hidden {config.hidden_size:,}, MLP {config.intermediate_size:,}"),
            (
                "vocabulary",
                f"{generation.vocab_used:,} tokens in {config.vocab_size:,} rows, {'tied' if config.tie_word_embeddings else 'untied'} head",
            ),
            ("trained context", f"{config.max_position_embeddings:,} tokens"),
            ("reads", _senses(config.vision)),
            ("thinking", "unless told not to" if generation.thinking_default else "only when asked"),
        ),
    )


def _senses(vision: VisionConfig | None) -> str:
    if vision is None:
        return "text"
    return (
        f"text and pictures, through {vision.depth:,} x hidden {vision.hidden_size:,}, MLP {vision.intermediate_size:,}"
    )


def _tensors(manifest: Manifest) -> Table:
    groups: dict[tuple[str, str], list[int]] = {}  # kind, format -> tensors, weights, bytes
    for name, tensor in manifest.tensors.items():
        group = groups.setdefault((_kind(name), tensor.format), [0, 0, 0])
        for i, amount in enumerate((1, prod(tensor.shape), tensor.bytes)):
            group[i] += amount
    total = [sum(column) for column in zip(*groups.values(), strict=True)]
    rows = [(kind, format, *_amounts(group)) for (kind, format), group in groups.items()]
    return Table("tensors", ("kind", "format", "tensors", "weights", "bytes"), (*rows, ("all", "", *_amounts(total))))


def _gpu(plan: Plan) -> Table:
    seeing = _of_pictures(plan)
    kinds = {"weight": 0, "state": 0, "step": 0, "scratch": 0}
    for buffer in plan.buffers:
        kinds[buffer.kind] += 0 if buffer.growing or buffer in seeing else buffer.bytes
    caches = sum(buffer.bytes for buffer in plan.buffers if buffer.growing)
    per_token = caches // plan.facts.cache_tokens
    tower = sum(buffer.bytes for buffer in seeing if buffer.kind == "weight")
    rows = (
        ("weights", kinds["weight"]),
        ("recurrent state of a session", kinds["state"]),
        ("scratch", kinds["scratch"] + kinds["step"]),
        ("keys and values, at first", caches),
        ("keys and values, per 1,000 tokens", per_token * 1000),
        ("all, at first", sum(kinds.values()) + caches),
    )
    pictures = (
        ("with the first picture: weights", tower),
        (
            f"with the first picture: scratch, for {plan.facts.vision_patches:,} patches",
            sum(b.bytes for b in seeing) - tower,
        ),
    )
    amounts = (*rows, *pictures) if seeing else rows
    return Table("on the GPU", ("what", "bytes"), tuple((what, size(amount)) for what, amount in amounts))


def _of_pictures(plan: Plan) -> frozenset[Buffer]:
    """The buffers that the passes of pictures alone bind, and that a page makes with the first one."""
    theirs = {Pass.VISION, Pass.PREFILL_GRID} & set(plan.passes)
    own = plan.bound(*theirs) - plan.bound(*(set(plan.passes) - theirs))
    return frozenset(plan.buffers[index] for index in own)


def _device(plan: Plan) -> Table:
    bound = [binding for dispatches in plan.passes.values() for dispatch in dispatches for binding in dispatch.bindings]
    largest = max(
        (binding.bytes or plan.buffers[binding.buffer].bytes, plan.buffers[binding.buffer].name) for binding in bound
    )
    buffer = max(plan.buffers, key=lambda buffer: buffer.bytes)
    return Table(
        "needs of a device",
        ("what", "bytes"),
        (
            (f"one binding ({largest[1]})", size(largest[0])),
            (f"one buffer ({buffer.name})", size(buffer.bytes)),
            ("context window at these limits", f"{plan.facts.context_window:,} tokens"),
            ("WebGPU features", "none"),
        ),
    )


def _download(manifest: Manifest) -> Table:
    lists: Mapping[str, tuple[int, int]] = {
        name: (len(files), sum(file.bytes for file in files))
        for name, files in (
            ("shards", [shard for shard in manifest.shards if not shard.part]),
            (_LATER, [shard for shard in manifest.shards if shard.part]),
            ("kernels", manifest.kernels),
            ("other files", manifest.files),
        )
        if files or name != _LATER
    }
    rows = [(name, f"{count:,}", size(amount)) for name, (count, amount) in lists.items()]
    count, amount = (sum(column) for column in zip(*lists.values(), strict=True))
    return Table("files", ("what", "files", "bytes"), (*rows, ("all", f"{count:,}", size(amount))))


def _amounts(group: list[int]) -> tuple[str, str, str]:
    return f"{group[0]:,}", f"{group[1]:,}", size(group[2])


def _kind(name: str) -> str:
    parts = name.split(".")
    if parts[0] == "layers":
        return _KINDS.get(parts[2], "norms")
    return {"embed": "embedding", "head": "head", "vision": "vision tower"}.get(parts[0], "norms")
