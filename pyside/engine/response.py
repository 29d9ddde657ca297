"""One response under way, as far as its tokens have been read."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernels_wgsl.catalog.words import RING_SLOTS
from pyside.engine.ring import Records, Token
from pyside.errors import DeltapageError


@dataclass
class Response:
    """The GPU ends a response by itself (``done``); this repeats its decision, so that both agree on what was drawn."""

    first: int  # tokens that it had before, and so the step of its next one
    limit: int  # tokens it may still have
    stop_ids: tuple[int, ...]
    ids: list[int] = field(default_factory=list)
    over: bool = False

    def read(self, ring: bytes, least: int, most: int) -> list[Token]:
        """The next ``least`` to ``most`` tokens, as many as the ring holds, fewer when one of them ends the response.

        Errors: DeltapageError when the GPU did not write a record that it should have.
        """
        records, fresh = Records(ring), list[Token]()
        while len(fresh) < most and not self.over:
            step = self.first + len(self.ids)
            slot = step % RING_SLOTS
            if (written := records.step(slot)) != step:
                if len(fresh) >= least:
                    break
                raise DeltapageError(f"the GPU reported token {written} instead of {step}: reload the page")
            token = records.token(slot)
            fresh.append(token)
            self.ids.append(token.id)
            self.over = token.id in self.stop_ids or len(self.ids) == self.limit
        return fresh
