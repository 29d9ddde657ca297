"""What is hosted and under which headers: one layout for our own server and for a folder on any static host.

/                      index.html and the modules beside it, in a site's folder with their TypeScript declarations
/<room>/               their own modules, by what they are about (``ROOMS``); the element's style sheets are one of them
                       (``web/host/styles.py``)
/examples/             pages that show each part of the API
/runtime/              Pyodide and the in-page Python (``web/host/runtime.py``)
/vendor/               libraries for Markdown, code and mathematics (``web/host/vendor.py``)
/bundles/<folder>/     models (``pyside/bundle/manifest.py``)
/bundles.json          their list: [{name, url, model, recipe, license, bytes, download, and of their cards summary, starters}],
                       urls relative to the list; download: all bytes of a first visit, the page and its runtime included
/offline.json          what the service worker keeps: {version, files: {name: sha256}} (``web/host/offline.py``)
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyside.bundle.manifest import MANIFEST, Manifest
from pyside.desk.bundle_check import own_file, read_card, read_manifest
from pyside.errors import BundleError, DeltapageError
from web.host import offline, runtime, styles, vendor
from web.host.media import bytes_on_the_way

EXAMPLES = runtime.WEB / "examples"
ROOMS = ("common", "engine", "files", "pictures", "agent", "prompt-api", "chat")
PAGE_FOLDERS = (runtime.WEB, *(runtime.WEB / room for room in ROOMS), EXAMPLES)
PAGE_SUFFIXES = frozenset({".html", ".js", ".css", ".svg", ".png", ".ico", ".webmanifest"})

# The page runs its own scripts and its own WebAssembly, talks to its own host, and nothing else; what is at blob: and data: is in
# the page already. The pages say so themselves, for hosts that send no headers. Cross-origin headers let another site embed the
# widget; workers take their policy from the response that delivers their script, so all files send it.
# `frame-ancestors` counts in a response's header only; frame.html is the page that others may frame. What lies in a bundle may
# come from anybody and has no part in the site: even opened by itself it can do nothing.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' blob:; worker-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)
PAGE_POLICY = f"{POLICY}; frame-ancestors 'self'"
BUNDLE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
FRAME = "frame.html"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
REVALIDATE = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"  # for files named by their sha256
TYPESCRIPT = vendor.MODULES / "typescript" / "bin" / "tsc"
MARKER = "_headers"  # a folder with this file and bundles.json is a site that may be replaced


def page_files() -> dict[str, Path]:
    """The page, its modules, its pictures and the examples, by the name under which they are hosted."""
    found = {path.relative_to(runtime.WEB).as_posix() for folder in PAGE_FOLDERS for path in folder.iterdir()}
    return {name: path for name in sorted(found | {styles.NAME}) if (path := page_file(name))}


def page_file(name: str) -> Path | None:
    """The file of the page that is hosted under that name, if there is one."""
    if name == styles.NAME:
        return styles.assemble()
    path = runtime.WEB / name
    if path.suffix == ".css" and path.parent == styles.FOLDER:
        return None  # it is in that module
    # Python beside the examples runs in the page, unlike what lies beside the page's modules
    hosted = path.suffix in PAGE_SUFFIXES or (path.suffix == ".py" and path.parent == EXAMPLES)
    return path if hosted and path.parent in PAGE_FOLDERS and own_file(runtime.WEB, name) else None


def assembled_files(runtime_folder: Path = runtime.RUNTIME) -> dict[str, Path]:
    """What is hosted of the runtime and the libraries, for the browser to keep."""
    return offline.folder_files("runtime", runtime_folder) | offline.folder_files("vendor", vendor.VENDOR)


def cache_control(name: str) -> str:
    """How long a browser may keep a file without asking again."""
    stem = name.partition(".")[0]
    named_by_hash = len(stem) == 64 and set(stem) <= set("0123456789abcdef")
    return IMMUTABLE if named_by_hash else REVALIDATE


def headers(path: str) -> Mapping[str, str]:
    """The headers of what is hosted under a path, errors included."""
    if path.startswith("/bundles/"):
        return {**HEADERS, "Content-Security-Policy": BUNDLE_POLICY}
    return HEADERS if path == f"/{FRAME}" else {**HEADERS, "Content-Security-Policy": PAGE_POLICY}


def bundle_folders(bundles: Sequence[Path]) -> dict[str, Path]:
    """Bundles by the folder name under which they are hosted.

    Errors: BundleError when a folder holds no bundle or two have the same name.
    """
    folders: dict[str, Path] = {}
    for bundle in bundles:
        folder = bundle.resolve()
        if own_file(folder, MANIFEST) is None:
            raise BundleError(f"{bundle} has no {MANIFEST} of its own: name a folder that `build.py bundle` has made")
        if not folder.name.isprintable():
            raise BundleError(f"the folder {bundle} has a name that no address can hold: rename it")
        if folder.name in folders:
            raise BundleError(
                f"{bundle} and {folders[folder.name]} would both be hosted as bundles/{folder.name}/: rename one"
            )
        folders[folder.name] = folder
    return folders


def bundle_files(folder: Path) -> dict[str, Path]:
    """What is hosted of a bundle, by its name there: the manifest, and what it names.

    Errors: BundleError for a manifest that cannot be read, and for a file that is missing or only a link.
    """
    manifest = read_manifest(folder)
    found = {name: own_file(folder, name) for name in (MANIFEST, *(file.file for file in manifest.listed))}
    if lacking := [name for name, path in found.items() if path is None]:
        raise BundleError(
            f"{folder} has no {lacking[0]} of its own, expected a file there and no link: download it or build it again"
        )
    return {name: path for name, path in found.items() if path is not None}


def bundle_list(folders: Mapping[str, Path], runtime_folder: Path = runtime.RUNTIME) -> bytes:
    """The contents of ``bundles.json``; the runtime and the libraries must have been assembled.

    Errors: BundleError for a manifest or a card that cannot be read, naming the bundle.
    """
    entries = []
    page = sum(map(bytes_on_the_way, (page_files() | assembled_files(runtime_folder)).values())) if folders else 0
    for name, folder in folders.items():
        try:
            manifest = read_manifest(folder)
            card = read_card(folder, manifest)
        except BundleError as error:
            raise BundleError(f"{folder}: {error}") from None
        entries.append(
            {
                "name": name,
                "url": f"bundles/{name}/",
                "model": manifest.name,
                "recipe": manifest.recipe,
                "license": manifest.source.license,
                "bytes": sum(file.bytes for file in manifest.listed),
                **(card.to_dict() if card else {}),
                "download": page + _bundle_on_the_way(folder, manifest),
            }
        )
    return (json.dumps(entries, indent=1, ensure_ascii=False) + "\n").encode()


def _bundle_on_the_way(folder: Path, manifest: Manifest) -> int:
    """The bytes of a bundle's first load as they are sent; of its kernels few more than one device asks for."""
    needed = (file.file for file in manifest.listed if not file.part)
    hosted = (own_file(folder, name) for name in (MANIFEST, *needed))
    return sum(bytes_on_the_way(path) for path in hosted if path is not None)


def write_site(out: Path, bundles: Sequence[Path]) -> None:
    """Write the page, the runtime and the bundles into ``out``, which appears whole or not at all.

    Errors: DeltapageError when ``out`` is something other than an earlier site or TypeScript is missing; those of
    ``bundle_folders`` and ``bundle_files``.
    """
    if out.exists() and not (out.is_dir() and (_is_site(out) or not any(out.iterdir()))):
        raise DeltapageError(f"{out} exists and is not a site that can be replaced: name a new or an empty folder")
    folders = bundle_folders(bundles)
    hosted = {
        f"bundles/{name}/{file}": path
        for name, folder in folders.items()
        for file, path in bundle_files(folder).items()
    }
    runtime.assemble()
    vendor.assemble()
    index = bundle_list(folders)
    parent = out.resolve().parent
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=f".{out.name}-") as folder:
        beside = Path(folder) / out.name
        for name, path in (page_files() | hosted).items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, beside / name)
        _declare(beside)
        shutil.copytree(runtime.RUNTIME, beside / "runtime", ignore=_links)
        shutil.copytree(vendor.VENDOR, beside / "vendor", ignore=_links)
        (beside / "bundles.json").write_bytes(index)
        kept = offline.hashes(page_files() | assembled_files())
        (beside / offline.LIST).write_bytes(offline.offline_list(kept))
        (beside / MARKER).write_text(header_file())
        (beside / ".nojekyll").touch()  # else GitHub Pages leaves out names that start with an underscore
        runtime.swap(beside, out)


def header_file() -> str:
    """The headers in the ``_headers`` format that Netlify and Cloudflare Pages read; other hosts need them set by hand."""
    pages = [name for name in page_files() if name.endswith(".html") and "/" not in name and name != FRAME]
    paths = [
        "",
        *pages,
        *(name.removesuffix(".html") for name in pages),
        "examples/*",
    ]  # some hosts leave out the suffix
    rules = [
        ("*", HEADERS),
        *((path, {"Content-Security-Policy": PAGE_POLICY}) for path in paths),
        ("bundles/*", {"Content-Security-Policy": BUNDLE_POLICY}),
        ("bundles/:name/shards/*", {"Cache-Control": IMMUTABLE}),
    ]
    return "".join(
        f"/{path}\n" + "".join(f"  {name}: {value}\n" for name, value in values.items()) for path, values in rules
    )


def _links(folder: str, names: Sequence[str]) -> list[str]:
    """Those of a folder's names that lead elsewhere."""
    return [name for name in names if (Path(folder) / name).is_symlink()]


def _declare(folder: Path) -> None:
    """Write TypeScript declarations beside the modules that they describe, where an editor looks for them."""
    if not TYPESCRIPT.is_file():
        raise DeltapageError("web/node_modules/typescript is missing: run `npm ci` in web/")
    project = runtime.WEB / "tsconfig.types.json"
    command = [runtime.node(), str(TYPESCRIPT), "--project", str(project), "--outDir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DeltapageError(f"TypeScript could not declare the page's modules: {done.stdout.strip()[-2000:]}")


def _is_site(folder: Path) -> bool:
    return (folder / MARKER).is_file() and (folder / "bundles.json").is_file()
