"""From a checkpoint to a bundle: what is read, packed, written and rendered, in order.

A weight goes from ``checkpoint.py`` through ``weights.py`` (which tensors it is made of) and ``convert.py`` (how it is packed) to
``bundle_writer.py``; ``pyside/bundle/manifest.py`` says what the page finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from kernels_wgsl.render import render
from pyside.bundle.card import CARD
from pyside.bundle.files import File
from pyside.bundle.layout import PIECE_LIMIT, tensor_bytes
from pyside.bundle.manifest import Manifest, Source
from pyside.desk import convert, hub, published
from pyside.desk.bundle_writer import BundleWriter
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.pipelines import least_plan, pipelines
from pyside.desk.terminal import Terminal
from pyside.desk.weights import account, network, trunk_prefix
from pyside.errors import BundleError
from pyside.network.tower import CHECKPOINT as TOWER
from pyside.text import tokenizer


def make_bundle(
    source: str,
    out: Path,
    recipe: str,
    terminal: Terminal,
    *,
    name: str | None = None,
    vision: bool = True,
    force: bool = False,
) -> Manifest:
    """Turn a checkpoint into the bundle ``out`` and return its manifest.

    ``source``: a folder or a hub id. ``name``: what the page calls the model, by default the source's name. ``vision``: with its
    tower, if it has one. ``force``: a bundle that ``out`` holds gives way.
    Errors: DeltapageError for a source that cannot be converted or an ``out`` that may not be written, OSError when the disk
    refuses. Nothing is left behind then.
    """
    origin = _locate(source, terminal)
    facts = published.read(origin.folder, vision)
    checkpoint = Checkpoint.open(origin.folder)
    config = facts.config
    if config.vision and not any(name.startswith(TOWER) for name in checkpoint.entries):
        terminal.say(
            f"{published.CONFIG} describes a vision tower, of which the checkpoint has no weights: the bundle reads text"
        )
        config = replace(config, vision=None)
    weights = network(config, trunk_prefix(checkpoint.entries))
    left_out = account(weights, checkpoint.entries)
    for warning in facts.warnings:
        terminal.say(f"warning: {warning}")
    for kind, count in left_out.items():
        terminal.say(
            f"left out: {count} {kind} tensors" + (", which this version does not use" if kind != "vision" else "")
        )
    with published.understood(published.TOKENIZER):
        packed = tokenizer.pack(facts.tokenizer, facts.tokenizer_config)
    files = {
        "tokenizer.bin": packed,
        "chat_template.jinja": facts.template.encode(),
        CARD: facts.card.to_json(),
        **facts.copied,
    }
    jobs = convert.jobs(weights, recipe, PIECE_LIMIT)
    total = sum(tensor_bytes(job.format, job.shape) for job in jobs)
    with (
        terminal.progress(f"packing as {recipe}", total) as advance,
        BundleWriter(out, replace=force, written=advance) as writer,
        _threads(convert.threads()) as pool,
        _threads(1) as hasher,
    ):
        hashes = [hasher.submit(_file, path) for path in checkpoint.files]
        for job in jobs:
            writer.add_tensor(job.name, job.format, job.shape, convert.blocks(job, checkpoint, pool))
        writer.end_tensors()
        for file, data in files.items():
            writer.add_file(file, data)
        read = (*facts.files, *(future.result() for future in hashes))
        draft = Manifest(
            name=name or origin.repository.rsplit("/", 1)[-1],
            recipe=recipe,
            model=config,
            source=Source(origin.repository, origin.revision, facts.license, read),
            generation=facts.generation,
            tensors=writer.tensors,
            shards=tuple(writer.shards),
            kernels=(),
            files=tuple(writer.files),
        )
        _, refusal = least_plan(draft)
        if refusal:
            terminal.say(f"warning: this bundle does not run on every device: {refusal}")
        for pipeline in pipelines(draft):
            writer.add_kernel(pipeline.file, render(pipeline.kernel, pipeline.constants))
        manifest = replace(draft, kernels=tuple(writer.kernels))
        writer.finish(manifest)
    return manifest


@dataclass(frozen=True)
class Origin:
    """A checkpoint on this machine, and where it came from."""

    folder: Path
    repository: str
    revision: str = ""


def _locate(source: str, terminal: Terminal) -> Origin:
    """The checkpoint folder that SOURCE names, downloaded first if it is a hub id."""
    if (folder := Path(source)).is_dir():
        return Origin(folder, folder.resolve().name)
    hub_id = hub.HubId.parse(source)
    if hub_id is None or folder.exists():
        raise BundleError(
            f"{source} is neither a folder nor a hub id: give a checkpoint's folder, or owner/name[@revision]"
        )
    terminal.say(f"{source}: no such folder here, looking on the hub")
    return Origin(*hub.fetch(hub_id, published.READ))


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for a block; what they have not begun when an error ends it is dropped."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _file(path: Path) -> File:
    with path.open("rb") as stream:
        return File(path.name, path.stat().st_size, file_digest(stream, "sha256").hexdigest())
