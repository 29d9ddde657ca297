"""The rename table against weights assembled by hand, and an error that names every tensor that does not fit."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from safetensors.numpy import save_file

from kernels_wgsl.formats import packed_bytes
from kernels_wgsl.pack import pack, unpack
from pyside.bundle.layout import tensor_bytes
from pyside.bundle.model_config import ModelConfig
from pyside.bundle.vision_config import VisionConfig
from pyside.desk import convert
from pyside.desk.checkpoint import Checkpoint, Entry, F32Array
from pyside.desk.checkpoint_config import model_config
from pyside.desk.checkpoint_vision import vision_config
from pyside.desk.convert import Job
from pyside.desk.recipes import RECIPES, format_of
from pyside.desk.weights import account, network, rows, trunk_prefix, values
from pyside.errors import CheckpointError
from pyside.network.weight import Part, Weight, matrix
from tests.support.models.checkpoints import Shape, variants, write_checkpoint
from tests.support.models.oracle import TRUNK


def open_checkpoint(folder: Path) -> tuple[Checkpoint, ModelConfig, dict[str, Weight]]:
    """A checkpoint, its config, and its weights by name."""
    checkpoint = Checkpoint.open(folder)
    config = model_config(json.loads((folder / "config.json").read_text()))
    return checkpoint, config, {w.name: w for w in network(config, trunk_prefix(checkpoint.entries))}


def whole(checkpoint: Checkpoint, name: str) -> F32Array:
    """All of a published tensor."""
    return checkpoint.rows(name, 0, checkpoint.entries[name].shape[0])


@pytest.mark.parametrize("variant", variants())
def test_every_published_tensor_is_used_once_or_left_out(variant: str, tmp_path: Path) -> None:
    checkpoint, _, weights = open_checkpoint(write_checkpoint(tmp_path / "c", variants()[variant]))
    left_out = account(weights.values(), checkpoint.entries)
    used = [part.name for weight in weights.values() for part in weight.parts]
    assert len(used) == len(set(used))
    assert len(used) + sum(left_out.values()) == len(checkpoint.entries)
    assert left_out == ({} if variant == "text-only" else {"vision": 21, "MTP": 15})


def with_tower(folder: Path) -> tuple[Checkpoint, VisionConfig, dict[str, Weight]]:
    """The same of a checkpoint whose tower is bundled, too."""
    checkpoint, config, _ = open_checkpoint(folder)
    vision = vision_config(json.loads((folder / "config.json").read_text()), {})
    assert vision is not None
    return checkpoint, vision, {w.name: w for w in network(replace(config, vision=vision), TRUNK)}


def test_a_tower_that_is_bundled_is_used_whole(tmp_path: Path) -> None:
    checkpoint, _, weights = with_tower(write_checkpoint(tmp_path / "c", Shape(vision_depth=2)))
    assert account(weights.values(), checkpoint.entries) == {"MTP": 15}
    names = list(weights)
    first = names.index("vision.patches.proj")
    assert all(name.startswith("vision.") == (at >= first) for at, name in enumerate(names)), "the tower comes last"
    entries = dict(checkpoint.entries)
    entries["model.visual.deepstack_merger_list.0.norm.weight"] = entries["model.visual.merger.norm.weight"]
    with pytest.raises(CheckpointError, match=r"deepstack_merger_list.0.norm.weight \[32\] is not part of the model"):
        account(weights.values(), entries)


@pytest.mark.parametrize("inner", [64, 104])
def test_weights_of_the_tower_are_the_published_ones_with_zeros_to_fill_them(inner: int, tmp_path: Path) -> None:
    checkpoint, vision, weights = with_tower(write_checkpoint(tmp_path / "c", Shape(vision_intermediate=inner)))
    d, padded = vision.hidden_size, -(-inner // 32) * 32

    def ours(name: str) -> F32Array:
        weight = weights[f"vision.{name}"]
        return rows(weight, checkpoint, 0, weight.shape[0]) if weight.matrix else values(weight, checkpoint)

    def theirs(name: str) -> F32Array:
        return whole(checkpoint, f"model.visual.{name}")

    np.testing.assert_array_equal(ours("patches.proj"), theirs("patch_embed.proj.weight").reshape(d, 3 * 2 * 16 * 16))
    np.testing.assert_array_equal(ours("patches.proj_bias"), theirs("patch_embed.proj.bias"))
    np.testing.assert_array_equal(ours("patches.positions"), theirs("pos_embed.weight"))
    for name, published in (
        ("blocks.0.qkv", "blocks.0.attn.qkv"),
        ("blocks.0.proj", "blocks.0.attn.proj"),
        ("merger.fc1", "merger.linear_fc1"),
        ("merger.fc2", "merger.linear_fc2"),
    ):
        np.testing.assert_array_equal(ours(name), theirs(f"{published}.weight"))
        np.testing.assert_array_equal(ours(f"{name}_bias"), theirs(f"{published}.bias"))
    for name in ("blocks.0.norm1", "blocks.0.norm2", "merger.norm"):
        np.testing.assert_array_equal(ours(name), np.stack([theirs(f"{name}.weight"), theirs(f"{name}.bias")]))
    fc1, bias, fc2 = (np.zeros(shape, np.float32) for shape in ((padded, d), padded, (d, padded)))
    fc1[:inner] = theirs("blocks.0.mlp.linear_fc1.weight")
    bias[:inner] = theirs("blocks.0.mlp.linear_fc1.bias")
    fc2[:, :inner] = theirs("blocks.0.mlp.linear_fc2.weight")
    for name, expected in (("fc1", fc1), ("fc1_bias", bias), ("fc2", fc2)):
        np.testing.assert_array_equal(ours(f"blocks.0.{name}"), expected)
    np.testing.assert_array_equal(ours("blocks.0.fc2_bias"), theirs("blocks.0.mlp.linear_fc2.bias"))


@pytest.mark.parametrize("name", ["vision.blocks.0.fc1", "vision.patches.proj"])
def test_padded_rows_come_in_any_slices(name: str, tmp_path: Path) -> None:
    checkpoint, _, weights = with_tower(write_checkpoint(tmp_path / "c", Shape(vision_intermediate=104)))
    weight = weights[name]
    slices = [rows(weight, checkpoint, a, min(a + 24, weight.shape[0])) for a in range(0, weight.shape[0], 24)]
    np.testing.assert_array_equal(np.concatenate(slices), rows(weight, checkpoint, 0, weight.shape[0]))


@pytest.mark.parametrize("variant", variants())
def test_weights_are_what_the_contract_says(variant: str, tmp_path: Path) -> None:
    shape = variants()[variant]
    checkpoint, config, weights = open_checkpoint(write_checkpoint(tmp_path / "c", shape))
    trunk = shape.prefix

    def ours(name: str) -> F32Array:
        weight = weights[name]
        return rows(weight, checkpoint, 0, weight.shape[0]) if weight.matrix else values(weight, checkpoint)

    def theirs(name: str) -> F32Array:
        return whole(checkpoint, f"{trunk}{name}")

    np.testing.assert_array_equal(ours("embed"), theirs("embed_tokens.weight"))
    np.testing.assert_array_equal(ours("final_norm"), 1 + theirs("norm.weight"))
    assert ("head" in weights) == (not shape.tied)
    for i, kind in enumerate(config.layer_types):
        layer = f"layers.{i}."
        gate, up = theirs(f"{layer}mlp.gate_proj.weight"), theirs(f"{layer}mlp.up_proj.weight")
        blocks = [part[b : b + 32] for b in range(0, len(gate), 32) for part in (gate, up)]
        np.testing.assert_array_equal(ours(f"{layer}mlp.gate_up"), np.concatenate(blocks))
        np.testing.assert_array_equal(ours(f"{layer}mlp.down"), theirs(f"{layer}mlp.down_proj.weight"))
        for norm, published in (("input_norm", "input_layernorm"), ("post_norm", "post_attention_layernorm")):
            np.testing.assert_array_equal(ours(f"{layer}{norm}"), 1 + theirs(f"{layer}{published}.weight"))
        if kind == "linear_attention":
            here = f"{layer}linear_attn."
            qkvz = np.concatenate([theirs(f"{here}in_proj_qkv.weight"), theirs(f"{here}in_proj_z.weight")])
            np.testing.assert_array_equal(ours(f"{layer}gdn.in_proj"), qkvz)
            ba = np.concatenate([theirs(f"{here}in_proj_b.weight"), theirs(f"{here}in_proj_a.weight")])
            np.testing.assert_array_equal(ours(f"{layer}gdn.in_proj_ba"), ba)
            gates = np.stack([-np.exp(theirs(f"{here}A_log")), theirs(f"{here}dt_bias")])
            np.testing.assert_array_equal(ours(f"{layer}gdn.gates"), gates)
            np.testing.assert_array_equal(ours(f"{layer}gdn.conv"), theirs(f"{here}conv1d.weight")[:, 0])
            np.testing.assert_array_equal(ours(f"{layer}gdn.norm"), theirs(f"{here}norm.weight"))
            np.testing.assert_array_equal(ours(f"{layer}gdn.out_proj"), theirs(f"{here}out_proj.weight"))
        else:
            here = f"{layer}self_attn."
            qkv = np.concatenate([theirs(f"{here}{name}_proj.weight") for name in "qkv"])
            np.testing.assert_array_equal(ours(f"{layer}attn.in_proj"), qkv)
            np.testing.assert_array_equal(ours(f"{layer}attn.out_proj"), theirs(f"{here}o_proj.weight"))
            for norm in ("q_norm", "k_norm"):
                np.testing.assert_array_equal(ours(f"{layer}attn.{norm}"), 1 + theirs(f"{here}{norm}.weight"))


@pytest.mark.parametrize("name", ["layers.0.gdn.in_proj", "layers.0.mlp.gate_up", "layers.3.attn.in_proj", "embed"])
def test_rows_come_in_any_slices(name: str, tmp_path: Path) -> None:
    checkpoint, _, weights = open_checkpoint(write_checkpoint(tmp_path / "c"))
    weight = weights[name]
    all_rows = rows(weight, checkpoint, 0, weight.shape[0])
    slices = [rows(weight, checkpoint, a, min(a + 64, weight.shape[0])) for a in range(0, weight.shape[0], 64)]
    np.testing.assert_array_equal(np.concatenate(slices), all_rows)


def test_forward_order_is_the_order_of_the_network(tmp_path: Path) -> None:
    _, config, weights = open_checkpoint(write_checkpoint(tmp_path / "c", Shape(tied=False)))
    names = list(weights)
    assert (names[0], names[-2:]) == ("embed", ["final_norm", "head"])
    layers = [int(name.split(".")[1]) for name in names if name.startswith("layers.")]
    assert layers == sorted(layers) and layers[-1] == len(config.layer_types) - 1


def test_every_tensor_that_does_not_fit_is_named(tmp_path: Path) -> None:
    checkpoint, _, weights = open_checkpoint(write_checkpoint(tmp_path / "c"))
    entries: dict[str, Entry] = dict(checkpoint.entries)
    trunk = "model.language_model.layers.0."
    del entries[f"{trunk}mlp.up_proj.weight"]
    norm = f"{trunk}input_layernorm.weight"
    entries[norm] = replace(entries[norm], shape=(65,))
    conv = f"{trunk}linear_attn.conv1d.weight"
    entries[conv] = replace(entries[conv], dtype="F8_E4M3")
    entries[f"{trunk}mlp.experts.gate_up_proj"] = entries[norm]
    with pytest.raises(CheckpointError) as caught:
        account(weights.values(), entries)
    for part in (
        f"tensor {trunk}mlp.up_proj.weight is missing",
        f"tensor {norm} is [65], expected [64]",
        f"tensor {conv} is F8_E4M3, expected BF16, F16, F32",
        f"tensor {trunk}mlp.experts.gate_up_proj [65] is not part of the model",
    ):
        assert part in str(caught.value)


def test_a_spare_head_of_a_tied_model_is_named(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "c", Shape(tied=False))
    config = json.loads((folder / "config.json").read_text())
    config["tie_word_embeddings"] = True
    (folder / "config.json").write_text(json.dumps(config))
    checkpoint, _, weights = open_checkpoint(folder)
    with pytest.raises(CheckpointError, match=r"lm_head\.weight \[640, 64\] is not part of the model"):
        account(weights.values(), checkpoint.entries)


def test_many_problems_are_counted(tmp_path: Path) -> None:
    _, _, weights = open_checkpoint(write_checkpoint(tmp_path / "c"))
    parts = sum(len(weight.parts) for weight in weights.values())
    with pytest.raises(CheckpointError, match=f"and {parts - 8} more"):
        account(weights.values(), {})


def test_a_decay_that_overflows_is_named(tmp_path: Path) -> None:
    checkpoint, _, weights = open_checkpoint(write_checkpoint(tmp_path / "c"))
    entry = checkpoint.entries["model.language_model.layers.0.linear_attn.A_log"]
    raw = bytearray(entry.file.read_bytes())
    raw[entry.offset : entry.offset + 4] = np.float32(200).tobytes()
    entry.file.write_bytes(raw)
    with pytest.raises(CheckpointError, match=r"layers\.0\.gdn\.gates has 1 NaN or infinite"):
        values(weights["layers.0.gdn.gates"], checkpoint)


def test_the_tower_has_eight_bits_at_least_and_sees_pixels_in_sixteen() -> None:
    names = ("vision.patches.proj", "vision.blocks.3.qkv", "vision.blocks.3.fc2", "vision.merger.fc1")
    formats = {recipe: tuple(format_of(recipe, name) for name in names) for recipe in RECIPES}
    assert formats == {
        "f32": ("f32",) * 4, "f16": ("f16",) * 4, "q8": ("f16", "q8", "q8", "q8"), "q4": ("f16", "q8", "q8", "q8"),
    }  # fmt: skip


def test_gate_projections_are_never_quantised_and_vocabulary_rows_are_at_8_bits_in_q4() -> None:
    for recipe in RECIPES:
        assert format_of(recipe, "layers.7.gdn.in_proj_ba") == "f32"
    assert {name: format_of("q4", name) for name in ("embed", "head", "layers.0.gdn.in_proj", "layers.3.mlp.down")} == {
        "embed": "q8", "head": "q8", "layers.0.gdn.in_proj": "q4", "layers.3.mlp.down": "q4",
    }  # fmt: skip
    assert {format_of(recipe, "layers.0.mlp.down") for recipe in RECIPES} == set(RECIPES)


@pytest.mark.parametrize("format", ["f32", "f16", "q8", "q4"])
@pytest.mark.parametrize("count", [64, 640, 1000, 4096])
def test_pieces_cover_the_rows_evenly_and_fit_the_limit(format: str, count: int) -> None:
    weight = Weight("embed", (count, 64), (), "stacked")
    limit = tensor_bytes(format, (320, 64))
    pieces = convert.pieces(weight, format, limit)
    assert [piece.name for piece in pieces] == [f"embed.{i}" for i in range(len(pieces))]
    assert sum(piece.shape[0] for piece in pieces) == count
    assert all(tensor_bytes(format, piece.shape) <= limit for piece in pieces)
    assert all(piece.shape[0] % 64 == 0 for piece in pieces[:-1])
    assert [piece.first for piece in pieces] == [sum(p.shape[0] for p in pieces[:i]) for i in range(len(pieces))]
    assert len(pieces) == -(-count // 320)


def test_pieces_of_gate_and_up_hold_whole_pairs_and_begin_where_a_binding_may() -> None:
    weight = matrix("gate_up", Part("gate", (320, 64)), Part("up", (320, 64)), layout="interleaved")
    pieces = convert.pieces(weight, "q4", 1)
    assert [(piece.first, piece.shape) for piece in pieces] == [(start, (128, 64)) for start in range(0, 640, 128)]


def test_only_a_matrix_beyond_the_limit_is_cut_and_the_vocabulary_is_always_numbered() -> None:
    weights = [matrix("embed", Part("e", (64, 64)), vocabulary=True), matrix("layers.0.mlp.down", Part("d", (192, 64)))]
    limit = tensor_bytes("f32", (192, 64))
    assert [job.name for job in convert.jobs(weights, "f32", limit)] == ["embed.0", "layers.0.mlp.down"]
    assert [job.name for job in convert.jobs(weights, "f32", limit - 1)][1:] == [
        f"layers.0.mlp.down.{i}" for i in (0, 1)
    ]


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("layout", ["stacked", "interleaved"])
def test_several_matrices_are_packed_one_after_the_other(
    recipe: str, layout: Literal["stacked", "interleaved"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[E, N, K], as experts are: pieces hold whole matrices, and each matrix is what it would be alone."""
    gate, up = (np.random.default_rng(seed).standard_normal((5, 64, 96), np.float32) for seed in (1, 2))
    save_file({"gate": gate, "up": up}, tmp_path / "model.safetensors")
    checkpoint = Checkpoint.open(tmp_path)
    weight = matrix("experts", *(Part(name, (5, 64, 96)) for name in ("gate", "up")), layout=layout)
    assert weight.shape == (5, 128, 96)
    monkeypatch.setattr(convert, "_BLOCK_WEIGHTS", 64 * 96)  # two blocks to a matrix
    made = convert.jobs([weight], recipe, tensor_bytes(format_of(recipe, "experts"), (2, 128, 96)))
    assert [(job.name, job.shape, job.first) for job in made] == [
        ("experts.0", (2, 128, 96), 0), ("experts.1", (2, 128, 96), 2), ("experts.2", (1, 128, 96), 4),
    ]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        for job in made:
            words, scales = (b"".join(part) for part in zip(*convert.blocks(job, checkpoint, pool), strict=True))
            assert (len(words), len(scales)) == packed_bytes(job.format, job.shape)
            alone = []
            for expert in range(job.first, job.first + job.shape[0]):
                tiles = (part[expert].reshape(2, 32, 96) for part in (gate, up))
                stacked = np.concatenate([gate[expert], up[expert]])
                alone.append(np.stack(list(tiles), axis=1).reshape(128, 96) if layout == "interleaved" else stacked)
            packed = [pack(part, job.format) for part in alone]
            assert (words, scales) == tuple(b"".join(part) for part in zip(*packed, strict=True))


@pytest.mark.parametrize("recipe", RECIPES)
def test_packed_blocks_joined_are_the_packed_matrix(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, _, weights = open_checkpoint(write_checkpoint(tmp_path / "c", Shape(vocab_size=700)))
    monkeypatch.setattr(convert, "_BLOCK_WEIGHTS", 64 * 64)  # many blocks, an uneven last one
    with ThreadPoolExecutor(2) as pool:
        for job in convert.jobs(weights.values(), recipe, 30_000):
            words, scales = (b"".join(part) for part in zip(*convert.blocks(job, checkpoint, pool), strict=True))
            if job.format == "plain":
                assert words == values(job.weight, checkpoint).tobytes() and scales == b""
                continue
            matrix = rows(job.weight, checkpoint, job.first, job.first + job.shape[0])
            assert (words, scales) == pack(matrix, job.format)
            assert (len(words), len(scales)) == packed_bytes(job.format, job.shape)
            if job.format == "f32":
                np.testing.assert_array_equal(unpack(words, scales, "f32", *job.shape), matrix)


def test_a_weight_that_the_format_cannot_hold_is_named(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "c", Shape(dtype="F32"))
    checkpoint, _, weights = open_checkpoint(folder)
    entry = checkpoint.entries["model.language_model.layers.0.mlp.down_proj.weight"]
    down = weights["layers.0.mlp.down"]
    raw = bytearray(entry.file.read_bytes())
    raw[entry.offset : entry.offset + 4] = np.float32(1e6).tobytes()
    entry.file.write_bytes(raw)
    with (
        ThreadPoolExecutor(1) as pool,
        pytest.raises(CheckpointError, match=r"layers\.0\.mlp\.down from row 0 as f16: .*f16 holds"),
    ):
        list(convert.blocks(Job(down.name, "f16", down.shape, down), checkpoint, pool))
