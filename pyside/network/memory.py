"""All buffers of a plan but the weights: words shared with the engine, the session's state, scratch; the passes say how large.

The buffers of kind ``state`` are a session: those that grow are the caches, the others are copied whole by a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from kernels_wgsl.catalog.words import CONTROL_WORDS
from pyside.bundle.layout import aligned
from pyside.bundle.manifest import Manifest
from pyside.network.block import Block, Sizes, Work
from pyside.plan.plan import Facts, Pass, PlanBuilder, View

CHUNK = 256  # rows of a prefill pass, halved until its scratch fits SCRATCH_BYTES
SCORE_ROWS = 16  # most rows whose logits are held at once when a text is scored
SCRATCH_BYTES = 96 << 20
PICTURE_PIXELS = 1 << 20  # of the largest picture, unless a load asks for more: 1,024 rows of the language model
# Tokens on an adapter that computes on the CPU: lavapipe ends a kernel's loops after 65,535 iterations in all, and a prefill
# over some 20,000 keys has more.
SOFTWARE_CONTEXT = 16_384
CACHE_TOKENS = 1024  # tokens that the caches hold at first; the engine doubles them as needed


class Memory:
    """The buffers that the blocks of all passes need.

    ``chunk``: rows of a prefill pass, by default as many as scratch memory allows. ``context``: tokens that a session may hold,
    by default what the model was trained for. ``pixels``: of the largest picture. All three are cut to what the device takes.
    Errors: PlanError for a buffer that the device cannot make.
    """

    def __init__(
        self,
        builder: PlanBuilder,
        passes: Mapping[Pass, Work],
        manifest: Manifest,
        chunk: int | None = None,
        context: int | None = None,
        pixels: int | None = None,
    ) -> None:
        self._builder, self._passes = builder, passes
        self.kv = "f32" if manifest.recipe == "f32" else "f16"  # type of the caches
        chunk = chunk or self._chunk()
        self.rows = {
            "chunk": chunk,
            "one": 1,
            "scored": min(SCORE_ROWS, chunk),  # they come from a prefill
            "patches": self._patches(manifest, pixels or PICTURE_PIXELS),
        }

        self.control = builder.buffer("control", 4 * CONTROL_WORDS, "step")
        exchanged = self._largest(lambda block, rows: block.exchanged(rows))
        for name, words in exchanged.items():
            builder.buffer(name, 4 * words, "step")

        blocks = tuple(dict.fromkeys(block for work in passes.values() for block in work.blocks))
        self._state: dict[tuple[str, str], View] = {}  # by block and name
        for name in dict.fromkeys(name for block in blocks for name in block.state()):
            self._strip(name, {block.ours: 4 * block.state()[name] for block in blocks if name in block.state()})

        size = 4 if self.kv == "f32" else 2
        caches = {name: size * values for block in blocks for name, values in block.cache().items()}  # bytes of a token
        self.context_window = self._context_window(max(caches.values(), default=0), manifest, context)
        self.cache_tokens = min(CACHE_TOKENS, self.context_window)
        for name, row in caches.items():
            builder.buffer(name, self.cache_tokens * row, "state", growing=True)

        for name, values in self._largest(lambda block, rows: _times(rows, block.scratch(rows))).items():
            builder.buffer(name, 4 * values, "scratch")
        self.facts = Facts(
            chunk,
            self.rows["scored"],
            self.cache_tokens,
            self.context_window,
            manifest.model.vocab_size,
            vision_rows=exchanged.get("vision_rows", 0) // manifest.model.hidden_size,
            vision_patches=self.rows["patches"],
        )

    def view(self, block: Block, name: str) -> View:
        """A buffer by name, or this block's range of the state of that name."""
        return self._state.get((block.ours, name)) or self._builder.view(name)

    def _largest(self, wished: Callable[[Block, int], Sizes]) -> Sizes:
        """For every buffer the largest of what the blocks of all passes wish."""
        return _largest(wished(block, self.rows[work.rows]) for work in self._passes.values() for block in work.blocks)

    def _chunk(self) -> int:
        """CHUNK, halved until the scratch of a prefill pass fits."""
        blocks, rows = self._passes[Pass.PREFILL].blocks, CHUNK
        while rows > 16 and 4 * rows * sum(_largest(b.scratch(rows) for b in blocks).values()) > SCRATCH_BYTES:
            rows //= 2
        return rows

    def _patches(self, manifest: Manifest, pixels: int) -> int:
        """Patches of the largest picture: as many as ``pixels`` and the model's own bounds make, and one binding holds of any."""
        if not (vision := manifest.model.vision):
            return 0
        allowed = min(pixels, max(vision.image_max_pixels, vision.video_max_pixels // vision.temporal_patch_size))
        limits, blocks = self._builder.limits, self._passes[Pass.VISION].blocks
        square = vision.merged  # patches are as many as whole squares
        words = _largest(wish for b in blocks for wish in (b.exchanged(square), _times(square, b.scratch(square))))
        held = min(limits.binding_bytes, limits.buffer_bytes) // (4 * max(words.values()))
        return square * min(allowed // vision.factor**2, held)

    def _context_window(self, row_bytes: int, manifest: Manifest, asked: int | None) -> int:
        """Tokens that a session may hold: the model's, what was asked, and what one cache may measure on this device."""
        limits, trained = self._builder.limits, manifest.model.max_position_embeddings
        window = min(trained, asked or trained)
        if limits.software:
            window = min(window, SOFTWARE_CONTEXT)
        if row_bytes:
            window = min(window, min(limits.binding_bytes, limits.buffer_bytes) // row_bytes)
        return window

    def _strip(self, name: str, sizes: Mapping[str, int]) -> None:
        """One range for every block, of ``sizes`` bytes, in as few buffers as can be, so that a snapshot is as few copies."""
        groups: list[dict[str, int]] = [{}]  # per buffer: block -> offset
        end = 0
        for ours, size in sizes.items():
            if groups[-1] and end + aligned(size) > self._builder.limits.buffer_bytes:
                groups.append({})
                end = 0
            groups[-1][ours] = end
            end += aligned(size)
        for number, group in enumerate(groups):
            last = max(group, key=lambda ours: group[ours])
            buffer = self._builder.buffer(f"{name}.{number}", group[last] + aligned(sizes[last]), "state")
            self._state |= {(ours, name): buffer.at(offset, sizes[ours]) for ours, offset in group.items()}


def _largest(wishes: Iterable[Sizes]) -> dict[str, int]:
    found: dict[str, int] = {}
    for wish in wishes:
        for name, size in wish.items():
            found[name] = max(size, found.get(name, 0))
    return found


def _times(rows: int, columns: Sizes) -> Sizes:
    return {name: rows * count for name, count in columns.items()}
