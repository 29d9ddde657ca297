"""A checkpoint's weights, packed by a recipe, in forward order and a block of rows at a time.

What is in memory is one block per processor, whatever the tensor: the embedding of the smallest model is a gigabyte in f32.
``weights.py`` gives the rows, ``kernels_wgsl/pack.py`` packs them, ``bundle_writer.py`` writes them.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

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
    first: int = 0  # row of the weight at which it begins, or which of several matrices


def jobs(weights: Iterable[Weight], recipe: str, piece_limit: int) -> tuple[Job, ...]:
    """The tensors of a bundle in the order of ``weights``; matrices of more than ``piece_limit`` bytes come in pieces."""
    return tuple(job for weight in weights for job in _jobs(weight, recipe, piece_limit))


def _jobs(weight: Weight, recipe: str, piece_limit: int) -> list[Job]:
    if not weight.matrix:
        return [Job(weight.name, PLAIN, weight.shape, weight)]
    format = format_of(recipe, weight.name)
    found = pieces(weight, format, piece_limit)
    return found if weight.vocabulary or len(found) > 1 else [Job(weight.name, format, weight.shape, weight)]


def blocks(job: Job, checkpoint: Checkpoint, pool: ThreadPoolExecutor) -> Iterator[tuple[bytes, bytes]]:
    """The tensor's words and scales, block of rows by block of rows; both are to be joined in order.

    Errors: CheckpointError, which names the tensor, for values that are not finite or that the format cannot hold.
    """
    if job.format == PLAIN:
        yield values(job.weight, checkpoint).tobytes(), b""
        return
    *leading, count, columns = job.shape
    step = max(_PIECE_ROWS, _BLOCK_WEIGHTS // columns // _PIECE_ROWS * _PIECE_ROWS)
    # Which of several matrices, if there are several, and the first row in it.
    starts = product(*(range(job.first, job.first + amount) for amount in leading), range(0, count, step))

    def convert(*matrix: int, start: int) -> tuple[bytes, bytes]:
        first = start if matrix else job.first + start
        try:
            return pack(rows(job.weight, checkpoint, first, first + min(step, count - start), *matrix), job.format)
        except ValueError as error:
            raise CheckpointError(f"tensor {job.name} from row {start} as {job.format}: {error}") from None

    pending: deque[Future[tuple[bytes, bytes]]] = deque()
    try:
        for *matrix, start in starts:
            if len(pending) > threads():
                yield pending.popleft().result()
            pending.append(pool.submit(convert, *matrix, start=start))
        while pending:
            yield pending.popleft().result()
    finally:
        for future in pending:
            future.cancel()


def threads() -> int:
    """Threads worth using: numpy leaves the interpreter lock while it computes, and each thread holds a block."""
    return min(os.cpu_count() or 1, 8)


def pieces(weight: Weight, format: str, limit: int) -> list[Job]:
    """A matrix in row pieces of one size, as near as can be, each of at most ``limit`` bytes when packed.

    Matrices [E, N, K] are cut between matrices. A piece of one unit may be larger than the limit.
    """
    count, *rest = weight.shape
    unit = (2 * _PIECE_ROWS if weight.layout == "interleaved" else _PIECE_ROWS) if len(rest) == 1 else 1
    unit_bytes = sum(packed_bytes(format, (unit, *rest)))
    most = max(limit // unit_bytes, 1) * unit
    even = -(-count // -(-count // most) // unit) * unit
    starts = range(0, count, even)
    return [
        Job(f"{weight.name}.{i}", format, (min(even, count - start), *rest), weight, start)
        for i, start in enumerate(starts)
    ]
