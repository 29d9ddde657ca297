"""A checkpoint's weights, packed by a recipe, in forward order and a block of rows at a time.

What is in memory is one block per processor, whatever the tensor: the embedding of the smallest model is a gigabyte in f32.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from kernels_wgsl.formats import packed_bytes
from kernels_wgsl.pack import pack
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.recipes import format_of
from pyside.desk.weights import Weight
from pyside.errors import CheckpointError

PLAIN = "plain"
# Rows of the vocabulary: stored as row pieces that fit a binding, even if there is only one.
_PIECED = ("embed", "head")
_PIECE_ROWS = 64  # a piece's rows are a multiple of this
_BLOCK_WEIGHTS = 1 << 21  # weights converted at a time by one thread


@dataclass(frozen=True)
class Job:
    """One tensor to be written: what it will be, and the weight it comes from."""

    weight: Weight
    format: str

    @property
    def name(self) -> str:
        """The tensor's name in the bundle."""
        return self.weight.name

    @property
    def shape(self) -> tuple[int, ...]:
        """The tensor's shape."""
        return self.weight.shape


def jobs(weights: Iterable[Weight], recipe: str, piece_limit: int) -> tuple[Job, ...]:
    """The tensors of a bundle in the order of ``weights``; vocabulary matrices in pieces of at most ``piece_limit`` bytes."""
    found: list[Job] = []
    for weight in weights:
        format = format_of(recipe, weight.name) if weight.matrix else PLAIN
        found += [
            Job(piece, format)
            for piece in (pieces(weight, format, piece_limit) if weight.name in _PIECED else [weight])
        ]
    return tuple(found)


def blocks(job: Job, checkpoint: Checkpoint, pool: ThreadPoolExecutor) -> Iterator[tuple[bytes, bytes]]:
    """The tensor's words and scales, block of rows by block of rows; both are to be joined in order.

    Errors: CheckpointError, which names the tensor, for values that are not finite or that the format cannot hold.
    """
    if job.format == PLAIN:
        yield job.weight.values(checkpoint).tobytes(), b""
        return
    rows, columns = job.shape
    step = max(_PIECE_ROWS, _BLOCK_WEIGHTS // columns // _PIECE_ROWS * _PIECE_ROWS)

    def convert(start: int) -> tuple[bytes, bytes]:
        try:
            return pack(job.weight.rows(checkpoint, start, min(start + step, rows)), job.format)
        except ValueError as error:
            raise CheckpointError(f"tensor {job.name} from row {start} as {job.format}: {error}") from None

    pending: deque[Future[tuple[bytes, bytes]]] = deque()
    try:
        for start in range(0, rows, step):
            if len(pending) > threads():
                yield pending.popleft().result()
            pending.append(pool.submit(convert, start))
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def threads() -> int:
    """Threads worth using: numpy leaves the interpreter lock while it computes, and each thread holds a block."""
    return min(os.cpu_count() or 1, 8)


def pieces(weight: Weight, format: str, limit: int) -> list[Weight]:
    """A matrix in row pieces of one size, as near as can be, each of at most ``limit`` bytes when packed."""
    rows, columns = weight.shape
    row_bytes = sum(packed_bytes(format, (_PIECE_ROWS, columns))) / _PIECE_ROWS
    most = max(int(limit / row_bytes) // _PIECE_ROWS, 1) * _PIECE_ROWS
    count = -(-rows // most)
    even = -(-rows // count // _PIECE_ROWS) * _PIECE_ROWS
    return [weight.piece(i, start, min(start + even, rows)) for i, start in enumerate(range(0, rows, even))]
