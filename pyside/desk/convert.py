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
from pyside.bundle.layout import PLAIN
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.recipes import format_of
from pyside.desk.weights import rows, values
from pyside.errors import CheckpointError
from pyside.network.weight import Weight

_PIECE_ROWS = 64  # rows of a piece are a multiple of this, so that its values begin at a multiple of 256 bytes
_BLOCK_WEIGHTS = 1 << 21  # weights converted at a time by one thread


@dataclass(frozen=True)
class Job:
    """One tensor to be written: a weight, or some of its rows as a numbered piece."""

    name: str  # of the tensor
    format: str
    shape: tuple[int, ...]
    weight: Weight
    first: int = 0  # row of the weight at which it begins


def jobs(weights: Iterable[Weight], recipe: str, piece_limit: int) -> tuple[Job, ...]:
    """The tensors of a bundle in the order of ``weights``; matrices of more than ``piece_limit`` bytes come in pieces."""
    return tuple(job for weight in weights for job in _jobs(weight, recipe, piece_limit))


def _jobs(weight: Weight, recipe: str, piece_limit: int) -> list[Job]:
    format = format_of(recipe, weight.name) if weight.matrix else PLAIN
    if weight.matrix and weight.vocabulary:
        return pieces(weight, format, piece_limit)
    return [Job(weight.name, format, weight.shape, weight)]


def blocks(job: Job, checkpoint: Checkpoint, pool: ThreadPoolExecutor) -> Iterator[tuple[bytes, bytes]]:
    """The tensor's words and scales, block of rows by block of rows; both are to be joined in order.

    Errors: CheckpointError, which names the tensor, for values that are not finite or that the format cannot hold.
    """
    if job.format == PLAIN:
        yield values(job.weight, checkpoint).tobytes(), b""
        return
    count, columns = job.shape
    step = max(_PIECE_ROWS, _BLOCK_WEIGHTS // columns // _PIECE_ROWS * _PIECE_ROWS)

    def convert(start: int) -> tuple[bytes, bytes]:
        try:
            return pack(
                rows(job.weight, checkpoint, job.first + start, job.first + min(start + step, count)), job.format
            )
        except ValueError as error:
            raise CheckpointError(f"tensor {job.name} from row {start} as {job.format}: {error}") from None

    pending: deque[Future[tuple[bytes, bytes]]] = deque()
    try:
        for start in range(0, count, step):
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


def pieces(weight: Weight, format: str, limit: int) -> list[Job]:
    """A matrix in row pieces of one size, as near as can be, each of at most ``limit`` bytes when packed."""
    count, columns = weight.shape
    row_bytes = sum(packed_bytes(format, (_PIECE_ROWS, columns))) / _PIECE_ROWS
    most = max(int(limit / row_bytes) // _PIECE_ROWS, 1) * _PIECE_ROWS
    even = -(-count // -(-count // most) // _PIECE_ROWS) * _PIECE_ROWS
    starts = range(0, count, even)
    return [
        Job(f"{weight.name}.{i}", format, (min(even, count - start), columns), weight, start)
        for i, start in enumerate(starts)
    ]
