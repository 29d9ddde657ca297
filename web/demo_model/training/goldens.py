"""Writes what transformers answers, greedily and in float32, to held-out questions: the page must write the same tokens.

    python -m web.demo_model.training.goldens web/demo_model/checkpoint tests/goldens/demo.json

One question of each skill, half of them thinking, and ten about pictures; prompts are rendered and tokenized by transformers
from the checkpoint's own files, so that template and tokenizer are compared as well. A picture stands in the entry as a PNG in
base64. Needs torch 2.13, transformers 5.23.
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, Qwen3_5ForConditionalGeneration

from . import batches
from .export import inputs
from .pictures import png
from .pictures.drawing import draw
from .questions import Question, questions
from .tower import Eyes

LIMIT = 96  # tokens of one reply
PICTURES = 10


def chosen() -> list[Question]:
    """The first held-out question of each skill, with and without thinking by turns, and the first about pictures."""
    plain, thinking = ({q.skill: q for q in reversed(questions(1, thought))} for thought in (False, True))
    skills = sorted(skill for skill, question in (plain | thinking).items() if not question.pictures)
    blind = [(plain | thinking if i % 2 else thinking | plain)[skill] for i, skill in enumerate(skills)]
    seeing = {q.skill: q for q in reversed(questions(5, thinking=False)) if q.pictures}
    return blind + [seeing[skill] for skill in sorted(seeing)][:PICTURES]


def main() -> None:
    """Ask each question alone, without padding or batching."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.checkpoint)
    model = Qwen3_5ForConditionalGeneration.from_pretrained(options.checkpoint, dtype=torch.float32).eval()
    pad = tokenizer.convert_tokens_to_ids("<|image_pad|>")
    entries: list[dict[str, Any]] = []
    for question in chosen():
        rendered = tokenizer.apply_chat_template(
            question.messages,
            tools=question.tools,
            add_generation_prompt=True,
            enable_thinking=question.thinking,
            tokenize=False,
        )
        grids = [(scene.height // batches.TOKEN_SIDE, scene.width // batches.TOKEN_SIDE) for scene in question.pictures]
        ids = batches.expand(tokenizer(rendered)["input_ids"], grids, pad)
        given = inputs(batches.Encoded(ids, [], batches.positions(ids, grids), question.pictures), pad, Eyes())
        with torch.no_grad():
            made = model.generate(**given, max_new_tokens=LIMIT, do_sample=False)[0, len(ids) :].tolist()
        shown = [base64.b64encode(png.encode(draw(scene))).decode() for scene in question.pictures]
        entries.append(
            {
                "skill": question.skill,
                "messages": question.messages,
                "tools": question.tools,
                "thinking": question.thinking,
                "prompt_ids": given["input_ids"][0].tolist(),
                "ids": made,
                "text": tokenizer.decode(made, skip_special_tokens=True),
            }
            | ({"pictures": shown} if shown else {})
        )
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    options.out.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
