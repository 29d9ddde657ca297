"""The calculator and the clock: when they are offered, the model calls them and reports what they return."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any

from ..exchange import Exchange, Situation, Split, ToolUse, phrases, vary
from .dates import DAYS
from .sum_wordings import ADD, DIVIDE, MULTIPLY, SUBTRACT

CALCULATOR_WORDING = (
    ("Evaluates an arithmetic expression.", "The expression, for example 12 * 34"),
    ("Compute the value of an arithmetic expression", "An arithmetic expression such as 12 * (3 + 4)"),
    ("A calculator for numbers.", "What to compute"),
    ("Calculate an expression with + - * / and return the result.", "Expression to evaluate"),
    ("Work out a sum exactly", ""),
)
CLOCK_WORDING = (
    "The current date and time.",
    "Returns the current local time",
    "Get the current local date, weekday and time.",
    "Tells the time and the date of today",
    "What time it is now",
)


def declare(rng: Random, names: frozenset[str]) -> list[dict[str, Any]]:
    """OpenAI-style declarations of the offered tools, in the wordings that developers use."""
    tools: list[dict[str, Any]] = []
    if "calculator" in names:
        what, how = rng.choice(CALCULATOR_WORDING)
        expression = {"type": "string", "description": how} if how else {"type": "string"}
        parameters = {"type": "object", "properties": {"expression": expression}, "required": ["expression"]}
        tools.append(_tool("calculator", what, parameters))
    if "clock" in names:
        parameters = {"type": "object", "properties": {}} | ({"required": []} if rng.random() < 0.3 else {})
        tools.append(_tool("clock", rng.choice(CLOCK_WORDING), parameters))
    rng.shuffle(tools)
    return tools


def _tool(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def calculation(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Any arithmetic goes through the calculator when it is offered; its result is copied."""
    sign, shown, wordings = rng.choice(
        (("+", "+", ADD), ("-", "-", SUBTRACT), ("*", "×", MULTIPLY), ("/", "÷", DIVIDE))
    )
    a, b = (rng.randint(1, 10 ** rng.randint(1, 3)) for _ in range(2))
    if sign == "/":
        a *= b
    value = {"+": a + b, "-": a - b, "*": a * b, "/": a // b}[sign]
    user = vary(rng, wordings.draw(rng, split).format(a=a, b=b))
    shape = rng.random()
    result = (
        str(value) if shape < 0.6 else json.dumps({"result": value}) if shape < 0.8 else f"{a} {sign} {b} = {value}"
    )
    use = ToolUse("calculator", {"expression": f"{a} {sign} {b}"}, result, "I use the calculator.")
    return Exchange("calculator", user, f"The calculator says {value}.", f"{a} {shown} {b} = {value}.", use)


TIME = phrases(
    """What time is it?|What's the time?|What is the time?|Tell me the time.|Do you know what time it is?|Can you tell me the time?|How late is it?
    |What is the current time?|Time please|What time is it now?|Give me the time.|What is the time right now?
    |Could you tell me the time?|What time do you have?|Please tell me what time it is.|I want to know the time.|Can you say what time it is?""",
    "Could you tell me what time it is?|What time do we have?|Do you have the time?",
)
DATE = phrases(
    """What is the date today?|What is today's date?|What's the date?|What date is it?|Tell me the date.|Give me today's date.|What is the current date?
    |Which date is today?|Today's date?|What date do we have?
    |Please tell me the date.|Can you tell me today's date?|I want to know the date.|Can you say what date it is?|What is the date now?""",
    "What is the date of today?|Could you tell me the date?|Do you know today's date?",
)
WEEKDAY = phrases(
    """What day is it today?|Which day is today?|What day is today?|What weekday is it?|Which weekday is today?|What day of the week is it?|What day is it?
    |Tell me which day it is.|What day do we have?
    |Can you tell me what day it is?|I want to know which day it is.|Please tell me what day it is.|Is it Monday today?|What weekday is today?""",
    "Could you tell me what day it is?|Which day of the week is today?",
)
YEAR = phrases(
    """What year is it?|Which year is it?|Which year do we have?|Tell me the year.|What is the current year?|In what year are we?
    |Can you tell me the year?|What year is it now?|I want to know the year.|Please tell me which year it is.""",
    "Could you tell me the year?|What year do we have?",
)


def clock(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Time, date, weekday or year from whatever form the clock answers in."""
    now = datetime(2024, 1, 1) + timedelta(minutes=rng.randrange(60 * 24 * 365 * 12))
    day, iso, time = DAYS[now.weekday()], now.strftime("%Y-%m-%d"), now.strftime("%H:%M")
    kind = rng.choices((TIME, DATE, WEEKDAY, YEAR), (4, 3, 3, 1))[0]
    answer = {
        id(TIME): f"It is {time}.", id(DATE): f"Today is {iso}.", id(WEEKDAY): f"Today is {day}.", id(YEAR): f"It is the year {now.year}.",
    }[id(kind)]  # fmt: skip
    forms = [
        f"{day} {iso} {time}",
        f"{day}, {iso} {time}",
        f"{day} {iso} {time}:{rng.randrange(60):02d}",
        f"{iso} {time} {day}",
        json.dumps({"weekday": day, "date": iso, "time": time}),
        json.dumps({"time": time, "date": iso, "weekday": day}),
    ]
    if kind is not WEEKDAY:
        forms += [f"{iso} {time}", f"{iso}T{time}:{rng.randrange(60):02d}"]
    use = ToolUse("clock", {}, rng.choice(forms), "I look at the clock.")
    user = vary(rng, kind.draw(rng, split))
    return Exchange(
        "clock", user, f"The clock says {answer[6:-1] if kind is TIME else answer.rsplit(' ', 1)[1][:-1]}.", answer, use
    )
