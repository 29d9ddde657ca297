"""Sums, differences, products and quotients of small numbers, with the steps that the think block shows."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, listed, phrases, vary
from .sum_wordings import ADD, DIVIDE, MULTIPLY, SUBTRACT

WORDS = listed("zero one two three four five six seven eight nine ten eleven twelve")


def _ask(rng: Random, split: Split, wordings: Phrases, a: int, b: int) -> str:
    def show(n: int) -> str:
        return WORDS[n] if n <= 12 and rng.random() < 0.08 else str(n)

    text = wordings.draw(rng, split)
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
    if a < b and rng.random() < 0.6:
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
    """Doubles and halves up to 50, squares up to 12."""
    kind = rng.randrange(3)
    if kind == 0:
        a = rng.randint(1, 50)
        user, sum_text, result, thought = DOUBLE.draw(rng, split), f"{a} + {a}", 2 * a, add_steps(a, a)
    elif kind == 1:
        half = rng.randint(1, 50)
        a = 2 * half
        user, sum_text, result, thought = HALF.draw(rng, split), f"{a} ÷ 2", half, f"{half} + {half} = {a}."
    else:
        a = rng.randint(1, 12)
        user, sum_text, result = SQUARE.draw(rng, split), f"{a} × {a}", a * a
        thought = f"From the table of {a}: {a} × {a} = {a * a}."
    return _reply("doubling", vary(rng, user.format(a=a)), thought, sum_text, result, situation)


THINGS = listed("apples eggs books cups coins pens balls stones cards cakes stars boats")
GAIN = phrases(
    """[I have;I had;I own;I hold;Now I have] {a} {t} and [get;buy;find;receive;take;am given] {b} more. How many {t} [do I have;do I have now;have I got;is that;do I own now]?
    |[I have;I own;I had] {a} {t}. [Somebody gives;A friend gives;Ann gives;They give;Tom brings;My sister gives] me {b} more. How many {t} [do I have;do I have now;have I got;are there;is that]?
    |[There are;There were;We see;I see] {a} {t} in a [box;bag;room;house] and [I add;you add;Ann adds;we put in] {b}[; more]. How many {t} are there[; now; in all]?
    |[Tom has;Ann has;My friend has;She has;He has] {a} {t} and [Eva has;I have;you have;Bob has] {b} {t}. How many {t} [do they have;are there;is that;are there in all]?
    |[If;When] [I have;there are;Tom has] {a} {t} and [buy;get;find;there come] {b} more, how many [is that;are there;{t} are there]?|{a} {t} and {b} {t}: how many {t} [are there;is that]?
    |I [find;buy;see;count] {a} {t}, then {b} {t}. How many {t} [is that;did I find;are there]?|There are {a} {t}. Then {b} more [come;arrive;are added]. How many {t} are there now?
    |[Here are;On the left are;Over here are;There are] {a} {t}[ here;], [there are;on the right are;over there are] {b} {t}. How many [{t} is that;are there;{t} are there in all;is that in total]?
    |My friend has {a} {t} and [gets;finds;buys] {b} more. How many {t} does my friend have[; now]?|[Tom;Ann;A girl;A boy;The shop] [has;had] {a} {t} and [gets;buys;finds] {b} more. How many {t} [is that;are there;does that make]?""",
    """I own {a} {t}. My friend gives me {b} more. How many {t} do I have now?|There are {a} {t} here and {b} {t} there. How many in all?""",
)
LOSS = phrases(
    """[I have;I had;I own;Now I have] {a} {t} and [lose;sell;eat;give away;drop;break;throw away] {b}[; of them]. How many {t} [do I have;do I have now;are left;have I got;remain]?
    |[I have;I own;I had] {a} {t}. [I lose;I sell;My friend takes;Tom takes;I give away;I give my friend;I give;They take] {b} of them. How many [{t} are left;do I have;{t} do I have now;remain;are left]?
    |[There are;There were;We see] {a} {t} in a [box;bag;room;house] and [I take out;you take;Ann removes;somebody takes] {b}. How many {t} [are left;remain;are there now]?
    |[Tom;Ann;My friend;She;He] has {a} {t} and [gives away;sells;loses;eats] {b}. How many {t} [are left;does that leave;remain]?|[If;When] I have {a} {t} and [sell;lose;eat] {b}, how many [do I have;are left;remain]?
    |[From;Of] {a} {t} [I take;you take;we lose;I give a friend] {b}. How many {t} [remain;are left]?|[There were;There are;I had;We had] {a} {t}[;,] [and;but;then] {b} [were lost;are gone;were taken;broke;went away;were sold]. How many [are left;remain;{t} are left;{t} are there now]?
    |There were {a} {t}. [I took;Then I took;Tom ate;Ann sold] {b}. How many {t} are left?|Of {a} {t}, {b} are [gone;lost;sold]. How many {t} are left?|{a} {t} were there, then {b} were [taken;lost;sold]. How many are left?""",
    """I own {a} {t}. I give {b} of them to a friend. How many {t} are left?|There were {a} {t}, then {b} were gone. How many are left?""",
)
GROUPS = phrases(
    """[There are;I see;We have;Here are;I have;I own] {a} [boxes;bags;rows;packs;groups] [with;of] {b} {t}[; each]. How many {t} [are there;is that;are there in all;do I have;have we]?
    |{a} [children;people;friends;boys;girls] have {b} {t} each. How many {t} [do they have;is that;are there;is that in all]?|Each of {a} [boxes;bags;children;people;friends] [holds;has;gets;brings] {b} {t}. How many {t} [are there;is that;are there in all]?
    |[If;When] {a} [children;people;friends;girls;boys] [bring;have;get;buy] {b} {t} each, how many {t} [do they bring;do we have;is that;do they have;are there in all]?|I have {a} [boxes;bags;packs]. In each [box;bag;one] are {b} {t}. How many {t} [are there;is that;do I have]?
    |I [buy;bought;got;bring;need;found] {a} [boxes;bags;packs] with {b} {t} in each[; box; bag; of them]. How many {t} [is that;are there;do I have;did I buy;did I get]?|{a} times I [buy;get;find] {b} {t}. How many {t} is that?""",
    """I bought {a} boxes with {b} {t} in each. How many {t} did I buy?|If {a} people bring {b} {t} each, how many {t} are there?""",
)


def story(rng: Random, split: Split, situation: Situation) -> Exchange:
    """A sum told as a story with things."""
    kind, things = rng.randrange(3), rng.choice(THINGS)
    if kind == 0:
        a, b = rng.randint(1, 30), rng.randint(1, 20)
        user, text, result = GAIN.draw(rng, split), f"{a} + {b}", a + b
    elif kind == 1:
        a = rng.randint(2, 30)
        b = rng.randint(1, a - 1)
        user, text, result = LOSS.draw(rng, split), f"{a} - {b}", a - b
    else:
        a, b = rng.randint(2, 10), rng.randint(2, 10)
        user, text, result = GROUPS.draw(rng, split), f"{a} × {b}", a * b
    user = vary(rng, user.format(a=a, b=b, t=things))
    verb = ("That is more: I add.", "That is less: I subtract.", "Equal groups: I multiply.")[kind]
    answer = str(result) if situation.terse else f"{text} = {result}, so {result} {things}."
    return Exchange("story", user, f"{verb} {text} = {result}.", answer)


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
    """The larger or the smaller of two numbers below 100."""
    a, b = rng.sample(range(100), 2)
    larger = rng.random() < 0.6
    user = (LARGER if larger else SMALLER).draw(rng, split).format(a=a, b=b)
    best = max(a, b) if larger else min(a, b)
    word = "larger" if larger else "smaller"
    other = a + b - best
    thought = f"{best} is {'more' if larger else 'less'} than {other}."
    return Exchange(
        "comparison", vary(rng, user), thought, str(best) if situation.terse else f"{best} is {word} than {other}."
    )


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


def number_facts(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Even and odd, neighbours, and counting up or down."""
    kind = rng.choice((0, 0, 1, 2, 3))
    if kind == 0:
        a = rng.randint(0, 99)
        asked, truth = rng.choice(("even", "odd")), "odd" if a % 2 else "even"
        text = PARITY.draw(rng, split)
        article = text.replace("an {p}", "an {p}" if asked[0] in "aeo" else "a {p}")
        thought = f"The last digit is {a % 10}."
        return Exchange("number facts", vary(rng, article.format(a=a, p=asked)), thought, f"{a} is {truth}.")
    if kind == 3:
        a = rng.randint(0, 30)
        far = rng.randint(3, 9)
        b = a - far if a >= far and rng.random() < 0.25 else a + far
        step = 1 if b >= a else -1
        numbers = ", ".join(str(n) for n in range(a, b + step, step))
        user = COUNT.draw(rng, split).format(a=a, b=b)
        return Exchange("number facts", vary(rng, user), f"I count from {a} to {b}.", f"{numbers}.")
    a = rng.randint(1, 199) if rng.random() < 0.2 else rng.randint(1, 99)
    result, wordings, side = (a + 1, NEXT, "after") if kind == 1 else (a - 1, PREVIOUS, "before")
    sign = "+" if kind == 1 else "-"
    thought = f"{a} {sign} 1 = {result}."
    answer = str(result) if situation.terse else f"{result} comes {side} {a}."
    return Exchange("number facts", vary(rng, wordings.draw(rng, split).format(a=a)), thought, answer)


TOO_LARGE = "That is too large for me. I can add and subtract below 100 and know the tables up to 12. Switch on the calculator tool."


def too_large(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Declines what it has not learned instead of guessing digits."""
    sign, wordings = rng.choice((("+", ADD), ("-", SUBTRACT), ("*", MULTIPLY), ("/", DIVIDE)))
    a, b = rng.randint(100, 10 ** rng.randint(3, 5)), rng.randint(2, 10 ** rng.randint(2, 4))
    if sign == "*" and rng.random() < 0.5:
        a, b = rng.randint(13, 99), rng.randint(13, 99)
    elif sign in "+*" and rng.random() < 0.5:
        a, b = b, a
    user = vary(rng, wordings.draw(rng, split).format(a=a, b=b))
    return Exchange("too large", user, "These numbers are too large for me.", TOO_LARGE)
