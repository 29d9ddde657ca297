"""The bundle's tensors as a plan binds them: their buffers are made, and listed for upload, when a line first names them."""

from __future__ import annotations

from dataclasses import dataclass

from kernels_wgsl.formats import scaled
from pyside.bundle.layout import PLAIN, aligned, sections
from pyside.bundle.manifest import Manifest
from pyside.errors import BundleError
from pyside.network.weight import Weight
from pyside.plan.plan import PlanBuilder, Upload, View


@dataclass(frozen=True)
class Piece:
    """Rows of a packed matrix on the GPU, all or some; of several matrices [E, N, K], some matrices."""

    name: str  # of the tensor
    format: str
    first: int  # row of the matrix at which it begins
    rows: int
    columns: int
    words: View
    scales: View | None

    @property
    def bindings(self) -> dict[str, View]:
        """The kernel's weight slots: ``w``, and ``scales`` where the format has them."""
        return {"w": self.words} if self.scales is None else {"w": self.words, "scales": self.scales}


class Stored:
    """The tensors of one bundle in one plan."""

    def __init__(self, builder: PlanBuilder, manifest: Manifest) -> None:
        self._builder, self._manifest = builder, manifest
        self._plain: dict[str, View] = {}  # by name, as named before: every pass names them all
        self._pieces: dict[str, tuple[Piece, ...]] = {}

    def plain(self, weight: Weight) -> View:
        """A norm, convolution or gate tensor, f32 row-major.

        Errors: BundleError when the bundle has it not, or not like this.
        """
        if weight.name not in self._plain:
            self._plain[weight.name], _ = self._load(weight.name, weight.shape, plain=True)
        return self._plain[weight.name]

    def pieces(self, weight: Weight) -> tuple[Piece, ...]:
        """A packed matrix in the row pieces that it is stored in, mostly one.

        Errors: BundleError when the bundle has them not, or not like this.
        """
        if weight.name not in self._pieces:
            self._pieces[weight.name] = self._load_pieces(weight)
        return self._pieces[weight.name]

    def _load_pieces(self, weight: Weight) -> tuple[Piece, ...]:
        names: tuple[str, ...] = (weight.name,)
        if weight.vocabulary or weight.name not in self._manifest.tensors:
            names = self._manifest.pieces(weight.name) or (() if weight.vocabulary else names)
        pieces: list[Piece] = []
        first, (rows, *rest) = 0, weight.shape
        for name in names:
            count = self._manifest.tensors[name].shape[0] if name != weight.name else rows
            words, scales = self._load(name, (count, *rest), plain=False)
            pieces.append(Piece(name, self._manifest.tensors[name].format, first, count, rest[-1], words, scales))
            first += count
        if first != rows:
            whole = "vocabulary" if weight.vocabulary else "matrix"
            raise BundleError(
                f"the pieces of {weight.name!r} have {first:,} rows, the {whole} {rows:,}: build the bundle again"
            )
        return tuple(pieces)

    def _load(self, name: str, shape: tuple[int, ...], plain: bool) -> tuple[View, View | None]:
        """The words of a tensor and its scales, in a new buffer of its name."""
        tensor = self._manifest.tensor(name, shape)
        if plain != (tensor.format == PLAIN):
            wanted = PLAIN if plain else "a packed format"
            raise BundleError(f"tensor {name!r} has format {tensor.format}, expected {wanted}: build the bundle again")
        buffer = self._builder.buffer(name, tensor.bytes, "weight")
        offset = 0
        for segment in tensor.segments:
            self._builder.uploads.append(Upload(segment.shard, segment.offset, segment.bytes, buffer.buffer, offset))
            offset += segment.bytes
        words, scales = sections(tensor.format, tensor.shape)
        return buffer.at(0, words), buffer.at(aligned(words), scales) if scaled(tensor.format) else None
