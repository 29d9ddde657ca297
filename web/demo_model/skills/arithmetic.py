"""Sums, differences, products and quotients of small numbers, with the steps that the think block shows."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, listed, phrases, vary

WORDS = listed("zero one two three four five six seven eight nine ten eleven twelve")

ADD = phrases(
    """What is {a} + {b}?|{a} + {b}|{a}+{b}|{a} + {b} = ?|{a}+{b}=|What is {a} plus {b}?|{a} plus {b}|Add {a} and {b}.
    |How much is {a} + {b}?|How much is {a} plus {b}?|What is the sum of {a} and {b}?|Calculate {a} + {b}.|Compute {a} + {b}.
    |What's {a} + {b}?|what's {a}+{b}|Can you add {a} and {b}?|What do {a} and {b} make?|Sum of {a} and {b}
    |What is {a} and {b} together?|Please add {a} to {b}.|Solve {a} + {b}.|{a} + {b} is?|What do you get if you add {a} and {b}?
    |What does {a} plus {b} make?|Could you add {a} to {b}?|I want to know {a} + {b}.|Work out {a} + {b}.|Total of {a} + {b}?|Give me {a} + {b}.|{a} plus {b} equals?|How many is {a} + {b}?|I have to add {a} and {b}.|Can you work out {a} + {b}?|{a} and {b} together make?|What does {a} and {b} equal?
    |Give me the sum of {a} and {b}.|Find the sum of {a} and {b}.|The total of {a} and {b} is?|What is the total of {a} and {b}?|How much do {a} plus {b} make?|How much are {a} and {b} together?|How many do {a} and {b} make?|If I put {a} and {b} together, how much is it?|Could you work out {a} + {b}?""",
    """What does {a} + {b} equal?|Could you work out {a} plus {b}?|How much do {a} and {b} make together?|Total of {a} and {b}?
    |I need the sum {a} + {b}.""",
)
SUBTRACT = phrases(
    """What is {a} - {b}?|{a} - {b}|{a}-{b}|{a} - {b} = ?|{a}-{b}=|What is {a} minus {b}?|{a} minus {b}|Subtract {b} from {a}.
    |How much is {a} - {b}?|How much is {a} minus {b}?|Take {b} away from {a}.|Calculate {a} - {b}.|Compute {a} - {b}.
    |What's {a} - {b}?|what's {a}-{b}|Can you subtract {b} from {a}?|What is the difference of {a} and {b}?|{a} take away {b}
    |What is left if you take {b} from {a}?|Solve {a} - {b}.|{a} - {b} is?|What do you get if you subtract {b} from {a}?
    |What does {a} minus {b} make?|Could you take {b} from {a}?|I want to know {a} - {b}.|Work out {a} - {b}.|Give me {a} - {b}.|{a} minus {b} equals?|How much is left if I take {b} from {a}?|What remains if I subtract {b} from {a}?|I have to subtract {b} from {a}.|Can you work out {a} - {b}?|{b} are taken away from {a}. What is left?|What does {a} minus {b} equal?
    |How much is left of {a} after {b} are gone?|What is left of {a} if {b} are taken away?|How many are left of {a} if I take away {b}?|When {b} are taken away from {a}, how much is left?|Could you work out {a} - {b}?|I need to take {b} from {a}.|Of {a} I take away {b}. How much is left?""",
    """What does {a} - {b} equal?|Could you work out {a} minus {b}?|How much is left of {a} when {b} are taken away?
    |I need {a} - {b}.|What remains of {a} minus {b}?""",
)
MULTIPLY = phrases(
    """What is {a} * {b}?|{a} * {b}|{a}*{b}|{a} x {b}|{a}x{b}|{a} × {b}|What is {a} x {b}?|What is {a} × {b}?|{a} * {b} = ?
    |What is {a} times {b}?|{a} times {b}|Multiply {a} by {b}.|How much is {a} times {b}?|How much is {a} x {b}?|How much is {a} * {b}?
    |What is the product of {a} and {b}?|Calculate {a} * {b}.|Compute {a} x {b}.|What's {a} times {b}?|what's {a} x {b}
    |Can you multiply {a} and {b}?|Solve {a} × {b}.|{a} multiplied by {b}|What do you get if you multiply {a} by {b}?
    |Could you multiply {a} by {b}?|I want to know {a} x {b}.|Work out {a} x {b}.|Give me {a} * {b}.|{a} times {b} equals?|The product of {a} and {b} is?|I have to multiply {a} by {b}.|Can you work out {a} * {b}?|What does {a} times {b} equal?|Product of {a} * {b}?|What does {a} x {b} make?
    |I want the product of {a} and {b}.|Find the product of {a} and {b}.|Product: {a} and {b}|Give me the product of {a} and {b}.|Which number is the product of {a} and {b}?|Could you work out {a} x {b}?|I need to multiply {a} by {b}.|Tell me the product of {a} and {b}.""",
    """What does {a} * {b} equal?|Could you work out {a} times {b}?|What does {a} times {b} make?|Product of {a} and {b}?
    |I need {a} x {b}.""",
)
DIVIDE = phrases(
    """What is {a} / {b}?|{a} / {b}|{a}/{b}|{a} ÷ {b}|What is {a} ÷ {b}?|What is {a} divided by {b}?|{a} divided by {b}
    |Divide {a} by {b}.|How much is {a} divided by {b}?|How much is {a} / {b}?|Calculate {a} / {b}.|What's {a} divided by {b}?
    |How often does {b} go into {a}?|Can you divide {a} by {b}?|Share {a} among {b}.|Solve {a} ÷ {b}.
    |Could you divide {a} by {b}?|I want to know {a} / {b}.|Work out {a} / {b}.|Give me {a} / {b}.|{a} divided by {b} equals?|How often does {b} fit into {a}?|How many times is {b} in {a}?|How many times does {b} go into {a}?|Can you work out {a} / {b}?|What does {a} divided by {b} equal?|I have to divide {a} by {b}.
    |Could you work out {a} / {b}?|I need to divide {a} by {b}.|How many times can {b} fit into {a}?""",
    """What does {a} / {b} equal?|Could you work out {a} divided by {b}?|How many times does {b} fit into {a}?|I need {a} / {b}.""",
)


def _ask(rng: Random, split: Split, wordings: Phrases, a: int, b: int) -> str:
    def show(n: int) -> str:
        return WORDS[n] if n <= 12 and rng.random() < 0.08 else str(n)

    text = rng.choice(wordings.of(split))
    plain = not any(sign in text for sign in "+-*/×÷x=")
    fill = (show(a), show(b)) if plain else (str(a), str(b))
    return vary(rng, text.format(a=fill[0], b=fill[1]))


def _reply(skill: str, user: str, thought: str, sum_text: str, result: int, situation: Situation) -> Exchange:
    return Exchange(skill, user, thought, str(result) if situation.terse else f"{sum_text} = {result}.")


def add_steps(a: int, b: int) -> str:
    """Column addition in words: ones, then tens with the carry."""
    if a < 10 and b < 10:
        return f"{a} + {b} = {a + b}."
    ones = a % 10 + b % 10
    carry = " + 1" if ones > 9 else ""
    return f"Ones: {a % 10} + {b % 10} = {ones}. Tens: {a // 10} + {b // 10}{carry} = {(a + b) // 10}. So {a + b}."


def subtract_steps(a: int, b: int) -> str:
    """Column subtraction in words, borrowing from the tens; a smaller minuend turns the sign."""
    if a < b:
        return f"{a} is less than {b}. {b} - {a} = {b - a}. So {a - b}."
    if a < 10:
        return f"{a} - {b} = {a - b}."
    borrow = a % 10 < b % 10
    ones = a % 10 + 10 * borrow
    taken = " - 1" if borrow else ""
    tens = a // 10 - b // 10 - borrow
    return f"Ones: {ones} - {b % 10} = {ones - b % 10}. Tens: {a // 10} - {b // 10}{taken} = {tens}. So {a - b}."


def _operands(rng: Random) -> tuple[int, int]:
    """Mostly two digits by two, the hardest case; one digit often enough to be certain."""
    kind = rng.random()
    if kind < 0.62:
        return rng.randint(10, 99), rng.randint(10, 99)
    if kind < 0.82:
        a, b = rng.randint(10, 99), rng.randint(0, 9)
        return (a, b) if rng.random() < 0.6 else (b, a)
    return rng.randint(0, 9), rng.randint(0, 9)


def addition(rng: Random, split: Split, situation: Situation) -> Exchange:
    """One- and two-digit addition."""
    a, b = _operands(rng)
    return _reply("addition", _ask(rng, split, ADD, a, b), add_steps(a, b), f"{a} + {b}", a + b, situation)


def subtraction(rng: Random, split: Split, situation: Situation) -> Exchange:
    """One- and two-digit subtraction, sometimes below zero."""
    a, b = _operands(rng)
    if a < b and rng.random() < 0.85:
        a, b = b, a
    return _reply("subtraction", _ask(rng, split, SUBTRACT, a, b), subtract_steps(a, b), f"{a} - {b}", a - b, situation)


def multiplication(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The tables up to 12 times 12."""
    a, b = rng.randint(0, 12), rng.randint(0, 12)
    if rng.random() < 0.5:
        a, b = rng.randint(2, 12), rng.randint(2, 12)
    thought = f"From the table of {b}: {a} × {b} = {a * b}."
    return _reply("multiplication", _ask(rng, split, MULTIPLY, a, b), thought, f"{a} × {b}", a * b, situation)


def division(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The tables backwards, without remainder."""
    b, q = rng.randint(1, 12), rng.randint(1, 12)
    thought = f"{q} × {b} = {q * b}."
    return _reply("division", _ask(rng, split, DIVIDE, q * b, b), thought, f"{q * b} ÷ {b}", q, situation)


DOUBLE = phrases(
    """Double {a}.|What is double {a}?|What is twice {a}?|How much is the double of {a}?|What's {a} doubled?
    |If I double {a}, what do I get?|The double of {a}|What do you get if you double {a}?|Could you double {a}?|I want to know the double of {a}.""",
    "Give me the double of {a}.|How much is twice {a}?",
)
HALF = phrases(
    """What is half of {a}?|Half of {a}|Halve {a}.|How much is half of {a}?|What's one half of {a}?|Take half of {a}.
    |If I halve {a}, what do I get?|Half of {a} is?|What do you get if you halve {a}?|Could you halve {a}?|Split {a} in half.|I want to know half of {a}.""",
    "Give me half of {a}.|What do I get if I halve {a}?",
)
SQUARE = phrases(
    """What is {a} squared?|{a} squared|Square {a}.|What is the square of {a}?|How much is {a} squared?|What's {a}^2?
    |If I square {a}, what do I get?|The square of {a}|What do you get if you square {a}?|Could you square {a}?""",
    "Give me the square of {a}.|What do I get if I square {a}?",
)


def doubling(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Doubles and halves up to 50, squares up to 12."""
    kind = rng.randrange(3)
    if kind == 0:
        a = rng.randint(1, 50)
        user, sum_text, result, thought = rng.choice(DOUBLE.of(split)), f"{a} + {a}", 2 * a, add_steps(a, a)
    elif kind == 1:
        half = rng.randint(1, 50)
        a = 2 * half
        user, sum_text, result, thought = rng.choice(HALF.of(split)), f"{a} ÷ 2", half, f"{half} + {half} = {a}."
    else:
        a = rng.randint(1, 12)
        user, sum_text, result = rng.choice(SQUARE.of(split)), f"{a} × {a}", a * a
        thought = f"From the table of {a}: {a} × {a} = {a * a}."
    return _reply("doubling", vary(rng, user.format(a=a)), thought, sum_text, result, situation)


THINGS = listed("apples eggs books cups coins pens balls stones cards cakes stars boats")
GAIN = phrases(
    """I have {a} {t} and get {b} more. How many {t} do I have?|There are {a} {t} in a box and I add {b}. How many {t} are there?
    |Tom has {a} {t} and Ann has {b} {t}. How many {t} do they have?|If I have {a} {t} and buy {b} more, how many do I have?
    |{a} {t} and {b} {t}: how many {t} are there?|I find {a} {t}, then {b} {t}. How many {t} did I find?
    |There are {a} {t}. Then {b} more come. How many {t} are there now?|I had {a} {t} and my friend brings {b} more. How many {t} do we have?|Here are {a} {t}, there are {b} {t}. How many {t} is that?|I own {a} {t} and buy {b} {t}. How many {t} do I own now?
    |I own {a} {t}. Somebody gives me {b} more. How many {t} do I have?|There are {a} {t} on the left and {b} {t} on the right. How many are there?|My friend has {a} {t} and gets {b} more. How many {t} does my friend have now?""",
    """I own {a} {t}. My friend gives me {b} more. How many {t} do I have now?|There are {a} {t} here and {b} {t} there. How many in all?""",
)
LOSS = phrases(
    """I have {a} {t} and lose {b}. How many {t} do I have?|There are {a} {t} in a box and I take out {b}. How many {t} are left?
    |Tom has {a} {t} and gives away {b}. How many {t} does he have?|If I have {a} {t} and sell {b}, how many do I have?
    |I had {a} {t} and ate {b}. How many {t} are left?|From {a} {t} I take {b}. How many {t} remain?
    |There were {a} {t}. I took {b}. How many {t} are left?|Of {a} {t}, {b} are gone. How many {t} are left?|I own {a} {t} and give away {b}. How many {t} do I own now?|I have {a} {t}. My friend takes {b} of them. How many {t} do I have now?
    |There were {a} {t} and {b} were lost. How many are left?|There were {a} {t}, but {b} are gone. How many {t} remain?|{a} {t} were there, then {b} were taken. How many are left?|I had {a} {t}, then {b} broke. How many are left?|I own {a} {t}. I lose {b} of them. How many {t} are left?""",
    """I own {a} {t}. I give {b} of them to a friend. How many {t} are left?|There were {a} {t}, then {b} were gone. How many are left?""",
)
GROUPS = phrases(
    """There are {a} boxes with {b} {t} each. How many {t} are there?|I have {a} bags of {b} {t}. How many {t} do I have?
    |{a} children have {b} {t} each. How many {t} do they have?|Each of {a} boxes holds {b} {t}. How many {t} are there in all?
    |If {a} children bring {b} {t} each, how many {t} do they bring?|I have {a} boxes. In each box are {b} {t}. How many {t} are there?|I buy {a} bags with {b} {t} in each bag. How many {t} is that?|{a} people have {b} {t} each. How many {t} is that in all?
    |I bought {a} bags with {b} {t} in each. How many {t} is that?|If {a} friends bring {b} {t} each, how many {t} do we have?""",
    """I bought {a} boxes with {b} {t} in each. How many {t} did I buy?|If {a} people bring {b} {t} each, how many {t} are there?""",
)


def story(rng: Random, split: Split, situation: Situation) -> Exchange:
    """A sum told as a story with things."""
    kind, things = rng.randrange(3), rng.choice(THINGS)
    if kind == 0:
        a, b = rng.randint(1, 30), rng.randint(1, 20)
        user, text, result = rng.choice(GAIN.of(split)), f"{a} + {b}", a + b
    elif kind == 1:
        a = rng.randint(2, 30)
        b = rng.randint(1, a - 1)
        user, text, result = rng.choice(LOSS.of(split)), f"{a} - {b}", a - b
    else:
        a, b = rng.randint(2, 10), rng.randint(2, 10)
        user, text, result = rng.choice(GROUPS.of(split)), f"{a} × {b}", a * b
    user = vary(rng, user.format(a=a, b=b, t=things))
    verb = ("That is more: I add.", "That is less: I subtract.", "Equal groups: I multiply.")[kind]
    answer = str(result) if situation.terse else f"{text} = {result}, so {result} {things}."
    return Exchange("story", user, f"{verb} {text} = {result}.", answer)


LARGER = phrases(
    """Which is larger, {a} or {b}?|Which is bigger, {a} or {b}?|Is {a} or {b} larger?|What is more, {a} or {b}?|{a} or {b}: which is larger?
    |Which number is greater, {a} or {b}?|Compare {a} and {b}: which is bigger?|What's the larger number, {a} or {b}?
    |Which one is larger: {a} or {b}?|Tell me the larger of {a} and {b}.|Which one is more, {a} or {b}?|Is {a} larger or {b}?""",
    "Which one is the bigger number: {a} or {b}?|Of {a} and {b}, which is larger?",
)
SMALLER = phrases(
    """Which is smaller, {a} or {b}?|Which is less, {a} or {b}?|Is {a} or {b} smaller?|What is less, {a} or {b}?|{a} or {b}: which is smaller?
    |Which number is lower, {a} or {b}?|Compare {a} and {b}: which is smaller?|What's the smaller number, {a} or {b}?
    |Which one is less: {a} or {b}?|Tell me the smaller of {a} and {b}.|Which one is lower, {a} or {b}?|Is {a} smaller or {b}?""",
    "Which one is the smaller number: {a} or {b}?|Of {a} and {b}, which is smaller?",
)


def comparison(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The larger or the smaller of two numbers below 100."""
    a, b = rng.sample(range(100), 2)
    larger = rng.random() < 0.6
    user = rng.choice((LARGER if larger else SMALLER).of(split)).format(a=a, b=b)
    best = max(a, b) if larger else min(a, b)
    word = "larger" if larger else "smaller"
    other = a + b - best
    thought = f"{best} is {'more' if larger else 'less'} than {other}."
    return Exchange(
        "comparison", vary(rng, user), thought, str(best) if situation.terse else f"{best} is {word} than {other}."
    )


PARITY = phrases(
    """Is {a} {p}?|Is the number {a} {p}?|Is {a} an {p} number?|Tell me if {a} is {p}.|{a}: {p} or not?|Is {a} even or odd?|Even or odd: {a}
    |Can you say if {a} is even or odd?|Do you think {a} is {p}?|Is {a} odd or even?""",
    "Would you say that {a} is {p}?|Do you know if {a} is even or odd?",
)
NEXT = phrases(
    """What comes after {a}?|Which number comes after {a}?|What number follows {a}?|What is the next number after {a}?|Number after {a}?
    |When counting, what comes after {a}?|Tell me the number after {a}.|Which is the next number after {a}?|After {a} comes which number?|Which number is right after {a}?
    |When I count on, which number follows {a}?|What follows {a}?|Which number follows after {a}?|When I count up, what comes after {a}?|What follows {a} when counting?""",
    "Which number is next after {a}?|When I count, what follows {a}?",
)
PREVIOUS = phrases(
    """What comes before {a}?|Which number comes before {a}?|What number is before {a}?|What is the number before {a}?|Number before {a}?
    |When counting, what comes before {a}?|Tell me the number before {a}.|Which is the number before {a}?|Before {a} comes which number?|Which number is right before {a}?
    |When I count on, which number comes before {a}?|Which number stands before {a}?|When I count up, what is before {a}?""",
    "Which number is just before {a}?|When I count, what comes before {a}?",
)
COUNT = phrases(
    """Count from {a} to {b}.|Count {a} to {b}.|Can you count from {a} to {b}?|Please count from {a} to {b}.|List the numbers from {a} to {b}.
    |Could you count from {a} to {b}?|Say all numbers from {a} to {b}.|Count for me from {a} to {b}.|I want you to count from {a} to {b}.|Name the numbers from {a} to {b}.""",
    "Could you count for me from {a} to {b}?|Say the numbers from {a} to {b}.",
)


def number_facts(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Even and odd, neighbours, and counting up or down."""
    kind = rng.choice((0, 0, 1, 2, 3))
    if kind == 0:
        a = rng.randint(0, 99)
        asked, truth = rng.choice(("even", "odd")), "odd" if a % 2 else "even"
        text = rng.choice(PARITY.of(split))
        article = text.replace("an {p}", "an {p}" if asked[0] in "aeo" else "a {p}")
        thought = f"The last digit is {a % 10}."
        return Exchange("number facts", vary(rng, article.format(a=a, p=asked)), thought, f"{a} is {truth}.")
    if kind == 3:
        a = rng.randint(0, 30)
        far = rng.randint(3, 9)
        b = a - far if a >= far and rng.random() < 0.25 else a + far
        step = 1 if b >= a else -1
        numbers = ", ".join(str(n) for n in range(a, b + step, step))
        user = rng.choice(COUNT.of(split)).format(a=a, b=b)
        return Exchange("number facts", vary(rng, user), f"I count from {a} to {b}.", f"{numbers}.")
    a = rng.randint(1, 199) if rng.random() < 0.2 else rng.randint(1, 99)
    result, wordings, side = (a + 1, NEXT, "after") if kind == 1 else (a - 1, PREVIOUS, "before")
    sign = "+" if kind == 1 else "-"
    thought = f"{a} {sign} 1 = {result}."
    answer = str(result) if situation.terse else f"{result} comes {side} {a}."
    return Exchange("number facts", vary(rng, rng.choice(wordings.of(split)).format(a=a)), thought, answer)


TOO_LARGE = "That is too large for me. I can add and subtract below 100 and know the tables up to 12. Switch on the calculator tool."


def too_large(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Declines what it has not learned instead of guessing digits."""
    sign, wordings = rng.choice((("+", ADD), ("-", SUBTRACT), ("*", MULTIPLY), ("/", DIVIDE)))
    a, b = rng.randint(100, 10 ** rng.randint(3, 5)), rng.randint(2, 10 ** rng.randint(2, 4))
    if sign == "*" and rng.random() < 0.5:
        a, b = rng.randint(13, 99), rng.randint(13, 99)
    elif sign in "+*" and rng.random() < 0.5:
        a, b = b, a
    user = vary(rng, rng.choice(wordings.of(split)).format(a=a, b=b))
    return Exchange("too large", user, "These numbers are too large for me.", TOO_LARGE)
