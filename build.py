"""The command line: turn a checkpoint into a bundle, check it, describe it, serve it, or write a site around it."""

from __future__ import annotations

import argparse
import errno
import sys
import webbrowser
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pyside.bundle.manifest import MANIFEST
from pyside.desk import bundle_check
from pyside.desk.bundle_summary import size, summary
from pyside.desk.make_bundle import make_bundle
from pyside.desk.pipelines import least_plan
from pyside.desk.recipes import RECIPES
from pyside.desk.terminal import Terminal
from pyside.errors import BundleError, DeltapageError
from pyside.foreign import SENTENCE_MAX, shown

ROOT = Path(__file__).parent
BUNDLES = ROOT / "bundles"  # what `serve` and `site` take when no bundle is named
SITE = ROOT / "public"  # where `site` writes when no folder is named
EXAMPLES = """examples:
  build.py bundle Qwen/Qwen3.5-0.8B bundles/qwen3.5-0.8b    fetch a published model and bundle it
  build.py bundle ./my-checkpoint bundles/mine --quant q8   bundle a folder, with eight bits a weight
  build.py serve --open                                     serve everything under bundles/ and open the page
  build.py site                                             write public/, a folder for any static host
  build.py inspect bundles/mine                             tell what is inside and what it needs of a device
"""


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
    print(shown(f"build.py {arguments.command}: {message}", SENTENCE_MAX), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="build.py",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"deltapage {version('deltapage')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    bundle = commands.add_parser("bundle", help="turn a checkpoint into a bundle")
    bundle.add_argument(
        "source", metavar="SOURCE", help="a checkpoint folder, or a hub id: owner/name or owner/name@revision"
    )
    bundle.add_argument("out", metavar="OUT", type=Path, help="the bundle's folder, which is made")
    bundle.add_argument("--quant", choices=RECIPES, default="q4", help="how weights are stored (default: q4)")
    bundle.add_argument("--name", help="what the page calls the model (default: the source's name)")
    bundle.add_argument("--no-vision", action="store_true", help="leave out what reads pictures")
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
    serve.add_argument("--port", type=int, default=8000, help="0 takes any free one (default: %(default)s)")
    serve.add_argument("--open", action="store_true", help="open the page in the browser")
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help="what to listen on, and to answer to (default: %(default)s); elsewhere than on this machine browsers give "
        "WebGPU to pages from https only, so put a server for that in front",
    )
    serve.set_defaults(run=_serve)

    site = commands.add_parser("site", help="write the page, the runtime and bundles as one folder for any static host")
    site.add_argument(
        "out", metavar="OUT", type=Path, nargs="?", default=SITE, help=f"the site's folder (default: {SITE.name}/)"
    )
    site.add_argument("bundles", metavar="BUNDLE", type=Path, nargs="*", help="default: every bundle under bundles/")
    site.set_defaults(run=_site)
    return parser


def _bundle(arguments: argparse.Namespace) -> int:
    terminal = Terminal()
    manifest = make_bundle(
        arguments.source,
        arguments.out,
        arguments.quant,
        terminal,
        name=arguments.name,
        vision=not arguments.no_vision,
        force=arguments.force,
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
        print(shown(f"{folder}: {problem}", SENTENCE_MAX), file=sys.stderr)
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise BundleError(f"{folder} is damaged, {count}: download it or build it again")
    terminal.say(f"{folder}: whole, {size(total)}")
    return 0


def _inspect(arguments: argparse.Namespace) -> int:
    manifest = bundle_check.read_manifest(arguments.bundle)
    terminal = Terminal()
    plan, refusal = least_plan(manifest)
    if refusal:
        terminal.say(f"does not run on every device: {refusal}")
    terminal.tables(summary(manifest, plan))
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    from web.host.server import serve

    opened = webbrowser.open if arguments.open else None
    serve(_bundles(arguments.bundles), arguments.port, arguments.host, opened)
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


if __name__ == "__main__":
    main()
