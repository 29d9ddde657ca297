"""Reads the dimensions of the vision tower from a checkpoint's ``config.json`` and its two preprocessor files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyside.bundle.vision_config import VisionConfig
from pyside.errors import ConfigError

IMAGES, VIDEOS = "preprocessor_config.json", "video_preprocessor_config.json"
# Pixels of a picture, and of all frames of a video together, where the files state none: those of the published ones.
_PIXELS: Mapping[str, tuple[int, int]] = {IMAGES: (65_536, 16_777_216), VIDEOS: (4_096, 25_165_824)}
_SECTION = (11, 11, 10)  # transformers' default of mrope_section
_REMEDY = "only that is supported, as in every published Qwen3.5: bundle it with --no-vision to have it read text"


def vision_config(data: Mapping[str, Any], processors: Mapping[str, Mapping[str, Any]]) -> VisionConfig | None:
    """The tower of a published ``config.json``; None for a model that has none, such as a text-only export.

    ``processors``: what IMAGES and VIDEOS hold, where there are such files.
    Errors: ConfigError listing every missing or unsupported value at once.
    """
    if "text_config" not in data or not (stated := data.get("vision_config")):
        return None
    text: Mapping[str, Any] = data["text_config"]
    rope: Mapping[str, Any] = text.get("rope_parameters") or text
    own = ("depth", "hidden_size", "intermediate_size", "num_heads", "num_position_embeddings")
    ids = ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id")
    missing = [f"vision_config.{name}" for name in own if name not in stated] + [
        name for name in ids if name not in data
    ]
    if missing:
        raise ConfigError(f"config.json: missing {', '.join(missing)}; expected the keys of a Qwen3.5 that sees")
    wanted = {
        "hidden_act": "gelu_pytorch_tanh",
        "in_channels": 3,
        "deepstack_visual_indexes": [],
        "out_hidden_size": text["hidden_size"],
    }
    problems = [
        f"config.json: vision_config.{key} is {stated[key]!r}, expected {only!r}"
        for key, only in wanted.items()
        if stated.get(key, only) != only
    ]
    if problems := problems + [problem for file, holds in processors.items() for problem in _strange(file, holds)]:
        raise ConfigError("; ".join(problems) + f": {_REMEDY}")
    (image_least, image_most), (video_least, video_most) = (_pixels(file, processors) for file in (IMAGES, VIDEOS))
    return VisionConfig(
        **{name: int(stated[name]) for name in own},
        patch_size=int(stated.get("patch_size", 16)),
        spatial_merge_size=int(stated.get("spatial_merge_size", 2)),
        temporal_patch_size=int(stated.get("temporal_patch_size", 2)),
        mrope_section=tuple(int(count) for count in rope.get("mrope_section", _SECTION)),
        **{name: int(data[name]) for name in ids},
        image_min_pixels=image_least,
        image_max_pixels=image_most,
        video_min_pixels=video_least,
        video_max_pixels=video_most,
    )


def _strange(file: str, processor: Mapping[str, Any]) -> list[str]:
    """Colours that the kernels do not make of bytes: they go from -1 to 1."""
    return [
        f"{file}: {key} is {processor[key]}, expected 0.5 thrice"
        for key in ("image_mean", "image_std")
        if processor.get(key, [0.5] * 3) != [0.5] * 3
    ]


def _pixels(file: str, processors: Mapping[str, Mapping[str, Any]]) -> tuple[int, int]:
    """The least and the most pixels, under the present names or those that they had before."""
    processor = processors.get(file, {})
    size: Mapping[str, Any] = processor.get("size") or {}
    least, most = _PIXELS[file]
    return (
        int(size.get("shortest_edge", processor.get("min_pixels", least))),
        int(size.get("longest_edge", processor.get("max_pixels", most))),
    )
