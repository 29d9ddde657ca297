"""The bundle's manifest: the one definition, for the build that writes it and the page that reads it.

``manifest.json`` names everything else by sha256 and ends with the sha256 of its own text, so one flipped byte anywhere is found.
``layout.py`` says how the tensors lie in the shards, ``files.py`` what a file may be.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from pyside.bundle.files import NAMES, PARTS, File
from pyside.bundle.from_json import integers, read, written
from pyside.bundle.layout import Segment, Tensor
from pyside.bundle.model_config import ModelConfig
from pyside.errors import BundleError, ConfigError
from pyside.foreign import read_json, shown

FORMAT_VERSION = 1
MANIFEST_MAX = 16 << 20  # bytes; that of the largest model has less than one MiB
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Source:
    """What the bundle was made from."""

    repository: str  # hub id, or the folder's name
    revision: str  # commit of the hub, or empty
    license: str
    files: tuple[File, ...]  # weight files, config and tokenizer as they were read


@dataclass(frozen=True)
class Generation:
    """Defaults of a chat with this model (model card); the page's settings start from them."""

    stop_ids: tuple[int, ...]
    vocab_used: int  # ids at and beyond it are padding rows and are never sampled
    thinking_default: bool  # what the chat template does when enable_thinking is not given
    # "thinking" and "direct": temperature, top_p, top_k, min_p, presence_penalty
    presets: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Manifest:
    """Everything the page needs to know before it downloads a weight."""

    name: str
    recipe: str  # f32, f16, q8 or q4
    model: ModelConfig
    source: Source
    generation: Generation
    tensors: Mapping[str, Tensor]
    shards: tuple[File, ...]
    kernels: tuple[File, ...]
    files: tuple[File, ...]  # tokenizer.bin, chat_template.jinja, card.json, LICENSE, preprocessor_config.json, ...

    def tensor(self, name: str, shape: tuple[int, ...]) -> Tensor:
        """A weight by name with the shape the network expects.

        Errors: BundleError when it is missing or has another shape.
        """
        if name not in self.tensors:
            raise BundleError(
                f"the bundle has no tensor {name!r}; it was made for another model or is damaged: build it again"
            )
        tensor = self.tensors[name]
        if tensor.shape != shape:
            raise BundleError(
                f"tensor {name!r} is {list(tensor.shape)}, the model needs {list(shape)}: build the bundle again"
            )
        return tensor

    def pieces(self, stem: str) -> tuple[str, ...]:
        """The names of a tensor's row pieces ``stem.0``, ``stem.1``, ... in row order."""
        names: list[str] = []
        while f"{stem}.{len(names)}" in self.tensors:
            names.append(f"{stem}.{len(names)}")
        return tuple(names)

    @property
    def listed(self) -> tuple[File, ...]:
        """All files that the bundle has beside its manifest; equal shards stand in it more than once."""
        return (*self.shards, *self.kernels, *self.files)

    def to_json(self) -> str:
        """Canonical text: sorted keys, one trailing newline; the last key is the sha256 of everything before it."""
        body = {"format": FORMAT_VERSION} | written(self)
        return _sealed(json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False)[: -len("\n}")])

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Parse and check a manifest.

        Errors: BundleError naming every problem found.
        """
        try:
            text = text.decode() if isinstance(text, bytes) else text
            data = read_json(text, MANIFEST_MAX)
        except ValueError as error:
            raise BundleError(
                f"manifest.json is not JSON as it should be ({error}): download or build the bundle again"
            ) from None
        if not isinstance(data, dict):
            raise BundleError(
                f"manifest.json holds a {type(data).__name__}, expected an object: build the bundle again"
            )
        if data.get("format") != FORMAT_VERSION:
            raise BundleError(
                f"manifest.json has bundle format {data.get('format')!r}, this deltapage reads format {FORMAT_VERSION}: "
                "build the bundle again with this version"
            )
        if _sealed(text[: -len(_sealed(""))]) != text:
            raise BundleError(
                "manifest.json has changed: its text does not have the sha256 that it states: download it again"
            )
        del data["sha256"]
        del data["format"]
        try:
            manifest = read(
                cls,
                data,
                model=ModelConfig.from_dict,
                source=lambda source: read(Source, source, files=_files),
                generation=lambda generation: read(Generation, generation, stop_ids=integers),
                tensors=lambda tensors: {
                    name: read(Tensor, tensor, shape=integers, segments=lambda v: tuple(read(Segment, s) for s in v))
                    for name, tensor in tensors.items()
                },
                shards=_files,
                kernels=_files,
                files=_files,
            )
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, ConfigError) as error:
            raise BundleError(f"manifest.json: {shown(error)}: build the bundle again with this version") from None
        if problems := manifest.problems():
            raise BundleError("manifest.json: " + "; ".join(problems))
        return manifest

    def problems(self) -> list[str]:
        """Everything inconsistent: formats, shapes, sizes, offsets, overlaps, file names."""
        found: list[str] = []
        shards = [file.bytes for file in self.shards]
        runs: dict[int, list[tuple[int, int, str]]] = {}  # per shard: begin, end, tensor
        for name, tensor in self.tensors.items():
            found += [f"tensor {name} {problem}" for problem in tensor.problems(shards)]
            for shard in {segment.shard for segment in tensor.segments if 0 <= segment.shard < len(shards)}:
                if (marked := self.shards[shard].part) != (part := part_of(name)):
                    found.append(f"tensor {name} lies in shard {shard}, marked as {marked}, expected {part}")
            for segment in tensor.segments:
                runs.setdefault(segment.shard, []).append((segment.offset, segment.offset + segment.bytes, name))
        for shard, spans in runs.items():
            spans.sort()
            found += [f"tensors {a[2]} and {b[2]} overlap in shard {shard}" for a, b in pairwise(spans) if b[0] < a[1]]
        for section in NAMES:
            found += [problem for file in getattr(self, section) for problem in file.problems(section)]
        listed = Counter(file.file for file in (*self.kernels, *self.files))
        return found + [f"file {name} is listed twice" for name, times in sorted(listed.items()) if times > 1]


def part_of(tensor: str) -> str | None:
    """The part that a tensor belongs to by its name; None for what every load needs."""
    first = tensor.split(".", 1)[0]
    return first if first in PARTS else None


def _sealed(head: str) -> str:
    """A manifest's text: all keys but the last, and the last, their sha256."""
    return f'{head},\n "sha256": "{sha256(head.encode()).hexdigest()}"\n}}\n'


def _files(entries: Sequence[Mapping[str, Any]]) -> tuple[File, ...]:
    return tuple(read(File, entry) for entry in entries)
