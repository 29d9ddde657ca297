"""The held-out examination: questions in wordings that training never saw, each with the one accepted reply.

Standard library only, so that the page's own measurement can ask the same questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from . import generate
from .exchange import Situation, Skill
from .skills import arithmetic, tools

EXAM_SEED = 7
BASIC = ("addition", "subtraction", "multiplication")  # the skills with the stricter bound

# Written when the wordings of training were final, so that nothing was ever chosen by their result.
FRESH = {
    "+": (
        "{a} and {b} make how much?",
        "Please tell me what {a} + {b} is.",
        "If you add {b} to {a}, what is the result?",
        "Find {a} plus {b}.",
        "Can you tell me {a} + {b}?",
    ),
    "-": (
        "{a} less {b}?",
        "Please tell me what {a} - {b} is.",
        "If you take {b} from {a}, what is the result?",
        "Find {a} minus {b}.",
        "Can you tell me {a} - {b}?",
    ),
    "×": (
        "{a} lots of {b}?",
        "Please tell me what {a} x {b} is.",
        "If you multiply {a} by {b}, what is the result?",
        "Find {a} times {b}.",
        "Can you tell me {a} * {b}?",
    ),
}


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


def fresh(per_wording: int, thinking: bool, seed: int = EXAM_SEED) -> list[Question]:
    """The basic sums in the ``FRESH`` wordings, one question to a conversation."""
    out = []
    skills = zip(BASIC, (arithmetic.addition, arithmetic.subtraction, arithmetic.multiplication), FRESH, strict=True)
    for name, skill, sign in skills:
        rng = Random(f"{seed}/{name}/{thinking}")
        for wording in FRESH[sign] * per_wording:
            answer = skill(rng, "held", Situation()).answer
            a, b = answer.split(" = ")[0].split(f" {sign} ")
            asked = [{"role": "user", "content": wording.format(a=a, b=b)}]
            out.append(Question(name, asked, None, thinking, answer))
    return out
