"""What the GPU's state stands for, and how much of it the next request can keep.

The caches of full-attention layers can be cut back to any length. The recurrent state cannot, so it is copied at lengths that
later requests are likely to share. There is one set of caches: every snapshot is a prefix of ``ids``, and going back to one
drops those beyond it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from pyside.engine.content import Content, Span, cut
from pyside.errors import ContextError
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Plan

SNAPSHOT_BYTES = 256 << 20  # GPU memory for snapshots; two are kept however large


class Session:
    """The content that the state buffers hold, and snapshots at some of its prefixes, none of which ends in a span."""

    def __init__(self, gpu: Gpu, plan: Plan, snapshot_bytes: int = SNAPSHOT_BYTES) -> None:
        self.ids: list[int] = []
        self.context_window = plan.facts.context_window  # tokens
        self._gpu = gpu
        self._spans: tuple[Span, ...] = ()  # of the prompt that ``ids`` follow; some may lie beyond them
        self._states = [buffer for buffer in plan.buffers if buffer.kind == "state" and not buffer.growing]
        self._capacity = plan.facts.cache_tokens
        # bytes of one token in each cache
        self._caches = {buffer.name: buffer.bytes // self._capacity for buffer in plan.buffers if buffer.growing}
        self._most = max(2, snapshot_bytes // max(1, sum(buffer.bytes for buffer in self._states)))
        self._snapshots: OrderedDict[int, None] = OrderedDict()  # lengths, the one used last at the end

    @property
    def snapshots(self) -> tuple[int, ...]:
        """The lengths at which snapshots are kept."""
        return tuple(sorted(self._snapshots))

    def restore(self, content: Content) -> int:
        """Bring the state to the longest prefix of ``content`` that it can, short of all of it, and say how long that is.

        The last id is always left to do, because its row is what the first new token is sampled from.
        """
        shared = content.cut(min(content.shared(self.ids, self._spans), len(content.ids) - 1))
        self._spans = content.spans
        if len(self.ids) > shared:
            length = max((n for n in self._snapshots if n <= shared), default=0)
            for state in self._states:
                if length:
                    self._gpu.copy(_copy_of(state.name, length), state.name)
                else:
                    self._gpu.clear(state.name)
            for longer in [n for n in self._snapshots if n > length]:
                self._drop(longer)
            del self.ids[length:]
        if len(self.ids) in self._snapshots:
            self._snapshots.move_to_end(len(self.ids))
        return len(self.ids)

    def extend(self, ids: Sequence[int]) -> None:
        """Note that the GPU has taken these ids, or will before anything queued later."""
        self.ids += ids

    def keep(self) -> None:
        """Take a snapshot of the state, unless it ends in a span; beyond their memory the one unused for longest goes."""
        length = len(self.ids)
        if length == 0 or length in self._snapshots or cut(self._spans, length) < length:
            return
        while len(self._snapshots) >= self._most:
            self._drop(next(iter(self._snapshots)))
        for state in self._states:
            self._gpu.copy(state.name, _copy_of(state.name, length))
        self._snapshots[length] = None

    def reserve(self, tokens: int) -> None:
        """Make room in the caches for this many tokens, by doubling.

        Errors: ContextError beyond the context window.
        """
        if tokens > self.context_window:
            raise ContextError(
                f"{tokens:,} tokens do not fit into the context window of {self.context_window:,}: start a new chat"
            )
        if tokens <= self._capacity:
            return
        while self._capacity < tokens:
            self._capacity = min(2 * self._capacity, self.context_window)
        for name, row in self._caches.items():
            self._gpu.grow(name, self._capacity * row)

    def forget(self) -> None:
        """Back to an empty session."""
        self.ids.clear()
        self._spans = ()
        for length in list(self._snapshots):
            self._drop(length)
        for state in self._states:
            self._gpu.clear(state.name)

    def _drop(self, length: int) -> None:
        del self._snapshots[length]
        for state in self._states:
            self._gpu.drop(_copy_of(state.name, length))


def _copy_of(name: str, length: int) -> str:
    return f"{name}@{length}"
