"""What the GPU's state stands for, and how much of it the next request can keep (DESIGN §3).

The caches of full-attention layers can be cut back to any length. The recurrent state cannot, so it is copied at lengths that
later requests are likely to share. There is one set of caches: every snapshot is a prefix of ``ids``, and going back to one
drops those beyond it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from pyside.errors import ContextError
from pyside.plan.gpu import Gpu
from pyside.plan.plan import Plan

SNAPSHOT_BYTES = 256 << 20  # GPU memory for snapshots; two are kept however large


class Session:
    """The token ids that the state buffers hold, and snapshots at some of their prefixes."""

    def __init__(self, gpu: Gpu, plan: Plan, snapshot_bytes: int = SNAPSHOT_BYTES) -> None:
        self.ids: list[int] = []
        self.window = plan.facts.context_window  # tokens
        self._gpu = gpu
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

    def restore(self, ids: Sequence[int]) -> int:
        """Bring the state to the longest prefix of ``ids`` that it can, short of all of them, and say how long that is.

        The last id is always left to do, because its row is what the first new token is sampled from.
        """
        shared = 0
        for ours, theirs in zip(self.ids, ids[:-1], strict=False):
            if ours != theirs:
                break
            shared += 1
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
        """Take a snapshot of the state as it is; beyond the memory for snapshots the one unused for longest goes."""
        length = len(self.ids)
        if length == 0 or length in self._snapshots:
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
        if tokens > self.window:
            raise ContextError(
                f"{tokens:,} tokens do not fit into the context window of {self.window:,}: start a new chat"
            )
        if tokens <= self._capacity:
            return
        while self._capacity < tokens:
            self._capacity = min(2 * self._capacity, self.window)
        for name, row in self._caches.items():
            self._gpu.grow(name, self._capacity * row)

    def forget(self) -> None:
        """Back to an empty session."""
        self.ids.clear()
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
