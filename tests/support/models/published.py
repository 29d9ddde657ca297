"""The four published models as manifests: the shapes of their weights, and no weight."""

from __future__ import annotations

from pyside.bundle.files import File
from pyside.bundle.layout import PIECE_LIMIT, Segment, Tensor, tensor_bytes
from pyside.bundle.manifest import Generation, Manifest, Source, part_of
from pyside.bundle.model_config import LayerType, ModelConfig
from pyside.bundle.vision_config import VisionConfig
from pyside.desk.convert import jobs
from pyside.desk.weights import network

# D, F, layers, query heads, key heads, value heads of the delta rule, tied
SIZES = {
    "0.8B": (1024, 3584, 24, 8, 2, 16, True),
    "2B": (2048, 6144, 24, 8, 2, 16, True),
    "4B": (2560, 9216, 32, 16, 4, 32, True),
    "9B": (4096, 12288, 32, 16, 4, 32, False),
}
LARGER = {"27B": (5120, 17408, 64, 24, 4, 48, False)}  # than what fits a page, for tables
# blocks, d, MLP, heads
TOWERS = {
    "0.8B": (12, 768, 3072, 12),
    "2B": (24, 1024, 4096, 16),
    "4B": (24, 1024, 4096, 16),
    "9B": (27, 1152, 4304, 16),
    "27B": (27, 1152, 4304, 16),
}
TRAINED = 262_144  # tokens


def tower(size: str) -> VisionConfig:
    """The vision tower of a published model."""
    depth, width, inner, heads = TOWERS[size]
    return VisionConfig(
        depth=depth, hidden_size=width, intermediate_size=inner, num_heads=heads, num_position_embeddings=2304,
        patch_size=16, spatial_merge_size=2, temporal_patch_size=2, mrope_section=(11, 11, 10),
        image_token_id=248_056, video_token_id=248_057, vision_start_token_id=248_053, vision_end_token_id=248_054,
        image_min_pixels=65_536, image_max_pixels=16_777_216, video_min_pixels=4_096, video_max_pixels=25_165_824,
    )  # fmt: skip


def manifest(size: str, recipe: str, piece_limit: int = PIECE_LIMIT, vision: bool = False) -> Manifest:
    """What ``build.py bundle`` would write for a published model, each tensor in a shard of its own."""
    width, inner, layers, heads, kv_heads, value_heads, tied = {**SIZES, **LARGER}[size]
    kinds: tuple[LayerType, ...] = ("linear_attention", "linear_attention", "linear_attention", "full_attention")
    config = ModelConfig(
        hidden_size=width, intermediate_size=inner, vocab_size=248_320, layer_types=kinds * (layers // 4),
        num_attention_heads=heads, num_key_value_heads=kv_heads, head_dim=256, rotary_dim=64, rope_theta=1e7,
        linear_num_key_heads=16, linear_num_value_heads=value_heads, linear_key_head_dim=128, linear_value_head_dim=128,
        linear_conv_kernel_dim=4, rms_norm_eps=1e-6, max_position_embeddings=TRAINED, tie_word_embeddings=tied,
        vision=tower(size) if vision else None,
    )  # fmt: skip
    config.check()
    found = jobs(network(config, "model."), recipe, piece_limit)
    amounts = [tensor_bytes(job.format, job.shape) for job in found]
    return Manifest(
        name=size,
        recipe=recipe,
        model=config,
        source=Source(size, "", "", ()),
        generation=Generation((), config.vocab_size, False, {}),
        tensors={
            job.name: Tensor(job.format, job.shape, (Segment(i, 0, amount),))
            for i, (job, amount) in enumerate(zip(found, amounts, strict=True))
        },
        shards=tuple(
            File(f"shards/{i:064x}.bin", amount, f"{i:064x}", part_of(job.name))
            for i, (job, amount) in enumerate(zip(found, amounts, strict=True))
        ),
        kernels=(),
        files=(),
    )
