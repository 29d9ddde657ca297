"""The real server in a thread, with faults that a test can switch on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.host import server, site

TRICKLE = 0.05  # s between two bytes
BLANK = b"<!doctype html><html lang=en><title>blank</title>"
Headers = list[tuple[bytes, bytes]]
Fault = Callable[[bytes], bytes | None]  # a file's bytes to other bytes, or to None: not found


def flipped(data: bytes) -> bytes:
    """The same bytes but for one bit in the middle."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


class FaultySite:
    """Passes requests to the real application; a path in ``faults`` answers with changed bytes. Keeps a list of requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.faults: dict[str, Fault] = {}
        self.cut: dict[str, int] = {}  # path -> bytes after which the first response breaks off
        self.trickle: dict[str, int] = {}  # path -> bytes after which the first response goes on byte by byte
        self.left: list[str] = []  # paths of trickling responses that the browser has ended
        self.policy = site.POLICY
        self.requests: list[tuple[str, str]] = []  # path, range header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        policy = self.policy.encode()

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                others = [(name, value) for name, value in message["headers"] if name != b"content-security-policy"]
                message["headers"] = [*others, (b"content-security-policy", policy)]
            await send(message)

        await self._answer(scope, receive, send_with_policy)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        wanted = dict(scope["headers"]).get(b"range", b"").decode()
        self.requests.append((path, wanted))
        if path in {
            *self.faults,
            *self.cut,
            *self.trickle,
        }:  # faults are of a file's own bytes, not its compressed ones
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        if path == "/blank":
            await _respond(send, 200, BLANK, [(b"content-type", b"text/html")])
        elif path in self.faults:
            await self._faulty(path, scope, receive, send)
        elif path in self.cut:
            await self._cut(self.cut.pop(path), scope, receive, send)
        elif path in self.trickle:
            await self._trickle(self.trickle.pop(path), scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _faulty(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        headers, body = await self._collect(scope, receive)
        drop = (b"content-length", b"etag", b"last-modified", b"cache-control")
        changed = self.faults[path](body)
        kept = [(name, value) for name, value in headers if name not in drop]
        await _respond(send, 404 if changed is None else 200, changed or b"", kept)

    async def _cut(self, after: int, scope: Scope, receive: Receive, send: Send) -> None:
        sent = 0

        async def shorten(message: Message) -> None:
            nonlocal sent
            if message["type"] == "http.response.body" and sent < after:
                body = message.get("body", b"")[: after - sent]
                sent += len(body)
                await send({"type": "http.response.body", "body": body, "more_body": True})
            elif message["type"] == "http.response.start":
                await send(message)
            if sent >= after:
                await asyncio.sleep(0.3)  # a browser gives away unread bytes of a response that fails
                raise ConnectionAbortedError("cut by the test")

        await self.app(scope, receive, shorten)

    async def _trickle(self, after: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Never silent, so that a browser which ends the response has no other reason than its page's."""
        headers, body = await self._collect(scope, receive)
        leaving = asyncio.ensure_future(_disconnected(receive))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for start, end in pairwise([0, *range(after, len(body))]):
            await send({"type": "http.response.body", "body": body[start:end], "more_body": True})
            await asyncio.wait({leaving}, timeout=TRICKLE)
            if leaving.done():
                break
        await leaving
        self.left.append(scope["path"])

    async def _collect(self, scope: Scope, receive: Receive) -> tuple[Headers, bytes]:
        """What the real application answers: headers and body."""
        head: dict[str, Headers] = {"headers": []}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                head["headers"] = message["headers"]
            else:
                body.extend(message.get("body", b""))

        await self.app(scope, receive, collect)
        return head["headers"], bytes(body)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _respond(send: Send, status: int, body: bytes, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def running(bundles: Sequence[Path], runtime: Path) -> Iterator[tuple[str, FaultySite]]:
    """Serve bundles until the block ends: the URL and the switchboard."""
    app = FaultySite(server.create_app(bundles, runtime))
    with server.listen(0) as listener:
        config = server.configuration(app)
        config.log_level = "critical"
        uvicorn_server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(uvicorn_server.serve(sockets=[listener])), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", app
        uvicorn_server.should_exit = True
        thread.join(10)
