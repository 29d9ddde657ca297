"""The Starlette server: the layout of ``web/host/site.py`` on this machine, for chatting and for trying out a site."""

from __future__ import annotations

import contextlib
import errno
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
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pyside.bundle.manifest import MANIFEST
from pyside.desk.bundle_check import own_file, read_manifest
from pyside.errors import BundleError, DeltapageError
from web.host import offline, runtime, site, vendor
from web.host.known_hosts import KnownHosts, answers_to, readable_for
from web.host.media import BUNDLE_TYPES, COMPRESSED, MEDIA_TYPES
from web.host.patience import PatientProtocol

HOST = "127.0.0.1"  # this machine only, unless somebody wants more


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
            media_type=self.media_type(path.suffix),
            stat_result=stat_result,
        )
        if path.suffix in COMPRESSED:
            response = _negotiated(request, response, lambda: self.packed(path, stat_result.st_mtime_ns))
        return NotModifiedResponse(response.headers) if self.is_not_modified(response.headers, request) else response

    def packed(self, path: Path, modified: int) -> bytes:
        """A file's gzip form, made once for each version of it."""
        return _packed(path, modified)

    def media_type(self, suffix: str) -> str:
        """What a browser is to take a file for."""
        return MEDIA_TYPES.get(suffix, "application/octet-stream")


class Assembled(Folder):
    """A folder that was assembled here, the gzip forms of its files beside them."""

    def packed(self, path: Path, modified: int) -> bytes:
        """The form beside the file, if there is one."""
        beside = own_file(path.parent, f"{path.name}.gz")
        return super().packed(path, modified) if beside is None else beside.read_bytes()


class Bundle(Folder):
    """The files of a bundle that its manifest names, as what cannot run: whoever made the bundle has no part in the site."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file of that name, if the manifest that lies there now names it."""
        manifest = self._folder / MANIFEST
        try:
            named = path == MANIFEST or path in _named(manifest, manifest.stat().st_mtime_ns)
        except (OSError, BundleError):
            named = False
        file = own_file(self._folder, path) if named else None
        return ("", None) if file is None else (str(file), file.stat())

    def media_type(self, suffix: str) -> str:
        """Weights, JSON, and text."""
        return BUNDLE_TYPES.get(suffix, "text/plain")


class Page(Folder):
    """The part of ``web/`` that browsers see, read at each request so that an edit shows on reload."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The page's file of that name, or the page of the folder of that name."""
        file = site.page_file(path) or site.page_file(_index(path))
        return ("", None) if file is None else (str(file), file.stat())

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As static hosts have it, a folder's own address ends in a slash, which its page's links count on."""
        if not scope["path"].endswith("/") and site.page_file(path) is None and site.page_file(_index(path)):
            return RedirectResponse(f"/{path}/")
        return await super().get_response(path, scope)


class SiteHeaders:
    """Adds the site's headers to every response, errors included; ``readable``: whether an origin's pages may read it."""

    def __init__(self, app: ASGIApp, readable: Callable[[str], bool]) -> None:
        self.app, self._readable = app, readable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and its response back."""
        headers = dict(site.headers(scope["path"]))
        origin = Headers(scope=scope).get("origin")
        if origin is not None and not self._readable(origin):
            del headers["Access-Control-Allow-Origin"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def create_app(bundles: Sequence[Path], runtime_folder: Path = runtime.RUNTIME, host: str = HOST) -> Starlette:
    """The application for a server that listens on ``host``; the runtime and the vendor folder must have been assembled.

    Errors: BundleError for a folder that holds no bundle or for two of the same name.
    """
    folders = site.bundle_folders(bundles)
    index = site.bundle_list(folders, runtime_folder)
    assembled = offline.hashes(site.assembled_files(runtime_folder))

    async def offline_list(request: Request) -> Response:
        return _json(request, offline.offline_list(offline.hashes(site.page_files()) | assembled))

    async def bundle_list(request: Request) -> Response:
        return _json(request, index)

    return Starlette(
        routes=[
            Route("/bundles.json", bundle_list),
            Route(f"/{offline.LIST}", offline_list),
            *(Mount(f"/bundles/{name}", Bundle(folder)) for name, folder in folders.items()),
            Mount("/runtime", Assembled(directory=runtime_folder)),
            Mount("/vendor", Assembled(directory=vendor.VENDOR, check_dir=False)),
            Mount("/", Page(directory=runtime.WEB)),
        ],
        middleware=[
            Middleware(KnownHosts, known=answers_to(host)),
            Middleware(SiteHeaders, readable=readable_for(host)),
        ],
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
    return gzip.compress(path.read_bytes())


@lru_cache(maxsize=64)
def _named(manifest: Path, modified: int) -> frozenset[str]:
    """What a manifest names, read once for each version of it."""
    return frozenset(file.file for file in read_manifest(manifest.parent).listed)


def _index(path: str) -> str:
    """The page of a folder."""
    return "index.html" if path == "." else f"{path}/index.html"


def serve(
    bundles: Sequence[Path],
    port: int = 8000,
    host: str = HOST,
    opened: Callable[[str], object] | None = None,
) -> None:
    """Serve until interrupted, and print the URL once it can be opened; port 0 takes any free one.

    ``opened``: told the URL then.

    Errors: DeltapageError when host or port cannot be listened on; those of ``create_app`` and of the assemblies.
    """
    runtime.assemble()
    vendor.assemble()
    app = create_app(bundles, host=host)
    with listen(port, host) as listener:
        name = f"[{host}]" if ":" in host else host
        url = f"http://{name}:{listener.getsockname()[1]}/"
        print(f"deltapage: {url}  (stop with Ctrl+C)", flush=True)
        if opened:
            opened(url)
        config = configuration(app)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def configuration(app: ASGIApp) -> uvicorn.Config:
    """How uvicorn runs the application."""
    return uvicorn.Config(app, http=PatientProtocol, log_level="warning", access_log=False, lifespan="off", ws="none")


def listen(port: int, host: str = HOST) -> socket.socket:
    """A listening socket.

    Errors: DeltapageError when the port is taken, out of range or not allowed, or the host is not this machine's.
    """
    if not 0 <= port < 65536:
        raise DeltapageError(f"port {port} is not one of 0 to 65535: choose another one with --port")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise DeltapageError(f"host {host} is not known ({error.strerror}): choose another one with --host") from None
    try:
        return socket.create_server(address, family=family)
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            raise DeltapageError(
                f"host {host} is not an address of this machine: choose another one with --host"
            ) from None
        raise DeltapageError(
            f"port {port} cannot be used ({error.strerror}): choose another one with --port, or `make chat PORT=8001`"
        ) from None
