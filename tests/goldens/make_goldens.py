"""Regenerate the tiny checkpoints' weights and what transformers computes with them.

    python tests/goldens/make_goldens.py OUT          needs torch and transformers >= 5.23, which the tests do not

Inputs are ``config.json``, the tokenizer and the chat template beside this file. The weights are random but lively: norm
offsets, a spread of decays and large logits, so that leaving out any term of the network fails a test. They are stored as
published checkpoints store them (bf16, f32 for A_log and the gated norm); goldens are computed from them in f32.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import torch
from jinja2.sandbox import ImmutableSandboxedEnvironment
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import Qwen3_5ForConditionalGeneration
from transformers.models.qwen3_5 import modeling_qwen3_5 as published

HERE = Path(__file__).parent
SHARDS = {"tiny-a": 1, "tiny-b": 3}
SEEDS = {"tiny-a": 197, "tiny-b": 198}
INPUTS = ("config.json", "chat_template.jinja", "generation_config.json", "preprocessor_config.json", "video_preprocessor_config.json", "tokenizer.json", "tokenizer_config.json")  # fmt: skip
DECODED = 12  # greedy tokens of every golden
STORY = """\
The river runs slowly past the old mill, and the miller's daughter counts the boats that go by.
On Monday there were seven; on Tuesday there weren't any, because it'd rained and nobody'd sail.
She'll write the numbers in a small book: 7, 0, 12, 3, 45, 128, 2048, 65536.
"Why do you count them?" asked her brother. "I don't know," she said, "I've always counted things."
A tensor is a table of numbers. A matrix has two axes, rows and columns; a vector has only one.
The model reads a token, updates its state, and writes the next token. The state is a matrix for every head.
In each step the old state decays a little, the new key is compared with what is already stored,
and only the difference betw"""
CHATS: dict[str, list[tuple[str, str]]] = {
    "hello": [("user", "Hello, how many boats did you count on Monday?")],
    "long": [("user", STORY), ("assistant", "ok"), ("user", "Now in 日本語 please, with 12 numbers: 3 45 128")],
}
Arrays = dict[str, np.ndarray[Any, Any]]
Weights = dict[str, torch.Tensor]


class Draws:
    """Seeded random weights by name; the order of calls decides the values."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)
        self.weights: Weights = {}

    def normal(self, *shape: int, std: float = 1.0) -> torch.Tensor:
        return torch.randn(*shape, generator=self.generator) * std

    def uniform(self, size: int, low: float, high: float) -> torch.Tensor:
        return torch.rand(size, generator=self.generator) * (high - low) + low

    def linear(self, name: str, rows: int, columns: int, gain: float = 1.0) -> None:
        self.weights[f"{name}.weight"] = self.normal(rows, columns, std=gain / math.sqrt(columns))

    def norm(self, name: str, width: int, offset: float = 0.0) -> None:
        self.weights[f"{name}.weight"] = self.normal(width, std=0.2) + offset

    def biased(self, name: str, *shape: int) -> None:
        self.weights[f"{name}.weight"] = self.normal(*shape, std=1 / math.sqrt(math.prod(shape[1:])))
        self.weights[f"{name}.bias"] = self.normal(shape[0], std=0.1)

    def layer_norm(self, name: str, width: int) -> None:
        self.weights[f"{name}.weight"] = 1.0 + self.normal(width, std=0.1)
        self.weights[f"{name}.bias"] = self.normal(width, std=0.1)


def make_weights(config: dict[str, Any], seed: int) -> Weights:
    """Every tensor of a published checkpoint: text, multi-token prediction, vision."""
    text, draws, trunk = config["text_config"], Draws(seed), "model.language_model."
    D, V = text["hidden_size"], text["vocab_size"]
    draws.weights[f"{trunk}embed_tokens.weight"] = draws.normal(V, D, std=0.5)
    for i, kind in enumerate(text["layer_types"]):
        layer = f"{trunk}layers.{i}."
        _mlp_and_norms(draws, layer, text)
        (_attention if kind == "full_attention" else _delta_net)(draws, layer, text)
    draws.norm(f"{trunk}norm", D)
    if not config["tie_word_embeddings"]:
        draws.linear("lm_head", V, D, 2.0)
    _mlp_and_norms(draws, "mtp.layers.0.", text)
    _attention(draws, "mtp.layers.0.", text)
    draws.linear("mtp.fc", D, 2 * D)
    for name in ("norm", "pre_fc_norm_embedding", "pre_fc_norm_hidden"):
        draws.norm(f"mtp.{name}", D)
    _vision(draws, config["vision_config"], D)
    wide = ("linear_attn.A_log", "linear_attn.norm.weight")
    return {
        name: (weight.float() if name.endswith(wide) else weight.to(torch.bfloat16)).contiguous()
        for name, weight in draws.weights.items()
    }


def _mlp_and_norms(draws: Draws, layer: str, text: dict[str, Any]) -> None:
    D, F = text["hidden_size"], text["intermediate_size"]
    draws.norm(f"{layer}input_layernorm", D)
    draws.norm(f"{layer}post_attention_layernorm", D)
    draws.linear(f"{layer}mlp.gate_proj", F, D)
    draws.linear(f"{layer}mlp.up_proj", F, D)
    draws.linear(f"{layer}mlp.down_proj", D, F)


def _attention(draws: Draws, layer: str, text: dict[str, Any]) -> None:
    D, Dh = text["hidden_size"], text["head_dim"]
    Hq, Hkv = text["num_attention_heads"], text["num_key_value_heads"]
    for name, rows in (("q", 2 * Hq * Dh), ("k", Hkv * Dh), ("v", Hkv * Dh)):
        draws.linear(f"{layer}self_attn.{name}_proj", rows, D)
    draws.linear(f"{layer}self_attn.o_proj", D, Hq * Dh)
    draws.norm(f"{layer}self_attn.q_norm", Dh, 0.5)
    draws.norm(f"{layer}self_attn.k_norm", Dh, 0.5)


def _delta_net(draws: Draws, layer: str, text: dict[str, Any]) -> None:
    D, Hv, Dv = text["hidden_size"], text["linear_num_value_heads"], text["linear_value_head_dim"]
    C = 2 * text["linear_num_key_heads"] * text["linear_key_head_dim"] + Hv * Dv
    gdn = f"{layer}linear_attn."
    for name, rows in (("qkv", C), ("z", Hv * Dv), ("b", Hv), ("a", Hv)):
        draws.linear(f"{gdn}in_proj_{name}", rows, D)
    draws.weights[f"{gdn}conv1d.weight"] = draws.normal(C, 1, 4, std=0.5)
    draws.weights[f"{gdn}A_log"] = draws.uniform(Hv, math.log(0.02), math.log(4.0))
    draws.weights[f"{gdn}dt_bias"] = draws.uniform(Hv, -4.0, 2.0)
    draws.norm(f"{gdn}norm", Dv, 1.0)
    draws.linear(f"{gdn}out_proj", D, Hv * Dv)


def _vision(draws: Draws, vision: dict[str, Any], D: int) -> None:
    d, F = vision["hidden_size"], vision["intermediate_size"]
    merged = d * vision["spatial_merge_size"] ** 2
    draws.biased("model.visual.patch_embed.proj", d, 3, 2, 16, 16)
    draws.weights["model.visual.pos_embed.weight"] = draws.normal(vision["num_position_embeddings"], d, std=0.5)
    for i in range(vision["depth"]):
        block = f"model.visual.blocks.{i}."
        draws.layer_norm(f"{block}norm1", d)
        draws.layer_norm(f"{block}norm2", d)
        for name, rows, columns in (
            ("attn.qkv", 3 * d, d),
            ("attn.proj", d, d),
            ("mlp.linear_fc1", F, d),
            ("mlp.linear_fc2", d, F),
        ):
            draws.biased(f"{block}{name}", rows, columns)
    draws.layer_norm("model.visual.merger.norm", d)
    draws.biased("model.visual.merger.linear_fc1", merged, merged)
    draws.biased("model.visual.merger.linear_fc2", D, merged)


def save_sharded(weights: Weights, folder: Path, count: int) -> None:
    """Write ``count`` safetensors files of about one size, and their index."""
    total = sum(weight.nbytes for weight in weights.values())
    shards: list[list[str]] = [[]]
    size = 0
    for name in sorted(weights):
        if size + weights[name].nbytes > total / count and shards[-1] and len(shards) < count:
            shards.append([])
            size = 0
        shards[-1].append(name)
        size += weights[name].nbytes
    placed: dict[str, str] = {}
    for number, names in enumerate(shards, 1):
        file = f"model.safetensors-{number:05d}-of-{len(shards):05d}.safetensors"
        save_file({name: weights[name] for name in names}, str(folder / file))
        placed |= dict.fromkeys(names, file)
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(placed.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))


def prompts(folder: Path) -> dict[str, list[int]]:
    """The ids of every golden's prompt: two chats, and a single token."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.globals["raise_exception"] = _raise
    template = environment.from_string((folder / "chat_template.jinja").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found = {}
    for name, turns in CHATS.items():
        messages = [{"role": role, "content": content} for role, content in turns]
        text = template.render(messages=messages, add_generation_prompt=True)
        found[name] = tokenizer.encode(text, add_special_tokens=False).ids
    return found | {"one": [5]}


def _raise(message: str) -> None:
    raise jinja2.TemplateError(message)


def text_golden(model: Any, ids: list[int], whole: bool) -> Arrays:
    """One prompt and DECODED greedy tokens; ``whole`` keeps the outputs of every layer and the caches too."""
    layers: list[torch.Tensor] = []
    hooks = [
        layer.register_forward_hook(lambda _module, _inputs, output: layers.append(output[0] if isinstance(output, tuple) else output))
        for layer in model.model.language_model.layers
    ]  # fmt: skip
    with torch.no_grad():
        result = model(input_ids=torch.tensor([ids]), use_cache=True)
    for hook in hooks:
        hook.remove()
    logits, cache = result.logits[0].double(), result.past_key_values
    likely = torch.log_softmax(logits, -1)[torch.arange(len(ids) - 1), torch.tensor(ids[1:], dtype=torch.long)]
    golden: Arrays = {"input_ids": np.array(ids), "prompt_logprobs": _f32(likely), "last_logits": _f32(logits[-1])}
    golden |= _states(model, cache, caches=whole)
    if whole:
        golden |= {f"layer_{i}": _f32(layer[0]) for i, layer in enumerate(layers)}

    chosen, rows = [int(logits[-1].argmax())], []
    for step in range(DECODED):
        position = torch.full((4, 1, 1), len(ids) + step)  # text, then the three rotary axes
        with torch.no_grad():
            result = model(
                input_ids=torch.tensor([chosen[-1:]]), past_key_values=cache, position_ids=position, use_cache=True
            )
        rows.append(_f32(result.logits[0, -1]))
        chosen.append(int(rows[-1].argmax()))
    golden |= {"decode_ids": np.array(chosen[:DECODED]), "decode_logits": np.stack(rows)}
    return golden | {f"after_{name}": values for name, values in _states(model, cache, caches=False).items()}


def far_golden(model: Any, ids: list[int], first: int = 200_000) -> Arrays:
    """The logits after a prompt that begins far from 0, where the last bit of a rotary frequency shows."""
    positions = torch.arange(first, first + len(ids))[None]
    with torch.no_grad():
        logits = model(input_ids=torch.tensor([ids]), position_ids=positions).logits[0, -1]
    frequencies = model.model.language_model.rotary_emb.inv_freq
    return {
        "first_position": np.array(first),
        "last_logits": _f32(logits),
        "inverse_frequencies": _f32(frequencies),
    }


def _states(model: Any, cache: Any, caches: bool) -> Arrays:
    """conv_i [C, 3], state_i [Hv, Dk, Dv]; with ``caches`` k_i and v_i [Hkv, n, Dh]."""
    found: Arrays = {}
    for i, kind in enumerate(model.config.text_config.layer_types):
        layer = cache.layers[i]
        if kind == "linear_attention":
            found[f"conv_{i}"] = _f32(layer.conv_states[0][0])[:, -3:]
            found[f"state_{i}"] = _f32(layer.recurrent_states[0][0])
        elif caches:
            found |= {f"k_{i}": _f32(layer.keys[0]), f"v_{i}": _f32(layer.values[0])}
    return found


def delta_rule_goldens() -> Arrays:
    """The recurrence alone, from zero (z) and from a given state (s)."""
    Hk, Hv, Dk, Dv = 2, 4, 16, 24
    generator = torch.Generator().manual_seed(7)
    found: Arrays = {}
    for tokens in (1, 2, 5, 63, 64, 65):
        for start in ("z", "s"):
            q, k = (torch.randn(1, tokens, Hk, Dk, generator=generator) for _ in range(2))
            v = torch.randn(1, tokens, Hv, Dv, generator=generator)
            beta = torch.rand(1, tokens, Hv, generator=generator)
            g = -torch.exp(torch.rand(1, tokens, Hv, generator=generator) * 6 - 5)
            state = torch.randn(1, Hv, Dk, Dv, generator=generator) if start == "s" else None
            options = {"initial_state": state, "output_final_state": True, "use_qk_l2norm_in_kernel": True}
            out, last = published.torch_recurrent_gated_delta_rule(q, k, v, g=g, beta=beta, **options)
            arrays = {"q": q, "k": k, "v": v, "beta": beta, "g": g, "out": out, "state": last} | (
                {} if state is None else {"s0": state}
            )
            if tokens in (1, 5, 65):
                found |= {f"n{tokens}_{start}_{name}": _f32(array[0]) for name, array in arrays.items()}
    return found


def _f32(values: torch.Tensor) -> np.ndarray[Any, Any]:
    return np.array(values.detach().float().numpy())  # a copy: the cache is changed in place


def _save(file: Path, arrays: Arrays) -> None:
    np.savez_compressed(file, allow_pickle=False, **arrays)


def main() -> None:
    """Write OUT/tiny-a, OUT/tiny-b and OUT/gdn.npz."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    torch.set_num_threads(2)
    for name, seed in SEEDS.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        for file in INPUTS:
            if folder != HERE / name:
                shutil.copyfile(HERE / name / file, folder / file)
        config = json.loads((folder / "config.json").read_text())
        save_sharded(make_weights(config, seed), folder, SHARDS[name])
        model = Qwen3_5ForConditionalGeneration.from_pretrained(
            folder, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        for text, ids in prompts(folder).items():
            _save(folder / f"text_{text}.npz", text_golden(model, ids, whole=text != "long"))
        _save(folder / "far.npz", far_golden(model, prompts(folder)["hello"]))
    _save(out / "gdn.npz", delta_rule_goldens())


if __name__ == "__main__":
    main()
