"""The bundle format: the one definition, for the build that writes it and the page that reads it (DESIGN §5).

``manifest.json`` names everything else by sha256 and ends with the sha256 of its own text, so one flipped byte anywhere is found.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from itertools import pairwise
from math import prod
from typing import Any, TypeVar

from kernels_wgsl.formats import FORMATS, packed_bytes
from pyside.bundle.model_config import ModelConfig
from pyside.errors import BundleError, ConfigError

FORMAT_VERSION = 1
MANIFEST = "manifest.json"
ALIGNMENT = 256  # bytes: tensors in a shard, and the scales section within a tensor
SHARD_LIMIT = 32 << 20  # bytes of a shard
PIECE_LIMIT = 128 << 20  # bytes: a larger tensor is stored as several row pieces
FILE_LIMIT = 256 << 20  # bytes of any file: more is a mistake, or an attack on the disk of who downloads it
PLAIN = "plain"  # f32, row-major: norms, convolution taps, gates

# The files that a bundle may have. None of them can run in a browser, so a site may host bundles that others have made.
NAMES: Mapping[str, str] = {
    "shards": r"shards/[0-9a-f]{64}\.bin",
    "kernels": r"kernels/[A-Za-z0-9_-]+\.wgsl",
    "files": r"tokenizer\.bin|chat_template\.jinja|selftest\.json|(video_)?preprocessor_config\.json|(LICENSE|NOTICE)(\.txt|\.md)?",
}
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Segment:
    """Where a run of a tensor's bytes lies; a tensor longer than a shard has several, in order."""

    shard: int
    offset: int  # bytes into the shard
    bytes: int


@dataclass(frozen=True)
class Tensor:
    """One weight as the network uses it."""

    format: str  # plain, or a key of catalog.FORMATS
    shape: tuple[int, ...]
    segments: tuple[Segment, ...]

    @property
    def bytes(self) -> int:
        """Bytes on disk and on the GPU."""
        return sum(segment.bytes for segment in self.segments)


@dataclass(frozen=True)
class File:
    """A file of the bundle and what its bytes must be."""

    file: str  # path inside the bundle, with forward slashes
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """What the bundle was made from."""

    repository: str  # hub id, or the folder's name
    revision: str  # commit of the hub, or empty
    license: str
    files: tuple[File, ...]  # weight files, config and tokenizer as they were read


@dataclass(frozen=True)
class Generation:
    """Defaults of a chat with this model (model card, spec §6.4); the page's settings start from them."""

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
    files: tuple[File, ...]  # tokenizer.bin, chat_template.jinja, LICENSE, preprocessor_config.json, ...

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
        body = {"format": FORMAT_VERSION} | asdict(self) | {"model": self.model.to_dict()}
        return _sealed(json.dumps(body, sort_keys=True, indent=1, ensure_ascii=False)[: -len("\n}")])

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Parse and check a manifest.

        Errors: BundleError naming every problem found.
        """
        try:
            text = text.decode() if isinstance(text, bytes) else text
            data = json.loads(text)
        except ValueError as error:
            raise BundleError(f"manifest.json is not JSON ({error}): download or build the bundle again") from None
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
            manifest = _read(
                cls,
                data,
                model=ModelConfig.from_dict,
                source=lambda source: _read(Source, source, files=_files),
                generation=lambda generation: _read(Generation, generation, stop_ids=_integers),
                tensors=lambda tensors: {
                    name: _read(Tensor, tensor, shape=_integers, segments=lambda v: tuple(_read(Segment, s) for s in v))
                    for name, tensor in tensors.items()
                },
                shards=_files,
                kernels=_files,
                files=_files,
            )
        except (KeyError, TypeError, ValueError, AttributeError, ConfigError) as error:
            raise BundleError(f"manifest.json: {error}: build the bundle again with this version") from None
        if problems := manifest.problems():
            raise BundleError("manifest.json: " + "; ".join(problems))
        return manifest

    def problems(self) -> list[str]:
        """Everything inconsistent: formats, shapes, sizes, offsets, overlaps, file names."""
        found: list[str] = []
        runs: dict[int, list[tuple[int, int, str]]] = {}  # per shard: begin, end, tensor
        for name, tensor in self.tensors.items():
            found += [f"tensor {name} {problem}" for problem in self._tensor_problems(tensor)]
            for segment in tensor.segments:
                runs.setdefault(segment.shard, []).append((segment.offset, segment.offset + segment.bytes, name))
        for shard, spans in runs.items():
            spans.sort()
            found += [f"tensors {a[2]} and {b[2]} overlap in shard {shard}" for a, b in pairwise(spans) if b[0] < a[1]]
        for section in NAMES:
            found += [problem for file in getattr(self, section) for problem in _file_problems(section, file)]
        listed = Counter(file.file for file in (*self.kernels, *self.files))
        return found + [f"file {name} is listed twice" for name, times in sorted(listed.items()) if times > 1]

    def _tensor_problems(self, tensor: Tensor) -> list[str]:
        if tensor.format != PLAIN and tensor.format not in FORMATS:
            return [f"has unknown format {tensor.format!r}"]
        if min(tensor.shape, default=0) <= 0 or (tensor.format != PLAIN and len(tensor.shape) < 2):
            return [f"has shape {list(tensor.shape)}, which {tensor.format} cannot have"]
        found: list[str] = []
        if tensor.bytes != (needed := tensor_bytes(tensor.format, tensor.shape)):
            found.append(f"has {tensor.bytes} bytes, its shape needs {needed}")
        for segment in tensor.segments:
            if not 0 <= segment.shard < len(self.shards):
                found.append(f"lies in shard {segment.shard} of {len(self.shards)}")
            elif (
                segment.offset < 0
                or segment.bytes <= 0
                or segment.offset + segment.bytes > self.shards[segment.shard].bytes
            ):
                found.append(f"ends beyond shard {segment.shard}")
            elif segment.offset % ALIGNMENT:
                found.append(f"starts at {segment.offset} of shard {segment.shard}, not a multiple of {ALIGNMENT}")
        return found


def _file_problems(section: str, file: File) -> list[str]:
    """What is wrong with a file's name, size and hash."""
    found: list[str] = []
    if file.file.startswith("/") or ".." in file.file.split("/") or "\\" in file.file:
        found.append(f"file name {file.file[:80]!r} leads out of the bundle")
    elif not re.fullmatch(NAMES[section], file.file):
        found.append(f"file name {file.file[:80]!r} is none that {section} of a bundle have")
    elif section == "shards" and file.file != f"shards/{file.sha256}.bin":
        found.append(f"{file.file} is named by another sha256 than its own, {file.sha256[:80]!r}")
    if not _SHA256.fullmatch(file.sha256):
        found.append(
            f"{file.file[:80]!r} has sha256 {file.sha256[:80]!r}, expected 64 hexadecimal digits in lower case"
        )
    if not 0 <= file.bytes <= FILE_LIMIT:
        found.append(f"{file.file[:80]!r} has {file.bytes} bytes, expected 0 to {FILE_LIMIT}")
    return found


def aligned(size: int) -> int:
    """``size`` rounded up to the next multiple of ALIGNMENT."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def sections(format: str, shape: tuple[int, ...]) -> tuple[int, int]:
    """Bytes of a tensor's words and of its scales (0 without), before alignment between them."""
    if format == PLAIN:
        return 4 * prod(shape), 0
    return packed_bytes(format, shape)


def tensor_bytes(format: str, shape: tuple[int, ...]) -> int:
    """Bytes of a stored tensor: words, padding to ALIGNMENT if scales follow, scales."""
    words, scales = sections(format, shape)
    return aligned(words) + scales if scales else words


def _sealed(head: str) -> str:
    """A manifest's text: all keys but the last, and the last, their sha256."""
    return f'{head},\n "sha256": "{sha256(head.encode()).hexdigest()}"\n}}\n'


_T = TypeVar("_T")
_JSON_TYPES: Mapping[str, type] = {"int": int, "str": str, "bool": bool}


def _read(kind: type[_T], data: Mapping[str, Any], **convert: Callable[[Any], object]) -> _T:
    """Build a dataclass from JSON; unknown, missing and ill-typed keys are refused."""
    expected = {f.name: _JSON_TYPES.get(str(f.type), object) for f in fields(kind)}  # type: ignore[arg-type]
    if set(data) != set(expected):
        raise TypeError(
            f"{kind.__name__}: unknown keys {sorted(set(data) - set(expected))}, missing keys {sorted(set(expected) - set(data))}"
        )
    for key, value in data.items():
        if not isinstance(value, expected[key]) or (expected[key] is int and isinstance(value, bool)):
            raise TypeError(f"{kind.__name__}: {key} is {value!r}, expected {expected[key].__name__}")
    return kind(**{key: convert[key](value) if key in convert else value for key, value in data.items()})


def _files(entries: Sequence[Mapping[str, Any]]) -> tuple[File, ...]:
    return tuple(_read(File, entry) for entry in entries)


def _integers(values: object) -> tuple[int, ...]:
    if not isinstance(values, list) or not all(type(value) is int for value in values):
        raise TypeError(f"{values!r}, expected a list of integers")
    return tuple(values)
