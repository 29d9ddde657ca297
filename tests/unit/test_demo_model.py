"""The demo model's conversations and the checkpoint that ships: wordings are held out, examinations are fair, files agree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open

from pyside.desk.checkpoint_config import model_config
from web.demo_model.training import batches, careless, generate, newcomers, questions, schedule, template, tokenizer
from web.demo_model.training.exchange import Card, Phrases, spoken
from web.demo_model.training.skills import arithmetic, decline, knowledge, sum_wordings

CHECKPOINT = Path(batches.__file__).parents[1] / "checkpoint"


def test_the_same_seed_gives_the_same_conversations() -> None:
    first, again, other = (list(islice(generate.stream(seed), 50)) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def modules() -> list[ModuleType]:
    """Every file of skills."""
    return [
        value for value in vars(generate).values() if isinstance(value, ModuleType) and ".skills." in value.__name__
    ]


def wordings() -> Iterator[Phrases]:
    """Every set of wordings in the skills."""
    for module in (*modules(), sum_wordings):
        for value in vars(module).values():
            for item in value if isinstance(value, tuple) else value.values() if isinstance(value, dict) else (value,):
                if isinstance(item, Phrases):
                    yield item
                elif isinstance(item, Card):
                    yield item.phrases
                elif isinstance(item, knowledge.Table):
                    yield item.wordings


def test_held_out_wordings_never_reach_training_text() -> None:
    sets = list(wordings())
    assert len(sets) > 200
    for phrases in sets:
        assert phrases.train and phrases.held
        assert not {spoken(p) for p in phrases.train} & {spoken(p) for p in phrases.held}
    number = rf"(\d+|{'|'.join(arithmetic.WORDS)})"
    forms = [re.escape(spoken(p)) for phrases in sets for p in phrases.held]
    filled = [form.replace(r"\{a\}", number).replace(r"\{b\}", number) for form in dict.fromkeys(forms)]
    held = [re.sub(r"\\\{\w+\\\}", "(.+)", form) for form in filled]
    pattern = re.compile("|".join(f"(?:{p})" for p in held))
    for sample in islice(generate.stream(17), 2000):
        for exchange in sample.exchanges:
            assert exchange.skill in OPEN or not pattern.fullmatch(spoken(exchange.user)), exchange.user


OPEN = {"nonsense", "foreign", "repeating"}  # their texts are no wordings: any letters may come


def test_careless_typing_leaves_what_is_filled_in_alone() -> None:
    rng = Random(1)
    wording = "Can you tell me what {a} plus {language} is, please?"
    typed = {careless.typed(rng, wording) for _ in range(500)}
    assert len(typed) > 40 and all("{a}" in text and "{language}" in text for text in typed)
    assert any(text.isupper() for text in (t.replace("{a}", "").replace("{language}", "") for t in typed))
    assert sum(careless.typed(rng, wording) == wording for _ in range(500)) > 200


def test_the_examination_is_held_out_and_covers_every_skill() -> None:
    asked = questions.questions(per_skill=8, thinking=False)
    assert asked == questions.questions(per_skill=8, thinking=False)
    assert {"addition", "project", "calculator call", "clock reply", "memory", "decline"} <= {q.skill for q in asked}
    pictured = {q.skill for q in asked if q.pictures}
    assert {"shapes", "colors", "counting shapes", "digits", "reading", "charts", "unreadable pictures"} <= pictured
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


def test_newcomers_are_sixty_and_their_marks_tell_right_from_declined_from_wrong() -> None:
    asked = newcomers.visits()
    assert len(asked) == 60 and len({visit.ask for visit in asked}) == 60
    italy = next(visit for visit in asked if "italy" in visit.ask[0])
    assert newcomers.mark(italy, "The capital of Italy is Rome.") == "right"
    assert newcomers.mark(italy, decline.SORRY) == "declined"
    assert newcomers.mark(italy, "The capital of Italy is Paris.") == newcomers.mark(italy, None) == "wrong"

    def parrot(held: list[newcomers.Messages]) -> list[str | None]:
        return [messages[-1]["content"] for messages in held]

    assert newcomers.receive(parrot, show=False).total() == 60


def test_no_newcomer_asks_in_the_words_of_training() -> None:
    """Questions that stand word for word in the wordings would measure memory; a few that have no other words may."""
    taught = {spoken(p) for phrases in wordings() for p in phrases.train}
    known = [visit.ask[-1] for visit in newcomers.visits() if spoken(visit.ask[-1]) in taught]
    assert len(known) <= 12, known


@pytest.fixture(scope="module")
def encoder() -> batches.Encoder:
    return batches.Encoder(CHECKPOINT)


def test_training_learns_exactly_what_generation_has_to_write(encoder: batches.Encoder) -> None:
    """Prompt with generation prompt + what the model writes + the line break = the conversation that training sees."""
    rng = Random(2)
    for i in range(60):
        sample = generate.conversation(rng, thinking=bool(i % 2))
        encoded = encoder.encode(sample)
        ids, mine = encoded.ids, encoded.mine
        options = {"add_generation_prompt": True, "enable_thinking": sample.thinking}
        text = template.render(encoder.template, sample.messages[:-1], sample.tools, **options)
        prompt = encoder.encode_text(text, sample.pictures).ids
        assert ids[: len(prompt)] == prompt
        written = ids[len(prompt) : -1]
        assert written[-1] == encoder.end and all(mine[len(prompt) : -1]) and not mine[-1]
        assert not mine[len(prompt) - 1]
        shown = encoder.tokenizer.decode(written[:-1], skip_special_tokens=False)
        assert shown.endswith(sample.exchanges[-1].answer) and ("</think>" in shown) == sample.thinking


def test_packed_rows_hold_whole_conversations(encoder: batches.Encoder) -> None:
    batch, again = (batches.pack(batches.endless(encoder, Random(1)), 4, 384, tokenizer.BASE) for _ in range(2))
    for name in ("ids", "starts", "learn", "positions"):
        assert np.array_equal(getattr(batch, name), getattr(again, name))
    ids, starts, learn = batch.ids, batch.starts, batch.learn
    opening = encoder.opening[0]
    assert starts[:, 0].all() and (ids[:, 0] == opening).all()
    used = ids != tokenizer.BASE
    assert (ids[starts & used] == opening).all() and not (learn & ~used).any() and learn.any()
    assert not (learn & (ids < 0)).any()
    seen = sum(p.shape[0] * p.shape[1] // batches.TOKEN_SIDE**2 for p in batch.pictures)
    assert (ids < 0).sum() == seen > 0
    for sample, row, at in batch.placed:
        assert ids[row, at : at + len(sample.ids)].tolist() == sample.ids
        assert batch.positions[row, :, at].tolist() == [0, 0, 0]


def test_a_conversation_that_does_not_fit_waits_for_the_next_row(encoder: batches.Encoder) -> None:
    samples = [encoder.encode(sample) for sample in islice(generate.stream(3), 12)]
    length = max(len(sample.ids) for sample in samples) + 17
    batch = batches.pack(iter(samples), len(samples), length, tokenizer.BASE)
    assert sorted(id(sample) for sample, _, _ in batch.placed) == sorted(map(id, samples))


def test_the_rate_falls_where_the_run_ends_or_where_somebody_asks_and_a_restart_goes_on_with_it(tmp_path: Path) -> None:
    assert [schedule.rate(step, 1000, 200) for step in (0, 99, 500, 800, 900, 1000)] == [0.01, 1, 1, 1, 0.5, 0]
    assert schedule.last_step(tmp_path, 500, 1000, 200) == 1000
    (tmp_path / "decay").touch()
    assert schedule.last_step(tmp_path, 500, 1000, 200) == 700
    assert schedule.last_step(tmp_path, 650, 1000, 200) == 700 and schedule.last_step(tmp_path, 650, 680, 200) == 680


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
