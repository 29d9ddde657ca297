"""The held-out examination: questions in wordings that training never saw, each with the one accepted reply.

Standard library only, so that the page's own measurement can ask the same questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from . import generate
from .exchange import Skill
from .skills import tools

EXAM_SEED = 7
BASIC = ("addition", "subtraction", "multiplication")  # the skills with the stricter bound


@dataclass(frozen=True)
class Question:
    """A prompt and the reply it must get, thoughts aside: text, or for a tool its call's markup."""

    skill: str
    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] | None
    thinking: bool
    expected: str


def call_markup(call: dict[str, Any]) -> str:
    """A tool call as the model writes it."""
    function = call["function"]
    lines = [f"<parameter={key}>\n{value}\n</parameter>" for key, value in function["arguments"].items()]
    return "\n".join(["<tool_call>", f"<function={function['name']}>", *lines, "</function>", "</tool_call>"])


def questions(per_skill: int, thinking: bool, seed: int = EXAM_SEED) -> list[Question]:
    """The last exchange of ``per_skill`` conversations of every skill; a tool's exchange gives two questions."""
    skills: list[Skill] = [skill for skill, _ in generate.SKILLS] + [tools.calculation, tools.clock]
    out = []
    for number, skill in enumerate(skills):
        rng = Random(f"{seed}/{number}/{thinking}")
        for _ in range(per_skill):
            sample = generate.conversation(rng, "held", skill, thinking)
            name = sample.exchanges[-1].skill
            history = 3 if sample.exchanges[-1].tool else 1
            if history == 3:
                call = call_markup(sample.messages[-3]["tool_calls"][0])
                out.append(Question(f"{name} call", sample.messages[:-3], sample.tools, thinking, call))
                name = f"{name} reply"
            out.append(Question(name, sample.messages[:-1], sample.tools, thinking, sample.messages[-1]["content"]))
    return out
