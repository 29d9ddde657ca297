"""Which names the server answers to, and whose pages may read its answers.

A page of another site can have its own name lead to this machine (DNS rebinding). Its requests then come from the browser
here and name the other site in their Host header, so a server that answers to its own names only gives it nothing. A page
that asks for this machine by its right name says where it comes from in an Origin header.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def answers_to(listening: str) -> Callable[[str], bool]:
    """Whether a server that listens on an address or a name answers to a host: loopback names, and its own.

    One that listens on all of the machine's addresses answers to any address, which no name leads to, and the machine's names.
    """
    own = LOOPBACK | {listening.lower()}
    if not _everywhere(listening):
        return own.__contains__
    machine = socket.gethostname().lower()
    names = own | {machine, f"{machine}.local"}
    return lambda host: host in names or _is_address(host)


def readable_for(listening: str) -> Callable[[str], bool]:
    """Whether pages of an origin may read what a server sends: all where it is for others, else those of this machine."""
    if listening.lower() not in LOOPBACK:
        return lambda origin: True
    return lambda origin: _without_port(origin.partition("://")[2]) in LOOPBACK


class KnownHosts:
    """Refuses requests for other hosts, without any header that would let a page read the refusal."""

    def __init__(self, app: ASGIApp, known: Callable[[str], bool]) -> None:
        self._app, self._known = app, known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request for a known host on."""
        host = Headers(scope=scope).get("host", "")
        if scope["type"] == "http" and not self._known(_without_port(host)):
            refusal = f"This server does not answer to {host[:100]!r}. Start it with --host and the name that it is to have.\n"
            await PlainTextResponse(refusal, 421)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _without_port(host: str) -> str:
    """The name or the address in a Host header, in lower case and without the brackets of an IPv6 address."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()):
        name = host.lower()
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _everywhere(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_unspecified
