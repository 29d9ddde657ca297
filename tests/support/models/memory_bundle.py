"""A checkpoint folder as a bundle in memory: what ``build.py bundle`` writes, without files and tokenizer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from pyside.bundle.files import File
from pyside.bundle.layout import PIECE_LIMIT, Segment, Tensor, aligned
from pyside.bundle.manifest import Generation, Manifest, Source, part_of
from pyside.bundle.model_config import ModelConfig
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.checkpoint_config import model_config
from pyside.desk.checkpoint_vision import IMAGES, VIDEOS, vision_config
from pyside.desk.convert import blocks, jobs
from pyside.desk.weights import network, trunk_prefix


@dataclass(frozen=True)
class MemoryBundle:
    """A manifest and the bytes that its tensors name."""

    manifest: Manifest
    shards: tuple[bytes, ...]


@cache
def bundle(
    folder: Path, recipe: str, shard_bytes: int = 1 << 18, piece_limit: int = PIECE_LIMIT, vision: bool = False
) -> MemoryBundle:
    """Pack a checkpoint, with its tower or without; small shards, so that tensors span several."""
    config = _config(folder, vision)
    checkpoint = Checkpoint.open(folder)
    shards: list[bytearray] = [bytearray()]
    parts_of: list[str | None] = [None]
    tensors: dict[str, Tensor] = {}
    with ThreadPoolExecutor(1) as pool:
        for job in jobs(network(config, trunk_prefix(checkpoint.entries)), recipe, piece_limit):
            parts = list(blocks(job, checkpoint, pool))
            words, scales = b"".join(part[0] for part in parts), b"".join(part[1] for part in parts)
            data = words.ljust(aligned(len(words)), b"\0") + scales if scales else words
            if part_of(job.name) != parts_of[-1]:
                shards.append(bytearray())
            tensors[job.name] = Tensor(job.format, job.shape, _place(data, shards, shard_bytes))
            parts_of += [part_of(job.name)] * (len(shards) - len(parts_of))
    files = [_shard(shard, part) for shard, part in zip(shards, parts_of, strict=True)]
    return MemoryBundle(_manifest(config, recipe, tensors, files, folder.name), tuple(bytes(shard) for shard in shards))


def _config(folder: Path, vision: bool) -> ModelConfig:
    data = {
        file: json.loads((folder / file).read_text())
        for file in ("config.json", IMAGES, VIDEOS)
        if (folder / file).exists()
    }
    stated = data.pop("config.json")
    config = replace(model_config(stated), vision=vision_config(stated, data) if vision else None)
    config.check()
    return config


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


def _shard(data: bytearray, part: str | None) -> File:
    digest = sha256(data).hexdigest()
    return File(f"shards/{digest}.bin", len(data), digest, part)


def _manifest(
    config: ModelConfig, recipe: str, tensors: Mapping[str, Tensor], shards: list[File], name: str
) -> Manifest:
    manifest = Manifest(
        name=name,
        recipe=recipe,
        model=config,
        source=Source(repository=name, revision="", license="", files=()),
        generation=Generation(stop_ids=(), vocab_used=config.vocab_size, thinking_default=False, presets={}),
        tensors=tensors,
        shards=tuple(shards),
        kernels=(),
        files=(),
    )
    assert not manifest.problems(), manifest.problems()
    return manifest
