"""What the demo model is taught about numbers, units and dates: every answer is computed a second time, by other means."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.support.models.demo_exchanges import exchanges
from web.demo_model.training.exchange import Exchange, Skill
from web.demo_model.training.skills import (
    arithmetic,
    calculations,
    calendar_facts,
    conversions,
    dates,
    numbers,
    stories,
)

NUMBER = r"-?\d+(?:\.\d+)?"


def numerals(text: str) -> str:
    """The text in small letters with the numbers that are said in words as digits."""
    out = text.lower()
    for n in reversed(range(1, 1000)):
        out = re.sub(rf"\b{arithmetic.in_words(n)}\b", str(n), out) if arithmetic.in_words(n) in out else out
    return re.sub(r"\bzero\b", "0", out)


def equation(exchange: Exchange) -> tuple[Decimal, str, Decimal, Decimal]:
    match = re.fullmatch(rf"({NUMBER}) ([-+×÷]) ({NUMBER}) = ({NUMBER})\.", exchange.answer)
    assert match, exchange
    return Decimal(match[1]), match[2], Decimal(match[3]), Decimal(match[4])


@pytest.mark.parametrize(
    "skill",
    [
        arithmetic.addition,
        arithmetic.subtraction,
        arithmetic.negative,
        arithmetic.multiplication,
        arithmetic.division,
        calculations.doubling,
        calculations.decimals,
    ],
)
def test_sums_are_right_and_about_the_numbers_asked(skill: Skill) -> None:
    for exchange in exchanges(skill):
        if left := re.fullmatch(r"(\d+) ÷ (\d+) = (\d+), and (\d+) is left over\.", exchange.answer):
            assert divmod(int(left[1]), int(left[2])) == (int(left[3]), int(left[4]))
            continue
        a, sign, b, result = equation(exchange)
        assert (result * b == a) if sign == "÷" else result == {"+": a + b, "-": a - b, "×": a * b}[sign], exchange
        assert exchange.number is None or exchange.number == result
        for step in re.findall(r"(\d+(?: [-+×] \d+)+) = (-?\d+)\.", exchange.thought):
            assert eval(step[0].replace("×", "*")) == int(step[1]), exchange
        if skill is not calculations.doubling:
            asked = {Decimal(n) for n in re.findall(r"\d+(?:\.\d+)?", numerals(exchange.user))}
            assert {abs(a), abs(b)} <= asked, exchange


def test_additions_and_subtractions_go_up_to_a_thousand() -> None:
    for skill in (arithmetic.addition, arithmetic.subtraction):
        found = [equation(exchange) for exchange in exchanges(skill)]
        assert max(max(a, b) for a, _, b, _ in found) > 900 and all(max(a, b) < 1000 for a, _, b, _ in found)
        assert sum(min(a, b) >= 100 for a, _, b, _ in found) > 30


def test_powers_roots_and_percentages_are_right() -> None:
    for exchange in exchanges(calculations.powers):
        if match := re.fullmatch(r"The square root of (\d+) is (\d+)\.", exchange.answer):
            assert math.isqrt(int(match[1])) == int(match[2]) and int(match[2]) ** 2 == int(match[1])
        else:
            base, power, result = re.fullmatch(r"(\d+)\^(\d+) = (\d+)\.", exchange.answer).groups()  # type: ignore[union-attr]
            assert math.prod([int(base)] * int(power)) == int(result), exchange
    for exchange in exchanges(calculations.percent):
        p, a, result = re.fullmatch(r"(\d+) % of (\d+) = (\d+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert Decimal(a) / 100 * int(p) == int(result), exchange
        assert {p, a} <= set(re.findall(r"\d+", exchange.user)), exchange


def test_chains_show_right_steps_that_end_in_what_was_asked() -> None:
    for exchange in exchanges(calculations.chain):
        steps = re.findall(r"(-?\d+) ([-+×]) (\d+) = (-?\d+)", exchange.answer)
        for a, sign, b, result in steps:
            assert eval(f"{a}{sign.replace('×', '*')}{b}") == int(result), exchange
        asked = exchange.user.lower()
        for word, sign in {"times": "*", "plus": "+", "minus": "-", "×": "*"}.items():
            asked = asked.replace(word, sign)
        asked = re.sub(r"(?<=[\d )])x(?=[\d (])", "*", asked)
        found = re.search(r"\(?\d+(?:\s*[-+*(]\s*\d+\)?)+", asked)
        assert found and eval(found[0]) == int(steps[-1][3]) == exchange.number, exchange


def test_what_is_too_large_is_beyond_what_is_taught() -> None:
    taught: set[tuple[str, frozenset[int]]] = set()
    for skill in (arithmetic.addition, arithmetic.subtraction, arithmetic.multiplication, arithmetic.division):
        for exchange in exchanges(skill, 2000):
            if match := re.match(r"(\d+) ([-+×÷]) (\d+) = ", exchange.answer):
                taught.add((match[2], frozenset((int(match[1]), int(match[3])))))
    for exchange in exchanges(calculations.too_large, 500):
        assert exchange.answer == calculations.TOO_LARGE
        asked = frozenset(int(n) for n in re.findall(r"\d+", numerals(exchange.user)))
        assert max(asked) >= 1000 or not {(sign, asked) for sign in "×÷"} & taught, exchange


def test_stories_state_a_right_sum_of_the_asked_numbers() -> None:
    for exchange in exchanges(stories.story):
        match = re.fullmatch(r"(\d+) ([-+×÷]) (\d+) = (\d+), so (\d+) (\w+)\.", exchange.answer)
        assert match and match[4] == match[5] and match[6] in exchange.user, exchange
        assert eval(f"{match[1]}{match[2]}{match[3]}".replace("×", "*").replace("÷", "/")) == int(match[4])
        assert sorted(re.findall(r"\d+", exchange.user)) == sorted([match[1], match[3]])


def test_comparisons_and_number_facts_are_true() -> None:
    for exchange in exchanges(numbers.comparison):
        best, word, other = re.fullmatch(rf"({NUMBER}) is (\w+) than ({NUMBER})\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert (Decimal(best) > Decimal(other)) == (word == "larger") and Decimal(best) != Decimal(other), exchange
    for exchange in exchanges(numbers.number_facts):
        if match := re.fullmatch(r"(\d+) is (even|odd)\.", exchange.answer):
            assert (int(match[1]) % 2 == 0) == (match[2] == "even")
        elif match := re.fullmatch(r"(\d+) comes (after|before) (\d+)\.", exchange.answer):
            assert int(match[1]) - int(match[3]) == (1 if match[2] == "after" else -1)
        else:
            counted = [int(n) for n in re.findall(r"\d+", exchange.answer)]
            assert {abs(b - a) for a, b in pairwise(counted)} == {1}, exchange
            asked = re.findall(r"\d+", exchange.user)
            assert set(asked) <= {str(counted[0]), str(counted[-1])} and 1 in (*counted, len(asked) - 1), exchange


def test_primes_and_rows_are_right() -> None:
    for exchange in exchanges(numbers.prime):
        if match := re.fullmatch(r"Yes, (\d+) is a prime number\.", exchange.answer):
            assert sum(int(match[1]) % d == 0 for d in range(1, 100)) == 2
        else:
            a, b, n, again = re.fullmatch(
                r"No, (\d+) × (\d+) = (\d+), so (\d+) is not a prime number\.", exchange.answer
            ).groups()  # type: ignore[union-attr]
            assert int(a) * int(b) == int(n) == int(again) and 1 not in (int(a), int(b))
    for exchange in exchanges(numbers.sequence):
        row = [int(n) for n in re.findall(r"\d+", exchange.user)]
        following = int(exchange.answer.removesuffix(" comes next."))
        steps = {b - a for a, b in pairwise([*row, following])}
        assert len(steps) == 1 or all(b == 2 * a for a, b in pairwise([*row, following])), exchange


def test_conversions_agree_with_the_units_in_base_quantities() -> None:
    base = {
        "kilometer": 1000.0, "meter": 1.0, "centimeter": 0.01, "millimeter": 0.001, "kilogram": 1000.0, "gram": 1.0, "liter": 1.0, "milliliter": 0.001,
        "hour": 3600.0, "minute": 60.0, "second": 1.0, "day": 86400.0, "week": 604800.0, "month": 1.0, "foot": 12.0, "feet": 12.0, "inch": 1.0,
        "inche": 1.0, "yard": 36.0, "dozen": 12.0, "piece": 1.0, "kilobyte": 1000.0, "byte": 1.0,
    }  # fmt: skip
    year = {"month": 12.0, "day": 365.0 * 86400, "week": 52.0 * 604800}  # as everybody says it
    for exchange in exchanges(conversions.conversion):
        if match := re.fullmatch(r"(\d+) °C = (\d+) °F\.", exchange.answer):
            assert int(match[1]) * 1.8 + 32 == int(match[2])
            continue
        n, x, m, y = re.fullmatch(rf"({NUMBER}) (\w+) = (\d+) (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        x, y = x.removesuffix("s"), y.removesuffix("s")
        units = base | {"year": year[y if x == "year" else x]} if "year" in (x, y) else base
        assert float(n) * units[x] == pytest.approx(int(m) * units[y]), exchange
        assert n in exchange.user or n == "1"


def test_weekdays_and_calendar_agree_with_datetime() -> None:
    monday = date(2024, 1, 1)
    number = {(monday + timedelta(i)).strftime("%A"): i for i in range(7)}
    for exchange in exchanges(dates.weekday):
        if match := re.fullmatch(r"(\d+) days (after|before) (\w+) is (\w+)\.", exchange.answer):
            days = int(match[1]) * (1 if match[2] == "after" else -1)
            assert (monday + timedelta(number[match[3]] + days)).strftime("%A") == match[4], exchange
        elif match := re.fullmatch(r"From (\w+) to (\w+) it is (\d) days?\.", exchange.answer):
            later = monday + timedelta(number[match[1]] + int(match[3]))
            assert later.strftime("%A") == match[2] and int(match[3]) < 7, exchange
        else:
            asked = next(day for day in number if day.lower() in exchange.user.lower())
            step = -1 if re.search("before|yesterday", exchange.answer.lower()) else 1
            assert exchange.answer.endswith(f" {(monday + timedelta(number[asked] + step)).strftime('%A')}."), exchange
    months = [date(2023, i, 1).strftime("%B") for i in range(1, 13)]
    ordinals = dict(zip(dates.NTH, range(12), strict=True))
    for exchange in exchanges(dates.calendar, 600):
        if match := re.fullmatch(r"(Yes|No), (\d+) is (not )?a leap year\.", exchange.answer):
            days = (date(int(match[2]) + 1, 1, 1) - date(int(match[2]), 1, 1)).days
            assert (days == 366) == (match[1] == "Yes") == (match[3] is None)
        elif match := re.fullmatch(r"(\w+) has (\d+) days(, and 29 in a leap year)?\.", exchange.answer):
            i = months.index(match[1])
            following = date(2023, i + 2, 1) if i < 11 else date(2024, 1, 1)
            assert (following - date(2023, i + 1, 1)).days == int(match[2])
        elif match := re.fullmatch(r"Month number (\d+) is (\w+)\.", exchange.answer):
            assert months[int(match[1]) - 1] == match[2]
        elif match := re.fullmatch(r"(\w+) is month number (\d+)\.", exchange.answer):
            assert months[int(match[2]) - 1] == match[1] and match[1].lower() in exchange.user.lower()
        elif match := re.fullmatch(r"The (\w+) month is (\w+)\.", exchange.answer):
            assert months[ordinals[match[1]]] == match[2]
        elif match := re.fullmatch(r"The (\w+) day of the week is (\w+)\.", exchange.answer):
            assert number[match[2]] == ordinals[match[1]]
        elif match := re.fullmatch(r"In the north, (\w+) is in (\w+)\.", exchange.answer):
            assert match[2] == ("winter", "spring", "summer", "autumn")[(months.index(match[1]) + 1) % 12 // 3]
        else:
            side, asked, result = re.fullmatch(r"The month (\w+) (\w+) is (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
            assert (months.index(result) - months.index(asked)) % 12 == (1 if side == "after" else 11)


def test_calendar_facts_agree_with_datetime() -> None:
    said = {card.answer for card in calendar_facts.CARDS}
    year = [date(2023, 1, 1) + timedelta(i) for i in range(365)]
    long = [f"{day:%B}" for day in year if day.day == 31]
    assert f"{', '.join(long[:-1])} and {long[-1]} have 31 days." in said
    assert "A year has 365 days, and 366 in a leap year." in said and divmod(365, 7) == (52, 1)
    assert {"A day has 1440 minutes.", "A week has 168 hours."} <= said and (24 * 60, 7 * 24) == (1440, 168)
    assert f"{', '.join(f'{date(2024, 1, i):%A}' for i in range(1, 8))}." in said
    for feast, day in calendar_facts.FEASTS.items():
        assert day.split()[0] in {f"{d:%B}" for d in year} and feast[0].isupper()
    for exchange in exchanges(calendar_facts.calendar_facts):
        if match := re.fullmatch(r"(\w+day) is (on the weekend|a weekday)\.", exchange.answer):
            assert (match[1] in ("Saturday", "Sunday")) == (match[2] == "on the weekend")
