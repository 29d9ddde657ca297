"""Weekdays, months and leap years."""

from __future__ import annotations

from calendar import isleap
from random import Random

from ..exchange import Exchange, Situation, Split, listed, phrases, vary

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


def weekday(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Neighbouring days, and a day some days later."""
    i, kind = rng.randrange(7), rng.randrange(6)
    day = DAYS[i]
    if kind >= 4:
        n = rng.randint(2, 10)
        user = vary(rng, LATER.draw(rng, split).format(d=day, n=n))
        path = ", ".join(DAYS[(i + s) % 7] for s in range(1, n % 7 + 1))
        week = f"{n} - 7 = {n % 7}. " if n >= 7 else ""
        thought = week + (f"I count {n % 7} from {day}: {path}." if path else "A full week.")
        return Exchange("weekday", user, thought, f"{n} days after {day} is {DAYS[(i + n) % 7]}.")
    wordings, step, form = (
        (AFTER, 1, "The day after {d} is {r}."),
        (BEFORE, -1, "The day before {d} is {r}."),
        (TOMORROW, 1, "Tomorrow is {r}."),
        (YESTERDAY, -1, "Yesterday was {r}."),
    )[kind]
    result = DAYS[(i + step) % 7]
    user = vary(rng, wordings.draw(rng, split).format(d=day))
    order = f"{day}, {result}" if step > 0 else f"{result}, {day}"
    return Exchange("weekday", user, f"The order is {order}.", form.format(d=day, r=result))


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


def calendar(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Months in order, their lengths and numbers, and leap years from 1980 to 2060."""
    i, kind = rng.randrange(12), rng.randrange(5)
    month = MONTHS[i]
    if kind == 4:
        year = rng.randint(1980, 2060)
        leap = isleap(year)
        rest = year % 100
        thought = f"{rest} = 4 × {rest // 4}." if leap else f"{rest} = 4 × {rest // 4} + {rest % 4}."
        answer = f"Yes, {year} is a leap year." if leap else f"No, {year} is not a leap year."
        return Exchange("calendar", vary(rng, LEAP.draw(rng, split).format(y=year)), thought, answer)
    if kind == 2:
        extra = ", and 29 in a leap year" if i == 1 else ""
        user, thought = MONTH_LENGTH.draw(rng, split).format(m=month), f"{month} has {LENGTHS[i]} days."
        return Exchange("calendar", vary(rng, user), thought, f"{month} has {LENGTHS[i]} days{extra}.")
    if kind == 3:
        user = MONTH_NUMBER.draw(rng, split).format(i=i + 1)
        return Exchange("calendar", vary(rng, user), f"{month} is number {i + 1}.", f"Month number {i + 1} is {month}.")
    wordings, step, side = ((MONTH_AFTER, 1, "after"), (MONTH_BEFORE, -1, "before"))[kind]
    result = MONTHS[(i + step) % 12]
    user = vary(rng, wordings.draw(rng, split).format(m=month))
    order = f"{month}, {result}" if step > 0 else f"{result}, {month}"
    return Exchange("calendar", user, f"The order is {order}.", f"The month {side} {month} is {result}.")
