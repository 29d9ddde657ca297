"""What the command line shows: tables, versions, defaults, and one line where it cannot go on."""

from __future__ import annotations

import re
import subprocess
import sys
import webbrowser
from pathlib import Path

import numpy as np
import pytest

import build
from pyside.bundle.manifest import Manifest
from pyside.desk import bundle_check, pipelines
from pyside.errors import PlanError
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits

ROOT = Path(build.__file__).parent


def test_inspect_counts_every_weight(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build._main(["inspect", str(made)]) == 0
    rows: list[list[str]] = []  # each begins with its table's title
    for line in capsys.readouterr().out.splitlines():
        title = rows[-1][0] if line.startswith(" ") else line
        rows.append([title, *re.split(" {2,}", line.strip())] if line.startswith(" ") else [title])
    manifest = bundle_check.read_manifest(made)
    total = sum(int(np.prod(tensor.shape)) for tensor in manifest.tensors.values())
    tensors = [row for row in rows if row[0] == "tensors" and len(row) > 1]
    assert tensors[-1][1:4] == ["all", str(len(manifest.tensors)), f"{total:,}"]
    assert sum(int(row[4].replace(",", "")) for row in tensors[:-1]) == total
    facts = {row[1]: row[2] for row in rows if row[0] == "tiny-model" and len(row) > 1}
    assert (facts["recipe"], facts["source"], facts["licence"]) == ("q4", "tiny-model", "apache-2.0")
    gpu = {row[1]: row[2] for row in rows if row[0] == "on the GPU" and len(row) > 1}
    assert gpu["recurrent state of a session"] == "16.5 KiB"  # 3 layers of S [4, 16, 16] and conv [3, 128], f32
    assert gpu["keys and values, per 1,000 tokens"] == "250.0 KiB"  # 1 layer, k and v, 2 heads of 32, f16
    assert gpu["with the first picture: weights"] != "0 B"
    assert "with the first picture: scratch, for 4,096 patches" in gpu
    assert facts["reads"] == "text and pictures, through 1 x hidden 32, MLP 64"
    files = {row[1]: row[2] for row in rows if row[0] == "files" and len(row) > 1}
    assert (files["shards, with the first picture"], files["shards"]) == ("1", "1")
    assert any(row[0] == "needs of a device" and row[1:] and row[1].startswith("one binding") for row in rows)


def test_on_a_terminal_there_are_bars_and_frames(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich takes for a terminal
    assert build._main(["bundle", str(source), str(tmp_path / "b")]) == 0
    assert "packing as q4" in (bar := capsys.readouterr().err) and "━" in bar
    assert build._main(["inspect", str(tmp_path / "b")]) == 0
    assert "│ linear attention │" in capsys.readouterr().out


def test_inspect_says_when_a_device_must_offer_more(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(manifest: Manifest, limits: Limits) -> object:
        if limits == pipelines.BASELINE:
            raise PlanError("layers.0.mlp.gate_up: binding w is too large")
        return compile_plan(manifest, limits)

    monkeypatch.setattr(pipelines, "compile_plan", refuse)
    assert build._main(["inspect", str(made)]) == 0
    assert "does not run on every device: layers.0.mlp.gate_up" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["serve", "site"])
def test_serving_needs_a_bundle(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "BUNDLES", tmp_path / "bundles")
    target = [str(tmp_path / "site")] if command == "site" else []
    assert build._main([command, *target]) == 1
    assert "no bundle was named" in capsys.readouterr().err
    assert build._main([command, *target, str(tmp_path)]) == 1
    assert "is not a bundle" in capsys.readouterr().err


def test_as_a_program_it_fails_without_a_traceback(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "build.py"), "verify", str(tmp_path / "nothing")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("build.py verify: ") and run.stderr.count("\n") == 1 and "Traceback" not in run.stderr


def test_the_command_line_tells_its_version_its_defaults_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        (["--version"], "deltapage 0."),
        (["--help"], "build.py serve --open"),
        (["serve", "--help"], "8000"),
    ):
        with pytest.raises(SystemExit) as end:
            build._main(arguments)
        assert end.value.code == 0
        assert told in capsys.readouterr().out


def test_a_site_has_a_folder_of_its_own_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert build._parser().parse_args(["site"]).out == build.SITE
    assert build._parser().parse_args(["site", "there", "bundle"]).out == Path("there")


def test_serve_opens_the_page_when_asked(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    served: list[tuple[object, ...]] = []
    monkeypatch.setattr("web.host.server.serve", lambda *arguments: served.append(arguments))
    assert build._main(["serve", str(made), "--open"]) == build._main(["serve", str(made)]) == 0
    assert [arguments[-1] for arguments in served] == [webbrowser.open, None]
