"""Writes a bundle: tensors into content-addressed shards, files beside them, the manifest last, all of it or nothing.

Everything is written to a folder beside the target, which takes the target's name when it is complete.
``pyside/bundle/layout.py`` says how a tensor lies in its shards.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from kernels_wgsl.formats import ALIGNMENT
from pyside.bundle.files import File
from pyside.bundle.layout import SHARD_LIMIT, Segment, Tensor, aligned, sections, tensor_bytes
from pyside.bundle.manifest import MANIFEST, Manifest, part_of
from pyside.errors import BundleError


class BundleWriter:
    """A context in which a bundle is written; leaving it before ``finish`` removes what was written."""

    def __init__(
        self,
        out: Path,
        *,
        replace: bool = False,
        shard_limit: int = SHARD_LIMIT,
        written: Callable[[int], None] = lambda amount: None,
    ) -> None:
        """Prepare to write the bundle ``out``.

        ``replace``: an existing bundle gives way when the new one is complete. ``shard_limit``: bytes, a multiple of ALIGNMENT.
        ``written``: told the bytes of each write of tensor data. Errors: BundleError when ``out`` may not be written.
        """
        if shard_limit % ALIGNMENT:
            raise BundleError(f"shard limit {shard_limit}: expected a multiple of {ALIGNMENT} bytes")
        if out.exists() and not replace:
            raise BundleError(f"{out} exists already: give another folder, or --force to replace a bundle")
        if out.exists() and not (out / MANIFEST).is_file():
            raise BundleError(
                f"{out} exists and is not a bundle (no {MANIFEST}), so it is not replaced: give another folder"
            )
        self.out = out = out.resolve()  # "." has no name to put another beside
        self.tensors: dict[str, Tensor] = {}
        self.shards: list[File] = []
        self.kernels: list[File] = []
        self.files: list[File] = []
        self._limit = shard_limit
        self._written = written
        self._folder = out.with_name(f".{out.name}.partial-{os.getpid()}")
        self._stream: BinaryIO | None = None
        self._hash = sha256()
        self._size = 0  # bytes in the open shard
        self._part: str | None = None  # of the model that it holds

    def __enter__(self) -> BundleWriter:
        (self._folder / "shards").mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            with suppress(OSError):  # a full disk refuses the last buffer again; the error that led here says so
                self._stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def add_tensor(self, name: str, format: str, shape: tuple[int, ...], blocks: Iterable[tuple[bytes, bytes]]) -> None:
        """Append a tensor from its (words, scales) blocks, in order; the words are written as they come.

        A tensor that fits in a shard lies in one; a larger one begins a shard and spans as many as it needs. A shard holds
        tensors of one part of the model.
        Errors: BundleError when the blocks are not as long as format and shape say; OSError, such as a full disk.
        """
        size, part = tensor_bytes(format, shape), part_of(name)
        if self._size and (part != self._part or aligned(self._size) + size > self._limit):
            self._end_shard()
        else:
            self._pad()
        self._part = part
        segments: list[Segment] = []
        scales: list[bytes] = []
        for words, block_scales in blocks:
            self._append(words, segments)
            scales.append(block_scales)
        words_bytes, scales_bytes = sections(format, shape)
        if scales_bytes:
            self._append(bytes(aligned(words_bytes) - words_bytes), segments)
            self._append(b"".join(scales), segments)
        self.tensors[name] = Tensor(format, shape, tuple(segments))
        if self.tensors[name].bytes != size:
            raise BundleError(
                f"tensor {name}: {self.tensors[name].bytes} bytes came, {format} {list(shape)} needs {size}"
            )

    def add_kernel(self, name: str, text: str) -> None:
        """Write a rendered kernel to ``kernels/<name>``."""
        self.kernels.append(self._write(f"kernels/{name}", text.encode()))

    def add_file(self, name: str, data: bytes) -> None:
        """Write any other file."""
        self.files.append(self._write(name, data))

    def end_tensors(self) -> None:
        """Finish the last shard: ``tensors`` and ``shards`` are complete."""
        if self._size:
            self._end_shard()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and put the bundle in its place.

        Errors: BundleError when the manifest contradicts itself; OSError.
        """
        Manifest.from_json(text := manifest.to_json())
        self._write(MANIFEST, text.encode())
        if self.out.exists():
            former = self.out.with_name(f".{self.out.name}.former-{os.getpid()}")
            self.out.rename(former)
            self._folder.rename(self.out)
            shutil.rmtree(former)
        else:
            self._folder.rename(self.out)

    def _append(self, data: bytes, segments: list[Segment]) -> None:
        """Write at the end of the open shard, and go on in the next when it is full."""
        rest = memoryview(data)
        while rest:
            if self._size == self._limit:
                self._end_shard()
            take = rest[: self._limit - self._size]
            rest = rest[len(take) :]
            offset, shard = self._size, len(self.shards)
            self._emit(take)
            if segments and segments[-1].shard == shard:
                segments[-1] = Segment(shard, segments[-1].offset, segments[-1].bytes + len(take))
            else:
                segments.append(Segment(shard, offset, len(take)))
            self._written(len(take))

    def _pad(self) -> None:
        self._emit(memoryview(bytes(aligned(self._size) - self._size)))

    def _emit(self, data: memoryview) -> None:
        if self._stream is None:
            self._stream = (self._folder / "shards" / "open").open("wb")
        self._stream.write(data)
        self._hash.update(data)
        self._size += len(data)

    def _end_shard(self) -> None:
        """Close the open shard and name it by its content; equal shards share a file."""
        assert self._stream is not None
        self._stream.close()
        digest = self._hash.hexdigest()
        (self._folder / "shards" / "open").replace(self._folder / "shards" / f"{digest}.bin")
        self.shards.append(File(f"shards/{digest}.bin", self._size, digest, self._part))
        self._stream, self._hash, self._size = None, sha256(), 0

    def _write(self, name: str, data: bytes) -> File:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return File(name, len(data), sha256(data).hexdigest())
