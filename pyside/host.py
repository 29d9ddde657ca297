"""The one file that knows the browser: the GPU protocol over ``web/engine/replay.js``, and requests from ``web/engine/worker.js``."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from pyodide.ffi import JsException, JsProxy, to_js

from kernels_wgsl.render import render
from pyside.api.extension import set_up
from pyside.app import App
from pyside.errors import DeltapageError, ExtensionError, RequestError
from pyside.foreign import SENTENCE_MAX, not_deep, shown
from pyside.plan.limits import Limits
from pyside.plan.plan import Pipeline, Plan

Emit = Callable[[str], None]


class BrowserGpu:
    """``pyside.plan.gpu.Gpu`` on the page's device."""

    def __init__(self, replay: JsProxy) -> None:
        self._replay = replay
        self._pipelines: dict[str, Pipeline] = {}

    async def load(self, plan: Plan) -> None:
        """See ``Gpu.load``; the weights go from the network to the GPU without passing through Python."""
        self._pipelines = {pipeline.file: pipeline for pipeline in plan.pipelines}
        await self._replay.load(plan.to_json())

    async def ready(self, pass_name: str) -> None:
        """See ``Gpu.ready``."""
        await self._replay.ready(pass_name)

    def write(self, buffer: str, data: bytes, offset: int = 0) -> None:
        """See ``Gpu.write``."""
        self._replay.write(buffer, to_js(data), offset)  # to_js copies: the wasm heap may move before the GPU reads

    def run(self, pass_name: str, times: int = 1) -> None:
        """See ``Gpu.run``."""
        self._replay.run(pass_name, times)

    def read(self, buffer: str, offset: int, size: int) -> Awaitable[bytes]:
        """See ``Gpu.read``."""
        return _bytes(self._replay.read(buffer, offset, size))

    def copy(self, source: str, target: str) -> None:
        """See ``Gpu.copy``."""
        self._replay.copy(source, target)

    def clear(self, buffer: str) -> None:
        """See ``Gpu.clear``."""
        self._replay.clear(buffer)

    def grow(self, buffer: str, size: int) -> None:
        """See ``Gpu.grow``."""
        self._replay.grow(buffer, size)

    def drop(self, buffer: str) -> None:
        """See ``Gpu.drop``."""
        self._replay.drop(buffer)

    def kernel(self, file: str) -> str:
        """The WGSL of a pipeline of the loaded plan, by its file name."""
        pipeline = self._pipelines[file]
        return render(pipeline.kernel, pipeline.constants)


class BrowserPictures:
    """``pyside.engine.pictures.Pictures``: what the worker holds of a request's pictures; their pixels never pass through Python."""

    def __init__(self, held: JsProxy) -> None:
        self._held = held

    async def size(self, picture: int, frame: int = 0) -> tuple[int, int]:
        """See ``Pictures.size``."""
        height, width = await self._held.size(picture, frame)
        return height, width

    async def clip(self, picture: int) -> tuple[int, float]:
        """See ``Pictures.clip``."""
        frames, rate = await self._held.clip(picture)
        return frames, rate

    async def fit(self, picture: int, height: int, width: int, frame: int = 0) -> str:
        """See ``Pictures.fit``."""
        digest: str = await self._held.fit(picture, height, width, frame)
        return digest

    async def upload(self, picture: int, buffer: str, offset: int, frame: int = 0) -> None:
        """See ``Pictures.upload``."""
        await self._held.upload(picture, buffer, offset, frame)


class Bridge:
    """What ``web/engine/worker.js`` calls. Texts are JSON; a fault is ``{name, message, detail}``, or empty when all went well."""

    def __init__(self) -> None:
        self._app: App | None = None
        self._gpu: BrowserGpu | None = None
        self._running: dict[int, asyncio.Task[str]] = {}

    async def load(
        self,
        manifest: JsProxy,
        files: JsProxy,
        device: str,
        replay: JsProxy,
        modules: str,
        max_pixels: int,
        emit: Emit,
    ) -> str:
        """Make the app of a bundle, with the author's modules [[name, source]]; emits ``{progress}`` and at last ``{info}``.

        ``max_pixels``: of the largest picture; 0 where the page does not say.
        """

        def progress(phase: str, loaded: int, total: int) -> None:
            emit(json.dumps({"progress": {"phase": phase, "loaded": loaded, "total": total}}))

        try:
            contents = {name: bytes(data) for name, data in files.to_py().items()}
            limits = Limits.from_report(json.loads(device))
            self._gpu = BrowserGpu(replay)
            self._app = await App.load(manifest.to_bytes(), contents, limits, self._gpu, progress, max_pixels or None)
            for name, source in json.loads(modules):
                set_up(self._app, name, source)
            emit(json.dumps({"info": self._app.info()}))
        except Exception as error:
            return json.dumps(_fault(error))
        return ""

    def kernel(self, file: str) -> str:
        """A kernel of the plan that the bundle does not hold, as JSON: ``{code}``, or ``{fault}``."""
        try:
            assert self._gpu is not None, "a kernel was asked for before there was a plan"
            return json.dumps({"code": self._gpu.kernel(file)})
        except Exception as error:
            return json.dumps({"fault": _fault(error)})

    def answer(self, id: int, kind: str, payload: str, pictures: JsProxy | None, emit: Emit) -> asyncio.Task[str]:
        """Answer a request, which can be aborted from now on; each item of the answer goes to ``emit``."""
        held = BrowserPictures(pictures) if pictures else None
        task = self._running[id] = asyncio.ensure_future(self._answer(kind, payload, held, emit))
        task.add_done_callback(lambda _: self._running.pop(id))
        return task

    async def _answer(self, kind: str, payload: str, pictures: BrowserPictures | None, emit: Emit) -> str:
        def send(item: dict[str, Any]) -> None:
            emit(json.dumps(item))

        try:
            assert self._app is not None, "a request came before the model was loaded"
            async with aclosing(self._app.handle(kind, json.loads(_not_deep(payload)), send, pictures)) as items:
                async for item in items:
                    send(item)
        except asyncio.CancelledError:
            return ""  # aborted by the page, which listens no longer
        except Exception as error:
            return json.dumps(_fault(error))
        return ""

    def abort(self, id: int) -> None:
        """End a request; one that has ended already is not there any more."""
        if id in self._running:
            self._running[id].cancel()


async def _bytes(reading: JsProxy) -> bytes:
    array = await reading
    data: bytes = array.to_bytes()
    return data


def _not_deep(payload: str) -> str:
    try:
        return not_deep(payload)
    except ValueError as error:
        raise RequestError(f"the request {error}: send less deep values") from None


def _fault(error: Exception) -> dict[str, str]:
    """An error as the page shows it: its own sentence where it is one of ours, from either language."""
    if isinstance(error, DeltapageError):
        fault = {"name": type(error).__name__, "message": shown(error, SENTENCE_MAX)}
        if isinstance(error, ExtensionError):  # its author wants to see where
            fault["detail"] = "".join(traceback.format_exception(error))
    elif isinstance(error, JsException) and error.constructor.name == "EngineError":
        fault = {"name": error.name, "message": error.message, "detail": error.detail}
    else:
        sentence = (
            f"The engine stopped on an error of its own ({type(error).__name__}: {shown(error)}). Reload the page."
        )
        fault = {"name": "InternalError", "message": sentence, "detail": "".join(traceback.format_exception(error))}
    return fault
