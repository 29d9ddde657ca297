"""A bundle with a valid manifest and no weights, for the parts that only move bundles about."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from pyside.bundle.files import File
from pyside.bundle.manifest import Generation, Manifest, Source
from pyside.bundle.model_config import ModelConfig
from pyside.bundle.vision_config import VisionConfig

CONFIG = ModelConfig(
    hidden_size=128,
    intermediate_size=256,
    vocab_size=512,
    layer_types=("linear_attention", "full_attention"),
    num_attention_heads=2,
    num_key_value_heads=1,
    head_dim=64,
    rotary_dim=16,
    rope_theta=1e7,
    linear_num_key_heads=1,
    linear_num_value_heads=2,
    linear_key_head_dim=64,
    linear_value_head_dim=64,
    linear_conv_kernel_dim=4,
    rms_norm_eps=1e-6,
    max_position_embeddings=1024,
    tie_word_embeddings=True,
)

VISION = VisionConfig(
    depth=2,
    hidden_size=64,
    intermediate_size=104,
    num_heads=4,
    num_position_embeddings=64,
    patch_size=16,
    spatial_merge_size=2,
    temporal_patch_size=2,
    mrope_section=(3, 3, 2),
    image_token_id=500,
    video_token_id=501,
    vision_start_token_id=502,
    vision_end_token_id=503,
    image_min_pixels=4_096,
    image_max_pixels=65_536,
    video_min_pixels=4_096,
    video_max_pixels=262_144,
)


def small_manifest(name: str, shards: tuple[File, ...]) -> Manifest:
    """A manifest that lists ``shards`` and no tensor; its ``to_json`` is sealed as a build's is."""
    return Manifest(
        name=name,
        recipe="f32",
        model=CONFIG,
        source=Source(repository="small", revision="", license="apache-2.0", files=()),
        generation=Generation(stop_ids=(0,), vocab_used=512, thinking_default=False, presets={}),
        tensors={},
        shards=shards,
        kernels=(),
        files=(),
    )


def write_small_bundle(folder: Path, shards: Mapping[str, bytes]) -> Path:
    """Write a manifest that lists ``shards`` (path in the bundle -> bytes), and the shards; returns ``folder``."""
    folder.mkdir(parents=True)
    for name, data in shards.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    files = tuple(File(name, len(data), sha256(data).hexdigest()) for name, data in shards.items())
    (folder / "manifest.json").write_text(small_manifest("Small", files).to_json(), encoding="utf-8")
    return folder
