"""Makes the network's weights out of a checkpoint's tensors, as ``pyside/network/weight.py`` declares them.

Each block's file lists its weights: what they are called here and there, what is stacked, what is done to the values.
``convert.py`` packs what comes out of here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import prod

import numpy as np

from kernels_wgsl.formats import ROW_TILE
from pyside.bundle.model_config import ModelConfig
from pyside.desk.checkpoint import DTYPES, Checkpoint, Entry, F32Array, finite, raise_all
from pyside.network.model import weights
from pyside.network.tower import CHECKPOINT as TOWER
from pyside.network.weight import Part, Transform, Weight

LEFT_OUT: Mapping[str, str] = {
    TOWER: "vision",
    "mtp.": "MTP",
}  # prefix -> what it is for, where nothing of it is bundled
_PREFIXES = ("model.language_model.", "model.")  # the multimodal layout, a text-only export
_TRANSFORMS: Mapping[Transform, Callable[[F32Array], F32Array]] = {
    "none": lambda values: values,
    "one_plus": lambda values: 1 + values,
    "negative_exp": lambda values: -np.exp(values),
}


def network(config: ModelConfig, prefix: str) -> tuple[Weight, ...]:
    """Every weight of the network in the order in which a token meets them, its parts under this checkpoint's names."""
    return tuple(weight.below("", prefix) for weight in weights(config))


def trunk_prefix(names: Iterable[str]) -> str:
    """The prefix of the text network's tensors in this checkpoint."""
    names = list(names)
    return next((prefix for prefix in _PREFIXES if any(name.startswith(prefix) for name in names)), _PREFIXES[0])


def account(weights: Iterable[Weight], entries: Mapping[str, Entry]) -> dict[str, int]:
    """Match the table against a checkpoint: every tensor is used once, or left out knowingly; returns how many of which kind.

    Errors: CheckpointError with every tensor that is missing, of another shape or dtype, or of no use.
    """
    wanted = {part.name: part for weight in weights for part in weight.parts}
    problems = [f"tensor {name} is missing" for name in wanted if name not in entries]
    unused = {prefix: kind for prefix, kind in LEFT_OUT.items() if not any(name.startswith(prefix) for name in wanted)}
    left_out = dict.fromkeys(unused.values(), 0)
    for name, entry in entries.items():
        if name not in wanted:
            kind = next((kind for prefix, kind in unused.items() if name.startswith(prefix)), None)
            if kind is None:
                problems.append(
                    f"tensor {name} {list(entry.shape)} is not part of the model that config.json describes"
                )
            else:
                left_out[kind] += 1
        elif entry.shape != wanted[name].shape:
            problems.append(f"tensor {name} is {list(entry.shape)}, expected {list(wanted[name].shape)}")
        elif entry.dtype not in DTYPES:
            problems.append(f"tensor {name} is {entry.dtype}, expected {', '.join(DTYPES)}")
    raise_all(problems, "the config and the weights must belong together")
    return {kind: count for kind, count in left_out.items() if count}


def values(weight: Weight, checkpoint: Checkpoint) -> F32Array:
    """The whole of a weight that is no matrix, f32 of its shape.

    Errors: CheckpointError for values that are, or become, NaN or infinite.
    """
    with np.errstate(over="ignore"):  # reported by `finite`, with the tensor's name
        parts = [
            _TRANSFORMS[part.transform](_rows(part, checkpoint, 0, part.place[0])).ravel() for part in weight.parts
        ]
    made = np.concatenate(parts).reshape(weight.shape)
    finite(weight.name, made)
    return made


def rows(weight: Weight, checkpoint: Checkpoint, start: int, stop: int, matrix: int | None = None) -> F32Array:
    """Rows ``start`` to ``stop`` of a matrix, f32 [stop - start, K]; an interleaved one is cut at multiples of 2*ROW_TILE.

    ``matrix``: which of several, [E, N, K]. Errors: CheckpointError for NaN and infinite values.
    """

    def read(part: Part, start: int, stop: int) -> F32Array:
        if matrix is None:
            return _rows(part, checkpoint, start, stop)
        return checkpoint.rows(part.name, matrix, matrix + 1)[0, start:stop]

    if weight.layout == "interleaved":
        # [rows/64, 32, K] of each part -> [rows/64, 2, 32, K]: a block of the first, a block of the second, and so on
        halves = [read(part, start // 2, stop // 2) for part in weight.parts]
        tiles = [half.reshape(-1, ROW_TILE, half.shape[1]) for half in halves]
        return np.stack(tiles, axis=1).reshape(stop - start, -1)
    pieces: list[F32Array] = []
    begin = 0
    for part in weight.parts:
        end = begin + part.place[-2]
        if begin < stop and start < end:
            pieces.append(read(part, max(start, begin) - begin, min(stop, end) - begin))
        begin = end
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _rows(part: Part, checkpoint: Checkpoint, start: int, stop: int) -> F32Array:
    """Rows ``start`` to ``stop`` of a part as it takes its place: laid flat, and zeros where it is padded."""
    found = checkpoint.rows(part.name, min(start, part.shape[0]), min(stop, part.shape[0]))
    if not part.padded:
        return found
    flat = found.reshape(len(found), prod(part.shape[1:]))
    made = np.zeros((stop - start, prod(part.padded[1:])), np.float32)
    made[: len(flat), : flat.shape[1]] = flat
    return made.reshape(stop - start, *part.padded[1:])
