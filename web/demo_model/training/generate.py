"""Conversations for the demo model, written by seed: skills are mixed into turns, system prompts, tools and thoughts.

    python -m web.demo_model.training.generate --seed 1 --count 5         prints five training conversations

The same seed gives the same conversations. Training draws the "train" wordings only; evaluation asks the "held" ones.
Needs the standard library; rendering (render.py) needs jinja2.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from .exchange import Exchange, Situation, Skill, Split, listed
from .pictures import scenes
from .pictures.scenes import Scene
from .skills import (
    arithmetic,
    calculations,
    calendar_facts,
    conversions,
    dates,
    decline,
    follow_ups,
    knowledge,
    letters,
    logic,
    numbers,
    pictures,
    project,
    stories,
    talk,
    tools,
    words,
)

SKILLS: tuple[tuple[Skill, float], ...] = (
    (arithmetic.addition, 16.0),
    (arithmetic.subtraction, 22.0),
    (arithmetic.negative, 2.0),
    (arithmetic.multiplication, 13.0),
    (arithmetic.division, 6.0),
    (calculations.doubling, 3.0),
    (calculations.powers, 2.0),
    (calculations.percent, 3.0),
    (calculations.chain, 5.0),
    (calculations.decimals, 2.0),
    (calculations.too_large, 3.0),
    (stories.story, 8.0),
    (numbers.comparison, 4.0),
    (numbers.number_facts, 5.0),
    (numbers.prime, 1.5),
    (numbers.sequence, 3.0),
    (conversions.conversion, 7.0),
    (dates.weekday, 5.0),
    (dates.calendar, 5.0),
    (calendar_facts.calendar_facts, 6.0),
    (words.sorting, 8.0),
    (words.reversing, 3.0),
    (words.counting, 3.0),
    (words.picking, 4.0),
    (letters.spelling, 16.0),
    (letters.alphabet, 3.0),
    (letters.nonsense, 1.5),
    (logic.ordering, 5.0),
    (logic.kinds, 4.0),
    (logic.opposites, 2.5),
    (logic.syllogism, 1.0),
    (knowledge.knowledge, 9.0),
    (talk.small_talk, 10.0),
    (talk.joking, 0.7),
    (talk.memory, 3.0),
    (talk.repeating, 3.0),
    (talk.persona, 1.0),
    (project.project, 7.0),
    (decline.decline, 14.0),
    (decline.foreign, 1.0),
    (decline.remark, 2.0),
    (decline.incomplete, 2.5),
    (decline.live, 2.5),
    (decline.no_clock, 0.7),
)
# Skills with a shape of their own: they need a picture, an exchange before, or tools that are offered.
SITUATED: tuple[Skill, ...] = (pictures.picture, follow_ups.follow_up, tools.calculation, tools.clock)
ARITHMETIC = frozenset(
    {"addition", "subtraction", "multiplication", "division", "doubling", "too large", "negative numbers", "percent", "powers", "chains", "decimals"}
)  # fmt: skip

PERSONAS = listed("Ada Max Robo Luna Echo Pixel Nova Otto Ruby Bit Iris Hugo")
NAMED = (
    "You are {p}.",
    "Your name is {p}.",
    "You are {p}, a helpful assistant.",
    "You are called {p}.",
    "You are {p}, a friendly robot.",
)
NEUTRAL = (
    "You are a helpful assistant.",
    "You are a friendly assistant.",
    "Be brief.",
    "Answer politely.",
    "Be polite and brief.",
    "You help people with small questions.",
)
TERSE = (
    "Answer with the number only.",
    "Only give the result.",
    "Reply with just the result.",
    "Give only the number.",
)


@dataclass(frozen=True)
class Conversation:
    """OpenAI-style messages with what the template needs beside them, and the pictures in the order of their parts."""

    messages: list[dict[str, Any]]
    tools: list[dict[str, Any]] | None
    thinking: bool
    exchanges: tuple[Exchange, ...]
    pictures: tuple[Scene, ...] = ()


def conversation(
    rng: Random, split: Split = "train", skill: Skill | None = None, thinking: bool | None = None
) -> Conversation:
    """One conversation of one to eight exchanges; with ``skill`` its last exchange is of that skill."""
    if skill is pictures.picture or (skill is None and rng.random() < PICTURED):
        return _pictured(rng, split, thinking)
    offered = rng.choice((("calculator",), ("clock",), ("calculator", "clock"), ("calculator", "clock")))
    with_tools = skill in (tools.calculation, tools.clock) or (skill is None and rng.random() < TOOLED)
    if skill in (tools.calculation, tools.clock):
        offered = ("calculator", "clock")
    situation = Situation(tools=frozenset(offered if with_tools else ()))
    system = _system(rng, situation, with_tools)
    if thinking is None:
        thinking = rng.random() < THOUGHTFUL
    turns = rng.choice((1, 1, 2, 3)) if thinking else rng.choice((1, 1, 2, 3, 4, 5, 6, 8))
    if with_tools:
        turns = rng.randint(3, 5)
    exchanges: list[Exchange] = []
    for i in range(max(turns, 2) if skill is follow_ups.follow_up else turns):
        asked = skill if skill and i == max(turns, 2 if skill is follow_ups.follow_up else 1) - 1 else None
        exchanges.append(asked(rng, split, situation) if asked else _exchange(rng, split, situation))
        situation.last = exchanges[-1]
    declared = tools.declare(rng, situation.tools) if with_tools else None
    return Conversation(messages(exchanges, system, thinking), declared, thinking, tuple(exchanges))


PICTURED, TOOLED, THOUGHTFUL = 0.38, 0.06, 0.28  # shares of conversations with a picture, with tools, with thoughts


def _pictured(rng: Random, split: Split, thinking: bool | None) -> Conversation:
    """Questions about a picture, seldom about a second one, and now and then about something else."""
    situation = Situation()
    if thinking is None:
        thinking = rng.random() < 0.15
    shown: dict[int, Scene] = {}
    exchanges: list[Exchange] = []
    for i in range(rng.choice((1, 3, 4, 5, 6))):
        if i == 0 or rng.random() < 0.06:
            shown[i] = situation.scene = scenes.scene(rng)
        about = i in shown or rng.random() < 0.88
        exchanges.append((pictures.picture if about else _exchange)(rng, split, situation))
        situation.last = exchanges[-1]
    if not exchanges[-1].reason.startswith("That is what I see"):  # the examination asks about pictures
        exchanges[-1] = pictures.picture(rng, split, situation)
    told = messages(exchanges, None, thinking)
    asked = [message for message in told if message["role"] == "user"]
    for i in shown:
        part = {"type": "text", "text": asked[i]["content"]}
        asked[i]["content"] = [{"type": "image"}, part] if rng.random() < 0.8 else [part, {"type": "image"}]
    return Conversation(told, None, thinking, tuple(exchanges), tuple(shown.values()))


def _system(rng: Random, situation: Situation, with_tools: bool) -> str | None:
    """A system prompt for some conversations; it may name the assistant or ask for bare results."""
    kind = rng.random()
    if kind > 0.22:
        return None
    if kind < 0.09:
        situation.persona = rng.choice(PERSONAS)
        return rng.choice(NAMED).format(p=situation.persona)
    if kind < 0.13 and not with_tools:
        situation.terse = True
        return rng.choice(TERSE)
    return rng.choice(NEUTRAL)


def _exchange(rng: Random, split: Split, situation: Situation) -> Exchange:
    """One exchange that fits the situation."""
    if situation.tools and rng.random() < 0.75:
        return (tools.calculation if rng.choice(sorted(situation.tools)) == "calculator" else tools.clock)(
            rng, split, situation
        )
    if situation.persona and rng.random() < 0.35:
        return talk.persona(rng, split, situation)
    if (situation.name or situation.number) and rng.random() < 0.3:
        return talk.memory(rng, split, situation)
    if situation.last and rng.random() < 0.22:
        return follow_ups.follow_up(rng, split, situation)
    while True:
        exchange = rng.choices(_CHOICES, _WEIGHTS)[0](rng, split, situation)
        if "calculator" in situation.tools and exchange.skill in ARITHMETIC:
            continue
        if "clock" in situation.tools and exchange.skill == "decline clock":
            continue
        if situation.scene and exchange.answer == decline.NO_PICTURE:
            continue
        return exchange


_CHOICES = [skill for skill, _ in SKILLS]
_WEIGHTS = [weight for _, weight in SKILLS]


def messages(exchanges: list[Exchange], system: str | None, thinking: bool) -> list[dict[str, Any]]:
    """The exchanges as messages; only the last one carries its thought, as the template would drop the others."""
    out: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for i, exchange in enumerate(exchanges):
        show = thinking and i == len(exchanges) - 1
        out.append({"role": "user", "content": exchange.user})
        if exchange.tool:
            call = {"type": "function", "function": {"name": exchange.tool.name, "arguments": exchange.tool.arguments}}
            thought = exchange.tool.thought if show else ""
            out.append({"role": "assistant", "content": "", "reasoning_content": thought, "tool_calls": [call]})
            out.append({"role": "tool", "content": exchange.tool.result})
        out.append(
            {"role": "assistant", "content": exchange.answer, "reasoning_content": exchange.thought if show else ""}
        )
    return out


def stream(seed: int) -> Iterator[Conversation]:
    """Training conversations without end."""
    rng = Random(seed)
    while True:
        yield conversation(rng)


def main() -> None:
    """Print conversations to read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=3)
    options = parser.parse_args()
    for _, sample in zip(range(options.count), stream(options.seed), strict=False):
        print(json.dumps({"thinking": sample.thinking, "tools": sample.tools}, ensure_ascii=False))
        for message in sample.messages:
            print(json.dumps(message, ensure_ascii=False))
        print()


if __name__ == "__main__":
    main()
