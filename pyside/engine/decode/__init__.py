"""Ways to decode: what is queued before the host knows the tokens before, and what waits for it.

A pass yields a window of one to ``window`` tokens. All ways leave the ring as the only thing that is read for a token.
"""

from __future__ import annotations

from typing import Protocol

from pyside.engine.ring import Token


class Decode(Protocol):
    """How the tokens of one response come about."""

    async def queue(self) -> None:
        """Queue what may be queued by what is known."""
        ...

    async def arrived(self) -> list[Token]:
        """The tokens of the oldest of what is queued, as soon as the GPU has drawn them."""
        ...

    async def settle(self) -> int:
        """Wait for all that is queued, and say how many of the response's tokens have gone through the layers."""
        ...
