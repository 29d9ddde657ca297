"""A checkpoint folder as a bundle in memory: what ``build.py bundle`` writes, without files and tokenizer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from pyside.bundle.files import File
from pyside.bundle.layout import PIECE_LIMIT, Segment, Tensor, aligned
from pyside.bundle.manifest import Generation, Manifest, Source
from pyside.bundle.model_config import ModelConfig
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.checkpoint_config import model_config
from pyside.desk.convert import blocks, jobs
from pyside.desk.weights import network, trunk_prefix


@dataclass(frozen=True)
class MemoryBundle:
    """A manifest and the bytes that its tensors name."""

    manifest: Manifest
    shards: tuple[bytes, ...]


@cache
def bundle(folder: Path, recipe: str, shard_bytes: int = 1 << 18, piece_limit: int = PIECE_LIMIT) -> MemoryBundle:
    """Pack a checkpoint; small shards, so that tensors span several."""
    config = model_config(json.loads((folder / "config.json").read_text()))
    checkpoint = Checkpoint.open(folder)
    shards: list[bytearray] = [bytearray()]
    tensors: dict[str, Tensor] = {}
    with ThreadPoolExecutor(1) as pool:
        for job in jobs(network(config, trunk_prefix(checkpoint.entries)), recipe, piece_limit):
            parts = list(blocks(job, checkpoint, pool))
            words, scales = b"".join(part[0] for part in parts), b"".join(part[1] for part in parts)
            data = words.ljust(aligned(len(words)), b"\0") + scales if scales else words
            tensors[job.name] = Tensor(job.format, job.shape, _place(data, shards, shard_bytes))
    return MemoryBundle(
        _manifest(config, recipe, tensors, shards, folder.name), tuple(bytes(shard) for shard in shards)
    )


def _place(data: bytes, shards: list[bytearray], shard_bytes: int) -> tuple[Segment, ...]:
    segments = []
    while data:
        shard = shards[-1]
        shard.extend(bytes(aligned(len(shard)) - len(shard)))
        run, data = data[: shard_bytes - len(shard)], data[shard_bytes - len(shard) :]
        if run:
            segments.append(Segment(len(shards) - 1, len(shard), len(run)))
            shard.extend(run)
        if data:
            shards.append(bytearray())
    return tuple(segments)


def _shard(data: bytearray) -> File:
    digest = sha256(data).hexdigest()
    return File(f"shards/{digest}.bin", len(data), digest)


def _manifest(
    config: ModelConfig, recipe: str, tensors: Mapping[str, Tensor], shards: list[bytearray], name: str
) -> Manifest:
    manifest = Manifest(
        name=name,
        recipe=recipe,
        model=config,
        source=Source(repository=name, revision="", license="", files=()),
        generation=Generation(stop_ids=(), vocab_used=config.vocab_size, thinking_default=False, presets={}),
        tensors=tensors,
        shards=tuple(_shard(shard) for shard in shards),
        kernels=(),
        files=(),
    )
    assert not manifest.problems(), manifest.problems()
    return manifest
