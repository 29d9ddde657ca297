"""Unit conversions by a whole factor, and the temperatures that people ask for."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Situation, Split, phrases, vary
from ..lexicon import article

# (larger unit, smaller unit, factor, largest count): singular, plural and short names
Unit = tuple[str, str, str]
UNITS: tuple[tuple[Unit, Unit, int, int], ...] = (
    (("kilometer", "kilometers", "km"), ("meter", "meters", "m"), 1000, 20),
    (("meter", "meters", "m"), ("centimeter", "centimeters", "cm"), 100, 20),
    (("centimeter", "centimeters", "cm"), ("millimeter", "millimeters", "mm"), 10, 50),
    (("kilogram", "kilograms", "kg"), ("gram", "grams", "g"), 1000, 20),
    (("liter", "liters", "l"), ("milliliter", "milliliters", "ml"), 1000, 20),
    (("hour", "hours", "h"), ("minute", "minutes", "min"), 60, 10),
    (("minute", "minutes", "min"), ("second", "seconds", "s"), 60, 10),
    (("hour", "hours", "h"), ("second", "seconds", "s"), 3600, 3),
    (("day", "days", "days"), ("minute", "minutes", "min"), 1440, 2),
    (("year", "years", "years"), ("day", "days", "days"), 365, 3),
    (("year", "years", "years"), ("week", "weeks", "weeks"), 52, 3),
    (("day", "days", "days"), ("hour", "hours", "h"), 24, 7),
    (("week", "weeks", "weeks"), ("day", "days", "days"), 7, 10),
    (("year", "years", "years"), ("month", "months", "months"), 12, 10),
    (("foot", "feet", "ft"), ("inch", "inches", "in"), 12, 10),
    (("yard", "yards", "yd"), ("foot", "feet", "ft"), 3, 10),
    (("dozen", "dozen", "dozen"), ("piece", "pieces", "pieces"), 12, 10),
    (("kilobyte", "kilobytes", "kB"), ("byte", "bytes", "B"), 1000, 10),
)

ASK = phrases(
    """How many {y} are in {n} {x}?|How many {y} are there in {n} {x}?|Convert {n} {x} to {y}.|Convert {n} {x} into {y}.|{n} {x} in {y}
    |{n} {x} to {y}|What is {n} {x} in {y}?|How much is {n} {x} in {y}?|{n} {x} is how many {y}?|How many {y} is {n} {x}?
    |Can you convert {n} {x} to {y}?|{n} {x} = how many {y}?|How many {y} in {n} {x}?|{n} {x} are how many {y}?|How many {y} do {n} {x} have?
    |Could you convert {n} {x} to {y}?|Give me {n} {x} in {y}.|Express {n} {x} as {y}.|Turn {n} {x} into {y}.|If it is {n} {x}, how many {y} is it?|I have {n} {x}. How many {y} is that?|Tell me how many {y} {n} {x} are.|What are {n} {x} in {y}?|Change {n} {x} into {y}.|I want {n} {x} in {y}.""",
    """Could you turn {n} {x} into {y}?|Express {n} {x} in {y}.|If I have {n} {x}, how many {y} is that?|Change {n} {x} to {y}.""",
)
ASK_ONE = phrases(
    """How many {y} [are in;are there in;in;has;make;are] {x}?|[How many;What number of] {y} does {x} have?|{x} has how many {y}?|How long is {x} in {y}?|{x} in {y}[;?]|[Tell me;Do you know;Say] how many {y} [are in;make] {x}[;.]|Number of {y} in {x}|What is {x} in {y}?""",
    "Do you know the number of {y} in {x}?|How many {y} would {x} be?",
)
FAHRENHEIT = phrases(
    """What is {n} degrees Celsius in Fahrenheit?|Convert {n} C to F.|{n} Celsius in Fahrenheit|How much is {n} °C in °F?
    |Convert {n} degrees Celsius to Fahrenheit.|What is {n} C in F?|{n} °C to °F|How many degrees Fahrenheit is {n} Celsius?
    |Turn {n} degrees Celsius into Fahrenheit.|Could you convert {n} Celsius to Fahrenheit?|Give me {n} degrees Celsius in Fahrenheit.|Tell me {n} °C in Fahrenheit.""",
    "Could you turn {n} Celsius into Fahrenheit?|Express {n} degrees Celsius in Fahrenheit.",
)


def conversion(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Between neighbouring units, down or up; tens of degrees Celsius to Fahrenheit."""
    if rng.random() < 0.08:
        return _tenths(rng, split)
    if rng.random() < 0.07:
        n = 10 * rng.randint(0, 10)
        user = vary(rng, FAHRENHEIT.draw(rng, split).format(n=n))
        thought = f"{n} × 9 ÷ 5 = {n * 9 // 5}. {n * 9 // 5} + 32 = {n * 9 // 5 + 32}."
        return Exchange("conversion", user, thought, f"{n} °C = {n * 9 // 5 + 32} °F.")
    large, small, factor, most = rng.choice(UNITS)
    n = 1 if rng.random() < 0.2 else rng.randint(1, most)
    down = rng.random() < 0.65
    return _convert(rng, split, situation, large, small, factor, n, down)


def _convert(
    rng: Random, split: Split, situation: Situation, large: Unit, small: Unit, factor: int, n: int, down: bool
) -> Exchange:
    source, target, amount, result = (large, small, n, n * factor) if down else (small, large, n * factor, n)
    style = 2 if rng.random() < 0.35 else 1
    shown = source[0] if amount == 1 and style == 1 else source[style]
    user = ASK.draw(rng, split).format(n=amount, x=shown, y=target[style])
    if amount == 1 and rng.random() < 0.7:
        one = source[0] if source[0] == "dozen" or rng.random() < 0.25 else article(source[0])
        user = ASK_ONE.draw(rng, split).format(x=f"one {source[0]}" if one == source[0] else one, y=target[1])
    user = vary(rng, user)
    sign = f"{n} × {factor} = {n * factor}" if down else f"{n * factor} ÷ {factor} = {n}"
    thought = f"1 {large[0]} = {factor} {small[1]}. {sign}."
    named = source[0] if amount == 1 else source[1], target[0] if result == 1 else target[1]
    answer = str(result) if situation.terse else f"{amount} {named[0]} = {result} {named[1]}."

    def again(chance: Random) -> tuple[str, Exchange]:
        other = chance.choice([m for m in range(1, 11) if m != n])
        shown = other if down else other * factor
        return f"{shown} {source[0] if shown == 1 else source[1]}", _convert(
            chance, split, situation, large, small, factor, other, down
        )

    return Exchange("conversion", user, thought, answer, number=result, reason=thought, again=again)


def _tenths(rng: Random, split: Split) -> Exchange:
    """Some and a half of a metric unit."""
    large, small, factor, _ = rng.choice([unit for unit in UNITS if unit[2] in (10, 100, 1000)])
    n = rng.randint(0, 12)
    result = n * factor + factor // 2
    style = rng.choice((1, 1, 2))
    user = vary(rng, ASK.draw(rng, split).format(n=f"{n}.5", x=large[style], y=small[style]))
    thought = f"{n} {large[1]} = {n * factor} {small[1]}, and half of {factor} is {factor // 2}."
    return Exchange(
        "conversion", user, thought, f"{n}.5 {large[1]} = {result} {small[1]}.", number=result, reason=thought
    )
