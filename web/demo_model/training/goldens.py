"""Writes what transformers answers, greedily and in float32, to held-out questions: the page must write the same tokens.

    python -m web.demo_model.training.goldens web/demo_model/checkpoint tests/goldens/demo.json

One question of each skill, half of them thinking; prompts are rendered and tokenized by transformers from the checkpoint's
own files, so that template and tokenizer are compared as well. Needs torch 2.13, transformers 5.23.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from .questions import Question, questions

LIMIT = 96  # tokens of one reply


def chosen() -> list[Question]:
    """The first held-out question of each skill, with and without thinking by turns."""
    plain, thinking = ({q.skill: q for q in reversed(questions(1, thought))} for thought in (False, True))
    skills = sorted(plain | thinking)
    return [(plain | thinking if i % 2 else thinking | plain)[skill] for i, skill in enumerate(skills)]


def main() -> None:
    """Ask each question alone, without padding or batching."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.checkpoint)
    model = AutoModelForCausalLM.from_pretrained(options.checkpoint, dtype=torch.float32).eval()
    entries: list[dict[str, Any]] = []
    for question in chosen():
        inputs = tokenizer.apply_chat_template(
            question.messages,
            tools=question.tools,
            add_generation_prompt=True,
            enable_thinking=question.thinking,
            return_tensors="pt",
            return_dict=True,
        )
        length = inputs["input_ids"].shape[1]
        with torch.no_grad():
            made = model.generate(**inputs, max_new_tokens=LIMIT, do_sample=False)[0, length:].tolist()
        entries.append(
            {
                "skill": question.skill,
                "messages": question.messages,
                "tools": question.tools,
                "thinking": question.thinking,
                "prompt_ids": inputs["input_ids"][0].tolist(),
                "ids": made,
                "text": tokenizer.decode(made, skip_special_tokens=True),
            }
        )
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    options.out.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
