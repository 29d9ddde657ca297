"""The command line, from a checkpoint folder to a checked bundle, and one line for everything that can go wrong."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import sleep

import numpy as np
import pytest

import build
from kernels_wgsl.formats import scaled
from kernels_wgsl.pack import unpack
from kernels_wgsl.render import render
from pyside.bundle.files import File
from pyside.bundle.layout import aligned, sections
from pyside.bundle.manifest import MANIFEST, Manifest
from pyside.desk import bundle_check, make_bundle, pipelines, published
from pyside.desk.bundle_writer import BundleWriter
from pyside.desk.checkpoint import Checkpoint
from pyside.desk.checkpoint_config import model_config
from pyside.desk.checkpoint_vision import vision_config
from pyside.desk.selftest_vectors import bake
from pyside.desk.weights import network, rows, trunk_prefix, values
from pyside.engine import selftest
from pyside.network.model import compile_plan
from pyside.plan.limits import Limits
from pyside.text.chat_template import ChatTemplate
from pyside.text.tokenizer import Tokenizer
from tests.support.models.checkpoints import Shape, variants, write_checkpoint

ROOT = Path(build.__file__).parent


@pytest.fixture
def own(source: Path, tmp_path: Path) -> Path:
    """A copy of the checkpoint, to be damaged."""
    return shutil.copytree(source, tmp_path / "own")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def matrix(folder: Path, manifest: Manifest, name: str) -> np.ndarray:
    """A tensor of the bundle as f32."""
    tensor = manifest.tensors[name]
    data = b"".join(
        (folder / manifest.shards[s.shard].file).read_bytes()[s.offset : s.offset + s.bytes] for s in tensor.segments
    )
    if tensor.format == "plain":
        return np.frombuffer(data, np.float32).reshape(tensor.shape)
    words, _ = sections(tensor.format, tensor.shape)
    scales = data[aligned(words) :] if scaled(tensor.format) else b""
    return unpack(data[:words], scales, tensor.format, *tensor.shape)


@pytest.mark.parametrize("variant", variants())
@pytest.mark.parametrize("recipe", ["f32", "q8"])
def test_a_bundle_holds_the_checkpoint(variant: str, recipe: str, tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "c", variants()[variant])
    assert build._main(["bundle", str(folder), str(tmp_path / "b"), "--quant", recipe]) == 0
    assert build._main(["verify", str(tmp_path / "b")]) == 0
    manifest = bundle_check.read_manifest(tmp_path / "b")
    stated = json.loads((folder / "config.json").read_text())
    assert manifest.model == replace(model_config(stated), vision=vision_config(stated, {}))
    assert (manifest.model.vision is None) == (variant == "text-only")
    checkpoint = Checkpoint.open(folder)
    for weight in network(manifest.model, trunk_prefix(checkpoint.entries)):
        names = manifest.pieces(weight.name) or (weight.name,)
        found = np.concatenate([matrix(tmp_path / "b", manifest, name) for name in names])
        expected = rows(weight, checkpoint, 0, weight.shape[0]) if weight.matrix else values(weight, checkpoint)
        if recipe == "f32" or not weight.matrix:
            np.testing.assert_array_equal(found, expected)
        else:
            assert np.sqrt(np.mean((found - expected) ** 2) / np.mean(expected**2)) < 0.01


def test_a_tower_lies_apart_unless_it_is_left_out(
    source: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeing = bundle_check.read_manifest(made)
    assert build._main(["bundle", str(source), str(tmp_path / "b"), "--no-vision"]) == 0
    assert "left out: 21 vision tensors\n" in capsys.readouterr().out
    blind = bundle_check.read_manifest(tmp_path / "b")
    assert blind.model == replace(seeing.model, vision=None)
    shards = {file.file for file in seeing.shards if file.part != "vision"}
    assert shards == {file.file for file in blind.shards} and shards < {file.file for file in seeing.shards}
    assert (
        blind.tensors.items()
        == {name: t for name, t in seeing.tensors.items() if not name.startswith("vision.")}.items()
    )


def test_a_checkpoint_without_the_weights_of_its_tower_reads_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that was trained on text and is kept under the whole model's config."""
    folder = write_checkpoint(tmp_path / "c", Shape(sees=False))
    assert build._main(["bundle", str(folder), str(tmp_path / "b")]) == 0
    assert "of which the checkpoint has no weights: the bundle reads text" in capsys.readouterr().out
    assert bundle_check.read_manifest(tmp_path / "b").model.vision is None


def test_what_the_page_needs_beside_the_weights(made: Path, source: Path) -> None:
    manifest = bundle_check.read_manifest(made)
    assert (manifest.name, manifest.recipe) == ("tiny-model", "q4")
    tokenizer = Tokenizer.load((made / "tokenizer.bin").read_bytes())
    added = {token: tokenizer.added[token] for token in ("<|im_end|>", "<|endoftext|>", "<|audio_pad|>")}
    assert manifest.generation.stop_ids == (added["<|im_end|>"], added["<|endoftext|>"])
    assert manifest.generation.vocab_used == added["<|audio_pad|>"] + 1 == tokenizer.vocab_used
    assert manifest.generation.thinking_default is False
    assert manifest.generation.presets["direct"] == {
        "temperature": 1.0, "top_p": 1.0, "top_k": 20, "min_p": 0.0, "presence_penalty": 2.0,
    }  # fmt: skip
    assert (made / "chat_template.jinja").read_bytes() == (source / "chat_template.jinja").read_bytes()
    assert (made / "LICENSE").read_bytes() == (source / "LICENSE").read_bytes()
    assert manifest.source.license == "apache-2.0"
    assert not (made / "selftest.json").exists()  # it tests the page's kernels, so it comes with the page
    weights = {file.file for file in manifest.source.files if file.file.endswith(".safetensors")}
    assert weights == {path.name for path in source.glob("*.safetensors")}


@pytest.mark.parametrize("limits", [pipelines.BASELINE, pipelines.ROOMY, replace(pipelines.ROOMY, software=True)])
def test_every_kernel_of_a_page_s_plan_is_in_the_bundle(made: Path, limits: Limits) -> None:
    manifest = bundle_check.read_manifest(made)
    rendered = {file.file for file in manifest.kernels}
    check = selftest.plan(bake(), limits)
    for pipeline in (*compile_plan(manifest, limits).pipelines, *check.pipelines):
        assert f"kernels/{pipeline.file}" in rendered
        assert (made / "kernels" / pipeline.file).read_text() == render(pipeline.kernel, pipeline.constants)


def test_the_same_checkpoint_gives_the_same_bytes(made: Path, source: Path, tmp_path: Path) -> None:
    assert build._main(["bundle", str(source), str(tmp_path / "again")]) == 0
    assert contents(tmp_path / "again") == contents(made)


def test_a_generation_config_states_the_stop_ids(own: Path, tmp_path: Path) -> None:
    (own / "generation_config.json").write_text('{"eos_token_id": 366}')
    assert build._main(["bundle", str(own), str(tmp_path / "b"), "--name", "Named"]) == 0
    manifest = bundle_check.read_manifest(tmp_path / "b")
    assert (manifest.generation.stop_ids, manifest.name) == ((366,), "Named")


@pytest.mark.parametrize(
    ("stated", "direct"),
    [
        ({"do_sample": False}, {"temperature": 0, "top_p": 1, "top_k": 0, "min_p": 0, "presence_penalty": 0}),
        (
            {"do_sample": True, "top_p": 0.5},
            {"temperature": 1, "top_p": 0.5, "top_k": 20, "min_p": 0, "presence_penalty": 2},
        ),
    ],
)
def test_a_generation_config_states_how_to_sample(
    own: Path, tmp_path: Path, stated: dict[str, object], direct: dict[str, float]
) -> None:
    (own / "generation_config.json").write_text(json.dumps(stated))
    assert build._main(["bundle", str(own), str(tmp_path / "b")]) == 0
    assert bundle_check.read_manifest(tmp_path / "b").generation.presets["direct"] == direct


def test_a_large_thinking_model_has_its_own_defaults(tmp_path: Path) -> None:
    folder = write_checkpoint(
        tmp_path / "c", Shape(hidden_size=2080, layers=1, full_attention_interval=1, thinking=True)
    )
    assert build._main(["bundle", str(folder), str(tmp_path / "b")]) == 0
    generation = bundle_check.read_manifest(tmp_path / "b").generation
    assert generation.thinking_default is True
    assert generation.presets["direct"]["temperature"] == 0.7
    assert generation.presets["thinking"]["presence_penalty"] == 1.5


def test_the_template_may_be_in_the_tokenizer_config(own: Path, tmp_path: Path) -> None:
    template = (own / "chat_template.jinja").read_text()
    (own / "chat_template.jinja").unlink()
    config = json.loads((own / "tokenizer_config.json").read_text()) | {"chat_template": template}
    (own / "tokenizer_config.json").write_text(json.dumps(config))
    assert build._main(["bundle", str(own), str(tmp_path / "b")]) == 0
    assert (tmp_path / "b" / "chat_template.jinja").read_text() == template


def edit(name: str, **change: object) -> Callable[[Path], None]:
    """Change keys of a JSON file."""

    def apply(folder: Path) -> None:
        data = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(data | change))

    return apply


def remove(name: str) -> Callable[[Path], None]:
    """Delete a file."""

    def apply(folder: Path) -> None:
        (folder / name).unlink()

    return apply


def text(name: str, content: str) -> Callable[[Path], None]:
    """Overwrite a file."""

    def apply(folder: Path) -> None:
        (folder / name).write_text(content)

    return apply


def widen(folder: Path) -> None:
    """Let the config state another MLP width than the weights have."""
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 128
    (folder / "config.json").write_text(json.dumps(config))


def truncate(folder: Path) -> None:
    file = folder / "model.safetensors-00002-of-00002.safetensors"
    file.write_bytes(file.read_bytes()[:-1])


def poison(folder: Path) -> None:
    """A NaN in the last weight of a file."""
    (file,) = folder.glob("model.safetensors-00001-of-*.safetensors")
    file.write_bytes(file.read_bytes()[:-2] + b"\xc0\x7f")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove("config.json"), "config.json is missing"),
        (remove("tokenizer.json"), "tokenizer.json is missing"),
        (remove("tokenizer_config.json"), "tokenizer_config.json is missing"),
        (remove("chat_template.jinja"), "chat_template.jinja is missing"),
        (remove("model.safetensors-00002-of-00002.safetensors"), "model.safetensors-00002-of-00002.safetensors is missing"),
        (truncate, "truncated"),
        (widen, "layers.0.mlp.gate_proj.weight is [96, 64], expected [128, 64]"),
        (poison, "has 1 NaN or infinite values"),
        (text("config.json", "{"), "config.json is not JSON"),
        (text("tokenizer.json", "[]"), "tokenizer.json holds a list"),
        (text("tokenizer.json", '{"model": {}}'), "tokenizer.json"),
        (edit("tokenizer.json", pre_tokenizer={"type": "Whitespace"}), "pre_tokenizer is"),
        (text("chat_template.jinja", "{% if %}"), "template"),
        (edit("config.json", architectures=["LlamaForCausalLM"]), "architecture LlamaForCausalLM"),
        (edit("config.json", text_config={"hidden_size": 3}), "config.json: missing intermediate_size"),
        (edit("config.json", vision_config={"depth": 1}), "config.json: missing vision_config.hidden_size"),
        (edit("config.json", vision_config=3), "config.json or preprocessor_config.json is not as published (TypeError"),
        (edit("config.json", image_token_id=10**9), "vision: image_token_id is 1000000000, must be an id below"),
        (edit("preprocessor_config.json", image_mean=[0.4, 0.5, 0.5]), "preprocessor_config.json: image_mean is [0.4, 0.5, 0.5]"),
        (edit("preprocessor_config.json", size=4), "is not as published (AttributeError"),
        (edit("config.json", architectures=3), "config.json is not as published (TypeError"),
        (edit("tokenizer.json", added_tokens=[{"content": "x"}]), "tokenizer.json is not as published (KeyError"),
        (text("generation_config.json", '{"eos_token_id": [[1]]}'), "generation_config.json is not as published (TypeError"),
        (edit("config.json", tie_word_embeddings=False), "tensor lm_head.weight is missing"),
        (edit("tokenizer_config.json", eos_token=None, added_tokens_decoder={"9999": {"content": "x"}}), "ids up to 9999"),
        (text("generation_config.json", '{"eos_token_id": []}'), "the tokens that end a reply are []"),
        (text("generation_config.json", '{"eos_token_id": [100000]}'), "the tokens that end a reply are [100000]"),
    ],
)  # fmt: skip
def test_a_damaged_checkpoint_gets_one_line_and_leaves_nothing(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None], message: str
) -> None:
    damage(own)
    out = tmp_path / "out" / "bundle"
    assert build._main(["bundle", str(own), str(out)]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("packing")]
    assert len(lines) == 1 and lines[0].startswith("build.py bundle: ") and message in lines[0]
    assert not list((tmp_path / "out").glob("*")) and not list((tmp_path / "out").glob(".*"))


@pytest.mark.parametrize(
    ("source_text", "message"),
    [
        ("no such folder", "neither a folder nor a hub id"),
        ("./gone", "neither a folder nor a hub id"),
        ("/etc/hostname", "neither a folder"),
    ],
)
def test_a_source_that_is_nothing_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], source_text: str, message: str
) -> None:
    assert build._main(["bundle", source_text, str(tmp_path / "b")]) == 1
    assert message in capsys.readouterr().err


def test_an_existing_folder_is_not_overwritten(
    source: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build._main(["bundle", str(source), str(made)]) == 1
    assert "exists already" in capsys.readouterr().err
    (tmp_path / "mine").mkdir()
    assert build._main(["bundle", str(source), str(tmp_path / "mine"), "--force"]) == 1
    assert "is not a bundle" in capsys.readouterr().err


def test_force_replaces_a_bundle(source: Path, tmp_path: Path) -> None:
    for recipe in ("q8", "q4"):
        assert build._main(["bundle", str(source), str(tmp_path / "b"), "--quant", recipe, "--force"]) == 0
        assert bundle_check.read_manifest(tmp_path / "b").recipe == recipe
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_full_disk_is_said_so(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(self: BundleWriter, data: memoryview) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(BundleWriter, "_emit", full)
    assert build._main(["bundle", str(source), str(tmp_path / "b")]) == 1
    error = capsys.readouterr().err
    assert f"{tmp_path / 'b'}: No space left on device: free some space" in error
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_leaves_nothing(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(self: BundleWriter, manifest: Manifest) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(BundleWriter, "finish", interrupted)
    assert build._main(["bundle", str(source), str(tmp_path / "b")]) == 1
    assert "interrupted" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_error_does_not_wait_for_every_file_to_be_hashed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_checkpoint(tmp_path / "source", Shape(files=8))
    poison(source)
    hashed: list[Path] = []

    def slowly(path: Path) -> File:
        hashed.append(path)
        sleep(0.5)
        return File(path.name, 0, "")

    monkeypatch.setattr(make_bundle, "_file", slowly)
    assert build._main(["bundle", str(source), str(tmp_path / "out"), "--quant", "f32"]) == 1
    assert "NaN or infinite" in capsys.readouterr().err
    assert 0 < len(hashed) < 8


@pytest.mark.slow
def test_verify_names_a_flipped_byte_in_every_file(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(made, tmp_path / "copy")
    for name, data in contents(copy).items():
        at = len(data) * 2 // 3
        (copy / name).write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        assert build._main(["verify", str(copy)]) == 1
        assert name in capsys.readouterr().err
        (copy / name).write_bytes(data)
    assert build._main(["verify", str(copy)]) == 0


def test_verify_reports_every_problem(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = shutil.copytree(made, tmp_path / "copy")
    (copy / "tokenizer.bin").unlink()
    (copy / "spare").write_text("x")
    assert build._main(["verify", str(copy)]) == 1
    error = capsys.readouterr().err
    assert "tokenizer.bin is missing" in error and "spare is not part" in error and "2 problems" in error


@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_what_is_no_bundle_is_said_so(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build._main([command, str(tmp_path)]) == 1
    assert "is not a bundle" in capsys.readouterr().err
    (tmp_path / MANIFEST).write_text('{"format": 7}')
    assert build._main([command, str(tmp_path)]) == 1
    assert "bundle format 7" in capsys.readouterr().err


def test_the_template_of_a_random_checkpoint_renders(source: Path) -> None:
    template = ChatTemplate((source / "chat_template.jinja").read_text())
    assert template.render([{"role": "user", "content": "hi"}]).endswith("<think>\n\n</think>\n\n")
    assert template.render([{"role": "user", "content": "hi"}], enable_thinking=True).endswith("<think>\n")


def test_a_changed_publication_is_told(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of which some are published and some are not; a model of somebody's own is not remarked upon."""
    assert published.read(own).warnings == ()
    known = frozenset({published.git_hash((own / "config.json").read_bytes())})
    monkeypatch.setitem(published._PUBLISHED, "config.json", (published.git_hash, known))
    (warning,) = published.read(own).warnings
    assert "unknown revision: not the published tokenizer.json, chat_template.jinja" in warning
