"""Numbers by themselves: larger and smaller, even and odd, primes, neighbours, counting, what comes next in a row."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Situation, Split, phrases, vary

LARGER = phrases(
    """[Which;What] is [larger;bigger;greater;higher], {a} or {b}?|[Which;Which one;Which number;Which of the two] is [larger;bigger;greater;higher;the larger one;the bigger number][:;,] {a} or {b}?|Is {a} or {b} [larger;bigger;greater;higher]?|{a} or {b}[:;,] which [is;one is] [larger;bigger;greater;higher]?
    |What's the [larger;bigger;greater] number, {a} or {b}?|Compare {a} and {b}: which is [larger;bigger;greater;higher]?|Tell me [the larger of {a} and {b};which is larger, {a} or {b};which of {a} and {b} is bigger].|Is {a} [larger;bigger;greater;higher] or {b}?
    |[Between;From;Out of] {a} and {b}, which [is;one is] [larger;bigger;greater;higher]?|[Can you tell me;Do you know;I want to know] which is [larger;bigger;greater;higher], {a} or {b}?|Of the numbers {a} and {b}, which is [larger;bigger;greater;higher]?|[Which;What] is more, {a} or {b}?""",
    "Which one is the bigger number: {a} or {b}?|Of {a} and {b}, which is larger?",
)
SMALLER = phrases(
    """[Which;What] is [smaller;lower;less], {a} or {b}?|[Which;Which one;Which number;Which of the two] is [smaller;lower;less;the smaller one;the lower number][:;,] {a} or {b}?|Is {a} or {b} [smaller;lower;less]?|{a} or {b}[:;,] which [is;one is] [smaller;lower;less]?
    |What's the [smaller;lower] number, {a} or {b}?|Compare {a} and {b}: which is [smaller;lower;less]?|Tell me [the smaller of {a} and {b};which is smaller, {a} or {b};which of {a} and {b} is lower].|Is {a} [smaller;lower;less] or {b}?
    |[Between;From;Out of] {a} and {b}, which [is;one is] [smaller;lower;less]?|[Can you tell me;Do you know;I want to know] which is [smaller;lower;less], {a} or {b}?|Of the numbers {a} and {b}, which is [smaller;lower;less]?""",
    "Which one is the smaller number: {a} or {b}?|Of {a} and {b}, which is smaller?",
)


def comparison(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The larger or the smaller of two numbers below 1000, whole or with digits after the point."""
    if rng.random() < 0.2:
        whole = rng.randint(0, 20)
        a, b = f"{whole}.{rng.randint(1, 9)}", f"{whole}.{rng.randint(0, 9)}{rng.randint(1, 9)}"
        if rng.random() < 0.3:
            a, b = f"{rng.randint(0, 20)}.{rng.randint(1, 9)}", f"{rng.randint(0, 20)}.{rng.randint(1, 9)}"
        if float(a) == float(b):
            b = str(whole + 21)
        if rng.random() < 0.5:
            a, b = b, a
    else:
        top = 100 if rng.random() < 0.6 else 1000
        a, b = (str(n) for n in rng.sample(range(top), 2))
    larger = rng.random() < 0.6
    user = (LARGER if larger else SMALLER).draw(rng, split).format(a=a, b=b)
    best, other = sorted((a, b), key=float, reverse=larger)
    thought = f"{best} is {'more' if larger else 'less'} than {other}."
    answer = best if situation.terse else f"{best} is {'larger' if larger else 'smaller'} than {other}."
    return Exchange("comparison", vary(rng, user), thought, answer, reason=thought)


PARITY = phrases(
    """Is [;the number ]{a} {p}?|Is {a} an {p} number?|[Tell me;I want to know;Check;Say] if {a} is {p}.|{a}: {p} or not?|Is [;the number ]{a} [even or odd;odd or even]?|[Even or odd;Odd or even]: {a}[;?]|[Can you say;Can you tell me;Could you say;Tell me;I wonder] [if;whether] {a} is [even or odd;odd or even].
    |[Do you think;Is it true] that {a} is {p}?|{a} is {p}, [right;is it not;true or false]?|What is {a}, [even or odd;odd or even]?|[Can;Could] you [call;name] {a} {p}?|{a}, is that [even or odd;{p}]?""",
    "Would you say that {a} is {p}?|Do you know if {a} is even or odd?",
)
NEXT = phrases(
    """[What;What number;Which number;Which one] [comes;is;stands;is right;is directly;comes right;comes directly] after {a}?|[Number;The number;Which number;Next number] after {a}[;?]|[What is;What's;Tell me;Give me;Name;Say;Do you know] the number after {a}?|[When counting;When I count on;When I count up;When you count;Counting up;In counting], [what;which number] [comes;is] after {a}?
    |After {a} comes which number?|{a}: what [comes;is] after it?|[What;What number;Which number] follows [{a};after {a};{a} when counting]?|[What is;Which is;Tell me;What's] the next number after {a}?|[When I count on;When I count up;When counting;If I count], which number follows {a}?|The next number after {a}[;?]""",
    "Which number is next after {a}?|When I count, what follows {a}?",
)
PREVIOUS = phrases(
    """[What;What number;Which number;Which one] [comes;is;stands;is right;is directly;comes right;comes directly] before {a}?|[Number;The number;Which number;Next number] before {a}[;?]|[What is;What's;Tell me;Give me;Name;Say;Do you know] the number before {a}?|[When counting;When I count on;When I count up;When you count;Counting up;In counting], [what;which number] [comes;is] before {a}?
    |Before {a} comes which number?|{a}: what [comes;is] before it?|[What is;Which is;Tell me;What's] the number [right;just;one] before {a}.|Which number [does;must] {a} follow?""",
    "Which number is just before {a}?|When I count, what comes before {a}?",
)
COUNT = phrases(
    """[Count;Please count;Can you count;Could you count;Will you count;I want you to count;Start to count;Count for me;Count up] from {a} to {b}.|Count {a} to {b}.|[List;Say;Name;Give me;Write;Tell me] [the;all;all the] numbers [from {a} to {b};between {a} and {b}, both included].|The numbers from {a} to {b}[;, please]|What are the numbers from {a} to {b}?""",
    "Could you count for me from {a} to {b}?|Say the numbers from {a} to {b}.",
)


COUNT_DOWN = phrases(
    """[Count;Please count;Can you count;Could you count] [down;backwards] from {a}[; to 1; to one]?|[Count;Please count] backwards[: start at;, starting at; beginning with] {a}.|A countdown from {a}[;, please]|Count from {a} down[; to 1].""",
    "Give me a countdown that starts at {a}.|Could you count backwards for me from {a}?",
)
COUNT_UP = phrases(
    "[Count;Please count;Can you count;Could you count;Count up] to {a}?|[Count;Say the numbers;List the numbers] up to {a}.|I want you to count to {a}.",
    "Would you count up to {a} for me?|Count until {a}.",
)


def number_facts(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Even and odd, neighbours, and counting up or down."""
    kind = rng.choice((0, 0, 1, 2, 3, 4))
    if kind == 0:
        a = rng.randint(0, 99) if rng.random() < 0.7 else rng.randint(100, 999)
        asked, truth = rng.choice(("even", "odd")), "odd" if a % 2 else "even"
        text = PARITY.draw(rng, split)
        worded = text.replace("an {p}", "an {p}" if asked[0] in "aeo" else "a {p}")
        thought = f"The last digit is {a % 10}."
        user = vary(rng, worded.format(a=a, p=asked))
        return Exchange("number facts", user, thought, f"{a} is {truth}.", reason=thought)
    if kind >= 3:
        if kind == 3:
            a, far = rng.randint(0, 30), rng.randint(3, 9)
            b = a - far if a >= far and rng.random() < 0.25 else a + far
            user = COUNT.draw(rng, split).format(a=a, b=b)
        elif rng.random() < 0.5:
            a, b = rng.randint(3, 15), 1
            user = COUNT_DOWN.draw(rng, split).format(a=a)
        else:
            a, b = 1, rng.randint(3, 20)
            user = COUNT_UP.draw(rng, split).format(a=b)
        step = 1 if b >= a else -1
        numbers = ", ".join(str(n) for n in range(a, b + step, step))
        return Exchange("number facts", vary(rng, user), f"I count from {a} to {b}.", f"{numbers}.")
    a = rng.randint(1, 999) if rng.random() < 0.3 else rng.randint(1, 99)
    result, wordings, side = (a + 1, NEXT, "after") if kind == 1 else (a - 1, PREVIOUS, "before")
    thought = f"{a} {'+' if kind == 1 else '-'} 1 = {result}."
    answer = str(result) if situation.terse else f"{result} comes {side} {a}."
    user = vary(rng, wordings.draw(rng, split).format(a=a))
    return Exchange("number facts", user, thought, answer, number=result, reason=thought)


PRIME = phrases(
    """Is [;the number ]{a} [a prime number;a prime;prime][; or not]?|[Tell me;Check;Say;I want to know] [if;whether] {a} is [prime;a prime;a prime number].|{a}: prime or not?|[Do you know;Can you tell me] [if;whether] {a} is [a prime;prime]?
    |{a} is [prime;a prime number], [right;true or false;is it not]?""",
    "Would you call {a} a prime number?|Can you check whether {a} is a prime number?",
)


def prime(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Primes below 100."""
    a = rng.randint(2, 99)
    if rng.random() < 0.25:
        a = rng.choice([n for n in range(2, 100) if _least_factor(n) == n])
    least = _least_factor(a)
    user = vary(rng, PRIME.draw(rng, split).format(a=a))
    if least == a:
        return Exchange("primes", user, f"Nothing but 1 and {a} divides {a}.", f"Yes, {a} is a prime number.")
    product = f"{least} × {a // least} = {a}"
    return Exchange(
        "primes", user, f"{product}.", f"No, {product}, so {a} is not a prime number.", reason=f"{product}."
    )


def _least_factor(n: int) -> int:
    return next((d for d in range(2, n) if n % d == 0), n)


SEQUENCE = phrases(
    """[What comes next;What is next;What's next;Which number comes next;Which number is next]: {l}?|[What;Which number] comes [next;after that] in {l}?|{l}, ?|{l}, ...|{l} and then?|[Continue;Go on]: {l}
    |[What is the next number in;Continue] [this row;the row;the series;this sequence;the sequence]: {l}|Next number: {l}|[Find;Tell me;Give me] the next number: {l}|Complete the sequence {l}|{l}: [what comes next;what is the next number]?""",
    "Which number continues this row: {l}|How does this sequence go on: {l}",
)


def sequence(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Rows that grow or fall by the same step, or double."""
    count = rng.choice((3, 4, 4, 5))
    if rng.random() < 0.2:
        first = rng.randint(1, 6)
        row = [first * 2**i for i in range(count + 1)]
        thought = "Each number is double the one before."
    else:
        step = rng.choice((1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 11, 20, 25, 50, 100)) * rng.choice((1, 1, 1, -1))
        first = rng.randint(0, 20) if step > 0 else -step * (count + 1) + rng.randint(0, 20)
        row = [first + step * i for i in range(count + 1)]
        thought = f"Each number is {abs(step)} {'more' if step > 0 else 'less'} than the one before."
    user = SEQUENCE.draw(rng, split).format(l=", ".join(map(str, row[:-1])))
    answer = str(row[-1]) if situation.terse else f"{row[-1]} comes next."
    return Exchange("sequences", user, thought, answer, number=row[-1], reason=thought)
