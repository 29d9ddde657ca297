"""The server: what it gives, under which headers, and what it refuses."""

import gzip
import os
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pyside.errors import BundleError, DeltapageError
from tests.support.models.small_bundle import write_small_bundle
from web.host import server, site

BODY = bytes(range(256)) * 8
SHARD = f"shards/{sha256(BODY).hexdigest()}.bin"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    (runtime / "pyodide.mjs").write_text("export const a = 1;\n")
    (runtime / "pyodide.asm.wasm").write_bytes(BODY)
    (runtime / "pyodide.asm.wasm.gz").write_bytes(gzip.compress(BODY))
    (tmp_path / "secret.txt").write_text("secret")
    (runtime / "leak").symlink_to(tmp_path / "secret.txt")
    bundle = write_small_bundle(tmp_path / "small", {SHARD: BODY})
    return TestClient(server.create_app([bundle], runtime), "http://localhost", headers={"Accept-Encoding": "identity"})


def test_every_response_carries_the_sites_headers(client: TestClient) -> None:
    for path in (
        "/server.py",
        "/runtime/pyodide.mjs",
        "/bundles.json",
        f"/bundles/small/{SHARD}",
        "/none",
        "/bundles/x/y",
    ):
        headers = client.get(path).headers
        assert {name: headers.get(name) for name in site.HEADERS} == site.headers(path), path
    policy = site.HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';")
    assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy and "http" not in policy


def test_only_the_frame_may_be_framed_by_others(client: TestClient) -> None:
    for path in ("/", "/index.html", "/examples/tag.html", "/none", "/bundles.json"):
        assert client.get(path).headers["content-security-policy"] == f"{site.POLICY}; frame-ancestors 'self'", path
    assert client.get("/frame.html").headers["content-security-policy"] == site.POLICY


def test_nothing_in_a_bundle_can_run(client: TestClient, tmp_path: Path) -> None:
    """Its files are data, whatever else lies there is not served, and an address in it opens in a sandbox."""
    bundle = tmp_path / "small"
    for name in ("index.html", "a.js", "a.svg", f"{SHARD}.gz"):
        (bundle / name).write_text("<script>steal()</script>")
    (bundle / "manifest.json.gz").write_bytes(gzip.compress(b"{}"))
    for path in ("", "index.html", "a.js", "a.svg", f"{SHARD}.gz", "manifest.json.gz", "shards", "."):
        assert client.get(f"/bundles/small/{path}").status_code == 404, path
    packed = client.get("/bundles/small/manifest.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and packed.json()["name"] == "Small", "not what lies beside it"
    for path in ("manifest.json", SHARD, "index.html"):
        headers = client.get(f"/bundles/small/{path}").headers
        assert "sandbox" in headers["content-security-policy"] and headers["x-content-type-options"] == "nosniff"
    assert server.Bundle(bundle).media_type("") == server.Bundle(bundle).media_type(".wgsl") == "text/plain"


def test_links_lead_nowhere(client: TestClient, tmp_path: Path) -> None:
    secret, shard = tmp_path / "secret", tmp_path / "small" / SHARD
    secret.write_bytes(gzip.compress(b"secret"))
    shard.unlink()
    shard.symlink_to(secret)
    assert client.get(f"/bundles/small/{SHARD}").status_code == 404
    (tmp_path / "runtime" / "pyodide.mjs.gz").symlink_to(secret)
    assert "const a" in client.get("/runtime/pyodide.mjs", headers={"Accept-Encoding": "gzip"}).text


def test_a_bundle_that_is_built_anew_is_served_anew(client: TestClient, tmp_path: Path) -> None:
    body = b"other weights"
    shard = f"shards/{sha256(body).hexdigest()}.bin"
    shutil.rmtree(tmp_path / "small")
    assert client.get("/bundles/small/manifest.json").status_code == 404
    write_small_bundle(tmp_path / "small", {shard: body})
    os.utime(tmp_path / "small" / "manifest.json", (9, 9))
    assert client.get(f"/bundles/small/{shard}").content == body
    assert client.get(f"/bundles/small/{SHARD}").status_code == 404


def test_folders_have_their_page_as_on_static_hosts(client: TestClient) -> None:
    assert client.get("/").content == client.get("/index.html").content
    assert client.get("/examples/").content == client.get("/examples/index.html").content
    moved = client.get("/examples", follow_redirects=False)
    assert (moved.status_code, moved.headers["location"]) == (307, "/examples/")
    assert client.get("/chat/").status_code == client.get("/chat").status_code == 404


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/engine/worker.js", "text/javascript; charset=utf-8"),
        ("/runtime/pyodide.mjs", "text/javascript; charset=utf-8"),
        ("/runtime/pyodide.asm.wasm", "application/wasm"),
        ("/bundles/small/manifest.json", "application/json"),
        (f"/bundles/small/{SHARD}", "application/octet-stream"),
    ],
)
def test_media_types_do_not_depend_on_the_machine(client: TestClient, path: str, media_type: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)


def test_only_the_pages_own_files_are_served(client: TestClient) -> None:
    for path in (
        "/server.py",
        "/package.json",
        "/node_modules/pyodide/pyodide.mjs",
        "/demo_model/model.py",
        "/.gitignore",
    ):
        assert client.get(path).status_code == 404, path


def test_nothing_outside_a_folder_is_reachable(client: TestClient) -> None:
    for path in ("/runtime/../secret.txt", "/runtime/%2e%2e/secret.txt", "/runtime/..%2fsecret.txt", "/runtime//etc/passwd",
                 "/runtime/leak", "/bundles/small/../secret.txt", "/bundles/small/%00", "/%2e%2e/pyproject.toml"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_what_is_named_by_its_hash_is_kept_and_all_else_revalidated(client: TestClient) -> None:
    assert client.get(f"/bundles/small/{SHARD}").headers["cache-control"] == site.IMMUTABLE
    first = client.get("/bundles/small/manifest.json")
    assert first.headers["cache-control"] == site.REVALIDATE
    again = client.get("/bundles/small/manifest.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == site.REVALIDATE


def test_ranges_of_a_shard(client: TestClient) -> None:
    answer = client.get(f"/bundles/small/{SHARD}", headers={"Range": "bytes=256-511"})
    assert (answer.status_code, answer.content) == (206, BODY[256:512])
    assert answer.headers["content-range"] == f"bytes 256-511/{len(BODY)}"
    assert client.get(f"/bundles/small/{SHARD}", headers={"Range": f"bytes={len(BODY)}-"}).status_code == 416


@pytest.mark.parametrize(
    "path", ["/runtime/pyodide.asm.wasm", "/runtime/pyodide.mjs", "/delta-chat.js", "/", "/bundles/small/manifest.json"]
)
def test_text_is_compressed_where_that_is_taken(client: TestClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert plain.content == packed.content
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == packed.num_bytes_downloaded
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != packed.headers["etag"]
    part = client.get(path, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, plain.content[:10])
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert client.get(path, headers=known).status_code == 304
    head = client.head(path, headers={"Accept-Encoding": "gzip"})
    assert head.headers["content-length"] == packed.headers["content-length"]


def test_what_was_compressed_before_is_not_compressed_again(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "runtime" / "pyodide.mjs.gz").write_bytes(gzip.compress(b"beside"))
    assert client.get("/runtime/pyodide.mjs", headers={"Accept-Encoding": "gzip"}).content == b"beside"


def test_an_edit_shows_at_once(client: TestClient, tmp_path: Path) -> None:
    module = tmp_path / "runtime" / "pyodide.mjs"
    for version in (2, 3):
        module.write_text(f"export const a = {version};\n")
        os.utime(module, (version, version))
        for encoding in ("gzip", "identity"):
            assert f"a = {version}" in client.get("/runtime/pyodide.mjs", headers={"Accept-Encoding": encoding}).text


def test_the_page_is_a_third_when_compressed_and_weights_are_left_alone(client: TestClient) -> None:
    plain, packed = (client.get("/delta-chat.js", headers={"Accept-Encoding": form}) for form in ("identity", "gzip"))
    assert packed.num_bytes_downloaded < plain.num_bytes_downloaded / 2.5
    shard = client.get(f"/bundles/small/{SHARD}", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in shard.headers and "vary" not in shard.headers
    assert shard.headers["content-length"] == str(len(BODY))


def test_head_and_other_methods(client: TestClient) -> None:
    head = client.head(f"/bundles/small/{SHARD}")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(BODY)))
    assert client.post("/runtime/pyodide.mjs").status_code == 405
    assert client.delete(f"/bundles/small/{SHARD}").status_code == 405


def test_the_list_of_bundles(client: TestClient) -> None:
    (entry,) = client.get("/bundles.json").json()
    assert entry["name"] == "small" and entry["url"] == "bundles/small/"
    assert entry["bytes"] == len(BODY) and entry["recipe"] == "f32"
    assert client.get(f"/{entry['url']}manifest.json").status_code == 200


def test_the_list_states_what_a_first_visit_takes(client: TestClient) -> None:
    """All that the page, its runtime and the model are on their way, as the server sends it."""
    (entry,) = client.get("/bundles.json").json()
    names = [*client.get("/offline.json").json()["files"], f"{entry['url']}manifest.json", f"{entry['url']}{SHARD}"]
    sent = [client.get(f"/{name}", headers={"Accept-Encoding": "gzip"}).headers["content-length"] for name in names]
    assert entry["download"] == sum(map(int, sent))


def test_a_folder_without_a_bundle_and_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no manifest\.json"):
        server.create_app([tmp_path], tmp_path)
    one, two = (write_small_bundle(tmp_path / parent / "same", {}) for parent in ("a", "b"))
    with pytest.raises(BundleError, match="rename one"):
        server.create_app([one, two], tmp_path)
    (one / "manifest.json").write_text("{}")
    with pytest.raises(BundleError, match="same: manifest"):
        server.create_app([one], tmp_path)


def test_a_port_that_is_taken_says_so() -> None:
    with server.listen(0) as taken:
        assert taken.getsockname()[0] == "127.0.0.1"
        port = taken.getsockname()[1]
        with pytest.raises(DeltapageError, match=f"port {port} cannot be used .* --port"):
            server.listen(port)
    with pytest.raises(DeltapageError, match=r"host 192\.0\.2\.1 is not an address of this machine: .* --host"):
        server.listen(0, "192.0.2.1")
    with pytest.raises(DeltapageError, match=r"host nowhere\.invalid is not known .* --host"):
        server.listen(0, "nowhere.invalid")
    with pytest.raises(DeltapageError, match="port 70000"):
        server.listen(70000)
