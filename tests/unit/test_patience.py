"""Connections that bring no request are closed; slow downloads are not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from web.host import patience, server

SOON = 0.2  # seconds
BODY = bytes(20_000_000)  # more than sockets hold


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"20000000")]})
    await send({"type": "http.response.body", "body": BODY})


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(patience, "IDLE_SECONDS", SOON)
    with server.listen(0) as listener:
        running = uvicorn.Server(server.configuration(app))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()
        running.should_exit = True
        thread.join()


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_a_connection_without_a_request_is_closed(address: tuple[str, int], begun: bytes) -> None:
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(begun)
        assert connection.recv(1) == b""


def test_a_slow_reader_gets_all_and_is_then_closed(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        threading.Event().wait(3 * SOON)
        received = 0
        while data := connection.recv(1 << 20):
            received += len(data)
        assert received > len(BODY)
