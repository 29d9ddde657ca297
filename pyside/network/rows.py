"""How a block writes its dispatches: buffers by name, constants that the model and the device imply filled in."""

from __future__ import annotations

from collections.abc import Mapping

from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.catalog.spec import Value
from kernels_wgsl.variants import constants_of
from pyside.network.block import Block
from pyside.network.memory import Memory
from pyside.network.stored import Piece, Stored
from pyside.plan.choice import Choice
from pyside.plan.plan import PlanBuilder, View


class Rows:
    """Writes one block's dispatches for a pass of T rows.

    A small word of a line is a binding: the name of a weight of the block, of its state, or of a buffer that blocks share.
    A capital word is a constant of the kernel.
    """

    def __init__(
        self, builder: PlanBuilder, memory: Memory, stored: Stored, block: Block, rows: int, choice: Choice
    ) -> None:
        self.T = rows
        self._choice = choice
        self._builder, self._memory, self._stored, self._block = builder, memory, stored, block
        self._constants: dict[str, Value] = {"T": rows, "KV": memory.kv, **block.constants()}

    def __call__(self, kernel: str, label: str, **words: View | Value) -> None:
        """One dispatch."""
        self._dispatch(kernel, f"{self._block.ours}{label}", words)

    def pieces(self, name: str) -> tuple[Piece, ...]:
        """The row pieces of a matrix of the block."""
        return self._stored.pieces(self._block.named_weights[name])

    def linear(self, name: str, *, x: str, y: str, bias: str = "", label: str = "", **own: Value) -> None:
        """y = W x for every row with the matrix ``name``, plus the weight ``bias``; ``label`` comes before the name."""
        columns = self._block.named_weights[name].shape[0]
        for piece in self.pieces(name):
            words: dict[str, View | Value] = {"x": x, "y": self._columns(y, piece.first, piece.rows, columns)}
            if bias:
                words["bias"] = self._view(bias).at(4 * piece.first, 4 * piece.rows)
            sizes: dict[str, Value] = {"N": piece.rows, "Y_STRIDE": columns, "EPILOGUE": "store", "PATCHES": 1}
            self._product("_bias" if bias else "", f"{label}{piece.name}", piece, {**sizes, **own, **words})

    def swiglu(self, name: str, *, x: str, y: str) -> None:
        """y = silu(gate) * up for every row; the rows of W are gate and up by turns of ROW_TILE."""
        columns = self._block.named_weights[name].shape[0] // 2
        for piece in self.pieces(name):
            words: dict[str, View | Value] = {"x": x, "y": self._columns(y, piece.first // 2, piece.rows // 2, columns)}
            self._product("_swiglu", piece.name, piece, {"F": piece.rows // 2, "Y_STRIDE": columns, **words})

    def _product(self, suffix: str, label: str, piece: Piece, words: Mapping[str, View | Value]) -> None:
        """A matvec for one row, a matmul for more; the tower, which alone has biases, has always more."""
        kernel = f"{'matvec' if self.T == 1 else 'matmul'}{suffix}"
        self._dispatch(kernel, label, {"FORMAT": piece.format, "K": piece.columns, **piece.bindings, **words})

    def _columns(self, y: str, first: int, count: int, of: int) -> View:
        """Where a piece writes its ``count`` columns: the whole of y, which has rows of ``of``, or from ``first`` on."""
        whole = self._view(y)
        if count == of:
            return whole
        return whole.at(4 * first, 4 * count if self.T == 1 else whole.bytes - 4 * first)

    def _dispatch(self, kernel: str, label: str, words: Mapping[str, View | Value]) -> None:
        known = self._constants | {key: value for key, value in words.items() if not isinstance(value, View)}
        known |= constants_of(kernel, self._choice, known)
        constants = {key: known[key] for key in CATALOG[kernel].constants}
        bindings = {key: self._view(value) for key, value in words.items() if key.islower()}
        self._builder.dispatch(kernel, label, constants, control=self._memory.control, **bindings)

    def _view(self, named: View | Value) -> View:
        """A range given as it is, or by the name of a plain weight, of state, or of a shared buffer."""
        if isinstance(named, View):
            return named
        weight = self._block.named_weights.get(str(named))
        return self._stored.plain(weight) if weight else self._memory.view(self._block, str(named))
