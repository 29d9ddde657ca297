"""Python of the page's author beside the engine: modules that add logits processors and functions to a loaded model.

Such a module has a function ``setup(app)``, called once with the ``pyside.app.App``; in it stand
``app.processors[name] = process`` (see ``Process``), which a request chooses with ``logits_processor: name``, and
``app.functions[name] = function``, which the page calls with ``engine.python(name, argument)``.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from pyside.engine.decode.guided import Process
from pyside.errors import ExtensionError, RequestError

Function = Callable[[Any], Awaitable[Any]]  # JSON in, JSON out


class Extensions:
    """What such modules have added."""

    def __init__(self) -> None:
        self.processors: dict[str, Process] = {}
        self.functions: dict[str, Function] = {}

    def process(self, name: str | None) -> Process | None:
        """The processor of that name; a failure of its own ends the answer with an ExtensionError.

        Errors: RequestError when there is none.
        """
        if name is None:
            return None
        edit = _named(self.processors, name, "logits_processor")

        def process(ids: Sequence[int], logits: memoryview[float]) -> None:
            try:
                edit(ids, logits)
            except Exception as error:
                raise ExtensionError(f"the logits processor {name!r} failed: {_told(error)}") from error

        return process

    async def call(self, name: str, argument: object) -> object:
        """What the function of that name makes of a JSON value.

        Errors: RequestError when there is none, ExtensionError when it fails.
        """
        function = _named(self.functions, name, "the Python function asked for")
        try:
            return await function(argument)
        except Exception as error:
            raise ExtensionError(f"the Python function {name!r} failed: {_told(error)}") from error


def set_up(app: object, name: str, source: str) -> None:
    """Import ``source`` as module ``name`` and call its ``setup(app)``.

    Errors: ExtensionError when that fails; its cause has the traceback, with lines of the source.
    """
    path = Path(tempfile.mkdtemp()) / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None, "a .py file always has a loader"
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        module.setup(app)
    except Exception as error:
        del sys.modules[name]
        raise ExtensionError(f"the Python module {name}.py could not be set up: {_told(error)}") from error


def _named(known: dict[str, Any], name: str, what: str) -> Any:  # noqa: ANN401  # the type of the values
    if name not in known:
        names = ", ".join(sorted(known)) or "none, for no Python module has added any"
        raise RequestError(f"{what} is {name!r}, expected one of: {names}")
    return known[name]


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
