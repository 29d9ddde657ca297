"""Which hosts the server answers to: a page whose name was made to lead here gets nothing."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.models.small_bundle import write_small_bundle
from web.host import server
from web.host.known_hosts import answers_to


def asked(tmp_path: Path, host: str) -> tuple[int, str, set[str]]:
    """What a request for a bundle's manifest at that host gets: status, text and the headers' names."""
    bundle = write_small_bundle(tmp_path / "private", {})
    client = TestClient(server.create_app([bundle], tmp_path), "http://localhost")
    answer = client.get("/bundles/private/manifest.json", headers={"Host": host})
    return answer.status_code, answer.text, set(answer.headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "LocalHost", "[::1]", "[::1]:8000"])
def test_this_machine_is_known(tmp_path: Path, host: str) -> None:
    assert asked(tmp_path, host)[0] == 200


@pytest.mark.parametrize(
    "host",
    ["rebound.example", "rebound.example:8000", "localhost.rebound.example", "192.168.1.9", "127.0.0.1.rebound.example",
     "localhost:rebound.example", "[::1]:x", "::1", "", ":8000", "x" * 3000],
)  # fmt: skip
def test_other_hosts_get_nothing_that_a_page_could_read(tmp_path: Path, host: str) -> None:
    status, text, headers = asked(tmp_path, host)
    assert status == 421 and "access-control-allow-origin" not in headers
    assert "Start it with --host" in text and len(text) < 300


@pytest.mark.parametrize(
    ("origin", "reads"),
    [
        ("http://localhost:3000", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:80", True),
        ("https://shop.example", False),
        ("http://localhost.shop.example", False),
        ("https://shop.example:8000", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_pages_of_this_machine_read_what_is_served_for_it(tmp_path: Path, origin: str, reads: bool) -> None:
    """Else any page that its user visits could ask for http://localhost:8000 and read a private bundle."""
    app = server.create_app([write_small_bundle(tmp_path / "private", {})], tmp_path)
    answer = TestClient(app, "http://localhost").get("/bundles.json", headers={"Origin": origin})
    assert answer.status_code == 200 and ("access-control-allow-origin" in answer.headers) is reads
    published = server.create_app([], tmp_path, "0.0.0.0")
    answer = TestClient(published, "http://localhost").get("/bundles.json", headers={"Origin": origin})
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_chosen_host_is_known_besides() -> None:
    known = answers_to("Models.Example")
    assert known("models.example") and known("localhost") and not known("192.168.1.9") and not known("other.example")


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_a_server_on_all_addresses_answers_to_addresses_and_the_machines_names(everywhere: str) -> None:
    known = answers_to(everywhere)
    assert all(map(known, ("192.168.1.9", "fe80::1", "localhost", socket.gethostname().lower())))
    assert not known("rebound.example")
