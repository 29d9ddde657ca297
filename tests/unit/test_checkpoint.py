"""Reading safetensors: every layout that publications use, and a sentence for every kind of damage."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from pyside.desk.checkpoint import INDEX, Checkpoint, read_header
from pyside.errors import CheckpointError
from tests.support.models.checkpoints import Shape, to_bf16, variants, write_checkpoint

EMBEDDING = "model.language_model.embed_tokens.weight"


def rewrite_header(file: Path, change: dict[str, object] | None = None, drop: str | None = None) -> None:
    """Edit a file's header in place, its data unchanged."""
    raw = file.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header |= change or {}
    header.pop(drop, None)
    text = json.dumps(header).encode()
    file.write_bytes(len(text).to_bytes(8, "little") + text + raw[8 + length :])


@pytest.fixture
def single(tmp_path: Path) -> Path:
    """A checkpoint of one file without an index."""
    return write_checkpoint(tmp_path / "single", Shape(files=0))


@pytest.fixture
def sharded(tmp_path: Path) -> Path:
    """A checkpoint of three files."""
    return write_checkpoint(tmp_path / "sharded", Shape(files=3))


@pytest.mark.parametrize("variant", variants())
def test_headers_agree_with_the_safetensors_library(variant: str, tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / variant, variants()[variant])
    checkpoint = Checkpoint.open(folder)
    seen = 0
    for file in checkpoint.files:
        with safe_open(file, "np") as reference:
            for name in reference.keys():  # noqa: SIM118 (not a mapping)
                entry = checkpoint.entries[name]
                assert (entry.file, list(entry.shape)) == (file, reference.get_slice(name).get_shape())
                assert entry.dtype == reference.get_slice(name).get_dtype()
                seen += 1
    assert seen == len(checkpoint.entries)


@pytest.mark.parametrize("dtype", ["F32", "F16"])
def test_rows_are_the_values_that_the_library_reads(dtype: str, tmp_path: Path) -> None:
    checkpoint = Checkpoint.open(write_checkpoint(tmp_path / "c", Shape(dtype=dtype)))
    with safe_open(checkpoint.files[0], "np") as reference:
        expected = reference.get_tensor(EMBEDDING).astype(np.float32)
    np.testing.assert_array_equal(checkpoint.rows(EMBEDDING, 0, len(expected)), expected)
    np.testing.assert_array_equal(checkpoint.rows(EMBEDDING, 7, 19), expected[7:19])


def test_bfloat16_is_the_upper_half_of_a_float32(single: Path) -> None:
    checkpoint = Checkpoint.open(single)
    entry = checkpoint.entries[EMBEDDING]
    raw = np.frombuffer(entry.file.read_bytes(), np.uint16, 12, entry.offset)
    values = checkpoint.rows(EMBEDDING, 0, 1).ravel()[:12]
    np.testing.assert_array_equal(values.view(np.uint32) >> 16, raw)
    np.testing.assert_array_equal(to_bf16(values), raw)


def test_metadata_in_a_header_is_skipped(single: Path) -> None:
    rewrite_header(single / "model.safetensors", {"__metadata__": {"format": "pt"}})
    assert EMBEDDING in Checkpoint.open(single).entries


@pytest.mark.parametrize("cut", [1, 1000, 100_000])
def test_a_truncated_file_is_named(single: Path, cut: int) -> None:
    file = single / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-cut])
    with pytest.raises(CheckpointError, match=r"model\.safetensors: is .* bytes, its header describes .*: truncated"):
        Checkpoint.open(single)


@pytest.mark.parametrize("left", [0, 5, 8, 100])
def test_a_header_longer_than_the_file_is_named(single: Path, left: int) -> None:
    file = single / "model.safetensors"
    file.write_bytes(file.read_bytes()[:left])
    with pytest.raises(CheckpointError, match=r"its header is .* bytes, the whole file is .*: truncated"):
        Checkpoint.open(single)


@pytest.mark.parametrize("header", [b"{", b"[]", b'{"a": 1}', b'{"a": {"dtype": "F32", "shape": [1]}}', b"\xff\xfe", b"null",
                                    b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}'])  # fmt: skip
def test_a_damaged_header_is_named(tmp_path: Path, header: bytes) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(CheckpointError, match=r"model\.safetensors: its header is not a safetensors header"):
        read_header(file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 16]}, "a is 16 bytes, F32 .* needs 32"),
        ({"dtype": "F32", "shape": [4], "data_offsets": [16, 32]}, "a begins at byte 16, expected 0"),
        ({"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "is .* bytes, its header describes"),
    ],
)
def test_a_header_that_does_not_describe_the_data_is_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    text = json.dumps({"a": change}).encode()
    file = tmp_path / "model.safetensors"
    file.write_bytes(len(text).to_bytes(8, "little") + text + bytes(16))
    with pytest.raises(CheckpointError, match=message):
        read_header(file)


def test_all_missing_files_of_the_index_are_named(sharded: Path) -> None:
    for number in (1, 3):
        (sharded / f"model.safetensors-0000{number}-of-00003.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"00001-of-00003.* is missing.*00003-of-00003.* is missing.*download"):
        Checkpoint.open(sharded)


def test_a_tensor_in_two_files_is_named(sharded: Path) -> None:
    first, second = (sharded / f"model.safetensors-0000{n}-of-00003.safetensors" for n in (1, 2))
    second.write_bytes(first.read_bytes())
    with pytest.raises(CheckpointError, match=r"tensor .* is in both .*00001.* and .*00002"):
        Checkpoint.open(sharded)


def test_index_and_files_must_agree(sharded: Path) -> None:
    index = json.loads((sharded / INDEX).read_text())
    index["weight_map"]["model.extra"] = index["weight_map"][EMBEDDING]
    del index["weight_map"][EMBEDDING]
    (sharded / INDEX).write_text(json.dumps(index))
    with pytest.raises(
        CheckpointError, match=r"places model\.extra in .*does not hold it.*embed_tokens.*does not name"
    ):
        Checkpoint.open(sharded)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {"a": "../b"}}'])
def test_a_damaged_index_is_refused(sharded: Path, text: str) -> None:
    (sharded / INDEX).write_text(text)
    with pytest.raises(CheckpointError, match=r"model\.safetensors\.index\.json"):
        Checkpoint.open(sharded)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"has neither model\.safetensors\.index\.json nor model\.safetensors"):
        Checkpoint.open(tmp_path)


@pytest.mark.parametrize("bits", [0x7FC0, 0x7F80, 0xFF80])
def test_nan_and_infinite_weights_are_refused_with_their_number(single: Path, bits: int) -> None:
    entry = Checkpoint.open(single).entries[EMBEDDING]
    raw = bytearray(entry.file.read_bytes())
    raw[entry.offset + 640 : entry.offset + 644] = bits.to_bytes(2, "little") * 2
    entry.file.write_bytes(raw)
    checkpoint = Checkpoint.open(single)
    checkpoint.rows(EMBEDDING, 0, 5)
    with pytest.raises(CheckpointError, match=r"embed_tokens\.weight has 2 NaN or infinite values"):
        checkpoint.rows(EMBEDDING, 0, 6)


def test_a_file_that_shrinks_while_it_is_read_is_named(single: Path) -> None:
    checkpoint = Checkpoint.open(single)
    entry = checkpoint.entries[EMBEDDING]
    entry.file.write_bytes(entry.file.read_bytes()[: entry.offset + 100])
    with pytest.raises(CheckpointError, match="ended while"):
        checkpoint.rows(EMBEDDING, 0, 2)


def test_the_same_seed_gives_the_same_checkpoint(tmp_path: Path) -> None:
    shape = replace(Shape(), files=2)
    first, second = (write_checkpoint(tmp_path / name, shape, seed=3) for name in "ab")
    other = write_checkpoint(tmp_path / "c", shape, seed=4)
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()
    name = "model.safetensors-00001-of-00002.safetensors"
    assert (first / name).read_bytes() != (other / name).read_bytes()
