"""The demo model's data generator and the checkpoint that ships: answers are right, wordings are held out, files agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from pyside.desk.checkpoint_config import model_config
from web.demo_model.training import batches, generate, questions, template, tokenizer
from web.demo_model.training.exchange import Card, Exchange, Phrases, Situation, Skill, spoken
from web.demo_model.training.skills import (
    arithmetic,
    conversions,
    dates,
    decline,
    logic,
    project,
    sum_wordings,
    talk,
    tools,
    words,
)

CHECKPOINT = Path(batches.__file__).parents[1] / "checkpoint"
MODULES = (arithmetic, sum_wordings, conversions, dates, decline, logic, project, talk, tools, words)


def exchanges(skill: Skill, count: int = 300) -> Iterator[Exchange]:
    """Exchanges of both splits."""
    rng = Random(11)
    for i in range(count):
        yield skill(rng, ("train", "held")[i % 2], Situation())


def test_the_same_seed_gives_the_same_conversations() -> None:
    first, again, other = (list(islice(generate.stream(seed), 50)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    "skill",
    [arithmetic.addition, arithmetic.subtraction, arithmetic.multiplication, arithmetic.division, arithmetic.doubling],
)
def test_sums_are_right_and_about_the_numbers_asked(skill: Skill) -> None:
    for exchange in exchanges(skill):
        match = re.fullmatch(r"(\d+) ([-+×÷]) (\d+) = (-?\d+)\.", exchange.answer)
        assert match, exchange
        a, sign, b, result = int(match[1]), match[2], int(match[3]), int(match[4])
        assert (result * b == a) if sign == "÷" else result == {"+": a + b, "-": a - b, "×": a * b}[sign], exchange
        for step in re.findall(r"(\d+(?: [-+×] \d+)+) = (-?\d+)\.", exchange.thought):
            assert eval(step[0].replace("×", "*")) == int(step[1]), exchange
        asked = exchange.user.lower()
        for i, word in enumerate(arithmetic.WORDS):
            asked = re.sub(rf"\b{word}\b", str(i), asked)
        if skill is not arithmetic.doubling:
            assert {str(a), str(b)} <= set(re.findall(r"\d+", asked)), exchange


def test_stories_state_a_right_sum_of_the_asked_numbers() -> None:
    for exchange in exchanges(arithmetic.story):
        match = re.fullmatch(r"(\d+) ([-+×]) (\d+) = (\d+), so (\d+) (\w+)\.", exchange.answer)
        assert match and match[4] == match[5] and match[6] in exchange.user, exchange
        assert eval(f"{match[1]}{match[2]}{match[3]}".replace("×", "*")) == int(match[4])
        assert re.findall(r"\d+", exchange.user) == [match[1], match[3]]


def test_comparisons_and_number_facts_are_true() -> None:
    for exchange in exchanges(arithmetic.comparison):
        best, word, other = re.fullmatch(r"(\d+) is (\w+) than (\d+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert (int(best) > int(other)) == (word == "larger"), exchange
    for exchange in exchanges(arithmetic.number_facts):
        if match := re.fullmatch(r"(\d+) is (even|odd)\.", exchange.answer):
            assert (int(match[1]) % 2 == 0) == (match[2] == "even")
        elif match := re.fullmatch(r"(\d+) comes (after|before) (\d+)\.", exchange.answer):
            assert int(match[1]) - int(match[3]) == (1 if match[2] == "after" else -1)
        else:
            numbers = [int(n) for n in re.findall(r"\d+", exchange.answer)]
            assert {abs(b - a) for a, b in pairwise(numbers)} == {1}, exchange
            assert [str(numbers[0]), str(numbers[-1])] == re.findall(r"\d+", exchange.user)


def test_conversions_agree_with_the_units_in_base_quantities() -> None:
    base = {
        "kilometer": 1000.0, "meter": 1.0, "centimeter": 0.01, "millimeter": 0.001, "kilogram": 1000.0, "gram": 1.0, "liter": 1.0, "milliliter": 0.001,
        "hour": 3600.0, "minute": 60.0, "second": 1.0, "day": 86400.0, "week": 604800.0, "year": 12.0, "month": 1.0, "foot": 12.0, "feet": 12.0, "inch": 1.0,
        "inche": 1.0, "yard": 36.0, "dozen": 12.0, "piece": 1.0, "kilobyte": 1000.0, "byte": 1.0,
    }  # fmt: skip
    for exchange in exchanges(conversions.conversion):
        if match := re.fullmatch(r"(\d+) °C = (\d+) °F\.", exchange.answer):
            assert int(match[1]) * 1.8 + 32 == int(match[2])
            continue
        n, x, m, y = re.fullmatch(r"(\d+) (\w+) = (\d+) (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert int(n) * base[x.removesuffix("s")] == pytest.approx(int(m) * base[y.removesuffix("s")]), exchange
        assert n in exchange.user


def test_weekdays_and_calendar_agree_with_datetime() -> None:
    monday = date(2024, 1, 1)
    number = {(monday + timedelta(i)).strftime("%A"): i for i in range(7)}
    for exchange in exchanges(dates.weekday):
        if match := re.fullmatch(r"(\d+) days after (\w+) is (\w+)\.", exchange.answer):
            later = monday + timedelta(number[match[2]] + int(match[1]))
            assert later.strftime("%A") == match[3], exchange
        else:
            asked = next(day for day in number if day.lower() in exchange.user.lower())
            step = -1 if re.search("before|yesterday", exchange.user.lower()) else 1
            assert exchange.answer.endswith(f" {(monday + timedelta(number[asked] + step)).strftime('%A')}."), exchange
    months = [date(2023, i, 1).strftime("%B") for i in range(1, 13)]
    for exchange in exchanges(dates.calendar):
        if match := re.fullmatch(r"(Yes|No), (\d+) is (not )?a leap year\.", exchange.answer):
            days = (date(int(match[2]) + 1, 1, 1) - date(int(match[2]), 1, 1)).days
            assert (days == 366) == (match[1] == "Yes") == (match[3] is None)
        elif match := re.fullmatch(r"(\w+) has (\d+) days(, and 29 in a leap year)?\.", exchange.answer):
            i = months.index(match[1])
            following = date(2023, i + 2, 1) if i < 11 else date(2024, 1, 1)
            assert (following - date(2023, i + 1, 1)).days == int(match[2])
        elif match := re.fullmatch(r"Month number (\d+) is (\w+)\.", exchange.answer):
            assert months[int(match[1]) - 1] == match[2]
        else:
            side, asked, result = re.fullmatch(r"The month (\w+) (\w+) is (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
            assert (months.index(result) - months.index(asked)) % 12 == (1 if side == "after" else 11)


def test_word_lists_are_sorted_reversed_and_counted() -> None:
    known = set(words.VOCABULARY)

    def listed(text: str) -> list[str]:
        return re.findall(r"[a-z]+|\d+", text)

    for exchange in exchanges(words.sorting):
        answer = listed(exchange.answer.removeprefix("Sorted: "))
        ordered = sorted(answer, key=int) if answer[0].isdigit() else sorted(answer)
        assert answer == ordered and set(answer) <= set(listed(exchange.user)), exchange
    for exchange in exchanges(words.reversing):
        answer = listed(exchange.answer.removeprefix("Reversed: "))
        assert [w for w in listed(exchange.user) if w in known][-len(answer) :] == answer[::-1], exchange
    for exchange in exchanges(words.counting):
        tail = exchange.user.rsplit(":", 1)[1]
        assert exchange.answer == f"There are {len(listed(tail))} words.", exchange


def test_spelling_is_right() -> None:
    for exchange in exchanges(words.spelling):
        if match := re.fullmatch(r"The word (\w+) (has|starts with|ends with) (\w+)( letters)?\.", exchange.answer):
            word, what, value = match[1], match[2], match[3]
            assert value == {"has": str(len(word)), "starts with": word[0], "ends with": word[-1]}[what]
            assert re.search(rf"\b{word}\b", exchange.user)
        else:
            letters = exchange.answer.removesuffix(".").split("-")
            word = "".join(letters)
            asked = word if re.search(rf"\b{word}\b", exchange.user) else word[::-1]
            assert asked in words.VOCABULARY and re.search(rf"\b{asked}\b", exchange.user), exchange


def test_deductions_follow_from_their_facts() -> None:
    for exchange in exchanges(logic.ordering):
        order: dict[str, set[str]] = {}
        for a, comparative, b in re.findall(
            r"(\w+) is (\w+) than (\w+)\.", exchange.user[:1].upper() + exchange.user[1:]
        ):
            scale = next(s for s in logic.SCALES if comparative == s[0])
            order.setdefault(a, set()).add(b)
        top = next(iter(set(order) - set().union(*order.values())))
        bottom = next(iter(set().union(*order.values()) - set(order)))
        who, which = re.fullmatch(r"(\w+) is the (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert which in exchange.user and who == (top if which == scale[1] else bottom), exchange
    for exchange in exchanges(logic.syllogism):
        assert exchange.answer.startswith("No, " if re.search(r"\b[Nn]o \w+ are", exchange.user) else "Yes, "), exchange
    for exchange in exchanges(logic.opposites):
        a, b = re.fullmatch(r"The opposite of (\w+) is (\w+)\.", exchange.answer).groups()  # type: ignore[union-attr]
        assert a in exchange.user and a != b


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
                assert name in exchange.user
            elif match := re.match(r"Your name is (\w+)\.", exchange.answer):
                assert match[1] == name
                told += 1
            elif exchange.answer == "You have not told me your name.":
                assert name is None
    assert told > 50


def wordings() -> Iterator[Phrases]:
    """Every set of wordings in the skills."""
    for module in MODULES:
        for value in vars(module).values():
            if isinstance(value, Phrases):
                yield value
            elif isinstance(value, tuple) and value and isinstance(value[0], Card):
                yield from (card.phrases for card in value)


def test_held_out_wordings_never_reach_training_text() -> None:
    sets = list(wordings())
    assert len(sets) > 70
    for phrases in sets:
        assert phrases.train and phrases.held
        assert not {spoken(p) for p in phrases.train} & {spoken(p) for p in phrases.held}
    number = rf"(\d+|{'|'.join(arithmetic.WORDS)})"
    forms = [re.escape(spoken(p)) for phrases in sets for p in phrases.held]
    filled = [form.replace(r"\{a\}", number).replace(r"\{b\}", number) for form in forms]
    held = [re.sub(r"\\\{\w+\\\}", "(.+)", form) for form in filled]
    pattern = re.compile("|".join(f"(?:{p})" for p in held))
    for sample in islice(generate.stream(17), 3000):
        for exchange in sample.exchanges:
            assert not pattern.fullmatch(spoken(exchange.user)), exchange.user


def test_the_examination_is_held_out_and_covers_every_skill() -> None:
    asked = questions.questions(per_skill=6, thinking=False)
    assert asked == questions.questions(per_skill=6, thinking=False)
    assert {"addition", "project", "calculator call", "clock reply", "memory", "decline"} <= {q.skill for q in asked}
    call = next(q for q in asked if q.skill == "calculator call")
    expression = re.search(r"<parameter=expression>\n(.+)\n</parameter>", call.expected)
    assert expression and call.expected.startswith("<tool_call>\n<function=calculator>\n") and call.tools


def test_strangers_ask_each_basic_sum_about_its_numbers() -> None:
    asked = questions.strangers(1, thinking=True)
    assert [sum(q.skill == skill for q in asked) for skill in questions.BASIC] == [24, 24, 24]
    for question in asked:
        a, sign, b, result = question.expected.removesuffix(".").replace("= ", "").split()
        assert int(result) == {"+": int(a) + int(b), "-": int(a) - int(b), "×": int(a) * int(b)}[sign]
        assert sorted(re.findall(r"\d+", question.messages[0]["content"])) == sorted([a, b])


@pytest.fixture(scope="module")
def encoder() -> batches.Encoder:
    return batches.Encoder(CHECKPOINT)


def test_training_learns_exactly_what_generation_has_to_write(encoder: batches.Encoder) -> None:
    """Prompt with generation prompt + what the model writes + the line break = the conversation that training sees."""
    rng = Random(2)
    for i in range(60):
        sample = generate.conversation(rng, thinking=bool(i % 2))
        ids, mine = encoder.encode(sample)
        options = {"add_generation_prompt": True, "enable_thinking": sample.thinking}
        prompt = encoder.ids(template.render(encoder.template, sample.messages[:-1], sample.tools, **options))
        assert ids[: len(prompt)] == prompt
        written = ids[len(prompt) : -1]
        assert written[-1] == encoder.end and all(mine[len(prompt) : -1]) and not mine[-1]
        assert not mine[len(prompt) - 1]
        shown = encoder.tokenizer.decode(written[:-1], skip_special_tokens=False)
        assert shown.endswith(sample.exchanges[-1].answer) and ("</think>" in shown) == sample.thinking


def test_packed_rows_hold_whole_conversations(encoder: batches.Encoder) -> None:
    ids, starts, learn = batches.pack(encoder, Random(1), 3, 256, tokenizer.BASE)
    again = batches.pack(encoder, Random(1), 3, 256, tokenizer.BASE)
    assert all(np.array_equal(a, b) for a, b in zip((ids, starts, learn), again, strict=True))
    opening = encoder.opening[0]
    assert starts[:, 0].all() and (ids[:, 0] == opening).all()
    used = ids != tokenizer.BASE
    assert (ids[starts & used] == opening).all() and not (learn & ~used).any() and learn.any()


def config() -> dict[str, Any]:
    data: dict[str, Any] = json.loads((CHECKPOINT / "config.json").read_text())
    return data


def test_the_checkpoint_has_every_tensor_in_the_published_names_shapes_and_types() -> None:
    model = model_config(config())
    d, f, dh, dv = model.hidden_size, model.intermediate_size, model.head_dim, model.linear_value_head_dim
    keys = model.linear_num_key_heads * model.linear_key_head_dim
    hv, values = model.linear_num_value_heads, model.linear_num_value_heads * dv
    kv = model.num_key_value_heads * dh
    expected: dict[str, tuple[tuple[int, ...], str]] = {
        "embed_tokens.weight": ((model.vocab_size, d), "BF16"),
        "norm.weight": ((d,), "BF16"),
    }
    for i, kind in enumerate(model.layer_types):
        own: dict[str, tuple[tuple[int, ...], str]] = {
            "input_layernorm.weight": ((d,), "BF16"),
            "post_attention_layernorm.weight": ((d,), "BF16"),
            "mlp.gate_proj.weight": ((f, d), "BF16"),
            "mlp.up_proj.weight": ((f, d), "BF16"),
            "mlp.down_proj.weight": ((d, f), "BF16"),
        }
        if kind == "full_attention":
            own |= {
                "self_attn.q_proj.weight": ((2 * model.num_attention_heads * dh, d), "BF16"),
                "self_attn.k_proj.weight": ((kv, d), "BF16"),
                "self_attn.v_proj.weight": ((kv, d), "BF16"),
                "self_attn.o_proj.weight": ((d, model.num_attention_heads * dh), "BF16"),
                "self_attn.q_norm.weight": ((dh,), "BF16"),
                "self_attn.k_norm.weight": ((dh,), "BF16"),
            }
        else:
            own |= {
                "linear_attn.in_proj_qkv.weight": ((2 * keys + values, d), "BF16"),
                "linear_attn.in_proj_z.weight": ((values, d), "BF16"),
                "linear_attn.in_proj_a.weight": ((hv, d), "BF16"),
                "linear_attn.in_proj_b.weight": ((hv, d), "BF16"),
                "linear_attn.conv1d.weight": ((2 * keys + values, 1, 4), "BF16"),
                "linear_attn.A_log": ((hv,), "F32"),
                "linear_attn.dt_bias": ((hv,), "BF16"),
                "linear_attn.norm.weight": ((dv,), "F32"),
                "linear_attn.out_proj.weight": ((d, values), "BF16"),
            }
        expected |= {f"layers.{i}.{name}": spec for name, spec in own.items()}
    index = json.loads((CHECKPOINT / "model.safetensors.index.json").read_text())
    found, total = {}, 0
    for file in sorted(set(index["weight_map"].values())):
        with safe_open(CHECKPOINT / file, framework="numpy") as weights:
            for name in weights.keys():  # noqa: SIM118 (not a mapping)
                part = weights.get_slice(name)
                found[name.removeprefix("model.language_model.")] = (tuple(part.get_shape()), part.get_dtype())
                total += int(np.prod(part.get_shape())) * (4 if part.get_dtype() == "F32" else 2)
                assert index["weight_map"][name] == file
    assert found == expected
    assert len(index["weight_map"]) == len(found) and index["metadata"]["total_size"] == total
    assert total < 16 * 2**20
    assert model.tie_word_embeddings and hv == 2 * model.linear_num_key_heads
    assert 4e6 <= total / 2 <= 8e6


def test_the_tokenizer_has_the_real_special_tokens_in_the_real_order(encoder: batches.Encoder) -> None:
    text = config()["text_config"]
    order = tokenizer.SPECIAL + tokenizer.MARKUP
    assert [encoder.tokenizer.token_to_id(token) for token in order] == list(
        range(tokenizer.BASE, tokenizer.BASE + len(order))
    )
    assert (order[0], order[2], order[-1]) == ("<|endoftext|>", "<|im_end|>", "</think>") and len(order) == 26
    settings = json.loads((CHECKPOINT / "tokenizer_config.json").read_text())
    assert settings == tokenizer.config()
    assert int(max(settings["added_tokens_decoder"], key=int)) < text["vocab_size"] == tokenizer.ROWS
    generation = json.loads((CHECKPOINT / "generation_config.json").read_text())
    assert generation["eos_token_id"] == [encoder.end, tokenizer.BASE]


def test_the_chat_template_is_the_source_and_thinks_only_on_request(encoder: batches.Encoder) -> None:
    assert (CHECKPOINT / "chat_template.jinja").read_text() == template.source()
    asked = [{"role": "user", "content": "Hi"}]
    silent = template.render(encoder.template, asked, None, add_generation_prompt=True)
    thinking = template.render(encoder.template, asked, None, add_generation_prompt=True, enable_thinking=True)
    assert silent == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    assert thinking == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n"
