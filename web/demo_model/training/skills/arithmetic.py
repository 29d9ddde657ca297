"""Sums and differences within a thousand, the tables and a little beyond, with the steps that the think block shows."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, listed, vary
from .sum_wordings import ADD, DIVIDE, MULTIPLY, SUBTRACT

WORDS = listed(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"""
)
TENS = listed("twenty thirty forty fifty sixty seventy eighty ninety")


def in_words(n: int) -> str:
    """A number from 0 to 999 as it is said."""
    if n >= 100:
        rest = f" {in_words(n % 100)}" if n % 100 else ""
        return f"{WORDS[n // 100]} hundred{rest}"
    if n < 20:
        return WORDS[n]
    return TENS[n // 10 - 2] + (f"-{WORDS[n % 10]}" if n % 10 else "")


def ask(rng: Random, split: Split, wordings: Phrases, a: int, b: int) -> str:
    """The question for two numbers; where it has no signs, they may be said in words."""
    text = wordings.draw(rng, split)
    plain = not any(sign in text for sign in "+-*/×÷x=") and 0 <= min(a, b) <= max(a, b) < 1000

    def show(n: int) -> str:
        return in_words(n) if plain and rng.random() < (0.1 if n <= 20 else 0.04) else str(n)

    return vary(rng, text.format(a=show(a), b=show(b)))


def reply(skill: str, user: str, thought: str, sum_text: str, result: int, situation: Situation) -> Exchange:
    """The sum as an exchange: the whole equation, or the bare result where the system prompt wants that."""
    answer = str(result) if situation.terse else f"{sum_text} = {result}."
    return Exchange(skill, user, thought, answer, number=result, reason=thought)


PLACES = ("Ones", "Tens", "Hundreds")


def add_steps(a: int, b: int) -> str:
    """Column addition in words, with the carries."""
    if a < 10 and b < 10:
        return f"{a} + {b} = {a + b}."
    steps, carry, width = [], 0, max(len(str(a)), len(str(b)))
    for i in range(width):
        x, y = (a // 10**i, b // 10**i) if i == width - 1 else (a // 10**i % 10, b // 10**i % 10)
        steps.append(f"{PLACES[i]}: {x} + {y}{' + 1' if carry else ''} = {x + y + carry}.")
        carry = int(x + y + carry > 9)
    return f"{' '.join(steps)} So {a + b}."


def subtract_steps(a: int, b: int) -> str:
    """Column subtraction in words, borrowing from the next column; a smaller minuend turns the sign."""
    if a < b:
        return f"{a} is less than {b}. {b} - {a} = {b - a}. So {a - b}."
    if a < 10:
        return f"{a} - {b} = {a - b}."
    steps, borrowed, width = [], 0, len(str(a))
    for i in range(width):
        x, y = (a // 10**i, b // 10**i) if i == width - 1 else (a // 10**i % 10, b // 10**i % 10)
        borrow = int(i < width - 1 and x - borrowed < y)
        x += 10 * borrow
        steps.append(f"{PLACES[i]}: {x} - {y}{' - 1' if borrowed else ''} = {x - y - borrowed}.")
        borrowed = borrow
    return f"{' '.join(steps)} So {a - b}."


def operands(rng: Random) -> tuple[int, int]:
    """Two numbers below 1000: three digits and two most often, one digit and round numbers often enough to be certain."""
    kind = rng.random()
    if kind < 0.30:
        return rng.randint(10, 99), rng.randint(10, 99)
    if kind < 0.42:
        a, b = rng.randint(10, 99), rng.randint(0, 9)
    elif kind < 0.52:
        return rng.randint(0, 9), rng.randint(0, 9)
    elif kind < 0.76:
        return rng.randint(100, 999), rng.randint(100, 999)
    elif kind < 0.92:
        a, b = rng.randint(100, 999), rng.randint(1, 99)
    else:
        a, b = rng.choice((10, 20, 50, 100, 100, 200, 250, 500, 900)), rng.randint(1, 999)
    return (a, b) if rng.random() < 0.65 else (b, a)


def addition(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Numbers of one to three digits."""
    a, b = operands(rng)
    return reply("addition", ask(rng, split, ADD, a, b), add_steps(a, b), f"{a} + {b}", a + b, situation)


def subtraction(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Numbers of one to three digits, sometimes below zero."""
    a, b = operands(rng)
    if a < b and rng.random() < 0.75:
        a, b = b, a
    return reply("subtraction", ask(rng, split, SUBTRACT, a, b), subtract_steps(a, b), f"{a} - {b}", a - b, situation)


def negative(rng: Random, split: Split, situation: Situation) -> Exchange:
    """A sum or a difference that begins below zero."""
    a, b = -rng.randint(1, 99), rng.randint(1, 99)
    if rng.random() < 0.5:
        user, size = ask(rng, split, ADD, a, b), abs(a)
        thought = f"{size} below zero, and {b} up. So {a + b}."
        return reply("negative numbers", user, thought, f"{a} + {b}", a + b, situation)
    user = ask(rng, split, SUBTRACT, a, b)
    thought = f"{abs(a)} below zero, and {b} further down. {abs(a)} + {b} = {b - a}. So {a - b}."
    return reply("negative numbers", user, thought, f"{a} - {b}", a - b, situation)


def multiply_steps(a: int, b: int) -> str:
    """The table, or tens and ones each by themselves."""
    if a <= 12 and b <= 12:
        return f"From the table of {b}: {a} × {b} = {a * b}."
    if a % 10 == 0 or b % 10 == 0:
        return f"I multiply and add the zeros: {a * b}."
    if a == b:
        return f"I know that {a} × {a} = {a * a}."
    many, few = max(a, b), min(a, b)
    tens, ones = many // 10 * 10, many % 10
    return f"{tens} × {few} = {tens * few}. {ones} × {few} = {ones * few}. {tens * few} + {ones * few} = {a * b}."


def multiplication(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The tables up to 12 times 12, two digits by one, and tens and hundreds."""
    kind = rng.random()
    if kind < 0.65:
        a, b = rng.randint(0, 12), rng.randint(0, 12)
        if rng.random() < 0.5:
            a, b = rng.randint(2, 12), rng.randint(2, 12)
    elif kind < 0.9:
        a, b = rng.randint(11, 99), rng.randint(2, 9)
    elif kind < 0.97:
        a, b = rng.randint(1, 99), rng.choice((10, 10, 100))
    else:
        a = b = rng.randint(13, 20)
    if rng.random() < 0.35:
        a, b = b, a
    user = ask(rng, split, MULTIPLY, a, b)
    return reply("multiplication", user, multiply_steps(a, b), f"{a} × {b}", a * b, situation)


def division(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The tables backwards; now and then something is left over."""
    b, q = rng.randint(1, 12), rng.randint(1, 12)
    if rng.random() < 0.15:
        q = rng.randint(13, 30)
        b = rng.randint(2, 9)
    if b > 1 and rng.random() < 0.2:
        rest = rng.randint(1, b - 1)
        a = q * b + rest
        user, thought = ask(rng, split, DIVIDE, a, b), f"{q} × {b} = {q * b}. {a} - {q * b} = {rest}."
        answer = f"{a} ÷ {b} = {q}, and {rest} is left over."
        return Exchange("division", user, thought, answer, number=q, reason=thought)
    thought = f"{q} × {b} = {q * b}."
    return reply("division", ask(rng, split, DIVIDE, q * b, b), thought, f"{q * b} ÷ {b}", q, situation)
