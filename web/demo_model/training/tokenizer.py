"""Trains and writes the demo model's byte-level BPE tokenizer, with Qwen3.5's pattern and special tokens in their order.

    python -m web.demo_model.training.tokenizer web/demo_model/checkpoint

Needs tokenizers 0.23.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from . import generate, template

PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = [  # control tokens, dropped by skip_special_tokens
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>",
    "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>",
    "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
]  # fmt: skip
MARKUP = [  # single tokens that are part of the text
    "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
    "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<tool_response>", "</tool_response>",
    "<think>", "</think>",
]  # fmt: skip
CONFIG_ONLY = [  # named in tokenizer_config.json only
    "<|audio_start|>", "<|audio_end|>", "<tts_pad>", "<tts_text_bos>", "<tts_text_eod>",
    "<tts_text_bos_single>", "<|audio_pad|>",
]  # fmt: skip
BASE = 2048  # byte-level tokens; the special ones follow
ROWS = 2112  # embedding rows: BASE + 33 special tokens, rounded up to a multiple of 32; the last 31 stay unused
SAMPLE = 40_000  # conversations that the merges are learned from


def texts(count: int) -> Iterator[str]:
    """Rendered conversations without their control tokens."""
    compiled = template.compile_template()
    control = re.compile("|".join(re.escape(token) for token in SPECIAL + MARKUP))
    for sample in islice(generate.stream(seed=0), count):
        text = template.render(
            compiled, sample.messages, None if plain(sample) else sample.tools, enable_thinking=sample.thinking
        )
        yield from (piece for piece in control.split(text) if piece)


def plain(sample: generate.Conversation) -> bool:
    """Whether to leave the tool declarations out: they repeat, and a few hundred of them teach all their words."""
    return len(sample.messages) % 4 != 0


def train() -> Tokenizer:
    """Learn the merges and append the special tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False, trim_offsets=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=BASE, min_frequency=2, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(texts(SAMPLE), trainer)
    if tokenizer.get_vocab_size() != BASE:
        raise ValueError(
            f"the text gives {tokenizer.get_vocab_size()} tokens, expected {BASE}: lower BASE or write more skills"
        )
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=token in SPECIAL) for token in SPECIAL + MARKUP])
    return tokenizer


def config() -> dict[str, Any]:
    """tokenizer_config.json as the published models write it."""
    decoder = {
        str(BASE + i): {
            "content": token,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": token not in MARKUP,
        }
        for i, token in enumerate(SPECIAL + MARKUP + CONFIG_ONLY)
    }
    return {
        "add_bos_token": False,
        "add_prefix_space": False,
        "added_tokens_decoder": decoder,
        "additional_special_tokens": SPECIAL[1:],
        "bos_token": None,
        "chat_template": template.source(),
        "clean_up_tokenization_spaces": False,
        "eos_token": "<|im_end|>",
        "errors": "replace",
        "extra_special_tokens": {
            "audio_bos_token": "<|audio_start|>",
            "audio_eos_token": "<|audio_end|>",
            "audio_token": "<|audio_pad|>",
            "image_token": "<|image_pad|>",
            "video_token": "<|video_pad|>",
            "vision_bos_token": "<|vision_start|>",
            "vision_eos_token": "<|vision_end|>",
        },
        "model_max_length": 4096,
        "pad_token": "<|endoftext|>",
        "pretokenize_regex": PATTERN,
        "split_special_tokens": False,
        "tokenizer_class": "Qwen2Tokenizer",
        "unk_token": None,
    }


def write(tokenizer: Tokenizer, folder: Path) -> None:
    """tokenizer.json, vocab.json, merges.txt, tokenizer_config.json and chat_template.jinja."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    model = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False), encoding="utf-8")
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    (folder / "chat_template.jinja").write_text(template.source(), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps(config(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def load(folder: Path) -> Tokenizer:
    """The trained tokenizer of a checkpoint folder."""
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


if __name__ == "__main__":
    write(train(), Path(sys.argv[1]))
