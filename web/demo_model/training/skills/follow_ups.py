"""What people say about the last answer: why? and times two? and on Friday? another one. What did you say?"""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Situation, Split, phrases, vary
from .arithmetic import add_steps, multiply_steps, subtract_steps
from .talk import JOKE_AGAIN, joke

WHY = phrases(
    """Why?|Why|Why is that?|Why so?|How come?|How so?|Why is it so?|How do you know?|How do you know that?|How did you get that?|How did you do that?|How did you find that?|Explain|Explain that.|Explain it to me.|Can you explain that?|[Can;Could] you explain [why;how;your answer;this]?|Show me how.|Show me the steps.
    |[What;Which] steps did you take?|Why not?|But why?|And why?|For what reason?|How did you calculate that?|How did you come to that?|How does that work?|Prove it.|Why that?|I don't get it|I do not understand why.|Say why.|Tell me why.|Give me the reason.|Please explain.""",
    "What makes you say that?|How did you arrive at that?|Could you give me the reason?",
)
WHAT = phrases(
    "What?|Pardon?|What did you say?|Say that again.|Repeat that.|Can you repeat that?|Once more.|One more time, please.|Sorry, what?|Come again?|What was that?|Repeat your answer.|I did not hear you.|Could you say that again?|Repeat please",
    "Would you repeat your last answer?|I missed that, again please.",
)
STEP = {
    "+": phrases(
        "[And;And now;Now;Then] [plus;add] {b}[;?]|Plus {b}[;?]|+ {b}|+{b}|And {b} more?|Add {b}[; to that; to it].|[Now add;And add] {b}.|What [is that;if I add;about] plus {b}?|[And if I add;If I add] {b}[ to that;]?|That plus {b}[;?]|Add another {b}.",
        "Put {b} on top of it.|And with {b} added?",
    ),
    "-": phrases(
        "[And;And now;Now;Then] [minus;subtract;take away] {b}[;?]|Minus {b}[;?]|- {b}|-{b}|And {b} less?|Subtract {b}[; from that; from it].|Take away {b}.|What is that minus {b}?|[And if I take away;If I subtract] {b}[; from that]?|That minus {b}[;?]|Take {b} off.",
        "Remove {b} from it.|And with {b} taken away?",
    ),
    "×": phrases(
        "[And;And now;Now;Then] times {b}[;?]|Times {b}[;?]|* {b}|x {b}|x{b}|Multiply [that;it] by {b}.|Now multiply by {b}.|What is that times {b}?|[And if I multiply;If I multiply] [by;it by;that by] {b}?|That times {b}[;?]|[And;Now] multiplied by {b}[;?]",
        "Take it {b} times.|And the result times {b}?",
    ),
}  # fmt: skip
DOUBLE = phrases(
    "Double [it;that].|[And;Now] [doubled;double that;double it][;?]|And twice [that;as much]?|What is the double[; of that]?|Twice that[;?]|And the double?|And two times that?",
    "What is it doubled?|Make it twice as much.",
)
HALF = phrases(
    "[And;Now] half of [it;that][;?]|Half of that[;?]|Halve [it;that].|And half?|What is half of [it;that]?|And the half?|Now half of it",
    "Cut it in half.|What is it halved?",
)
PARITY = phrases(
    "Is [that;it] [even or odd;odd or even;even;odd]?|[And is;So is] that [even;odd]?|Even or odd?|Is the result [even;odd]?",
    "Would that be an even number?|So is the result odd or even?",
)
AGAIN = phrases(
    "And {x}?|And {x}|What about {x}?|And for {x}?|And with {x}?|How about {x}?|And what about {x}?|Now {x}|Now {x}, please|{x}?|Then {x}?|The same for {x}|The same with {x}, please|Same for {x}?|And now {x}?|Ok, and {x}?",
    "And how is it with {x}?|Same question for {x}.",
)


def follow_up(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Something that only the last exchange gives a meaning."""
    last = situation.last
    if last is None:
        raise ValueError("a follow-up needs an exchange to follow: put one into the situation")
    kinds = ["what"]
    if last.reason:
        kinds += ["why", "why"]
    if not situation.terse and last.number is not None and abs(last.number) < 1000:
        kinds += ["sum"] * 5
    if last.again:
        kinds += ["again"] * 4
    if last.skill == "jokes":
        kinds += ["joke"] * 4
    kind = rng.choice(kinds)
    if kind == "what":
        user = vary(rng, WHAT.draw(rng, split))
        return Exchange("follow-ups", user, "I say it again.", f"I said: {last.answer}")
    if kind == "why":
        return Exchange("follow-ups", vary(rng, WHY.draw(rng, split)), "I give my reason.", last.reason)
    if kind == "joke":
        return joke(rng, vary(rng, JOKE_AGAIN.draw(rng, split)), last)
    if kind == "again" and last.again:
        words, exchange = last.again(rng)
        user = vary(rng, AGAIN.draw(rng, split).format(x=words))
        return Exchange(
            "follow-ups", user, exchange.thought, exchange.answer, number=exchange.number, reason=exchange.reason, again=exchange.again
        )  # fmt: skip
    return _sum(rng, split, last.number or 0)


def _sum(rng: Random, split: Split, a: int) -> Exchange:
    """Going on with a result."""
    kind = rng.random()
    if kind < 0.1:
        thought = f"The last digit is {abs(a) % 10}."
        return Exchange(
            "follow-ups", vary(rng, PARITY.draw(rng, split)), thought, f"{a} is {'odd' if a % 2 else 'even'}.", reason=thought
        )  # fmt: skip
    if kind < 0.25 and 0 < a <= 500:
        user, sign, b, result, thought = DOUBLE.draw(rng, split), "+", a, 2 * a, add_steps(a, a)
    elif kind < 0.38 and a > 0 and a % 2 == 0:
        user, sign, b, result = HALF.draw(rng, split), "÷", 2, a // 2
        thought = f"{result} + {result} = {a}."
    else:
        sign = rng.choice("+-×" if 0 <= a <= 99 else "+-")
        b = rng.choice((2, 2, 3, 4, 5, 10)) if sign == "×" else rng.randint(1, rng.choice((9, 20, 99)))
        user = STEP[sign].draw(rng, split).format(b=_said(rng, b))
        result = {"+": a + b, "-": a - b, "×": a * b}[sign]
        if sign == "×":
            thought = multiply_steps(a, b)
        elif a < 0:
            thought = f"I start at {a}."
        else:
            thought = add_steps(a, b) if sign == "+" else subtract_steps(a, b)
    return Exchange(
        "follow-ups", vary(rng, user), thought, f"{a} {sign} {b} = {result}.", number=result, reason=thought
    )


def _said(rng: Random, b: int) -> str:
    words = {
        2: "two",
        3: "three",
        4: "four",
        5: "five",
        10: "ten",
        1: "one",
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
    }
    return words[b] if b in words and rng.random() < 0.3 else str(b)
