"""A checkpoint on disk: which tensors its safetensors files hold, and rows of them as f32.

A file is an 8-byte little-endian header length, that many bytes of JSON, and a data block without gaps. Headers are checked
in full when a checkpoint is opened; data is read by slices of rows, so no tensor has to fit in memory. ``weights.py`` makes the
network's weights of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pyside.errors import CheckpointError
from pyside.foreign import read_json, shown

DIMENSIONS_MAX, EXTENT_MAX = 8, 1 << 31
HEADER_MAX = 16 << 20  # bytes of a file's header; those of the largest checkpoints have less than one MiB
INDEX = "model.safetensors.index.json"
SINGLE = "model.safetensors"
F32Array = npt.NDArray[np.float32]

# What weights may be stored as, and how numpy reads it; bfloat16 is the upper half of a float32.
DTYPES: Mapping[str, str] = {"BF16": "<u2", "F16": "<f2", "F32": "<f4"}
_BYTES = {"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "BF16": 2, "F16": 2, "I16": 2, "U16": 2,
          "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """Where one tensor lies."""

    file: Path
    dtype: str
    shape: tuple[int, ...]
    offset: int  # bytes from the start of the file


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a checkpoint by name, and the files they lie in."""

    entries: Mapping[str, Entry]
    files: tuple[Path, ...]

    @classmethod
    def open(cls, folder: Path) -> Checkpoint:
        """Read the index, if there is one, and every header.

        Errors: CheckpointError with every missing file, damaged header, and tensor that is twice or not where the index says.
        """
        files, placed = _files(folder)
        entries: dict[str, Entry] = {}
        problems: list[str] = []
        for file in files:
            try:
                header = read_header(file)
            except CheckpointError as error:
                problems.append(str(error))
                continue
            for name, entry in header.items():
                if name in entries:
                    problems.append(f"tensor {name} is in both {entries[name].file.name} and {file.name}")
                entries[name] = entry
        if placed is not None and not problems:
            problems += [
                f"{INDEX} places {name} in {file}, which does not hold it"
                for name, file in placed.items()
                if name not in entries or entries[name].file.name != file
            ]
            problems += [
                f"{entry.file.name} holds {name}, which {INDEX} does not name"
                for name, entry in entries.items()
                if name not in placed
            ]
        raise_all(problems, "download the checkpoint again")
        return cls(entries, files)

    def rows(self, name: str, start: int, stop: int) -> F32Array:
        """Rows ``start`` to ``stop`` of a tensor as f32, [stop - start, ...].

        Errors: CheckpointError when a value is NaN or infinite, or the file has become shorter.
        """
        entry = self.entries[name]
        dtype = np.dtype(DTYPES[entry.dtype])
        width = prod(entry.shape[1:])
        count = (stop - start) * width
        # Plain reads, not mmap: pages of a map would count as this process's memory.
        raw = np.fromfile(entry.file, dtype, count, offset=entry.offset + start * width * dtype.itemsize)
        if raw.size != count:
            raise CheckpointError(f"{entry.file.name}: ended while {name} was read: download it again")
        if entry.dtype == "BF16":
            bits = raw.astype(np.uint32)
            bits <<= 16
            values = bits.view(np.float32)
        else:
            values = raw.astype(np.float32)
        finite(name, values)
        return values.reshape(stop - start, *entry.shape[1:])


def finite(name: str, values: F32Array) -> None:
    """Refuse values that are NaN or infinite.

    Errors: CheckpointError with their number.
    """
    if not (good := np.isfinite(values)).all():
        raise CheckpointError(
            f"tensor {name} has {values.size - np.count_nonzero(good)} NaN or infinite values, expected finite weights: "
            "the training or the download went wrong"
        )


def read_header(file: Path) -> dict[str, Entry]:
    """The tensors that one safetensors file says it holds.

    Errors: CheckpointError when the file is truncated or its header does not describe its bytes.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if size < 8 or length > size - 8:
            raise CheckpointError(f"{file.name}: its header is {length:,} bytes, the whole file is {size:,}: truncated")
        if length > HEADER_MAX:
            raise CheckpointError(
                f"{file.name}: its header is {length:,} bytes, expected at most {HEADER_MAX:,}: it is damaged"
            )
        text = stream.read(length)
    try:
        header = read_json(text)
        header.pop("__metadata__", None)
        spans = {name: _span(entry) for name, entry in header.items()}
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise CheckpointError(
            f"{file.name}: its header is not a safetensors header ({type(error).__name__}: {shown(error)})"
        ) from None
    end = 0
    for name, (dtype, shape, begin, finish) in sorted(spans.items(), key=lambda item: item[1][2:]):
        if begin != end:
            raise CheckpointError(
                f"{file.name}: {name} begins at byte {begin:,}, expected {end:,}: the header is damaged"
            )
        if dtype in _BYTES and finish - begin != prod(shape) * _BYTES[dtype]:
            raise CheckpointError(
                f"{file.name}: {name} is {finish - begin:,} bytes, {dtype} {list(shape)} needs {prod(shape) * _BYTES[dtype]:,}: "
                "the header is damaged"
            )
        end = finish
    if size != 8 + length + end:
        raise CheckpointError(
            f"{file.name}: is {size:,} bytes, its header describes {8 + length + end:,}: truncated or damaged"
        )
    return {name: Entry(file, dtype, shape, 8 + length + begin) for name, (dtype, shape, begin, _) in spans.items()}


def raise_all(problems: list[str], remedy: str, shown: int = 8) -> None:
    """One CheckpointError for all problems, none when there are none; beyond ``shown`` they are counted."""
    if problems:
        more = [f"and {len(problems) - shown} more"] if len(problems) > shown else []
        raise CheckpointError("; ".join(problems[:shown] + more) + f": {remedy}")


def _span(entry: Mapping[str, Any]) -> tuple[str, tuple[int, ...], int, int]:
    begin, end = entry["data_offsets"]
    shape, dtype = tuple(entry["shape"]), entry["dtype"]
    if not isinstance(dtype, str) or not all(type(size) is int for size in (begin, end, *shape)):
        raise TypeError("expected a name as dtype and integers as sizes")
    if min((begin, end - begin, *shape)) < 0:
        raise ValueError("a negative size")
    if len(shape) > DIMENSIONS_MAX or max(shape, default=0) > EXTENT_MAX:
        raise ValueError(f"{len(shape)} dimensions of up to {max(shape):,}")
    return dtype, shape, begin, end


def _files(folder: Path) -> tuple[tuple[Path, ...], dict[str, str] | None]:
    """The weight files in name order, and which tensor the index places in which; None without an index."""
    index = folder / INDEX
    if not index.exists():
        if not (folder / SINGLE).exists():
            raise CheckpointError(
                f"{folder}: has neither {INDEX} nor {SINGLE}, expected one: give a checkpoint's folder"
            )
        return (folder / SINGLE,), None
    placed = read_index(index)
    names = sorted(set(placed.values()))
    raise_all(
        [f"{name} is missing, {INDEX} names it" for name in names if not (folder / name).is_file()],
        f"download it into {folder}",
    )
    return tuple(folder / name for name in names), placed


def read_index(index: Path) -> dict[str, str]:
    """Which file each tensor lies in.

    Errors: CheckpointError when the index is no index, or names a file outside its folder.
    """
    try:
        placed = {str(name): str(file) for name, file in read_json(index.read_bytes())["weight_map"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"{index.name}: expected a JSON object with a weight_map ({type(error).__name__}: {error}): download it again"
        ) from None
    raise_all(
        [f"{index.name} names {file!r}" for file in sorted(set(placed.values())) if file != Path(file).name],
        "expected plain file names beside the index",
    )
    return placed
