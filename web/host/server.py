"""The Starlette server: the layout of ``web/host/site.py`` on this machine, for chatting and for trying out a site."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pyside.errors import DeltapageError
from web.host import offline, runtime, site, vendor

HOST = "127.0.0.1"  # this machine only: nothing here is meant for a network
MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jinja": "text/plain",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".wgsl": "text/wgsl",
}
COMPRESSED = frozenset(MEDIA_TYPES) - {".ico", ".png"}  # weights, in .bin files, are noise to any compressor


class Folder(StaticFiles):
    """A folder's files: ranges, validators, and text compressed where the browser takes it."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file as it is, compressed, or as not modified."""
        path = Path(full_path)
        request = Headers(scope=scope)
        response: Response = FileResponse(
            path,
            status_code=status_code,
            headers={"Cache-Control": site.cache_control(path.name)},
            media_type=MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
            stat_result=stat_result,
        )
        if path.suffix in COMPRESSED:
            response = _negotiated(request, response, lambda: _packed(path, stat_result.st_mtime_ns))
        return NotModifiedResponse(response.headers) if self.is_not_modified(response.headers, request) else response


class Page(Folder):
    """The part of ``web/`` that browsers see, read at each request so that an edit shows on reload."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The page's file of that name; the root is the page itself."""
        file = site.page_file("index.html" if path == "." else path)
        return ("", None) if file is None else (str(file), file.stat())


class SiteHeaders:
    """Adds the site's headers to every response, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and its response back."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(site.HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def create_app(bundles: Sequence[Path], runtime_folder: Path = runtime.RUNTIME) -> Starlette:
    """The application; the runtime and the vendor folder must have been assembled.

    Errors: BundleError for a folder that holds no bundle or for two of the same name.
    """
    folders = site.bundle_folders(bundles)
    index = site.bundle_list(folders)
    assembled = offline.hashes(site.assembled_files(runtime_folder))

    async def offline_list(request: Request) -> Response:
        return _json(request, offline.offline_list(offline.hashes(site.page_files()) | assembled))

    async def bundle_list(request: Request) -> Response:
        return _json(request, index)

    return Starlette(
        routes=[
            Route("/bundles.json", bundle_list),
            Route(f"/{offline.LIST}", offline_list),
            *(Mount(f"/bundles/{name}", Folder(directory=folder)) for name, folder in folders.items()),
            Mount("/runtime", Folder(directory=runtime_folder)),
            Mount("/vendor", Folder(directory=vendor.VENDOR, check_dir=False)),
            Mount("/", Page(directory=runtime.WEB)),
        ],
        middleware=[Middleware(SiteHeaders)],
    )


def _json(request: Request, data: bytes) -> Response:
    response = Response(data, media_type="application/json", headers={"Cache-Control": site.REVALIDATE})
    return _negotiated(request.headers, response, lambda: gzip.compress(data))


def _negotiated(request: Headers, plain: Response, packed: Callable[[], bytes]) -> Response:
    """The response, or its compressed form for a browser that takes it; a range is one of the file as it is."""
    plain.headers["Vary"] = "Accept-Encoding"
    if "gzip" not in request.get("accept-encoding", "") or "range" in request:
        return plain
    response = Response(packed(), plain.status_code, plain.headers, plain.media_type)
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.body))
    if "etag" in response.headers:
        response.headers["ETag"] = f'{plain.headers["etag"][:-1]}-gzip"'
    return response


@lru_cache(maxsize=1024)
def _packed(path: Path, modified: int) -> bytes:
    """A file's gzip form, made once for each version of it, or before by who assembled its folder."""
    beside = path.with_name(path.name + ".gz")
    return beside.read_bytes() if beside.is_file() else gzip.compress(path.read_bytes())


def serve(bundles: Sequence[Path], port: int = 8000) -> None:
    """Serve until interrupted, and print the URL once it can be opened; port 0 takes any free one.

    Errors: DeltapageError when the port is taken; those of ``create_app`` and of the assemblies.
    """
    runtime.assemble()
    vendor.assemble()
    app = create_app(bundles)
    with listen(port) as listener:
        print(f"deltapage: http://{HOST}:{listener.getsockname()[1]}/  (stop with Ctrl+C)", flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none")
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def listen(port: int) -> socket.socket:
    """A listening socket on this machine.

    Errors: DeltapageError when the port is taken, out of range or not allowed.
    """
    if not 0 <= port < 65536:
        raise DeltapageError(f"port {port} is not one of 0 to 65535: choose another one with --port")
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise DeltapageError(f"port {port} cannot be used ({error.strerror}): choose another one with --port") from None
