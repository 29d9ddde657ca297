"""What the demo model is taught about words, reasons and talk: every answer is found a second time, by other means."""

from __future__ import annotations

import re
from random import Random
from string import ascii_lowercase

from tests.support.models.demo_exchanges import exchanges
from web.demo_model.training.exchange import Exchange, Situation
from web.demo_model.training.skills import (
    arithmetic,
    calculations,
    decline,
    follow_ups,
    knowledge,
    letters,
    logic,
    talk,
    tools,
    words,
)


def items(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+|\d+", text)


def test_word_lists_are_sorted_reversed_and_counted() -> None:
    for exchange in exchanges(words.sorting):
        answer = items(exchange.answer.removeprefix("Sorted: "))
        if answer[0].isdigit():
            assert answer in (sorted(answer, key=int), sorted(answer, key=int, reverse=True)), exchange
        else:
            assert answer == sorted(answer, key=str.lower)
        assert set(answer) <= set(items(exchange.user)), exchange
    for exchange in exchanges(words.reversing):
        answer = items(exchange.answer.removeprefix("Reversed: "))
        assert [w for w in items(exchange.user) if w in answer][-len(answer) :] == answer[::-1], exchange
    for exchange in exchanges(words.counting):
        tail = [w for w in items(exchange.user.rsplit(":", 1)[1]) if w != "and"]
        assert exchange.answer == f"There are {len(tail)} words.", exchange


def test_the_picked_one_is_the_right_one() -> None:
    for exchange in exchanges(words.picking):
        name, word = re.fullmatch(r"The (\w+) (?:word )?is (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert re.search(rf"\b{word}\b", exchange.user), exchange
        if word.isdigit():
            best = {"largest": max, "biggest": max, "highest": max, "smallest": min, "lowest": min}[name]
            assert best(int(n) for n in re.findall(r"\d+", exchange.user)) == int(word), exchange
        elif name in ("longest", "shortest"):
            told = dict(re.findall(r"(\w+) has (\d+)", exchange.thought))
            assert all(len(w) == int(n) for w, n in told.items()) and set(told) <= set(items(exchange.user))
            best = max if name == "longest" else min
            assert best(told, key=len) == word and list(map(len, told)).count(len(word)) == 1, exchange


def test_letters_are_spelled_counted_and_found() -> None:
    ordinals = dict(zip(letters.ORDINALS, range(6), strict=True))
    for exchange in exchanges(letters.spelling, 900):
        if match := re.fullmatch(r"The word (\w+) (starts|ends) with (\w)\.", exchange.answer):
            assert match[1].lower()[0 if match[2] == "starts" else -1] == match[3]
            continue
        spelled, *more = exchange.answer.removeprefix("Backwards it is ").removesuffix(".").split(". ")
        word = spelled.replace("-", "")
        assert "-".join(word) == spelled
        asked = exchange.user.lower()
        turned = exchange.skill == "spelling backwards" or exchange.answer.startswith("Backwards")
        if exchange.skill == "sorting letters":
            found = [w for w in re.findall(r"[a-z]+", asked) if sorted(w) == list(word)]
            assert found, exchange
            continue
        written = word[::-1] if turned else word
        assert re.search(rf"\b{written.lower()}\b", asked), exchange
        for claim in more:
            small = word.lower()
            if match := re.fullmatch(r"That is (\d+) letters", claim):
                assert len(word) == int(match[1])
            elif match := re.fullmatch(r"The letter (\w) comes (\d+) times?", claim):
                assert sum(c == match[1] for c in small) == int(match[2])
            elif match := re.fullmatch(r"The (\w+) letter is (\w)", claim):
                assert small[ordinals[match[1]]] == match[2]
            elif match := re.fullmatch(r"(Yes|No), there is (?:a|no) letter (\w)", claim):
                assert (match[2] in small) == (match[1] == "Yes")
            elif match := re.fullmatch(r"(\d+) vowels?(?:: (.*))?", claim):
                vowels = re.findall("[aeiou]", small)
                assert len(vowels) == int(match[1]) and ", ".join(vowels) == (match[2] or "")
            else:
                assert claim == ("Yes, the same" if small == small[::-1] else "No, not the same"), exchange


def test_words_of_letters_go_beyond_any_list() -> None:
    spelled = {e.answer for e in exchanges(letters.spelling, 900) if e.skill == "spelling"}
    assert len(spelled) > 80


def test_the_alphabet_is_in_order() -> None:
    for exchange in exchanges(letters.alphabet):
        if match := re.fullmatch(r"The letter (after|before) (\w) is (\w)\.", exchange.answer):
            assert ord(match[3]) - ord(match[2]) == (1 if match[1] == "after" else -1)
        elif match := re.fullmatch(r"Letter number (\d+) is (\w)\.", exchange.answer):
            assert ord(match[2]) - ord("a") + 1 == int(match[1])
        else:
            assert exchange.answer in {
                f"{', '.join(ascii_lowercase)}.",
                f"{', '.join(ascii_lowercase[::-1])}.",
                f"The alphabet has {len(ascii_lowercase)} letters.",
                "The vowels are a, e, i, o and u.",
            }


def test_deductions_follow_from_their_facts() -> None:
    for exchange in exchanges(logic.ordering):
        order: dict[str, set[str]] = {}
        for a, comparative, b in re.findall(r"(\w+) is (\w+) than (\w+)", exchange.user):
            scale = next(s for s in logic.SCALES if comparative == s[0])
            order.setdefault(a.capitalize(), set()).add(b)
        top = next(iter(set(order) - set().union(*order.values())))
        bottom = next(iter(set().union(*order.values()) - set(order)))
        who, which = re.fullmatch(r"(\w+) is the (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert which in exchange.user and who == (top if which == scale[1] else bottom), exchange
    for exchange in exchanges(logic.syllogism):
        assert exchange.answer.startswith("No, " if re.search(r"\b[Nn]o \w+ are", exchange.user) else "Yes, "), exchange
    for exchange in exchanges(logic.opposites):
        if match := re.fullmatch(r"The opposite of (\w+) is (\w+)\.", exchange.answer):
            assert match[1] in exchange.user and match[1] != match[2]
        else:
            assert exchange.answer == decline.SORRY and not set(items(exchange.user.lower())[-2:]) & set(
                logic.OPPOSITES
            )
    for exchange in exchanges(logic.kinds):
        if match := re.fullmatch(r"(Yes|No), (?:an? )?(\w+) is (?:not )?an? (\w+)\.", exchange.answer):
            inside = {match[3], *(kind for kind, broader in logic.BROADER.items() if broader == match[3])}
            assert any(match[2] in logic.KINDS[kind] for kind in inside) == (match[1] == "Yes"), exchange


def test_known_facts_are_answered_and_what_looks_alike_is_declined() -> None:
    for table in knowledge.TABLES:
        assert not set(table.facts) & set(table.unknown)
    said = {e.skill: 0 for e in exchanges(knowledge.knowledge)}
    for exchange in exchanges(knowledge.knowledge):
        said[exchange.skill] += 1
        assert (exchange.answer == decline.SORRY) == (exchange.skill == "unknown facts")
    assert min(said.values()) > 20
    assert knowledge.CAPITALS.facts["Italy"] == "Rome" and knowledge.PLURALS.facts["knife"] == "knives"


def test_tools_are_called_with_what_was_asked_and_their_result_is_reported() -> None:
    for exchange in exchanges(tools.calculation):
        assert exchange.tool
        expression = exchange.tool.arguments["expression"]
        value = eval(expression)
        assert str(int(value)) in exchange.tool.result and exchange.answer.endswith(f" = {int(value)}.")
        assert set(re.findall(r"\d+", expression)) <= set(re.findall(r"\d+", exchange.user))
    for exchange in exchanges(tools.clock):
        assert exchange.tool and exchange.tool.arguments == {}
        reported = exchange.answer.removesuffix(".").split()[-1]
        assert reported in exchange.tool.result, exchange


def test_memory_gives_back_what_was_told_last() -> None:
    rng, told = Random(5), 0
    for _ in range(200):
        situation = Situation()
        name: str | None = None
        for _ in range(6):
            exchange = talk.memory(rng, "train", situation)
            if match := re.match(r"Nice to meet you, (\w+)!", exchange.answer):
                name = match[1]
                assert name.lower() in exchange.user.lower()
            elif match := re.match(r"Your name is (\w+)\.", exchange.answer):
                assert match[1] == name
                told += 1
            elif exchange.answer == "You have not told me your name.":
                assert name is None
    assert told > 50


def followed(last: Exchange, count: int = 300) -> list[Exchange]:
    rng = Random(3)
    return [follow_ups.follow_up(rng, "train", Situation(last=last)) for _ in range(count)]


def test_follow_ups_go_on_with_the_last_result() -> None:
    last = arithmetic.addition(Random(1), "train", Situation())
    seen = set()
    for exchange in followed(last):
        if match := re.fullmatch(r"(-?\d+) ([-+×÷]) (\d+) = (-?\d+)\.", exchange.answer):
            if match[0] == last.answer:
                continue
            assert int(match[1]) == last.number
            assert eval(f"{match[1]}{match[2]}{match[3]}".replace("×", "*").replace("÷", "//")) == int(match[4])
            seen.add(match[2])
        else:
            even = f"{last.number} is {'odd' if last.number and last.number % 2 else 'even'}."
            assert exchange.answer in (even, f"I said: {last.answer}", last.reason), exchange
    assert {"+", "-"} <= seen


def test_follow_ups_give_reasons_other_jokes_and_the_same_for_another_thing() -> None:
    joke = talk.joking(Random(1), "train", Situation())
    assert {e.answer for e in followed(joke)} == {talk.JOKES[1], f"I said: {joke.answer}", joke.reason}
    fact = knowledge.knowledge(Random(8), "train", Situation())
    while fact.again is None:
        fact = knowledge.knowledge(Random(len(fact.user)), "train", Situation())
    others = {e.answer for e in followed(fact)} - {f"I said: {fact.answer}", fact.reason}
    assert len(others) > 5 and fact.answer not in others
    large = calculations.too_large(Random(1), "train", Situation())
    assert {e.answer for e in followed(large)} == {large.reason, f"I said: {large.answer}"}
