"""Sums with a name of their own (double, half, square, percent), sums of several steps, and those that are too large."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Situation, Split, phrases, vary
from .arithmetic import add_steps, ask, multiply_steps, reply
from .sum_wordings import ADD, DIVIDE, MULTIPLY, SUBTRACT

DOUBLE = phrases(
    """[Double;Please double;Can you double;Could you double;I want to double] {a}.|[What is;What's;Tell me;I want to know;Calculate;How much is] [double {a};twice {a};the double of {a};two times {a};{a} doubled]?
    |[If;When] I double {a}, what [do I get;is it]?|The double of {a}|Twice {a}|{a} doubled|What do you get [if;when] you [double {a};take {a} twice]?|[Take;Count] {a} twice.|[Give me;I need] [twice {a};{a} doubled].""",
    "Give me the double of {a}.|How much is twice {a}?|What do I get if I double {a}?",
)
HALF = phrases(
    """[What is;What's;How much is;Tell me;I want to know;I need;Calculate] [half of {a};one half of {a};the half of {a};half {a}]?|Half of {a}|[Halve;Please halve;Could you halve;Can you halve] {a}.|Take half of {a}.
    |[If;When] I halve {a}, what [do I get;is it]?|Half of {a} is?|What do you get [if;when] you [halve {a};take half of {a}]?|[Split;Cut;Divide] {a} in [half;halves].|How much is one of two equal parts of {a}?""",
    "Give me half of {a}.|What do I get if I halve {a}?",
)
SQUARE = phrases(
    """[What is;What's;How much is;Tell me;I want to know;Calculate] [{a} squared;the square of {a};{a}^2;{a} to the power of two]?|{a} squared|[Square;Please square;Could you square;Can you square] {a}.
    |[If;When] I square {a}, what [do I get;is it]?|The square of {a}|What do you get [if;when] you square {a}?|{a} times itself[;?]|What is {a} times itself?|Multiply {a} by itself.""",
    "Give me the square of {a}.|What do I get if I square {a}?",
)


def doubling(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Doubles and halves up to 500, squares up to 20."""
    kind = rng.randrange(3)
    if kind == 0:
        a = rng.randint(1, 50) if rng.random() < 0.6 else rng.randint(50, 500)
        user, sum_text, result, thought = DOUBLE.draw(rng, split), f"{a} + {a}", 2 * a, add_steps(a, a)
    elif kind == 1:
        half = rng.randint(1, 50) if rng.random() < 0.6 else rng.randint(50, 500)
        a = 2 * half
        user, sum_text, result, thought = HALF.draw(rng, split), f"{a} ÷ 2", half, f"{half} + {half} = {a}."
    else:
        a = rng.randint(1, 20)
        user, sum_text, result = SQUARE.draw(rng, split), f"{a} × {a}", a * a
        thought = multiply_steps(a, a) if a <= 12 else f"I know that {a} × {a} = {a * a}."
    return reply("doubling", vary(rng, user.format(a=a)), thought, sum_text, result, situation)


ROOT = phrases(
    """[What is;What's;How much is;Tell me;Calculate;Do you know] the [square root;root] of {a}?|[Square root;Sqrt;The square root;Root] of {a}[;?]|sqrt({a})|√{a}|sqrt {a}|Which number [squared is;times itself is] {a}?
    |[Give me;Find;I need] the square root of {a}.|What number times itself [is;makes;gives] {a}?""",
    "Could you tell me the square root of {a}?|Which number multiplied by itself is {a}?",
)
CUBE = phrases(
    "[What is;What's;How much is;Calculate] {a} [cubed;to the power of 3;to the power of three]?|{a} cubed|{a}^3|The cube of {a}[;?]",
    "Could you tell me {a} to the third power?",
)
POWER_OF_TWO = phrases(
    "[What is;What's;How much is;Calculate] [2^{a};2 to the power of {a};two to the power of {a};2 to the {a}]?|2^{a}[;?; =]|2 to the power {a}|Two to the power of {a}[;?]",
    "Could you tell me 2 to the power of {a}?",
)


def powers(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Roots of squares up to 20 times 20, small cubes, powers of two up to 1024."""
    kind = rng.choice((0, 0, 1, 2))
    if kind == 0:
        root = rng.randint(1, 20)
        user, thought = ROOT.draw(rng, split).format(a=root * root), f"{root} × {root} = {root * root}."
        answer = str(root) if situation.terse else f"The square root of {root * root} is {root}."
        return Exchange("powers", vary(rng, user), thought, answer, number=root, reason=thought)
    if kind == 1:
        a = rng.randint(1, 10)
        user, thought = CUBE.draw(rng, split).format(a=a), f"{a} × {a} = {a * a}. {a * a} × {a} = {a**3}."
        return reply("powers", vary(rng, user), thought, f"{a}^3", a**3, situation)
    a = rng.randint(0, 10)
    user, thought = POWER_OF_TWO.draw(rng, split).format(a=a), f"I double 1 {a} times: {2**a}."
    return reply("powers", vary(rng, user), thought, f"2^{a}", 2**a, situation)


PERCENT = phrases(
    """[What is;What's;How much is;Calculate;Tell me;Give me] {p} [%;percent;per cent] of {a}?|{p}[%; percent] of {a}[;?; =]|[Can you;Could you;Please] [calculate;work out] {p} percent of {a}[;?]|I need {p}% of {a}.
    |If I take {p} percent of {a}, what [is it;do I get]?|{p} percent from {a}|How much would {p} % of {a} be?""",
    "What does {p} percent of {a} come to?|What part is {p}% of {a}?",
)


def percent(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Tens, a quarter, a half, three quarters of a number, without remainder."""
    p = rng.choice((10, 10, 20, 20, 25, 30, 40, 50, 50, 75, 80, 90, 100, 5, 1))
    step = next(n for n in (1, 2, 4, 5, 10, 20, 100) if p * n % 100 == 0)
    a = step * rng.randint(1, max(2, 400 // step))
    if rng.random() < 0.4:
        a = rng.choice([n for n in (20, 40, 50, 60, 80, 100, 200, 300, 500, 1000) if p * n % 100 == 0])
    result = p * a // 100
    user = vary(rng, PERCENT.draw(rng, split).format(p=p, a=a))
    if p <= 50 and 100 % p == 0 and p != 1:
        thought = f"{p} percent is one part of {100 // p}. {a} ÷ {100 // p} = {result}."
    else:
        thought = f"{p} parts of a hundred: {result}."
    answer = str(result) if situation.terse else f"{p} % of {a} = {result}."
    return Exchange("percent", user, thought, answer, number=result, reason=thought)


CHAIN = phrases(
    """{x}|{x}?|{x} =|{x} = ?|[What is;What's;How much is;Calculate;Compute;Solve;Work out;Tell me] {x}?|What does {x} make?|[Can you;Could you] [solve;do;calculate] {x}?|Please work out {x}|I need {x}|What comes out of {x}?""",
    "What does {x} give?|Could you work out {x} for me?",
)
SPOKEN = {"+": "plus", "-": "minus", "×": "times"}


def chain(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Three or four numbers, with products before sums; the answer shows one step after the other."""
    kind = rng.random()
    if kind < 0.65:
        terms = [rng.randint(1, rng.choice((9, 20, 99))) for _ in range(rng.choice((3, 3, 3, 4)))]
        signs = [rng.choice("++-") for _ in terms[1:]]
        steps, total = [], terms[0]
        for sign, term in zip(signs, terms[1:], strict=True):
            result = total + term if sign == "+" else total - term
            steps.append(f"{total} {sign} {term} = {result}")
            total = result
        pieces = [str(terms[0]), *(part for pair in zip(signs, map(str, terms[1:]), strict=True) for part in pair)]
    else:
        a, b, c = rng.randint(1, 20), rng.randint(2, 10), rng.randint(2, 10)
        if kind < 0.78:
            pieces, steps, total = [str(a), "+", str(b), "×", str(c)], [f"{b} × {c} = {b * c}"], a + b * c
            steps.append(f"{a} + {b * c} = {total}")
        elif kind < 0.9:
            sign = rng.choice("+-")
            total = b * c + a if sign == "+" else b * c - a
            pieces, steps = (
                [str(b), "×", str(c), sign, str(a)],
                [f"{b} × {c} = {b * c}", f"{b * c} {sign} {a} = {total}"],
            )
        else:
            a = rng.randint(1, 9)
            total = (a + b) * c
            pieces, steps = [f"({a}", "+", f"{b})", "×", str(c)], [f"{a} + {b} = {a + b}", f"{a + b} × {c} = {total}"]
    style = rng.random()
    if style < 0.25 and "(" not in pieces[0]:
        text = " ".join(SPOKEN.get(part, part) for part in pieces)
    else:
        times = rng.choice("*x×*")
        text = (" " if style < 0.7 else "").join(times if part == "×" else part for part in pieces)
    user = vary(rng, CHAIN.draw(rng, split).replace("{x}", text))
    answer = str(total) if situation.terse else f"{', '.join(steps)}."
    return Exchange("chains", user, f"{'. '.join(steps)}.", answer, number=total, reason="I go from step to step.")


def decimals(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Sums and differences of numbers with one digit after the point."""
    a, b = rng.randint(1, 99), rng.randint(1, 99)
    if rng.random() < 0.3:
        a, b = rng.randint(1, 9), rng.randint(1, 9)
    plus = rng.random() < 0.6
    a, b = (a, b) if plus or a >= b else (b, a)
    x, y, z = (_tenths(n) for n in (a, b, a + b if plus else a - b))
    user = vary(rng, (ADD if plus else SUBTRACT).draw(rng, split).format(a=x, b=y))
    sign = "+" if plus else "-"
    thought = f"In tenths: {a} {sign} {b} = {a + b if plus else a - b}."
    return Exchange("decimals", user, thought, z if situation.terse else f"{x} {sign} {y} = {z}.", reason=thought)


def _tenths(n: int) -> str:
    return f"{n // 10}.{n % 10}" if n % 10 else str(n // 10)


TOO_LARGE = (
    "That is too large for me. I can add and subtract below 1000 and know the tables up to 12. "
    "Switch on the calculator tool."
)


def too_large(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Declines what it has not learned instead of guessing digits."""
    sign, wordings = rng.choice((("+", ADD), ("-", SUBTRACT), ("*", MULTIPLY), ("/", DIVIDE), ("*", MULTIPLY)))
    a, b = rng.randint(1000, 10 ** rng.randint(4, 6)), rng.randint(2, 10 ** rng.randint(2, 6))
    if sign == "*" and rng.random() < 0.6:
        a, b = (
            rng.randint(13, 999),
            rng.choice((rng.randint(101, 999), rng.choice((13, 17, 24, 35, 48, 57, 63, 79, 86, 99)))),
        )
    elif sign == "/" and rng.random() < 0.5:
        a, b = rng.randint(400, 999), rng.randint(13, 99)
    elif sign in "+*" and rng.random() < 0.5:
        a, b = b, a
    b += a == b  # squares are another matter
    user = ask(rng, split, wordings, a, b)
    thought = "These numbers are too large for me."
    return Exchange("too large", user, thought, TOO_LARGE, reason="I have learned small numbers only.")
