"""Writing and checking bundles: what was added is where the manifest says, and nothing is ever left half-written."""

from __future__ import annotations

import errno
import io
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pyside.bundle.layout import Tensor, aligned, sections, tensor_bytes
from pyside.bundle.manifest import MANIFEST, Generation, Manifest, Source
from pyside.desk import bundle_check
from pyside.desk.bundle_writer import BundleWriter
from pyside.desk.checkpoint_config import model_config
from pyside.errors import BundleError
from tests.support.models.checkpoints import Shape, config

LIMIT = 8192
Added = dict[str, tuple[str, tuple[int, ...], bytes]]


def contents() -> Added:
    """Tensors of several sizes around the shard limit: name -> format, shape, the bytes that must be stored."""
    made: Added = {}
    for i, (format, shape) in enumerate(
        [
            ("plain", (3,)),
            ("f32", (32, 32)),
            ("q4", (64, 96)),
            ("plain", (100,)),
            ("q8", (320, 64)),
            ("plain", (64, 33)),
            ("q8", (3, 40, 64)),
        ]
    ):
        size = tensor_bytes(format, shape)
        made[f"t{i}"] = (format, shape, bytes((i * 37 + j * 11 + j // 256) % 251 for j in range(size)))
    return made


def blocks(format: str, shape: tuple[int, ...], data: bytes) -> list[tuple[bytes, bytes]]:
    """A tensor's bytes as (words, scales) of two blocks; the gap between words and scales is the writer's."""
    words, scales = sections(format, shape)
    half_words, half_scales = words // 2, scales // 2
    tail = data[aligned(words) :] if scales else b""
    return [
        (data[:half_words], tail[:half_scales]),
        (data[half_words:words], tail[half_scales:]),
    ]


def manifest_of(writer: BundleWriter) -> Manifest:
    return Manifest(
        name="test",
        recipe="q4",
        model=model_config(config(Shape())),
        source=Source("folder", "", "unknown", ()),
        generation=Generation((1,), 2, False, {}),
        tensors=writer.tensors,
        shards=tuple(writer.shards),
        kernels=tuple(writer.kernels),
        files=tuple(writer.files),
    )


def write(out: Path, **options: Any) -> Manifest:
    with BundleWriter(out, shard_limit=LIMIT, **options) as writer:
        for name, (format, shape, data) in contents().items():
            writer.add_tensor(name, format, shape, blocks(format, shape, data))
        writer.end_tensors()
        writer.add_file("tokenizer.bin", b"tokens")
        writer.add_kernel("k-1.wgsl", "// kernel\n")
        manifest = manifest_of(writer)
        writer.finish(manifest)
    return manifest


def stored(out: Path, manifest: Manifest, tensor: Tensor) -> bytes:
    """A tensor's bytes as a reader finds them."""
    parts = []
    for segment in tensor.segments:
        shard = (out / manifest.shards[segment.shard].file).read_bytes()
        parts.append(shard[segment.offset : segment.offset + segment.bytes])
    return b"".join(parts)


def test_every_tensor_is_where_the_manifest_says(tmp_path: Path) -> None:
    manifest = write(tmp_path / "b")
    assert bundle_check.read_manifest(tmp_path / "b") == manifest
    for name, (format, shape, data) in contents().items():
        words, scales = (len(part) for part in map(b"".join, zip(*blocks(format, shape, data), strict=True)))
        found = stored(tmp_path / "b", manifest, manifest.tensors[name])
        assert found[:words] == data[:words]
        assert found[aligned(words) :] == data[aligned(words) :] if scales else len(found) == words
    assert bundle_check.check(tmp_path / "b") == []


def test_small_tensors_lie_in_one_shard_and_large_ones_begin_one(tmp_path: Path) -> None:
    manifest = write(tmp_path / "b")
    assert all(file.bytes <= LIMIT for file in manifest.shards)
    for tensor in manifest.tensors.values():
        if tensor.bytes <= LIMIT:
            assert len(tensor.segments) == 1
        else:
            assert tensor.segments[0].offset == 0 and len(tensor.segments) == -(-tensor.bytes // LIMIT)
    order = [tensor.segments[0].shard for tensor in manifest.tensors.values()]
    assert order == sorted(order)


def test_shards_are_named_by_their_content(tmp_path: Path) -> None:
    manifest = write(tmp_path / "b")
    for file in manifest.shards:
        data = (tmp_path / "b" / file.file).read_bytes()
        assert file.file == f"shards/{sha256(data).hexdigest()}.bin" and len(data) == file.bytes


def test_equal_shards_share_a_file(tmp_path: Path) -> None:
    with BundleWriter(tmp_path / "b", shard_limit=256) as writer:
        for name in "abc":
            writer.add_tensor(name, "plain", (64,), [(bytes(256), b"")])
        writer.end_tensors()
        manifest = manifest_of(writer)
        writer.finish(manifest)
    assert len(manifest.shards) == 3 and len(list((tmp_path / "b" / "shards").iterdir())) == 1
    assert bundle_check.check(tmp_path / "b") == []


def test_a_part_of_the_model_has_shards_of_its_own(tmp_path: Path) -> None:
    with BundleWriter(tmp_path / "b", shard_limit=LIMIT) as writer:
        for name in ("embed.0", "final_norm", "vision.blocks.0.norm1", "vision.merger.norm", "vision.merger.fc1"):
            writer.add_tensor(name, "plain", (600,), [(name.encode().ljust(2400), b"")])
        writer.add_tensor("later", "plain", (64,), [(bytes(256), b"")])
        writer.end_tensors()
        manifest = manifest_of(writer)
        writer.finish(manifest)
    places = {name: tensor.segments[0].shard for name, tensor in manifest.tensors.items()}
    assert list(places.values()) == [0, 0, 1, 1, 1, 2]
    assert [shard.part for shard in manifest.shards] == [None, "vision", None]
    assert bundle_check.read_manifest(tmp_path / "b") == manifest and bundle_check.check(tmp_path / "b") == []


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b")
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in "ab"
    )
    assert first == second


@pytest.mark.parametrize("amount", [1, 255, 4097])
def test_blocks_of_another_length_are_refused(tmp_path: Path, amount: int) -> None:
    with (
        pytest.raises(BundleError, match=f"tensor t: {amount} bytes came, f32 .* needs 4096"),
        BundleWriter(tmp_path / "b") as writer,
    ):
        writer.add_tensor("t", "f32", (32, 32), [(bytes(amount), b"")])
    assert list(tmp_path.iterdir()) == []


def test_a_contradiction_in_the_manifest_is_found_before_the_bundle_appears(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="ends beyond shard"), BundleWriter(tmp_path / "b") as writer:
        writer.add_tensor("t", "plain", (64,), [(bytes(256), b"")])
        writer.end_tensors()
        writer.shards[0] = type(writer.shards[0])(writer.shards[0].file, 1, writer.shards[0].sha256)
        writer.finish(manifest_of(writer))
    assert list(tmp_path.iterdir()) == []


def test_an_existing_target_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "b"
    out.mkdir()
    (out / "precious").write_text("x")
    with pytest.raises(BundleError, match=r"exists already: .*--force"):
        write(out)
    with pytest.raises(BundleError, match="is not a bundle"):
        write(out, replace=True)
    assert [path.name for path in out.iterdir()] == ["precious"]


def test_a_bundle_is_replaced_when_the_new_one_is_complete(tmp_path: Path) -> None:
    out = tmp_path / "b"
    write(out)
    (out / "stray").write_text("x")
    with pytest.raises(RuntimeError), BundleWriter(out, replace=True) as writer:
        writer.add_file("a", b"a")
        raise RuntimeError
    assert (out / "stray").exists()
    write(out, replace=True)
    assert bundle_check.check(out) == []
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("room", [0, 100, 5000, 20_000])
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    opened = Path.open

    class Full(io.FileIO):
        """A file on a disk that has ``room`` bytes left; as real ones do, it fails again when it is closed."""

        left = room

        def write(self, data: Any) -> int:
            if len(data) > Full.left:
                raise OSError(errno.ENOSPC, "No space left on device")
            Full.left -= len(data)
            return super().write(data) or 0

    def open_full(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        return io.BufferedWriter(Full(str(path), "w")) if "w" in mode else opened(path, mode, *args, **options)

    monkeypatch.setattr(Path, "open", open_full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_full_file_system_leaves_nothing_behind(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("mounting a small disk needs root; the test above plays one")
    try:
        with pytest.raises(OSError, match="No space left"):
            write(small / "b")
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("which", range(20))
def test_a_flipped_byte_in_any_file_is_named(tmp_path: Path, which: int) -> None:
    out = tmp_path / "b"
    write(out)
    paths = sorted(path for path in out.rglob("*") if path.is_file())
    path = paths[which % len(paths)]
    data = bytearray(path.read_bytes())
    data[which * 7919 % len(data)] ^= 1
    path.write_bytes(data)
    problems = bundle_check.check(out)
    assert len(problems) == 1 and path.name in problems[0]


def test_all_problems_are_found_at_once(tmp_path: Path) -> None:
    out = tmp_path / "b"
    manifest = write(out)
    (out / manifest.shards[0].file).unlink()
    (out / "tokenizer.bin").write_bytes(b"token")
    (out / "kernels" / "k-1.wgsl").write_text("// Kernel\n")
    (out / "kernels" / "k-2.wgsl").write_text("")
    problems = bundle_check.check(out)
    assert len(problems) == 4
    for expected in (
        "is missing",
        "tokenizer.bin is 5 bytes, expected 6",
        "k-1.wgsl has changed",
        "k-2.wgsl is not part",
    ):
        assert any(expected in problem for problem in problems)


def test_what_is_no_bundle_is_said_so(tmp_path: Path) -> None:
    assert "is not a bundle" in bundle_check.check(tmp_path)[0]
    (tmp_path / MANIFEST).write_text("{}")
    assert "bundle format None" in bundle_check.check(tmp_path)[0]


def test_the_current_folder_may_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "b")
    monkeypatch.chdir(tmp_path / "b")
    write(Path(), replace=True)
    assert bundle_check.check(tmp_path / "b") == []
