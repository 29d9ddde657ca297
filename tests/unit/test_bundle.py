"""The manifest: what is written is read back, and whatever has changed, is unknown or contradicts itself is named."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from kernels_wgsl.formats import packed_bytes
from pyside.bundle.files import File
from pyside.bundle.layout import Segment, Tensor, sections, tensor_bytes
from pyside.bundle.manifest import Generation, Manifest, Source, _sealed
from pyside.desk.checkpoint_config import model_config
from pyside.errors import BundleError
from tests.support.models.checkpoints import Shape, config

DIGEST = "0" * 64
OTHER = "a" * 64


def small_manifest() -> Manifest:
    """A manifest of three tensors: one whole, one in two shards, one plain."""
    return Manifest(
        name="små 模型",
        recipe="q4",
        model=model_config(config(Shape())),
        source=Source("owner/name", "abc", "apache-2.0", (File("config.json", 10, DIGEST),)),
        generation=Generation((399, 397), 430, False, {"direct": {"temperature": 1.0, "top_k": 20}}),
        tensors={
            "embed.0": Tensor("q8", (64, 64), (Segment(0, 0, 4096), Segment(1, 0, 256))),
            "layers.0.mlp.down": Tensor("f32", (32, 32), (Segment(1, 256, 4096),)),
            "final_norm": Tensor("plain", (64,), (Segment(1, 4352, 256),)),
        },
        shards=(File(f"shards/{DIGEST}.bin", 4096, DIGEST), File(f"shards/{OTHER}.bin", 4608, OTHER)),
        kernels=(File("kernels/matvec-0.wgsl", 3, DIGEST),),
        files=(File("tokenizer.bin", 3, DIGEST),),
    )


def resealed(manifest: Manifest, change: dict[str, object]) -> str:
    """The manifest's text with other values, its own hash made anew."""
    body = json.loads(manifest.to_json())
    del body["sha256"]
    text = json.dumps(body | change, sort_keys=True, indent=1, ensure_ascii=False)
    return _sealed(text[: -len("\n}")])


def test_a_manifest_is_read_back_as_it_was_written() -> None:
    manifest = small_manifest()
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert Manifest.from_json(manifest.to_json().encode()) == manifest
    assert manifest.to_json() == small_manifest().to_json()


@pytest.mark.parametrize("flip", [0x01, 0x80])
def test_a_flipped_bit_in_any_byte_is_found(flip: int) -> None:
    text = small_manifest().to_json().encode()
    for at in range(len(text)):
        with pytest.raises(BundleError, match=r"manifest\.json"):
            Manifest.from_json(text[:at] + bytes([text[at] ^ flip]) + text[at + 1 :])


@pytest.mark.parametrize("text", ["", "{", "[]", "3", b"\xff", '{"format": 0}', "{}"])
def test_what_is_no_manifest_is_refused(text: str | bytes) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Manifest.from_json(text)


def test_another_version_is_named() -> None:
    with pytest.raises(BundleError, match="bundle format 2, this deltapage reads format 1"):
        Manifest.from_json(resealed(small_manifest(), {"format": 2}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"surprise": 1}, r"unknown keys \['surprise'\]"),
        ({"generation": {}}, "Generation: unknown keys .* missing keys"),
        ({"model": {}}, "model config: unknown keys .* missing keys"),
        ({"tensors": 3}, r"manifest\.json"),
        ({"tensors": {"a": {"format": "q4", "shape": "64", "segments": []}}}, "expected a list of integers"),
        ({"tensors": {"a": {"format": "q4", "shape": [64, True], "segments": []}}}, "expected a list of integers"),
        ({"shards": [{"file": "a", "bytes": "1", "sha256": DIGEST}]}, "File: bytes is '1', expected int"),
        ({"files": [{"file": "a", "bytes": True, "sha256": DIGEST}]}, "File: bytes is True, expected int"),
        ({"name": 3}, "Manifest: name is 3, expected str"),
        ({"files": [{"file": "a", "bytes": 1, "sha256": DIGEST, "extra": 0}]}, r"File: unknown keys \['extra'\]"),
    ],
)
def test_unknown_missing_and_ill_typed_keys_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(BundleError, match=message):
        Manifest.from_json(resealed(small_manifest(), change))


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (Tensor("q5", (64, 64), (Segment(0, 0, 256),)), "tensor x has unknown format 'q5'"),
        (Tensor("q8", (64,), (Segment(0, 0, 256),)), r"tensor x has shape \[64\], which q8 cannot have"),
        (Tensor("plain", (0,), ()), r"tensor x has shape \[0\]"),
        (
            Tensor("q4", (64, 40), (Segment(0, 0, 256),)),
            r"tensor x has shape \[64, 40\], which q4 cannot have: .*multiple of 32",
        ),
        (Tensor("q8", (3, 32, 64), (Segment(0, 0, 256),)), "tensor x has 256 bytes, its shape needs 6528"),
        (Tensor("plain", (65,), (Segment(0, 0, 256),)), "tensor x has 256 bytes, its shape needs 260"),
        (Tensor("plain", (64,), (Segment(2, 0, 256),)), "tensor x lies in shard 2 of 2"),
        (Tensor("plain", (64,), (Segment(1, 4608, 256),)), "tensor x ends beyond shard 1"),
        (Tensor("plain", (64,), (Segment(1, 0, 512), Segment(1, 0, -256))), "tensor x ends beyond shard 1"),
        (Tensor("plain", (64,), (Segment(1, 128, 256),)), "tensor x starts at 128 of shard 1, not a multiple of 256"),
        (Tensor("plain", (64,), (Segment(1, 4352, 256),)), "tensors final_norm and x overlap in shard 1"),
    ],
)
def test_a_tensor_that_contradicts_the_rest_is_named(tensor: Tensor, message: str) -> None:
    manifest = small_manifest()
    assert manifest.problems() == []
    bad = replace(manifest, tensors={**manifest.tensors, "x": tensor})
    with pytest.raises(BundleError, match=message):
        Manifest.from_json(bad.to_json())


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "a\\b"])
def test_file_names_stay_inside_the_bundle(name: str) -> None:
    bad = replace(small_manifest(), files=(File(name, 1, DIGEST),))
    with pytest.raises(BundleError, match="leads out of the bundle"):
        Manifest.from_json(bad.to_json())


@pytest.mark.parametrize(
    ("section", "name"),
    [
        *(("files", name) for name in ("index.html", "a.js", "LICENSE.html", "picture.svg", "kernels/a.wgsl", "a/LICENSE", "")),
        *(("files", name) for name in ("tokenizer.bin\n", "Tokenizer.bin", "x" * 5000)),
        *(("kernels", name) for name in ("kernels/a.html", "kernels/a/b.wgsl", "a.wgsl", "kernels/.wgsl", "tokenizer.bin")),
        *(("shards", name) for name in ("shards/0.bin", f"{DIGEST}.bin", f"shards/{DIGEST}.js", f"shards/{'A' * 64}.bin")),
    ],
)  # fmt: skip
def test_only_files_that_bundles_have_are_named(section: str, name: str) -> None:
    """A page or a script among them would be served on the site's own origin."""
    change: dict[str, object] = {section: [{"file": name, "bytes": 1, "sha256": DIGEST}], "tensors": {}}
    with pytest.raises(BundleError, match=f"is none that {section} of a bundle have") as caught:
        Manifest.from_json(resealed(small_manifest(), change))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "card.json", "selftest.json", "chat_template.jinja",
                                  "preprocessor_config.json", "video_preprocessor_config.json"])  # fmt: skip
def test_what_bundles_have_may_be_named(name: str) -> None:
    assert replace(small_manifest(), files=(File(name, 1, DIGEST),)).problems() == []


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (File("LICENSE", 1, "abc"), "'LICENSE' has sha256 'abc', expected 64 hexadecimal digits in lower case"),
        (
            File("LICENSE", 1, "A" * 64),
            f"'LICENSE' has sha256 {'A' * 64!r}, expected 64 hexadecimal digits in lower case",
        ),
        (File("LICENSE", 1, DIGEST + "\n"), f"'LICENSE' has sha256 {DIGEST + chr(10)!r}, expected 64 hex"),
        (File("LICENSE", -1, DIGEST), "'LICENSE' has -1 bytes, expected 0 to 268435456"),
        (File("LICENSE", 1 << 60, DIGEST), f"'LICENSE' has {1 << 60} bytes, expected 0 to 268435456"),
    ],
)
def test_hashes_and_sizes_are_such(file: File, problem: str) -> None:
    (found,) = replace(small_manifest(), files=(file,)).problems()
    assert found.startswith(problem)


def test_a_shard_is_named_by_its_own_hash() -> None:
    """Its name is where browsers keep it: another model's shard is not to be had, or replaced, by its name."""
    bad = replace(small_manifest(), shards=(File(f"shards/{OTHER}.bin", 4608, DIGEST),) * 2)
    assert f"shards/{OTHER}.bin is named by another sha256 than its own, {DIGEST!r}" in bad.problems()


def test_a_file_is_listed_once() -> None:
    manifest = small_manifest()
    assert replace(manifest, files=manifest.files * 2).problems() == ["file tokenizer.bin is listed twice"]
    twice = replace(manifest, shards=(*manifest.shards, manifest.shards[0]))
    assert twice.problems() == [], "equal shards share a file"


def seeing() -> Manifest:
    """The small manifest with a tensor of the tower, in a shard that is marked."""
    manifest, digest = small_manifest(), "b" * 64
    return replace(
        manifest,
        tensors={**manifest.tensors, "vision.merger.norm": Tensor("plain", (2, 32), (Segment(2, 0, 256),))},
        shards=(*manifest.shards, File(f"shards/{digest}.bin", 256, digest, "vision")),
    )


def test_shards_of_a_part_say_so_and_no_others_name_one() -> None:
    assert Manifest.from_json(seeing().to_json()) == seeing()
    entries = json.loads(seeing().to_json())["shards"]
    assert [entry.get("part") for entry in entries] == [None, None, "vision"]
    assert "part" not in entries[0], "a bundle without parts is what it was before there were any"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shards": (*small_manifest().shards, replace(seeing().shards[2], part=None))}, "tensor vision.merger.norm lies in shard 2, marked as None, expected vision"),
        ({"shards": (*small_manifest().shards, replace(seeing().shards[2], part="audio"))}, "of shards has part 'audio', expected none, or vision of a shard"),
        ({"shards": tuple(replace(shard, part="vision") for shard in seeing().shards)}, "tensor final_norm lies in shard 1, marked as vision, expected None"),
        ({"files": (File("LICENSE", 1, DIGEST, "vision"),)}, "'LICENSE' of files has part 'vision'"),
    ],
)  # fmt: skip
def test_a_part_that_contradicts_the_rest_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BundleError, match=message):
        Manifest.from_json(replace(seeing(), **changes).to_json())


def test_a_part_is_a_text() -> None:
    body = json.loads(seeing().to_json())
    body["shards"][2]["part"] = ["vision"]
    with pytest.raises(BundleError, match=r"File: part is \['vision'\], expected str"):
        Manifest.from_json(resealed(seeing(), {"shards": body["shards"]}))


def test_tensors_are_asked_for_with_their_shape() -> None:
    manifest = small_manifest()
    assert manifest.tensor("final_norm", (64,)).bytes == 256
    assert manifest.pieces("embed") == ("embed.0",)
    with pytest.raises(BundleError, match="no tensor 'nope'"):
        manifest.tensor("nope", (1,))
    with pytest.raises(BundleError, match=r"'final_norm' is \[64\], the model needs \[65\]"):
        manifest.tensor("final_norm", (65,))


@pytest.mark.parametrize("format", ["f32", "f16", "q8", "q4"])
@pytest.mark.parametrize("shape", [(32, 32), (33, 96), (1000, 64), (3, 33, 64)])
def test_sizes_are_those_of_the_packer(format: str, shape: tuple[int, ...]) -> None:
    words, scales = packed_bytes(format, shape)
    assert sections(format, shape) == (words, scales)
    assert tensor_bytes(format, shape) == (-(-words // 256) * 256 + scales if scales else words)
