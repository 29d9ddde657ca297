"""Writes a trained network as a checkpoint in the published Qwen3.5 layout and checks it against transformers.

    python -m web.demo_model.training.export RUN web/demo_model/checkpoint

All weights are BF16 except A_log and linear_attn.norm, which are F32, as published. The check loads the folder with
transformers, wants nothing missing or unexpected, and compares logits with the training forward: two conversations in one
packed row must give what each gives alone. Needs torch 2.13, transformers 5.23, safetensors 0.7.
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
from .model import Network, Shape

WEIGHTS = "model.safetensors-00001-of-00001.safetensors"
LICENCE = Path(__file__).parents[3] / "LICENSE"
PREFIX = "model.language_model."
CONTEXT = 4096  # tokens; conversations in training are up to 512


def config(shape: Shape) -> dict[str, Any]:
    """config.json of this shape: the published keys, text only."""
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
            "mrope_section": [3, 3, 2],
            "partial_rotary_factor": shape.rotary_dim / shape.head_dim,
            "rope_theta": shape.rope_theta,
            "rope_type": "default",
        },
        "tie_word_embeddings": True,
        "use_cache": True,
        "vocab_size": shape.vocab,
    }
    return {
        "architectures": ["Qwen3_5ForCausalLM"],
        "image_token_id": special["image_pad"],
        "model_type": "qwen3_5",
        "text_config": text,
        "tie_word_embeddings": True,
        "video_token_id": special["video_pad"],
        "vision_end_token_id": special["vision_end"],
        "vision_start_token_id": special["vision_start"],
    }


def tensors(net: Network) -> dict[str, Tensor]:
    """Published names and dtypes."""
    out = {}
    for name, w in net.state_dict().items():
        exact = name.endswith(("A_log", "linear_attn.norm.weight"))
        out[PREFIX + name] = w.contiguous().to(torch.float32 if exact else torch.bfloat16)
    return out


def write(net: Network, run: Path, folder: Path) -> None:
    """Configuration, weights, index, tokenizer and licence."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = tensors(net)
    save_file(weights, folder / WEIGHTS)
    total = sum(w.numel() * w.element_size() for w in weights.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict.fromkeys(sorted(weights), WEIGHTS)}
    _json(folder / "model.safetensors.index.json", index)
    _json(folder / "config.json", config(net.shape))
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


def read(run: Path, average: bool) -> Network:
    """The trained network of a run, rounded as it is shipped; the average is the better one before the decay."""
    net = Network(Shape(tokenizer.ROWS))
    net.load_state_dict(torch.load(run / "state.pt")["average" if average else "net"])
    rounded = {name.removeprefix(PREFIX): w.float() for name, w in tensors(net).items()}
    net.load_state_dict(rounded)
    return net.eval()


def compare(net: Network, folder: Path) -> float:
    """Largest logit difference between the packed training forward and transformers, conversation by conversation."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    reference, report = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    problems = {key: value for key, value in report.items() if value}
    if problems:
        raise ValueError(f"transformers reports {problems}; expected nothing missing or unexpected")
    encoder, rng = batches.Encoder(folder), Random(5)
    published = AutoTokenizer.from_pretrained(folder)
    samples = [generate.conversation(rng) for _ in range(6)]
    ids = [encoder.encode(sample)[0] for sample in samples]
    for sample, expected in zip(samples, ids, strict=True):
        text = published.apply_chat_template(
            sample.messages, tools=sample.tools, tokenize=False, enable_thinking=sample.thinking
        )
        if published(text)["input_ids"] != expected:
            raise ValueError(f"transformers' tokenizer or template differs on {text!r}")
    row = [token for part in ids for token in part]
    row += [tokenizer.BASE] * (-len(row) % 64)
    starts = torch.zeros(1, len(row), dtype=torch.bool)
    at, worst = 0, 0.0
    for part in ids:
        starts[0, at] = True
        at += len(part)
    with torch.no_grad():
        packed = net.logits(net(torch.tensor([row]), starts, 64))[0]
        at = 0
        for part in ids:
            alone = reference(torch.tensor([part])).logits[0]
            worst = max(worst, float((packed[at : at + len(part)] - alone).abs().max()))
            at += len(part)
    return worst


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
