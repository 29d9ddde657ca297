"""The exported site: complete, equal to what the server gives, and never half written."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pyside.desk import bundle_check
from pyside.errors import BundleError, DeltapageError
from tests.support.models.small_bundle import write_small_bundle
from tests.support.paths import files_under
from web.host import runtime, server, site, styles

pytestmark = pytest.mark.slow  # they assemble what the page runs


def test_the_site_is_what_the_server_serves(tmp_path: Path) -> None:
    bundle = write_small_bundle(tmp_path / "small", {f"shards/{sha256(b'weights').hexdigest()}.bin": b"weights"})
    out = tmp_path / "out" / "site"
    site.write_site(out, [bundle])
    client = TestClient(server.create_app([bundle]), "http://localhost", headers={"Accept-Encoding": "identity"})
    found = files_under(out)
    assert {
        "runtime/pyodide.mjs",
        "runtime/python_stdlib.zip",
        "bundles/small/manifest.json",
        "engine/worker.js",
        "chat/styles.js",
    } <= found
    declared = {name for name in found if name.endswith(".d.ts")}
    for name in found - {"_headers", ".nojekyll"} - declared:
        answer = client.get(f"/{name}")
        assert (answer.status_code, answer.content == (out / name).read_bytes()) == (200, True), name
    assert files_under(out / "runtime") == files_under(runtime.RUNTIME)
    sources = {name for name in found - declared if name.endswith((".py", ".ts")) or "node_modules" in name}
    assert sources == {"examples/hooks.py"}  # which runs in the page
    assert {"deltapage.d.ts", "language-model.d.ts", "deep-chat.d.ts", "delta-chat.d.ts"} <= declared
    assert {name.removesuffix(".d.ts") + ".js" for name in declared} <= found
    assert "static load(" in (out / "deltapage.d.ts").read_text()


def test_the_module_of_styles_is_every_sheet_as_it_is_now(tmp_path: Path) -> None:
    folder = tmp_path / "chat"
    shutil.copytree(styles.FOLDER, folder)
    assert {path.stem for path in folder.glob("*.css")} == set(styles.SHEETS)
    hosted = {name for name in site.page_files() if name.startswith("chat/") and not name.endswith(".js")}
    assert hosted == set(), "the sheets by themselves"
    for change in ("", '.quiet { content: "\\201C ${1} `" }\n'):
        (folder / "base.css").write_text(change + (folder / "base.css").read_text())
        module = styles.assemble(tmp_path / "styles.js", folder).read_text()
        assert module.startswith("export const css = ") and module.endswith(";\n")
        text = json.loads(module.removeprefix("export const css = ").removesuffix(";\n"))
        sheets = [(folder / f"{sheet}.css").read_text() for sheet in styles.SHEETS]
        assert text == "\n".join(sheets) and text.startswith(change or "/*")
    before = (tmp_path / "styles.js").stat()
    assert styles.assemble(tmp_path / "styles.js", folder).stat().st_mtime_ns == before.st_mtime_ns


def test_pages_bring_their_policy_along() -> None:
    """For hosts that send no headers: the same policy, before anything that it governs."""
    pages = [path for name, path in site.page_files().items() if name.endswith(".html")]
    assert len(pages) > 2
    for path in pages:
        head, _, rest = path.read_text().partition("<meta http-equiv")
        styles = "style-src 'self'" + " 'unsafe-inline'" * (path.name == "deep-chat.html")  # another project's element
        policy = site.POLICY.replace("style-src 'self'", styles)
        assert rest.startswith(f'="Content-Security-Policy" content="{policy}">'), path.name
        assert "<link" not in head and "<script" not in head


def test_a_site_has_only_what_a_manifest_names(tmp_path: Path) -> None:
    data = b"weights"
    shard = f"shards/{sha256(data).hexdigest()}.bin"
    bundle = write_small_bundle(tmp_path / "small", {shard: data})
    (bundle / "index.html").write_text("<script>steal()</script>")
    (bundle / ".env").write_text("secret")
    (bundle / "notes").symlink_to(tmp_path)
    site.write_site(tmp_path / "site", [bundle])
    assert files_under(tmp_path / "site" / "bundles") == {"small/manifest.json", f"small/{shard}"}
    assert not (tmp_path / "site" / "bundles" / "small" / "notes").exists()


def test_a_link_in_a_bundle_is_not_followed(tmp_path: Path) -> None:
    """Wherever it leads: a folder on the way to the file may be one as well."""
    data = b"secret"
    name = f"{sha256(data).hexdigest()}.bin"
    (tmp_path / name).write_bytes(data)
    for turn, link in enumerate((Path("shards") / name, Path("shards"))):
        bundle = write_small_bundle(tmp_path / f"{turn}", {f"shards/{name}": data})
        (bundle / "shards" / name).unlink()
        if link == Path("shards"):
            (bundle / "shards").rmdir()
        (bundle / link).symlink_to(tmp_path / name if link.name == name else tmp_path)
        with pytest.raises(
            BundleError, match=f"{turn} has no shards/{name} of its own, expected a file there and no link"
        ):
            site.write_site(tmp_path / "site", [bundle])
        assert bundle_check.check(bundle)[0] == f"shards/{name} is a link, expected a file in the bundle's own folder"
    assert not (tmp_path / "site").exists()


def test_links_in_assembled_folders_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runtime" / "inner").mkdir(parents=True)
    (tmp_path / "runtime" / "pyodide.mjs").touch()
    (tmp_path / "secret").write_text("secret")
    for link in ("leak", "inner/leak.mjs"):
        (tmp_path / "runtime" / link).symlink_to(tmp_path / "secret")
    (tmp_path / "runtime" / "all").symlink_to(tmp_path)
    monkeypatch.setattr(runtime, "RUNTIME", tmp_path / "runtime")
    site.write_site(tmp_path / "site", [])
    assert files_under(tmp_path / "site" / "runtime") == {"pyodide.mjs"}


def test_the_header_file_says_what_the_server_says(tmp_path: Path) -> None:
    site.write_site(tmp_path / "site", [])
    text = (tmp_path / "site" / "_headers").read_text()
    for name, value in site.HEADERS.items():
        assert f"\n  {name}: {value}\n" in text
    assert f"/bundles/:name/shards/*\n  Cache-Control: {site.IMMUTABLE}\n" in text
    assert f"/bundles/*\n  Content-Security-Policy: {site.BUNDLE_POLICY}\n" in text
    for path in ("", "index.html", "index", "examples/*"):
        assert f"/{path}\n  Content-Security-Policy: {site.PAGE_POLICY}\n" in text
    assert "frame.html" not in text, "every site may frame it"


def test_a_site_can_be_replaced_and_nothing_else_can(tmp_path: Path) -> None:
    out = tmp_path / "site"
    out.mkdir()
    site.write_site(out, [])
    assert json.loads((out / "bundles.json").read_text()) == []
    site.write_site(out, [write_small_bundle(tmp_path / "small", {})])
    assert [entry["name"] for entry in json.loads((out / "bundles.json").read_text())] == ["small"]
    work = tmp_path / "work"
    work.mkdir()
    (work / "thesis.txt").write_text("years")
    with pytest.raises(DeltapageError, match="name a new or an empty folder"):
        site.write_site(work, [])
    with pytest.raises(DeltapageError, match="name a new or an empty folder"):
        site.write_site(work / "thesis.txt", [])
    assert (work / "thesis.txt").read_text() == "years"


def test_a_failure_leaves_the_earlier_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "site"
    site.write_site(out, [])
    before = files_under(out)
    with pytest.raises(BundleError):
        site.write_site(out, [tmp_path / "none"])
    bundle = write_small_bundle(tmp_path / "small", {})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site, "header_file", full)
    with pytest.raises(OSError, match="No space left"):
        site.write_site(out, [bundle])
    assert files_under(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site", "small"]


def test_without_typescript_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "TYPESCRIPT", tmp_path / "tsc")
    with pytest.raises(DeltapageError, match="typescript is missing: run `npm ci`"):
        site.write_site(tmp_path / "site", [])
    assert list(tmp_path.iterdir()) == []
