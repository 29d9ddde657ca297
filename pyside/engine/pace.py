"""How much to queue at once on this device."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

BURST_SECONDS = 0.08  # what a burst should take: long enough to hide the host, short enough to look fluent


@dataclass
class Pace:
    """The passes of a burst, by how long passes take."""

    clock: Callable[[], float]
    most: int  # passes
    passes: int = 1  # of the next burst
    last: float = 0.0  # when the work queued before had arrived

    def idle(self) -> float:
        """Note that what is queued begins at this moment, which is returned."""
        self.last = self.clock()
        return self.last

    def arrived(self, passes: int, queued: float) -> None:
        """A burst of ``passes`` that was queued at ``queued`` has been read: at most double, to about BURST_SECONDS."""
        now = self.clock()
        each = max(now - max(queued, self.last), 1e-6) / passes
        self.last = now
        self.passes = max(1, min(int(BURST_SECONDS / each), 2 * self.passes, self.most))
