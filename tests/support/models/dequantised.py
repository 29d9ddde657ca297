"""A bundle's weights under their published names: what the oracle reads to say what a quantised bundle should compute."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kernels_wgsl.formats import ROW_TILE
from kernels_wgsl.pack import unpack
from pyside.bundle.layout import PLAIN, aligned, sections
from pyside.bundle.manifest import Manifest
from pyside.desk.weights import network
from pyside.network.weight import Transform, Weight
from tests.support.models.oracle import TRUNK

Floats = NDArray[np.float32]


class BundleWeights:
    """The oracle's ``Weights`` out of a manifest and its shards (``bytes`` or anything that slices like them)."""

    def __init__(self, manifest: Manifest, shards: Sequence[bytes]) -> None:
        self.manifest, self.shards = manifest, shards
        self._places: dict[str, tuple[Weight, int]] = {}  # published name -> our weight, which of its parts
        for weight in network(manifest.model, TRUNK):
            self._places |= {part.name: (weight, index) for index, part in enumerate(weight.parts)}

    def rows(self, name: str, start: int = 0, stop: int | None = None) -> Floats:
        """Rows of a published tensor as f32, undone from what the bundle stores."""
        weight, index = self._places[name]
        part = weight.parts[index]
        stop = part.shape[0] if stop is None else stop
        if not weight.matrix:
            first = sum(int(np.prod(other.place)) for other in weight.parts[:index])
            values = self.tensor(weight.name).reshape(-1)[first : first + int(np.prod(part.shape))].reshape(part.shape)
            return _undone(part.transform, values)[start:stop]
        if weight.layout == "interleaved":
            whole = self._matrix(weight.name, 0, weight.shape[0])
            return whole.reshape(-1, 2, ROW_TILE, whole.shape[1])[:, index].reshape(-1, whole.shape[1])[start:stop]
        first = sum(other.place[0] for other in weight.parts[:index])
        found = self._matrix(weight.name, first + start, first + stop)
        return found[:, : int(np.prod(part.shape[1:]))].reshape(stop - start, *part.shape[1:])

    def tensor(self, name: str) -> Floats:
        """A plain tensor as it is stored."""
        tensor = self.manifest.tensors[name]
        assert tensor.format == PLAIN, name
        return np.frombuffer(self._bytes(name, 0, tensor.bytes), np.float32).reshape(tensor.shape)

    def _matrix(self, name: str, start: int, stop: int) -> Floats:
        """Rows of a packed matrix, which may be stored in pieces."""
        names = [name] if name in self.manifest.tensors else self.manifest.pieces(name)
        found, first = [], 0
        for piece in names:
            rows = self.manifest.tensors[piece].shape[0]
            if first < stop and start < first + rows:
                found.append(self._piece(piece, max(start - first, 0), min(stop - first, rows)))
            first += rows
        return np.concatenate(found)

    def _piece(self, name: str, start: int, stop: int) -> Floats:
        tensor = self.manifest.tensors[name]
        columns = tensor.shape[1]
        low = start // ROW_TILE * ROW_TILE  # tiles are stored one after the other, in the words and in the scales
        high = -(-stop // ROW_TILE) * ROW_TILE
        (first_word, first_scale), (last_word, last_scale) = (
            sections(tensor.format, (n, columns)) for n in (low, high)
        )
        base = aligned(sections(tensor.format, tensor.shape)[0])
        words, scales = (
            self._bytes(name, first_word, last_word),
            self._bytes(name, base + first_scale, base + last_scale),
        )
        return unpack(words, scales, tensor.format, high - low, columns)[start - low : stop - low]

    def _bytes(self, name: str, start: int, stop: int) -> bytes:
        """Bytes ``start`` to ``stop`` of a stored tensor."""
        found, first = b"", 0
        for segment in self.manifest.tensors[name].segments:
            low, high = max(start - first, 0), min(stop - first, segment.bytes)
            if low < high:
                found += bytes(self.shards[segment.shard][segment.offset + low : segment.offset + high])
            first += segment.bytes
        return found


def _undone(transform: Transform, values: Floats) -> Floats:
    """The published value of a tensor that is stored transformed."""
    if transform == "negative_exp":
        return np.asarray(np.log(-values), np.float32)
    return values - 1 if transform == "one_plus" else values
