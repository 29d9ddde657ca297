"""Where everything of a plan lies on the GPU: weights, the session's state, words shared with the engine, scratch.

The buffers of kind ``state`` are a session: those that grow are the caches, the others are copied whole by a snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from kernels_wgsl.catalog.words import CONTROL_WORDS, RECORD_WORDS, RING_SLOTS, SAMPLE_BLOCKS, TOP_K_MAX
from kernels_wgsl.formats import scaled
from pyside.bundle.manifest import PLAIN, Manifest, aligned, sections
from pyside.errors import BundleError
from pyside.plan.limits import Limits
from pyside.plan.plan import Facts, PlanBuilder, Upload, View

CHUNK = 256  # rows of a prefill pass, halved until its scratch fits SCRATCH_BYTES
SCORE_ROWS = 16  # most rows whose logits are held at once when a text is scored
SCRATCH_BYTES = 96 << 20
# Tokens on an adapter that computes on the CPU: lavapipe ends a kernel's loops after 65,535 iterations in all, and a prefill
# over some 20,000 keys has more.
SOFTWARE_CONTEXT = 16_384
CACHE_TOKENS = 1024  # tokens that the caches hold at first; the engine doubles them as needed
SPLITS = 32  # parts that a decoded token's attention over the keys is split into


@dataclass(frozen=True)
class Weight:
    """A matrix [N, K] on the GPU."""

    format: str
    rows: int  # N
    columns: int  # K
    words: View
    scales: View | None

    @property
    def bindings(self) -> dict[str, View]:
        """The kernel's weight slots: ``w``, and ``scales`` where the format has them."""
        return {"w": self.words} if self.scales is None else {"w": self.words, "scales": self.scales}


class Memory:
    """All buffers of one model's plan; weights are added as the network's lines name them.

    Errors: BundleError for a missing or misshapen tensor, PlanError for a buffer that the device cannot make.
    """

    def __init__(self, builder: PlanBuilder, manifest: Manifest, chunk: int | None, context: int | None) -> None:
        self.builder, self.manifest = builder, manifest
        c = self.config = manifest.model
        limits = builder.limits
        self.kv = "f32" if manifest.recipe == "f32" else "f16"
        self.u_stride = c.conv_channels + c.value_width  # columns of a linear layer's input projection
        self.chunk = chunk or self._chunk()  # T of prefill
        self.score_rows = min(SCORE_ROWS, self.chunk)  # T of score, whose rows come from a prefill

        # words and rows that the engine exchanges with the kernels
        self.control = builder.buffer("control", 4 * CONTROL_WORDS, "step")
        self.ids = builder.buffer("ids", 4 * self.chunk, "step")  # [T]
        self.targets = builder.buffer("targets", 4 * self.score_rows, "step")  # [T of score]
        self.ring = builder.buffer("ring", 4 * RING_SLOTS * RECORD_WORDS, "step")  # [RING_SLOTS, RECORD_WORDS]
        self.seen = builder.buffer("seen", 4 * c.vocab_size, "step")  # [V]
        self.allowed = builder.buffer("allowed", 4 * -(-c.vocab_size // 32), "step")  # [ceil(V/32)] bits
        self.logits = builder.buffer("logits", 4 * c.vocab_size, "step")  # [V]

        # the session
        linear = [i for i, kind in enumerate(c.layer_types) if kind == "linear_attention"]
        full = [i for i, kind in enumerate(c.layer_types) if kind == "full_attention"]
        state = c.linear_num_value_heads * c.linear_key_head_dim * c.linear_value_head_dim
        self.delta_state = self._strip("delta_state", linear, 4 * state)  # per layer [Hv, Dk, Dv]
        self.conv_state = self._strip("conv_state", linear, 4 * 3 * c.conv_channels)  # per layer [3, C]
        row = c.num_key_value_heads * c.head_dim * (4 if self.kv == "f32" else 2)  # bytes of one token's keys
        self.context_window = self._context_window(row if full else 0, context, limits)
        self.cache_tokens = min(CACHE_TOKENS, self.context_window)
        self.k_cache, self.v_cache = (
            {
                i: builder.buffer(f"{name}.{i}", self.cache_tokens * row, "state", growing=True) for i in full
            }  # [P, Hkv, Dh]
            for name in ("k_cache", "v_cache")
        )

        # scratch of one pass
        widths = self._widths()
        self.x, self.h, self.u, self.qkv, self.ba, self.decay_beta, self.q, self.o, self.mixed, self.act = (
            builder.buffer(name, 4 * self.chunk * width, "scratch") for name, width in widths.items()
        )
        self.partials = builder.buffer("partials", 4 * c.num_attention_heads * SPLITS * (c.head_dim + 2), "scratch")
        candidates = 8 * TOP_K_MAX * -(-c.vocab_size // SAMPLE_BLOCKS)
        self.blocks = builder.buffer("blocks", 16 * SAMPLE_BLOCKS, "scratch")  # [B, 4]
        self.work = builder.buffer("work", 4 * TOP_K_MAX + candidates, "scratch")
        self.score_logits = builder.buffer("score_logits", 4 * self.score_rows * c.vocab_size, "scratch")  # [T, V]
        self.score_blocks = builder.buffer("score_blocks", 16 * self.score_rows * SAMPLE_BLOCKS, "scratch")
        self.score_winners = builder.buffer("score_winners", 4 * self.score_rows * TOP_K_MAX, "scratch")
        self.score_candidates = builder.buffer("score_candidates", self.score_rows * candidates, "scratch")

    def plain(self, name: str, *shape: int) -> View:
        """A norm, convolution or gate tensor, f32 row-major."""
        self._expect(name, shape, plain=True)
        return self._load(name).words

    def matrix(self, name: str, rows: int, columns: int) -> Weight:
        """A packed matrix [rows, columns]."""
        self._expect(name, (rows, columns), plain=False)
        return self._load(name)

    def pieces(self, stem: str) -> list[tuple[str, int, Weight]]:
        """The row pieces of the embedding or the head, [V, D] together: name, first row, weight."""
        pieces, start = [], 0
        for name in self.manifest.pieces(stem):
            rows = self.manifest.tensors[name].shape[0]
            pieces.append((name, start, self.matrix(name, rows, self.config.hidden_size)))
            start += rows
        if start != self.config.vocab_size:
            raise BundleError(
                f"the pieces of {stem!r} have {start:,} rows, the vocabulary {self.config.vocab_size:,}: build the bundle again"
            )
        return pieces

    def facts(self) -> Facts:
        """What the engine goes by."""
        return Facts(self.chunk, self.score_rows, self.cache_tokens, self.context_window, self.config.vocab_size)

    def _widths(self) -> dict[str, int]:
        """Columns of every scratch buffer with a row per token."""
        c = self.config
        return {
            "x": c.hidden_size,  # the residual stream
            "h": c.hidden_size,  # its norm
            "u": max(self.u_stride, c.qkv_width),  # input projection of either mixer
            "qkv": c.conv_channels,  # after convolution
            "ba": 2 * c.linear_num_value_heads,
            "decay_beta": 2 * c.linear_num_value_heads,
            "q": c.attention_width,  # after norm and rotary
            "o": c.value_width,  # of the delta rule
            "mixed": max(c.value_width, c.attention_width),  # what the output projection takes
            "act": c.intermediate_size,
        }

    def _chunk(self) -> int:
        """CHUNK, halved until the scratch of a prefill pass fits."""
        rows = CHUNK
        while rows > 16 and 4 * rows * sum(self._widths().values()) > SCRATCH_BYTES:
            rows //= 2
        return rows

    def _context_window(self, row_bytes: int, asked: int | None, limits: Limits) -> int:
        """Tokens that a session may hold: the model's, what was asked, and what one cache may measure on this device."""
        window = min(self.config.max_position_embeddings, asked or self.config.max_position_embeddings)
        if limits.software:
            window = min(window, SOFTWARE_CONTEXT)
        if row_bytes:
            window = min(window, min(limits.binding_bytes, limits.buffer_bytes) // row_bytes)
        return window

    def _strip(self, name: str, layers: list[int], size: int) -> dict[int, View]:
        """One range per layer in as few buffers as the device allows, so that a snapshot is as few copies."""
        stride = aligned(size)
        room = max(1, self.builder.limits.buffer_bytes // stride)  # layers per buffer
        views: dict[int, View] = {}
        for number, first in enumerate(range(0, len(layers), room)):
            group = layers[first : first + room]
            buffer = self.builder.buffer(f"{name}.{number}", stride * len(group), "state")
            views |= {layer: buffer.at(j * stride, size) for j, layer in enumerate(group)}
        return views

    def _expect(self, name: str, shape: tuple[int, ...], plain: bool) -> None:
        tensor = self.manifest.tensor(name, shape)
        if plain != (tensor.format == PLAIN):
            wanted = PLAIN if plain else "a packed format"
            raise BundleError(f"tensor {name!r} has format {tensor.format}, expected {wanted}: build the bundle again")

    def _load(self, name: str) -> Weight:
        """The tensor's buffer, made and listed for upload when it is first named."""
        tensor = self.manifest.tensors[name]
        rows, *columns = tensor.shape
        words, scales = sections(tensor.format, tensor.shape)
        if self.builder.has(name):
            buffer = self.builder.view(name)
        else:
            buffer = self.builder.buffer(name, tensor.bytes, "weight")
            offset = 0
            for segment in tensor.segments:
                self.builder.uploads.append(Upload(segment.shard, segment.offset, segment.bytes, buffer.buffer, offset))
                offset += segment.bytes
        packed = buffer.at(aligned(words), scales) if scaled(tensor.format) else None
        return Weight(tensor.format, rows, prod(columns), buffer.at(0, words), packed)
