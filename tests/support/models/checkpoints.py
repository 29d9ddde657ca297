"""Writes random checkpoints in the published layout, of any dimensions, a few megabytes of memory at a time.

The weights are lively: scaled by their fan-in, with norm offsets and a spread of decays, so that leaving out any term of the
network changes its output. The same arguments give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import log, prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]

ADDED = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
    "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
    "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>",
    "<|file_sep|>", "<tool_response>", "</tool_response>", "<think>", "</think>",
)  # fmt: skip
ADDED_BY_CONFIG = ("<|audio_start|>", "<|audio_end|>", "<tts_pad>", "<tts_text_bos>", "<tts_text_eod>", "<tts_text_bos_single>", "<|audio_pad|>")  # fmt: skip
NOT_SPECIAL = frozenset(ADDED[14:])
PADDING_ROWS = 243  # rows of the published embeddings beyond the last token
BYTES = 256
SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEMPLATE = """\
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + (message.content | trim) + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is THINKING %}
        {{- 'OPEN' }}
    {%- else %}
        {{- 'SHUT' }}
    {%- endif %}
{%- endif %}
"""
THOUGHT, NO_THOUGHT = "<think>\\n", "<think>\\n\\n</think>\\n\\n"


@dataclass(frozen=True)
class Shape:
    """Dimensions and layout of a checkpoint; the default is a model of a few thousand weights."""

    hidden_size: int = 64
    intermediate_size: int = 96
    vocab_size: int = 640
    layers: int = 4
    full_attention_interval: int = 4
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 32
    key_heads: int = 2
    value_heads: int = 4
    key_dim: int = 16
    value_dim: int = 16
    rope_theta: float = 1e6
    tied: bool = True
    vision_depth: int = 1
    vision_hidden: int = 32
    vision_intermediate: int = 64
    sees: bool = True  # whether the tower has weights; its dimensions are stated all the same
    thinking: bool = False  # what the chat template does unasked
    prefix: str = "model.language_model."  # "model." is a text-only export
    dtype: str = "BF16"  # of all but A_log and the gated norm
    files: int = 1  # weight files that the index names; 0 is one model.safetensors without an index

    @property
    def base_vocab(self) -> int:
        """Tokens before the added ones."""
        return self.vocab_size - PADDING_ROWS - len(ADDED) - len(ADDED_BY_CONFIG)


SHAPE_0_8B = Shape(
    hidden_size=1024, intermediate_size=3584, vocab_size=248_320, layers=24, heads=8, kv_heads=2, head_dim=256, key_heads=16,
    value_heads=16, key_dim=128, value_dim=128, rope_theta=1e7, vision_depth=12, vision_hidden=768, vision_intermediate=3072,
)  # fmt: skip


@dataclass(frozen=True)
class Spec:
    """One tensor: its shape, how its values are drawn, and whether it is stored as F32 whatever the rest is."""

    shape: tuple[int, ...]
    spread: float
    offset: float = 0.0
    uniform: tuple[float, float] | None = None
    f32: bool = False


def write_checkpoint(folder: Path, shape: Shape = Shape(), seed: int = 0) -> Path:
    """Write the checkpoint's files to ``folder``, which is made, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / "config.json", config(shape))
    _write_tokenizer(folder, shape, seed)
    _write_json(folder / "preprocessor_config.json", {"patch_size": 16, "merge_size": 2, "image_mean": [0.5, 0.5, 0.5]})
    (folder / "LICENSE").write_text("Apache License\nVersion 2.0, January 2004\n")
    _write_weights(folder, shape, seed)
    return folder


def config(shape: Shape) -> dict[str, Any]:
    """The checkpoint's ``config.json``."""
    ids = {token: shape.base_vocab + i for i, token in enumerate(ADDED)}
    text = {
        "attention_bias": False, "attn_output_gate": True, "dtype": "bfloat16", "eos_token_id": ids["<|endoftext|>"],
        "full_attention_interval": shape.full_attention_interval, "head_dim": shape.head_dim, "hidden_act": "silu",
        "hidden_size": shape.hidden_size, "intermediate_size": shape.intermediate_size, "linear_conv_kernel_dim": 4,
        "linear_key_head_dim": shape.key_dim, "linear_num_key_heads": shape.key_heads,
        "linear_num_value_heads": shape.value_heads, "linear_value_head_dim": shape.value_dim,
        "max_position_embeddings": 262144, "model_type": "qwen3_5_text", "mtp_num_hidden_layers": 1,
        "num_attention_heads": shape.heads, "num_hidden_layers": shape.layers, "num_key_value_heads": shape.kv_heads,
        "rms_norm_eps": 1e-06, "tie_word_embeddings": shape.tied, "vocab_size": shape.vocab_size,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_theta, "partial_rotary_factor": 0.25},
    }  # fmt: skip
    if shape.prefix == "model.":
        return {"architectures": ["Qwen3_5ForCausalLM"]} | text
    vision = {
        "depth": shape.vision_depth, "hidden_size": shape.vision_hidden, "intermediate_size": shape.vision_intermediate,
        "num_heads": 4, "num_position_embeddings": 64, "out_hidden_size": shape.hidden_size, "patch_size": 16,
        "spatial_merge_size": 2, "temporal_patch_size": 2,
    }  # fmt: skip
    return {
        "architectures": ["Qwen3_5ForConditionalGeneration"], "model_type": "qwen3_5", "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"], "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"], "tie_word_embeddings": shape.tied, "text_config": text,
        "vision_config": vision,
    }  # fmt: skip


def tensors(shape: Shape) -> dict[str, Spec]:
    """Every tensor of the checkpoint by name, in the order in which it is written."""
    D, here = shape.hidden_size, shape.prefix
    found = {f"{here}embed_tokens.weight": Spec((shape.vocab_size, D), 0.5)}
    for i in range(shape.layers):
        layer = f"{here}layers.{i}."
        found |= _block(layer, shape)
        full = (i + 1) % shape.full_attention_interval == 0
        found |= (
            _full_attention(f"{layer}self_attn.", shape) if full else _linear_attention(f"{layer}linear_attn.", shape)
        )
    found[f"{here}norm.weight"] = Spec((D,), 0.2)
    if not shape.tied:
        found["lm_head.weight"] = _linear(shape.vocab_size, D, 2.0)
    if here == "model.":
        return found
    found |= _block("mtp.layers.0.", shape) | _full_attention("mtp.layers.0.self_attn.", shape)
    found |= {"mtp.fc.weight": _linear(D, 2 * D)}
    found |= {f"mtp.{name}.weight": Spec((D,), 0.2) for name in ("norm", "pre_fc_norm_embedding", "pre_fc_norm_hidden")}
    return found | (_vision(shape) if shape.sees else {})


def to_bf16(values: F32) -> npt.NDArray[np.uint16]:
    """The nearest bfloat16 of each value, ties to even."""
    bits = values.view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def _linear(rows: int, columns: int, gain: float = 1.0) -> Spec:
    return Spec((rows, columns), gain / columns**0.5)


def _block(layer: str, shape: Shape) -> dict[str, Spec]:
    D, F = shape.hidden_size, shape.intermediate_size
    return {
        f"{layer}input_layernorm.weight": Spec((D,), 0.2),
        f"{layer}post_attention_layernorm.weight": Spec((D,), 0.2),
        f"{layer}mlp.gate_proj.weight": _linear(F, D),
        f"{layer}mlp.up_proj.weight": _linear(F, D),
        f"{layer}mlp.down_proj.weight": _linear(D, F),
    }


def _full_attention(layer: str, shape: Shape) -> dict[str, Spec]:
    D, width, kv = shape.hidden_size, shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim
    return {
        f"{layer}q_proj.weight": _linear(2 * width, D),
        f"{layer}k_proj.weight": _linear(kv, D),
        f"{layer}v_proj.weight": _linear(kv, D),
        f"{layer}o_proj.weight": _linear(D, width),
        f"{layer}q_norm.weight": Spec((shape.head_dim,), 0.2, 0.5),
        f"{layer}k_norm.weight": Spec((shape.head_dim,), 0.2, 0.5),
    }


def _linear_attention(layer: str, shape: Shape) -> dict[str, Spec]:
    D, Hv, values = shape.hidden_size, shape.value_heads, shape.value_heads * shape.value_dim
    channels = 2 * shape.key_heads * shape.key_dim + values
    return {
        f"{layer}in_proj_qkv.weight": _linear(channels, D),
        f"{layer}in_proj_z.weight": _linear(values, D),
        f"{layer}in_proj_b.weight": _linear(Hv, D),
        f"{layer}in_proj_a.weight": _linear(Hv, D),
        f"{layer}conv1d.weight": Spec((channels, 1, 4), 0.5),
        f"{layer}A_log": Spec((Hv,), 0, uniform=(log(0.02), log(4.0)), f32=True),
        f"{layer}dt_bias": Spec((Hv,), 0, uniform=(-4.0, 2.0)),
        f"{layer}norm.weight": Spec((shape.value_dim,), 0.2, 1.0, f32=True),
        f"{layer}out_proj.weight": _linear(D, values),
    }


def _vision(shape: Shape) -> dict[str, Spec]:
    d, F, D, here = shape.vision_hidden, shape.vision_intermediate, shape.hidden_size, "model.visual."
    found = {
        f"{here}patch_embed.proj.weight": Spec((d, 3, 2, 16, 16), 0.03),
        f"{here}patch_embed.proj.bias": Spec((d,), 0.1),
        f"{here}pos_embed.weight": Spec((64, d), 0.5),
    }
    layers = {f"{here}merger.linear_fc1": (4 * d, 4 * d), f"{here}merger.linear_fc2": (D, 4 * d)}
    norms = [f"{here}merger.norm"]
    for i in range(shape.vision_depth):
        block = f"{here}blocks.{i}."
        norms += [f"{block}norm1", f"{block}norm2"]
        layers |= {f"{block}attn.qkv": (3 * d, d), f"{block}attn.proj": (d, d)}
        layers |= {f"{block}mlp.linear_fc1": (F, d), f"{block}mlp.linear_fc2": (d, F)}
    for name, (rows, columns) in layers.items():
        found |= {f"{name}.weight": _linear(rows, columns), f"{name}.bias": Spec((rows,), 0.1)}
    for name in norms:
        found |= {f"{name}.weight": Spec((d,), 0.1, 1.0), f"{name}.bias": Spec((d,), 0.1)}
    return found


def _write_weights(folder: Path, shape: Shape, seed: int) -> None:
    specs = tensors(shape)
    sizes = {name: prod(spec.shape) * (4 if spec.f32 or shape.dtype == "F32" else 2) for name, spec in specs.items()}
    total, count = sum(sizes.values()), max(shape.files, 1)
    placed: dict[str, str] = {}
    before = 0
    for name, size in sizes.items():
        number = min(before * count // total, count - 1) + 1
        placed[name] = (
            f"model.safetensors-{number:05d}-of-{count:05d}.safetensors" if shape.files else "model.safetensors"
        )
        before += size
    for file in dict.fromkeys(placed.values()):
        header: dict[str, Any] = {}
        end = 0
        for name in (name for name in specs if placed[name] == file):
            dtype = "F32" if specs[name].f32 else shape.dtype
            header[name] = {"dtype": dtype, "shape": specs[name].shape, "data_offsets": [end, end + sizes[name]]}
            end += sizes[name]
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with (folder / file).open("wb") as stream:
            stream.write(len(text).to_bytes(8, "little") + text)
            for name, entry in header.items():
                rng = np.random.default_rng([seed, *name.encode()])
                for values in _draw(specs[name], rng):
                    stream.write(_stored(values, entry["dtype"]))
    if shape.files:
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(placed.items()))}
        _write_json(folder / "model.safetensors.index.json", index)


def _draw(spec: Spec, rng: np.random.Generator, step: int = 1 << 22) -> Iterator[F32]:
    """The tensor's values, flat, a block at a time."""
    count = prod(spec.shape)
    for start in range(0, count, step):
        size = min(step, count - start)
        if spec.uniform:
            yield rng.uniform(*spec.uniform, size).astype(np.float32)
        else:
            values = rng.standard_normal(size, dtype=np.float32)
            values *= np.float32(spec.spread)
            values += np.float32(spec.offset)
            yield values


def _stored(values: F32, dtype: str) -> bytes:
    if dtype == "BF16":
        return to_bf16(values).tobytes()
    return values.astype(np.float16 if dtype == "F16" else np.float32).tobytes()


def _write_tokenizer(folder: Path, shape: Shape, seed: int) -> None:
    """A byte-level BPE of random merges: short ones are drawn more often, as in a trained one."""
    rng = np.random.default_rng([seed, 1])
    words = _byte_letters()
    seen, merges = set(words), list[list[str]]()
    while len(words) < shape.base_vocab:
        for left, right in (np.minimum(*rng.random((2, 4096, 2))) * len(words)).astype(int):
            word = words[left] + words[right]
            if word not in seen and len(word) <= 16 and len(words) < shape.base_vocab:
                seen.add(word)
                merges.append([words[left], words[right]])
                words.append(word)
    added = [_added(shape.base_vocab + i, token) for i, token in enumerate(ADDED + ADDED_BY_CONFIG)]
    split = {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Isolated", "invert": False}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    tokenizer = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added[: len(ADDED)],
        "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
        "post_processor": None, "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {word: id for id, word in enumerate(words)}, "merges": merges,
        },
    }  # fmt: skip
    _write_json(folder / "tokenizer.json", tokenizer)
    decoder = {str(token.pop("id")): token for token in ({**token} for token in added)}
    _write_json(
        folder / "tokenizer_config.json",
        {
            "add_prefix_space": False, "added_tokens_decoder": decoder, "bos_token": None, "eos_token": "<|im_end|>",
            "pad_token": "<|endoftext|>", "tokenizer_class": "Qwen2Tokenizer", "unk_token": None, "pretokenize_regex": SPLIT,
        },
    )  # fmt: skip
    thinking, first, second = ("false", NO_THOUGHT, THOUGHT) if shape.thinking else ("true", THOUGHT, NO_THOUGHT)
    template = TEMPLATE.replace("THINKING", thinking).replace("OPEN", first).replace("SHUT", second)
    (folder / "chat_template.jinja").write_text(template)


def _added(id: int, token: str) -> dict[str, Any]:
    return {
        "id": id, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
        "special": token not in NOT_SPECIAL,
    }  # fmt: skip


def _byte_letters() -> list[str]:
    """The printable character that stands for each byte, printable bytes first, as byte-level BPE orders them."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    return [chr(byte) for byte in printable] + [chr(BYTES + i) for i in range(BYTES - len(printable))]


def _write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def variants() -> dict[str, Shape]:
    """Checkpoints that differ in what a reader must understand."""
    base = Shape()
    return {
        "tied": base,
        "untied": replace(base, tied=False, files=3, thinking=True),
        "text-only": replace(base, prefix="model.", files=0),
        "f16": replace(base, dtype="F16", value_heads=2),
        "f32": replace(base, dtype="F32", value_heads=8, layers=3, full_attention_interval=2),
    }
