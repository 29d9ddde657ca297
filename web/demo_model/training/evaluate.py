"""Examines the checkpoint on held-out wordings with transformers: greedy, exact match, per skill.

    python -m web.demo_model.training.evaluate web/demo_model/checkpoint --per-skill 40

A reply counts when its text after the think block equals the expected one and it ended by itself within 160 tokens.
``--newcomers`` asks what a newcomer would and marks right, declined and wrong. ``--four-bits`` rounds the weights first
the way the q4 recipe does. A checkpoint without eyes is not asked about pictures. Needs torch 2.13, transformers 5.23,
kernels_wgsl for ``--four-bits``.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, Qwen3_5ForConditionalGeneration

from kernels_wgsl import pack

from . import batches, newcomers, template, tokenizer
from .export import inputs
from .questions import BASIC, Question, questions, strangers
from .tower import Eyes

LIMIT = 160  # tokens of one reply
BATCH = 64


class Examinee:
    """The checkpoint under transformers' greedy generation."""

    def __init__(self, folder: Path, four_bits: bool) -> None:
        self.encoder = batches.Encoder(folder)
        self.sees = (folder / "preprocessor_config.json").exists()
        kind = Qwen3_5ForConditionalGeneration if self.sees else AutoModelForCausalLM
        self.model = kind.from_pretrained(folder, dtype=torch.float32).eval()
        if four_bits:
            round_to_bundle(self.model)

    def prompt(self, question: Question) -> batches.Encoded:
        """What the model is given."""
        text = template.render(
            self.encoder.template,
            question.messages,
            question.tools,
            add_generation_prompt=True,
            enable_thinking=question.thinking,
        )
        return self.encoder.encode_text(text, question.pictures)

    @torch.no_grad()
    def replies(self, asked: list[Question]) -> list[str | None]:
        """Raw text of each reply, None where it did not end; prompts of similar length share a batch, padded on the left.

        Prompts with pictures are answered one by one.
        """
        prompts = [self.prompt(question) for question in asked]
        out: list[str | None] = [None] * len(asked)
        blind = sorted((i for i in range(len(asked)) if not prompts[i].pictures), key=lambda i: len(prompts[i].ids))
        for at in range(0, len(blind), BATCH):
            part = blind[at : at + BATCH]
            width = max(len(prompts[i].ids) for i in part)
            gaps = [width - len(prompts[i].ids) for i in part]
            ids = torch.tensor([[tokenizer.BASE] * gap + prompts[i].ids for gap, i in zip(gaps, part, strict=True)])
            mask = torch.tensor([[0] * gap + [1] * (width - gap) for gap in gaps])
            for i, row in zip(part, self._write({"input_ids": ids, "attention_mask": mask}), strict=True):
                out[i] = self._text(row)
        for i, prompt in enumerate(prompts):
            if prompt.pictures:
                out[i] = self._text(self._write(inputs(prompt, self.encoder.pad, Eyes()))[0])
        return out

    def _write(self, given: dict[str, torch.Tensor]) -> list[list[int]]:
        width, end = given["input_ids"].shape[1], self.encoder.end
        made = self.model.generate(
            **given, max_new_tokens=LIMIT, do_sample=False, eos_token_id=end, pad_token_id=tokenizer.BASE
        )
        rows: list[list[int]] = made[:, width:].tolist()
        return rows

    def _text(self, row: list[int]) -> str | None:
        if self.encoder.end not in row:
            return None
        return str(self.encoder.tokenizer.decode(row[: row.index(self.encoder.end)], skip_special_tokens=False))


def round_to_bundle(model: torch.nn.Module) -> None:
    """Replace the weights by what a q4 bundle holds: 4 bits in the trunk, 8 in embedding and eyes, the gates as they are."""
    for name, module in model.named_modules():
        if name.endswith(("in_proj_a", "in_proj_b", "lm_head")) or not isinstance(
            module, torch.nn.Linear | torch.nn.Embedding
        ):
            continue
        w = module.weight.data
        if "pos_embed" in name:
            continue
        form = "q8" if isinstance(module, torch.nn.Embedding) or "visual" in name else "q4"
        w.copy_(torch.from_numpy(pack.unpack(*pack.pack(w.numpy(), form), form, *w.shape)))


def visible(reply: str, thinking: bool) -> str:
    """The reply without its thought; in thinking mode the text before </think> is thought."""
    return reply.split("</think>", 1)[-1].strip() if thinking else reply.strip()


def examine(examinee: Examinee, asked: list[Question], show: int) -> dict[str, tuple[int, int]]:
    """Right and asked per skill; prints the first ``show`` mistakes of each."""
    score: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for question, reply in zip(asked, examinee.replies(asked), strict=True):
        right = reply is not None and visible(reply, question.thinking) == question.expected
        entry = score[question.skill]
        entry[0] += right
        entry[1] += 1
        if not right and entry[1] - entry[0] <= show:
            print(
                f"  {question.skill}: {question.messages[-1]['content']!r}\n    got {reply!r}\n    not {question.expected!r}"
            )
    return {skill: (right, count) for skill, (right, count) in score.items()}


def main() -> None:
    """Examine without and with thinking, and print the table of the model card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--per-skill", type=int, default=40)
    parser.add_argument("--four-bits", action="store_true")
    parser.add_argument("--show", type=int, default=0, help="mistakes to print per skill")
    parser.add_argument("--newcomers", action="store_true", help="only what a newcomer asks")
    parser.add_argument("--strangers", action="store_true", help="only the basic sums, in a stranger's wordings")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    examinee = Examinee(options.folder, options.four_bits)
    if options.newcomers:
        marks = newcomers.receive(
            lambda held: examinee.replies([Question("", messages, None, False, "") for messages in held]),
            options.show > 0,
        )
        print(", ".join(f"{name} {percent(count, marks.total())}" for name, count in marks.items()))
        return
    ask = strangers if options.strangers else questions
    plain, thought = (
        examine(
            examinee, [q for q in ask(options.per_skill, thinking) if examinee.sees or not q.pictures], options.show
        )
        for thinking in (False, True)
    )
    print("| skill | questions | direct | thinking |\n|---|---|---|---|")
    for skill in sorted(plain | thought):
        (a, n), (b, m) = plain.get(skill, (0, 0)), thought.get(skill, (0, 0))
        print(f"| {skill} | {n + m} | {percent(a, n)} | {percent(b, m)} |")
    for title, chosen in (("the three basic sums", BASIC), ("all skills", tuple(plain | thought))):
        sums = [
            sum(x) for x in zip(*(score[s] for score in (plain, thought) for s in chosen if s in score), strict=True)
        ]
        both = [
            [sum(x) for x in zip(*(score[s] for s in chosen if s in score), strict=True)] for score in (plain, thought)
        ]
        print(f"| **{title}** | {sums[1]} | {percent(*both[0])} | {percent(*both[1])} |")


def percent(right: int, count: int) -> str:
    """Share of right answers."""
    return f"{100 * right / count:.1f} %" if count else "-"


if __name__ == "__main__":
    main()
