"""Weekdays, months and leap years."""

from __future__ import annotations

from calendar import isleap
from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, any_case, listed, phrases, vary

DAYS = listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
MONTHS = listed("January February March April May June July August September October November December")
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

AFTER = phrases(
    """What day comes after {d}?|Which day comes after {d}?|What day is after {d}?|What is the day after {d}?|Which weekday follows {d}?
    |After {d} comes which day?|What comes after {d}?|Name the day after {d}.|What's the next day after {d}?
    |Tell me the day after {d}.|Which day of the week comes after {d}?|Which day follows {d}?|Give me the day after {d}.""",
    "Which day of the week follows {d}?|Tell me the day that comes after {d}.",
)
BEFORE = phrases(
    """What day comes before {d}?|Which day comes before {d}?|What day is before {d}?|What is the day before {d}?
    |Before {d} comes which day?|What comes before {d}?|Name the day before {d}.|Which weekday is right before {d}?
    |Tell me the day before {d}.|Which day of the week comes before {d}?|Give me the day before {d}.|Which day is right before {d}?""",
    "Which day of the week is before {d}?|Tell me the day that comes before {d}.",
)
LATER = phrases(
    """What day is {n} days after {d}?|Which day is {n} days after {d}?|What day is it {n} days after {d}?|{n} days after {d}
    |If today is {d}, what day is it in {n} days?|Today is {d}. What day is it in {n} days?|It is {d}. Which day is in {n} days?
    |What weekday comes {n} days after {d}?|{d} plus {n} days is which day?
    |Starting from {d}, what day is it after {n} days?|If it is {d} today, which day is it in {n} days?|Which day will it be {n} days after {d}?|It is {d} now. What day will it be in {n} days?|From {d}, which weekday is {n} days later?|What day comes {n} days later than {d}?""",
    "Starting on {d}, which weekday is it {n} days later?|If it is {d} now, which day will it be in {n} days?",
)
TOMORROW = phrases(
    """If today is {d}, what day is tomorrow?|Today is {d}. What day is tomorrow?|Today is {d}, what is tomorrow?|It is {d} today. Which day is tomorrow?
    |If it is {d} today, what day will tomorrow be?|When it is {d} today, what is tomorrow?|Today is {d}; which day is tomorrow?""",
    "Today it is {d}; what day will tomorrow be?|When today is {d}, which day is tomorrow?",
)
YESTERDAY = phrases(
    """If today is {d}, what day was yesterday?|Today is {d}. What day was yesterday?|Today is {d}, what was yesterday?|It is {d} today. Which day was yesterday?
    |If it is {d} today, what day was it yesterday?|When it is {d} today, what was yesterday?|Today is {d}; which day was yesterday?""",
    "Today it is {d}; what day was it yesterday?|When today is {d}, which day was yesterday?",
)


BETWEEN = phrases(
    """How many days [are there ;are ;is it ;]from {d} to {e}?|How many days [are there ;are ;]between {d} and {e}?|How many days until {e} if [today is;it is] {d}[; today]?|[Today is;It is] {d}. How many days [is it ;are there ;]until {e}?|How far is {e} from {d}?""",
    "It is {d} today; in how many days is it {e}?|If today is {d}, in how many days is {e}?",
)


def weekday(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Neighbouring days, a day some days later or earlier, and how many days lie between two."""
    i, kind = rng.randrange(7), rng.randrange(7)
    return _weekday(rng, split, i, kind)


def _weekday(rng: Random, split: Split, i: int, kind: int) -> Exchange:
    day = DAYS[i]

    def again(chance: Random) -> tuple[str, Exchange]:
        j = chance.choice([j for j in range(7) if j != i])
        return any_case(chance, DAYS[j]), _weekday(chance, split, j, kind)

    if kind == 6:
        n = rng.randint(1, 6)
        other = DAYS[(i + n) % 7]
        user = vary(rng, BETWEEN.draw(rng, split).format(d=any_case(rng, day), e=any_case(rng, other)))
        path = ", ".join(DAYS[(i + s) % 7] for s in range(1, n + 1))
        thought = f"I count from {day}: {path}."
        unit = "day" if n == 1 else "days"
        return Exchange("weekday", user, thought, f"From {day} to {other} it is {n} {unit}.", number=n, reason=thought)
    if kind >= 4:
        n = rng.randint(2, 14)
        back = rng.random() < 0.2
        text = (EARLIER if back else LATER).draw(rng, split)
        user = vary(rng, text.format(d=any_case(rng, day), n=n))
        step = -1 if back else 1
        path = ", ".join(DAYS[(i + step * s) % 7] for s in range(1, n % 7 + 1))
        week = f"{n} - 7 = {n - 7}. " if n >= 7 else ""
        thought = week + (f"I count {n % 7} from {day}: {path}." if path else f"A full week later it is {day} again.")
        if n == 14:
            thought = "14 days are two weeks."
        answer = f"{n} days {'before' if back else 'after'} {day} is {DAYS[(i + step * n) % 7]}."
        return Exchange("weekday", user, thought, answer, reason=thought)
    wordings, step, form = (
        (AFTER, 1, "The day after {d} is {r}."),
        (BEFORE, -1, "The day before {d} is {r}."),
        (TOMORROW, 1, "Tomorrow is {r}."),
        (YESTERDAY, -1, "Yesterday was {r}."),
    )[kind]
    result = DAYS[(i + step) % 7]
    user = vary(rng, wordings.draw(rng, split).format(d=any_case(rng, day)))
    order = f"{day}, {result}" if step > 0 else f"{result}, {day}"
    thought = f"The order is {order}."
    return Exchange("weekday", user, thought, form.format(d=day, r=result), reason=thought, again=again)


EARLIER = phrases(
    """What day [is;was] {n} days before {d}?|Which day [is;was] {n} days before {d}?|{n} days before {d}|[If today is;Today is;It is] {d}, [what;which] day was it {n} days ago?|What weekday was {n} days before {d}?|From {d}, which day is {n} days earlier?""",
    "Which weekday was it {n} days before {d}?|Counting back {n} days from {d}, which day is it?",
)


MONTH_AFTER = phrases(
    """What month comes after {m}?|Which month comes after {m}?|What is the month after {m}?|Which month follows {m}?|What's the next month after {m}?
    |Tell me the month after {m}.|Which month of the year comes after {m}?|Name the month after {m}.|After {m} comes which month?|What comes after {m}?""",
    "Tell me the month that comes after {m}.|Which month of the year follows {m}?",
)
MONTH_BEFORE = phrases(
    """What month comes before {m}?|Which month comes before {m}?|What is the month before {m}?|Which month is right before {m}?
    |Tell me the month before {m}.|Which month of the year comes before {m}?|Name the month before {m}.|Before {m} comes which month?|What comes before {m}?""",
    "Tell me the month that comes before {m}.|Which month of the year is before {m}?",
)
MONTH_LENGTH = phrases(
    """How many days does {m} have?|How many days are in {m}?|How many days has {m}?|How long is {m}?|Days in {m}?|How many days are there in {m}?|Number of days in {m}
    |Tell me how many days are in {m}.|What is the number of days in {m}?|Do you know how many days {m} has?""",
    "What number of days does {m} have?|Tell me how many days {m} has.",
)
MONTH_NUMBER = phrases(
    """Which month is number {i}?|What is month number {i}?|What is the name of month {i}?|Name month number {i}.|Which month has the number {i}?
    |Tell me month number {i}.|Which month of the year is number {i}?|What month is number {i}?|Do you know month number {i}?""",
    "Tell me the name of month number {i}.|What month is month {i} of the year?",
)
LEAP = phrases(
    """Is {y} a leap year?|Was {y} a leap year?|Is the year {y} a leap year?|{y}: leap year?|Tell me if {y} is a leap year.|Leap year or not: {y}
    |Can you say if {y} is a leap year?|Do you know whether {y} is a leap year?|Is it true that {y} is a leap year?""",
    "Do you know if {y} is a leap year?|Would you say {y} is a leap year?",
)


NUMBER_OF_MONTH = phrases(
    """[What;Which] number [is;has] {m}?|[What;Which] month of the year is {m}?|[Which;What] number month is {m}?|{m} is which month of the year?|What is the number of {m}?|[Tell me;Do you know] the number of the month {m}[;.]|What place has {m} in the year?""",
    "The month {m} has which number?|Which month in the year is {m}, by number?",
)
SEASON = phrases(
    """[Which;What] season is {m} in?|[In which;In what] season is {m}?|{m} is in [which;what] season?|[Which;What] season do we have in {m}?|What season is it in {m}?|[Tell me;Do you know] the season of {m}[;.]""",
    "To which season does {m} belong?|What is the season in the month of {m}?",
)
SEASONS = (
    "winter",
    "winter",
    "spring",
    "spring",
    "spring",
    "summer",
    "summer",
    "summer",
    "autumn",
    "autumn",
    "autumn",
    "winter",
)
NTH = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
NTH_MONTH = phrases(
    """[What is;What's;Whats;Which is;Tell me;Name] the {o} month[; of the year;, please]?|[Which;What] month is the {o}[; one][; of the year]?|[Which;What] month [comes;is] {o}[; in the year]?|The {o} month[; of the year;?]|{o} month of the year[;?]|In the year, which month is {o}?""",
    "Which month do we call the {o} one?|Name the {o} month in a year.",
)
NTH_DAY = phrases(
    """[What is;What's;Which is;Tell me;Name] the {o} day of the week?|[Which;What] day is the {o}[; one] of the week?|[Which;What] day of the week is {o}?|The {o} day of the week[;?]|{o} day of the week""",
    "Which day do we call the {o} of the week?|Name the {o} day in a week.",
)


def calendar(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Months and days in order, their lengths, numbers and seasons, and leap years from 1980 to 2060."""
    i, kind = rng.randrange(12), rng.choice((0, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8))
    return _calendar(rng, split, i, kind)


def _calendar(rng: Random, split: Split, i: int, kind: int) -> Exchange:
    month = MONTHS[i]
    typed = any_case(rng, month)

    def again(chance: Random) -> tuple[str, Exchange]:
        j = chance.choice([j for j in range(12) if j != i])
        return any_case(chance, MONTHS[j]), _calendar(chance, split, j, kind)

    def told(wordings: Phrases, thought: str, answer: str, **fill: object) -> Exchange:
        user = vary(rng, wordings.draw(rng, split).format(**fill))
        repeated = again if kind in (0, 1, 2, 5, 6) else None
        return Exchange("calendar", user, thought, answer, reason=thought, again=repeated)

    if kind == 4:
        year = rng.randint(1980, 2060)
        leap, rest = isleap(year), year % 100
        thought = f"{rest} = 4 × {rest // 4}." if leap else f"{rest} = 4 × {rest // 4} + {rest % 4}."
        return told(LEAP, thought, f"{'Yes' if leap else 'No'}, {year} is {'' if leap else 'not '}a leap year.", y=year)
    if kind == 2:
        extra = ", and 29 in a leap year" if i == 1 else ""
        return told(MONTH_LENGTH, f"{month} has {LENGTHS[i]} days.", f"{month} has {LENGTHS[i]} days{extra}.", m=typed)
    if kind == 3:
        return told(MONTH_NUMBER, f"{month} is number {i + 1}.", f"Month number {i + 1} is {month}.", i=i + 1)
    if kind == 5:
        return told(NUMBER_OF_MONTH, f"I count to {month}: {i + 1}.", f"{month} is month number {i + 1}.", m=typed)
    if kind == 6:
        return told(SEASON, "I think of the north.", f"In the north, {month} is in {SEASONS[i]}.", m=typed)
    if kind == 7:
        return told(NTH_MONTH, f"I count: {', '.join(MONTHS[: i + 1])}.", f"The {NTH[i]} month is {month}.", o=NTH[i])
    if kind == 8:
        day = DAYS[i % 7]
        return told(NTH_DAY, "I count from Monday.", f"The {NTH[i % 7]} day of the week is {day}.", o=NTH[i % 7])
    wordings, step, side = ((MONTH_AFTER, 1, "after"), (MONTH_BEFORE, -1, "before"))[kind]
    result = MONTHS[(i + step) % 12]
    order = f"{month}, {result}" if step > 0 else f"{result}, {month}"
    return told(wordings, f"The order is {order}.", f"The month {side} {month} is {result}.", m=typed)
