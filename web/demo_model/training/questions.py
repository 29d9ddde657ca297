"""The held-out examination: questions in wordings that training never saw, each with the one accepted reply.

Standard library only, so that the page's own measurement can ask the same questions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from . import generate
from .exchange import Situation, Skill
from .pictures.scenes import Scene
from .skills import arithmetic, letters, pictures

EXAM_SEED = 7
BASIC = ("addition", "subtraction", "multiplication")  # the skills with the stricter bound

MANIFOLD: dict[Skill, int] = {letters.spelling: 3, pictures.picture: 14}  # times as many, for they ask several things

# Written by somebody who had seen neither the training wordings nor the model, and read by nobody who chose those.
STRANGERS = Path(__file__).with_name("strangers.json")


@dataclass(frozen=True)
class Question:
    """A prompt and the reply it must get, thoughts aside: text, or for a tool its call's markup."""

    skill: str
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] | None
    thinking: bool
    expected: str
    pictures: tuple[Scene, ...] = ()


def call_markup(call: dict[str, Any]) -> str:
    """A tool call as the model writes it."""
    function = call["function"]
    lines = [f"<parameter={key}>\n{value}\n</parameter>" for key, value in function["arguments"].items()]
    return "\n".join(["<tool_call>", f"<function={function['name']}>", *lines, "</function>", "</tool_call>"])


def questions(per_skill: int, thinking: bool, seed: int = EXAM_SEED) -> list[Question]:
    """The last exchange of ``per_skill`` conversations of every skill; a tool's exchange gives two questions.

    Skills that ask several things, each with a name of its own, are asked more often.
    """
    skills: list[Skill] = [skill for skill, _ in generate.SKILLS] + list(generate.SITUATED)
    out = []
    for number, skill in enumerate(skills):
        rng = Random(f"{seed}/{number}/{thinking}")
        for _ in range(per_skill * MANIFOLD.get(skill, 1)):
            sample = generate.conversation(rng, "held", skill, thinking)
            name = sample.exchanges[-1].skill
            if sample.exchanges[-1].tool:
                call = call_markup(sample.messages[-3]["tool_calls"][0])
                out.append(Question(f"{name} call", sample.messages[:-3], sample.tools, thinking, call))
                name = f"{name} reply"
            asked, expected = sample.messages[:-1], sample.messages[-1]["content"]
            out.append(Question(name, asked, sample.tools, thinking, expected, sample.pictures))
    return out


def strangers(per_wording: int, thinking: bool, seed: int = EXAM_SEED) -> list[Question]:
    """The basic sums as a stranger asks them, one question to a conversation; no difference is below zero."""
    out = []
    wordings: dict[str, list[str]] = json.loads(STRANGERS.read_text("utf-8"))
    skills = zip(BASIC, (arithmetic.addition, arithmetic.subtraction, arithmetic.multiplication), wordings, strict=True)
    for name, skill, sign in skills:
        rng = Random(f"{seed}/{name}/{thinking}")
        for wording in wordings[sign] * per_wording:
            answer = skill(rng, "held", Situation()).answer
            while (found := answer.removesuffix(".").split(" "))[-1].startswith("-"):
                answer = skill(rng, "held", Situation()).answer
            asked = [{"role": "user", "content": wording.format(a=found[0], b=found[2])}]
            out.append(Question(name, asked, None, thinking, answer))
    return out
