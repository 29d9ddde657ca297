"""Writes a trained network as a checkpoint in the published Qwen3.5 layout and checks it against transformers.

    python -m web.demo_model.training.export RUN web/demo_model/checkpoint

All weights are BF16 except A_log and linear_attn.norm, which are F32, as published. The check loads the folder with
transformers, wants nothing missing or unexpected, and compares logits with the training forward: two conversations in one
packed row must give what each gives alone. Needs torch 2.13, transformers 5.23, safetensors 0.7, Pillow 12.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from . import batches, generate, tokenizer
from .model import Seeing, Shape
from .pictures.drawing import draw
from .pictures.scenes import MOST_PIXELS
from .tower import Eyes, patches

WEIGHTS = "model.safetensors-00001-of-00001.safetensors"
LICENCE = Path(__file__).parents[3] / "LICENSE"
PREFIXES = {"language.": "model.language_model.", "visual.": "model.visual."}  # ours and the published ones
CONTEXT = 4096  # tokens; conversations in training are up to 512


def published(name: str) -> str:
    """A parameter's name in the checkpoint."""
    room = next(ours for ours in PREFIXES if name.startswith(ours))
    return PREFIXES[room] + name.removeprefix(room)


def inner(name: str) -> str:
    """A checkpoint tensor's name in the network."""
    room = next(ours for ours, theirs in PREFIXES.items() if name.startswith(theirs))
    return room + name.removeprefix(PREFIXES[room])


def config(shape: Shape, eyes: Eyes) -> dict[str, Any]:
    """config.json of these dimensions, under the published keys."""
    first = tokenizer.BASE
    special = {
        name: first + tokenizer.SPECIAL.index(f"<|{name}|>")
        for name in ("vision_start", "vision_end", "image_pad", "video_pad")
    }
    text = {
        "attention_bias": False,
        "attention_dropout": 0.0,
        "attn_output_gate": True,
        "dtype": "bfloat16",
        "eos_token_id": first,
        "full_attention_interval": shape.full_every,
        "head_dim": shape.head_dim,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "initializer_range": 0.02,
        "intermediate_size": shape.ffn,
        "layer_types": ["full_attention" if shape.is_full(i) else "linear_attention" for i in range(shape.layers)],
        "linear_conv_kernel_dim": shape.conv,
        "linear_key_head_dim": shape.key_dim,
        "linear_num_key_heads": shape.key_heads,
        "linear_num_value_heads": shape.value_heads,
        "linear_value_head_dim": shape.value_dim,
        "mamba_ssm_dtype": "float32",
        "max_position_embeddings": CONTEXT,
        "mlp_only_layers": [],
        "model_type": "qwen3_5_text",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "rms_norm_eps": shape.eps,
        "rope_parameters": {
            "mrope_interleaved": True,
            "mrope_section": list(shape.sections),
            "partial_rotary_factor": shape.rotary_dim / shape.head_dim,
            "rope_theta": shape.rope_theta,
            "rope_type": "default",
        },
        "tie_word_embeddings": True,
        "use_cache": True,
        "vocab_size": shape.vocab,
    }
    vision = {
        "deepstack_visual_indexes": [],
        "depth": eyes.layers,
        "hidden_act": "gelu_pytorch_tanh",
        "hidden_size": eyes.hidden,
        "in_channels": 3,
        "initializer_range": 0.02,
        "intermediate_size": eyes.ffn,
        "model_type": "qwen3_5",
        "num_heads": eyes.heads,
        "num_position_embeddings": eyes.side**2,
        "out_hidden_size": eyes.out,
        "patch_size": eyes.patch,
        "spatial_merge_size": eyes.merge,
        "temporal_patch_size": 2,
    }
    return {
        "architectures": ["Qwen3_5ForConditionalGeneration"],
        "image_token_id": special["image_pad"],
        "model_type": "qwen3_5",
        "text_config": text,
        "tie_word_embeddings": True,
        "video_token_id": special["video_pad"],
        "vision_config": vision,
        "vision_end_token_id": special["vision_end"],
        "vision_start_token_id": special["vision_start"],
    }


def processors(eyes: Eyes) -> dict[str, dict[str, Any]]:
    """preprocessor_config.json and its video companion: the published ones, with the small pixel limits of this model."""
    common = {
        "size": {"longest_edge": MOST_PIXELS, "shortest_edge": (2 * eyes.unit) ** 2},
        "patch_size": eyes.patch,
        "temporal_patch_size": 2,
        "merge_size": eyes.merge,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "processor_class": "Qwen3VLProcessor",
    }
    frames = {"size": {"longest_edge": 8 * MOST_PIXELS, "shortest_edge": (2 * eyes.unit) ** 2}}
    return {
        "preprocessor_config.json": common | {"image_processor_type": "Qwen2VLImageProcessorFast"},
        "video_preprocessor_config.json": common | frames | {"video_processor_type": "Qwen3VLVideoProcessor"},
    }


def tensors(net: Seeing) -> dict[str, Tensor]:
    """Published names and dtypes."""
    out = {}
    for name, w in net.state_dict().items():
        exact = name.endswith(("A_log", "linear_attn.norm.weight"))
        out[published(name)] = w.contiguous().to(torch.float32 if exact else torch.bfloat16)
    return out


def write(net: Seeing, run: Path, folder: Path) -> None:
    """Configuration, weights, index, tokenizer and licence."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = tensors(net)
    save_file(weights, folder / WEIGHTS)
    total = sum(w.numel() * w.element_size() for w in weights.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict.fromkeys(sorted(weights), WEIGHTS)}
    _json(folder / "model.safetensors.index.json", index)
    _json(folder / "config.json", config(net.language.shape, net.visual.eyes))
    for name, settings in processors(net.visual.eyes).items():
        _json(folder / name, settings)
    eos = [tokenizer.BASE + tokenizer.SPECIAL.index(token) for token in ("<|im_end|>", "<|endoftext|>")]
    generation = {
        "bos_token_id": tokenizer.BASE,
        "do_sample": False,
        "eos_token_id": eos,
        "pad_token_id": tokenizer.BASE,
    }
    _json(folder / "generation_config.json", generation)
    tokenizer.write(tokenizer.load(run), folder)
    shutil.copyfile(LICENCE, folder / "LICENSE")


def _json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def read(run: Path, average: bool) -> Seeing:
    """The trained network of a run, rounded as it is shipped; the average is the better one before the decay."""
    net = Seeing(Shape(tokenizer.ROWS), Eyes())
    net.load_state_dict(torch.load(run / "state.pt")["average" if average else "net"])
    net.load_state_dict({inner(name): w.float() for name, w in tensors(net).items()})
    return net.eval()


def compare(net: Seeing, folder: Path) -> float:
    """Largest logit difference between the packed training forward and transformers, conversation by conversation.

    Half of the conversations show pictures; those go through transformers' own position index.
    """
    from PIL import Image
    from transformers import AutoTokenizer, Qwen3_5ForConditionalGeneration
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    reference, report = Qwen3_5ForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    problems = {key: value for key, value in report.items() if value}
    if problems:
        raise ValueError(f"transformers reports {problems}; expected nothing missing or unexpected")
    encoder, rng = batches.Encoder(folder), Random(5)
    theirs = AutoTokenizer.from_pretrained(folder)
    samples = [generate.conversation(rng) for _ in range(6)]
    samples += [generate.conversation(rng, skill=generate.pictures.picture) for _ in range(4)]
    for sample in samples:
        text = theirs.apply_chat_template(
            sample.messages, tools=sample.tools, tokenize=False, enable_thinking=sample.thinking
        )
        grids = [(scene.height // batches.TOKEN_SIDE, scene.width // batches.TOKEN_SIDE) for scene in sample.pictures]
        if batches.expand(theirs(text)["input_ids"], grids, encoder.pad) != encoder.encode(sample).ids:
            raise ValueError(f"transformers' tokenizer or template differs on {text!r}")
    batch = batches.pack(iter([encoder.encode(sample) for sample in samples]), len(samples), 512, tokenizer.BASE)
    worst, processor = 0.0, Qwen2VLImageProcessorPil.from_pretrained(folder)
    for sample, _, _ in batch.placed:
        if sample.pictures:
            given = inputs(sample, encoder.pad, net.visual.eyes)
            made = processor(images=[Image.fromarray(draw(scene)) for scene in sample.pictures], return_tensors="pt")
            rows, grids = made["pixel_values"], made["image_grid_thw"]
            if not torch.equal(grids, given["image_grid_thw"]) or (rows - given["pixel_values"]).abs().max() > 1e-6:
                raise ValueError(f"transformers' picture processor gives other rows or grids: {grids.tolist()}")
    with torch.no_grad():
        ids, starts, places = (torch.from_numpy(x) for x in (batch.ids, batch.starts, batch.positions))
        packed = net.language.logits(net(ids, starts, places, batch.pictures, 32))
        for sample, row, at in batch.placed:
            alone = reference(**inputs(sample, encoder.pad, net.visual.eyes)).logits[0]
            worst = max(worst, float((packed[row, at : at + len(sample.ids)] - alone).abs().max()))
    return worst


def inputs(sample: batches.Encoded, pad: int, eyes: Eyes) -> dict[str, Tensor]:
    """What transformers' model takes for one conversation: ids, and its pictures' rows of pixels with their grids."""
    ids = torch.tensor([sample.ids])
    out = {"input_ids": torch.where(ids < 0, pad, ids)}
    if sample.pictures:
        pictures = [draw(scene) for scene in sample.pictures]
        out["pixel_values"] = torch.cat([_twice(patches(torch.from_numpy(p)[None], eyes)[0], eyes) for p in pictures])
        out["image_grid_thw"] = torch.tensor(
            [[1, p.shape[0] // eyes.patch, p.shape[1] // eyes.patch] for p in pictures]
        )
        out["mm_token_type_ids"] = (ids < 0).int()
    return out


def _twice(rows: Tensor, eyes: Eyes) -> Tensor:
    """Rows of one frame [P, 3 * 16 * 16] as those of two equal ones [P, 3 * 2 * 16 * 16]."""
    one = rows.unflatten(1, (3, 1, eyes.patch, eyes.patch))
    return torch.cat([one, one], 2).flatten(1)


def main() -> None:
    """Export and check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--average", action="store_true", help="the running average of the weights, of a run cut short")
    options = parser.parse_args()
    net = read(options.run, options.average)
    write(net, options.run, options.folder)
    worst = compare(net, options.folder)
    print(
        f"{sum(p.numel() for p in net.parameters()):,} parameters; largest logit difference to transformers {worst:.1e}"
    )
    if worst > 1e-3:
        raise ValueError(f"logits differ from transformers by {worst}, expected at most 1e-3")


if __name__ == "__main__":
    main()
