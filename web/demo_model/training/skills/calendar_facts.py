"""What everybody knows of the calendar: how many of what are in what, the days and months by name, feasts and seasons."""

from __future__ import annotations

from random import Random

from ..exchange import Card, Exchange, Situation, Split, card, from_cards, phrases, vary
from .dates import DAYS, MONTHS

_HOW_MANY = (
    "How many {y} are in {x}?|How many {y} are there in {x}?|How many {y} does {x} have?|How many {y} has {x}?|How many {y} in {x}?|How many {y} make {x}?"
    "|{x} has how many {y}?|Tell me how many {y} are in {x}.|Do you know how many {y} {x} has?|Number of {y} in {x}|Can you tell me how many {y} are in {x}?"
)
_HOW_MANY_HELD = "Of how many {y} is {x} made?|Would you know how many {y} there are in {x}?"


def _count(x: str, y: str, answer: str, more: str = "") -> Card:
    """A card for "how many y are in x", with other questions of the same answer."""
    train = _HOW_MANY.replace("{x}", x).replace("{y}", y) + (f"|{more}" if more else "")
    held = _HOW_MANY_HELD.replace("{x}", x).replace("{y}", y)
    return card("calendar facts", answer, f"I know: {answer}", train, held)


CARDS: tuple[Card, ...] = (
    _count("a week", "days", "A week has 7 days.", "How long is a week?|How many weekdays are there?|How many days of the week are there?"),
    _count("a year", "months", "A year has 12 months.", "How many months are there?|How many months do we have?"),
    _count("a year", "days", "A year has 365 days, and 366 in a leap year.", "How long is a year?|How many days is a year?|Days in a year?"),
    _count("a leap year", "days", "A leap year has 366 days.", "How long is a leap year?"),
    _count("a year", "weeks", "A year has 52 weeks and a day.", "How many weeks is a year?|Weeks per year?"),
    _count("a year", "seasons", "There are 4 seasons: spring, summer, autumn, winter.",
           "What are the seasons?|Name the seasons.|List the four seasons.|What seasons are there?|Which seasons do you know?|The four seasons?|How many seasons are there?"),
    _count("a day", "hours", "A day has 24 hours.", "How long is a day?|How many hours is a day?"),
    _count("an hour", "minutes", "An hour has 60 minutes.", "How long is an hour?|How many minutes is an hour?"),
    _count("a minute", "seconds", "A minute has 60 seconds.", "How long is a minute?|How many seconds is a minute?"),
    _count("a day", "minutes", "A day has 1440 minutes."),
    _count("a week", "hours", "A week has 168 hours."),
    _count("a month", "days", "A month has 28 to 31 days.", "How long is a month?|How many days is a month?"),
    _count("a month", "weeks", "A month has about 4 weeks."),
    _count("a decade", "years", "A decade has 10 years.", "What is a decade?|How long is a decade?"),
    _count("a century", "years", "A century has 100 years.", "What is a century?|How long is a century?"),
    _count("a millennium", "years", "A millennium has 1000 years.", "What is a millennium?|How long is a millennium?"),
    _count("half a year", "months", "Half a year has 6 months."),
    _count("a quarter of a year", "months", "A quarter of a year has 3 months.", "How long is a quarter?"),
    _count("a weekend", "days", "A weekend has 2 days: Saturday and Sunday.",
           "Which days are the weekend?|What days are on the weekend?|When is the weekend?|What is the weekend?|Name the days of the weekend.|Which days are weekend days?|What are weekend days?"),
    _count("half an hour", "minutes", "Half an hour has 30 minutes."),
    _count("a quarter of an hour", "minutes", "A quarter of an hour has 15 minutes."),
    card(
        "calendar facts", f"{', '.join(DAYS)}.", "I know the days in order.",
        "What are the days of the week?|Name the days of the week.|Name the weekdays.|Tell me the days of the week.|Which days does a week have?|Say all days of the week.|Days of the week?|Give me the days of the week.|What are the weekdays?|Write the days of the week.|All seven days|Can you name the days of the week?|List all weekdays.|List the weekdays",
        "Could you list the seven days?|What days does a week have?",
    ),
    card(
        "calendar facts", f"{', '.join(MONTHS)}.", "I know the months in order.",
        "What are the months of the year?|Name the months of the year.|Name the months.|Tell me the months.|Which months does a year have?|Say all months.|Months of the year?|List all months.|What are the twelve months?|Give me the months of the year.|Write the months in order.|All twelve months|Can you name the months?|List the months of the year",
        "Could you list the twelve months?|What months does a year have?",
    ),
    card(
        "calendar facts", "January, March, May, July, August, October and December have 31 days.", "I know the long months.",
        "Which months have 31 days?|What months have 31 days?|How many months have 31 days?|Name the months with 31 days.|Months with 31 days?|Tell me which months have 31 days.|What are the long months?",
        "Which of the months are 31 days long?|Can you list the months with 31 days?",
    ),
    card(
        "calendar facts", "April, June, September and November have 30 days.", "I know the short months.",
        "Which months have 30 days?|What months have 30 days?|How many months have 30 days?|Name the months with 30 days.|Months with 30 days?|Tell me which months have 30 days.",
        "Which of the months are 30 days long?|Can you list the months with 30 days?",
    ),
    card(
        "calendar facts", "February is the shortest month: 28 days, or 29 in a leap year.", "February.",
        "Which month is the shortest?|What is the shortest month?|Shortest month?|Which month has 28 days?|What month has only 28 days?|Which month has the fewest days?|The shortest month of the year?|Which month has 29 days?",
        "Which of the months is shortest?|What month has the least days?",
    ),
    card(
        "calendar facts", "Every four years, except most full centuries.", "The rule of leap years.",
        "How often is a leap year?|When is a leap year?|How often are leap years?|Every how many years is a leap year?|When do we have leap years?|How do leap years work?|What is a leap year?",
        "How frequent are leap years?|What is the rule for leap years?",
    ),
    card(
        "calendar facts", "Monday is the first day of the week in many countries, Sunday in others.", "It depends.",
        "What is the first day of the week?|Which day is the first day of the week?|When does the week start?|On which day does the week begin?|Does the week start on Monday?|Does the week start on Sunday?|First day of the week?",
        "With which day does a week begin?|What day starts the week?",
    ),
    card(
        "calendar facts", "Sunday is the last day of the week where it begins with Monday.", "It depends.",
        "What is the last day of the week?|Which day is the last of the week?|When does the week end?|Last day of the week?",
        "With which day does a week end?|What day ends the week?",
    ),
    card(
        "calendar facts", "January is the first month and December the last.", "I know the order.",
        "When does the year start?|When does the year end?|With which month does the year begin?|What month starts the year?|Which month ends the year?|What is the first and the last month?|What is the last month of the year?|Which month is last?|Last month of the year?",
        "In which month does a year begin?|In which month does a year end?",
    ),
)  # fmt: skip

FEASTS = {
    "Christmas": "December 25", "Christmas Eve": "December 24", "New Year": "January 1", "New Year's Day": "January 1",
    "New Year's Eve": "December 31", "Halloween": "October 31", "Valentine's Day": "February 14", "April Fools' Day": "April 1",
    "Labor Day in Europe": "May 1", "Independence Day": "July 4", "Saint Patrick's Day": "March 17", "Women's Day": "March 8",
}  # fmt: skip
FEAST = phrases(
    """When is {x}?|On [what;which] [day;date] is {x}?|What [day;date] is {x}[; on]?|[Tell me;Do you know;Can you tell me] when {x} is[;.]|[What;What's] the date of {x}?|In [what;which] month is {x}?|[What;Which] month is {x} in?|{x} is when?
    |When do [we;people] celebrate {x}?|What month do we celebrate {x}?|{x} date""",
    "Which date does {x} have?|In which month of the year is {x}?",
)
WEEKEND = phrases(
    """Is {d} [a weekday;a workday;a working day;on the weekend;a weekend day;part of the weekend;a school day]?|{d}: weekday or weekend?|Is {d} weekend?|[Weekday or weekend;Is it weekend]: {d}?""",
    "Does {d} belong to the weekend?|Would you call {d} a weekend day?",
)

_fixed = from_cards(CARDS)


def calendar_facts(rng: Random, split: Split, situation: Situation) -> Exchange:
    """One of the fixed facts, the date of a feast, or whether a day is of the weekend."""
    kind = rng.random()
    if kind < 0.72:
        return _fixed(rng, split, situation)
    if kind < 0.88:
        return _feast(rng, split, rng.choice(tuple(FEASTS)))
    day = rng.choice(DAYS)
    user = vary(rng, WEEKEND.draw(rng, split).format(d=day.lower() if rng.random() < 0.4 else day))
    weekend = day in ("Saturday", "Sunday")
    answer = f"{day} is {'on the weekend' if weekend else 'a weekday'}."
    return Exchange("calendar facts", user, "The weekend is Saturday and Sunday.", answer, reason="I know the week.")


def _feast(rng: Random, split: Split, feast: str) -> Exchange:
    user = vary(rng, FEAST.draw(rng, split).format(x=feast.lower() if rng.random() < 0.4 else feast))
    answer = f"{feast} is on {FEASTS[feast]}."

    def again(chance: Random) -> tuple[str, Exchange]:
        other = chance.choice([name for name in FEASTS if name != feast])
        return other, _feast(chance, split, other)

    return Exchange("calendar facts", user, f"I know: {answer}", answer, reason="That is the custom.", again=again)
