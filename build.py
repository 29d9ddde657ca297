"""The command line: turn a checkpoint into a bundle, check it, describe it, serve it, or write a site around it."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from time import monotonic

from rich.console import Console
from rich.progress import DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table as RichTable

from kernels_wgsl.render import render
from pyside.bundle.manifest import MANIFEST, PIECE_LIMIT, File, Manifest, Source, tensor_bytes
from pyside.desk import bundle_check, convert, hub, published
from pyside.desk.bundle_summary import Table, size, summary
from pyside.desk.bundle_writer import BundleWriter
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.recipes import RECIPES
from pyside.desk.selftest_vectors import bake
from pyside.desk.weights import account, network, trunk_prefix
from pyside.engine import selftest
from pyside.errors import BundleError, DeltapageError, PlanError
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits
from pyside.plan.plan import Pipeline
from pyside.text import tokenizer

BUNDLES = Path(__file__).parent / "bundles"  # what `serve` and `site` take when no bundle is named
_SECONDS_BETWEEN_LINES = 5  # of progress, where there is no terminal

# Devices for which kernels are rendered: the least that WebGPU offers, one that binds whatever a bundle holds, and one
# without a GPU.
BASELINE = Limits.baseline()
ROOMY = replace(BASELINE, binding_bytes=1 << 40, buffer_bytes=1 << 40)
SOFTWARE = replace(ROOMY, software=True)


def main() -> None:
    """Run the command line and exit with its status."""
    sys.exit(_main(sys.argv[1:]))


def _main(argv: Sequence[str]) -> int:
    """Run one command; 0 when it succeeded, 1 with a line on stderr when it did not."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except DeltapageError as error:
        message = str(error)
    except OSError as error:
        remedy = (
            "free some space, or write to another disk"
            if error.errno == errno.ENOSPC
            else "check the path and its permissions"
        )
        message = f"{error.filename or getattr(arguments, 'out', '')}: {error.strerror or error}: {remedy}"
    except KeyboardInterrupt:
        message = "interrupted; nothing was left half-written"
    print(f"build.py {arguments.command}: {message}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="build.py", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    bundle = commands.add_parser("bundle", help="turn a checkpoint into a bundle")
    bundle.add_argument(
        "source", metavar="SOURCE", help="a checkpoint folder, or a hub id: owner/name or owner/name@revision"
    )
    bundle.add_argument("out", metavar="OUT", type=Path, help="the bundle's folder, which is made")
    bundle.add_argument("--quant", choices=RECIPES, default="q4", help="how weights are stored (default: q4)")
    bundle.add_argument("--name", help="what the page calls the model (default: the source's name)")
    bundle.add_argument("--force", action="store_true", help="replace a bundle that OUT already holds")
    bundle.set_defaults(run=_bundle)

    verify = commands.add_parser("verify", help="check every hash and every offset of a bundle")
    verify.add_argument("bundle", metavar="BUNDLE", type=Path)
    verify.set_defaults(run=_verify)

    inspect = commands.add_parser("inspect", help="show what is in a bundle and what it needs of a device")
    inspect.add_argument("bundle", metavar="BUNDLE", type=Path)
    inspect.set_defaults(run=_inspect)

    serve = commands.add_parser("serve", help="serve the page and bundles")
    serve.add_argument("bundles", metavar="BUNDLE", type=Path, nargs="*", help="default: every bundle under bundles/")
    serve.add_argument("--port", type=int, default=8000)
    serve.set_defaults(run=_serve)

    site = commands.add_parser("site", help="write the page, the runtime and bundles as one folder for any static host")
    site.add_argument("out", metavar="OUT", type=Path, help="the site's folder, which is made")
    site.add_argument("bundles", metavar="BUNDLE", type=Path, nargs="*", help="default: every bundle under bundles/")
    site.set_defaults(run=_site)
    return parser


def _bundle(arguments: argparse.Namespace) -> int:
    terminal = Terminal()
    manifest = make_bundle(
        arguments.source, arguments.out, arguments.quant, terminal, name=arguments.name, force=arguments.force
    )
    amount = sum(file.bytes for file in (*manifest.shards, *manifest.kernels, *manifest.files))
    terminal.say(
        f"{arguments.out}: {manifest.name}, {manifest.recipe}, {len(manifest.tensors)} tensors, {size(amount)}"
    )
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    terminal = Terminal()
    folder: Path = arguments.bundle
    bundle_check.read_manifest(folder)
    total = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    with terminal.progress("verifying", total) as advance:
        problems = bundle_check.check(folder, advance)
    for problem in problems:
        print(f"{folder}: {problem}", file=sys.stderr)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise BundleError(f"{folder} is damaged, {count}: download it or build it again")
    terminal.say(f"{folder}: whole, {size(total)}")
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    manifest = bundle_check.read_manifest(arguments.bundle)
    terminal = Terminal()
    try:
        plan = compile_plan(manifest, BASELINE)
    except PlanError as error:
        terminal.say(f"does not run on every device: {error}")
        plan = compile_plan(manifest, ROOMY)
    terminal.tables(summary(manifest, plan))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from web.host.server import serve

    serve(_bundles(arguments.bundles), arguments.port)
    return 0


def _site(arguments: argparse.Namespace) -> int:
    from web.host.site import write_site

    write_site(arguments.out, _bundles(arguments.bundles))
    Terminal().say(f"{arguments.out}: a site for any static host")
    return 0


def _bundles(named: Sequence[Path]) -> list[Path]:
    """The bundles to serve, each known to be one."""
    found = list(named) or sorted(path.parent for path in BUNDLES.glob(f"*/{MANIFEST}"))
    if not found:
        raise BundleError(
            f"no bundle was named and {BUNDLES} holds none: make one with `build.py bundle SOURCE {BUNDLES.name}/NAME`"
        )
    for folder in found:
        bundle_check.read_manifest(folder)
    return found


def make_bundle(
    source: str, out: Path, recipe: str, terminal: Terminal, *, name: str | None = None, force: bool = False
) -> Manifest:
    """Turn a checkpoint into the bundle ``out`` and return its manifest.

    Errors: DeltapageError for a source that cannot be converted or an ``out`` that may not be written,
    OSError when the disk refuses. Nothing is left behind then.
    """
    origin = _locate(source, terminal)
    facts = published.read(origin.folder)
    checkpoint = Checkpoint.open(origin.folder)
    weights = network(facts.config, trunk_prefix(checkpoint.entries))
    left_out = account(weights, checkpoint.entries)
    for warning in facts.warnings:
        terminal.say(f"warning: {warning}")
    for kind, count in left_out.items():
        terminal.say(f"left out: {count} {kind} tensors, which this version does not use")
    with published.understood(published.TOKENIZER):
        packed = tokenizer.pack(facts.tokenizer, facts.tokenizer_config)
    files = {
        "tokenizer.bin": packed,
        "chat_template.jinja": facts.template.encode(),
        **facts.copied,
    }
    jobs = convert.jobs(weights, recipe, PIECE_LIMIT)
    total = sum(tensor_bytes(job.format, job.shape) for job in jobs)
    with (
        terminal.progress(f"packing as {recipe}", total) as advance,
        BundleWriter(out, replace=force, written=advance) as writer,
        _threads(convert.threads()) as pool,
        _threads(1) as hasher,
    ):
        hashes = [hasher.submit(_file, path) for path in checkpoint.files]
        for job in jobs:
            writer.add_tensor(job.name, job.format, job.shape, convert.blocks(job, checkpoint, pool))
        writer.end_tensors()
        for file, data in files.items():
            writer.add_file(file, data)
        read = (*facts.files, *(future.result() for future in hashes))
        draft = Manifest(
            name=name or origin.repository.rsplit("/", 1)[-1],
            recipe=recipe,
            model=facts.config,
            source=Source(origin.repository, origin.revision, facts.license, read),
            generation=facts.generation,
            tensors=writer.tensors,
            shards=tuple(writer.shards),
            kernels=(),
            files=tuple(writer.files),
        )
        for pipeline in pipelines(draft, terminal):
            writer.add_kernel(pipeline.file, render(pipeline.kernel, pipeline.constants))
        manifest = replace(draft, kernels=tuple(writer.kernels))
        writer.finish(manifest)
    return manifest


def pipelines(manifest: Manifest, terminal: Terminal) -> tuple[Pipeline, ...]:
    """Every kernel with the constants that some device's plan of this bundle or the self-test names, by file name."""
    plans = [compile_plan(manifest, ROOMY), compile_plan(manifest, SOFTWARE), selftest.plan(bake(), BASELINE)]
    try:
        plans.append(compile_plan(manifest, BASELINE))
    except PlanError as error:
        terminal.say(f"warning: this bundle does not run on every device: {error}")
    found = {pipeline.file: pipeline for plan in plans for pipeline in plan.pipelines}
    return tuple(found[file] for file in sorted(found))


@dataclass(frozen=True)
class Origin:
    """A checkpoint on this machine, and where it came from."""

    folder: Path
    repository: str
    revision: str = ""


def _locate(source: str, terminal: Terminal) -> Origin:
    """The checkpoint folder that SOURCE names, downloaded first if it is a hub id."""
    if (folder := Path(source)).is_dir():
        return Origin(folder, folder.resolve().name)
    hub_id = hub.HubId.parse(source)
    if hub_id is None or folder.exists():
        raise BundleError(
            f"{source} is neither a folder nor a hub id: give a checkpoint's folder, or owner/name[@revision]"
        )
    terminal.say(f"{source}: no such folder here, looking on the hub")
    return Origin(*hub.fetch(hub_id, published.READ))


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for a block; what they have not begun when an error ends it is dropped."""
    pool = ThreadPoolExecutor(count)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _file(path: Path) -> File:
    with path.open("rb") as stream:
        return File(path.name, path.stat().st_size, file_digest(stream, "sha256").hexdigest())


class Terminal:
    """What a person sees: bars and tables on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self._out = Console(highlight=False, markup=False, soft_wrap=True)
        self._bars = Console(stderr=True)

    def say(self, line: str) -> None:
        """One line of result."""
        self._out.print(line)

    def tables(self, tables: Sequence[Table]) -> None:
        """Tables with a frame on a terminal, columns between tabs elsewhere."""
        for table in tables:
            if not self._out.is_terminal:
                for row in table.rows:
                    print("\t".join((table.title, *row)))
                continue
            drawn = RichTable(title=table.title, title_justify="left", show_header=any(table.columns))
            for i, column in enumerate(table.columns):
                drawn.add_column(column, justify="right" if i and column else "left")
            for row in table.rows:
                drawn.add_row(*row)
            self._out.print(drawn)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[int], None]]:
        """A function that is told of bytes done; a bar on a terminal, a line now and then elsewhere."""
        if self._bars.is_terminal:
            columns = (
                *Progress.get_default_columns()[:2],
                DownloadColumn(binary_units=True),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
            )
            with Progress(*columns, console=self._bars) as bar:
                task = bar.add_task(label, total=total)
                yield lambda amount: bar.advance(task, amount)
            return
        done, said = 0, monotonic()

        def advance(amount: int) -> None:
            nonlocal done, said
            done += amount
            if done == total or monotonic() > said + _SECONDS_BETWEEN_LINES:
                said = monotonic()
                print(f"{label}: {size(done)} of {size(total)}", file=sys.stderr, flush=True)

        yield advance


if __name__ == "__main__":
    main()
