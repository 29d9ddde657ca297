"""Constrained decoding: whatever random choice does, an answer that ends is JSON that its schema admits."""

from __future__ import annotations

import asyncio
import gc
import json
import random
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pyside.api.completions import Completions, collect
from pyside.bundle.manifest import Generation
from pyside.constrained.constraint import Constraint
from pyside.constrained.json_schema import any_object, grammar_of
from pyside.constrained.regex import grammar_of_regex
from pyside.constrained.vocabulary import Vocabulary
from pyside.errors import DeltapageError, RequestError
from pyside.text.tokenizer import Tokenizer, pack
from tests.support.executors.numpy_gpu import NumpyGpu
from tests.support.grammars.sampling import STOP, VOCAB_USED, accepts, allowed, fitting, sample
from tests.support.grammars.schemas import random_schema
from tests.support.grammars.walk import vocabularies, walked
from tests.support.models.whole_plan import open_engine, tiny
from tests.support.scripted_engine import chat_format
from tests.support.scripted_engine import tokenizer as text_tokenizer
from tests.support.texts.samples import TINY

BEGUN = '{"ok": fal'


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    files = (json.loads((TINY["tiny-a"] / name).read_text()) for name in ("tokenizer.json", "tokenizer_config.json"))
    return Tokenizer.load(pack(*files))


@pytest.fixture(scope="module")
def vocabulary(tokenizer: Tokenizer) -> Vocabulary:
    return Vocabulary(tokenizer, (STOP,))


@pytest.mark.slow
def test_a_hundred_random_schemas(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    finished = 0
    for seed in range(100):
        rng = random.Random(seed)
        schema = random_schema(rng)
        Draft202012Validator.check_schema(schema)
        answer = sample(Constraint(grammar_of(schema), vocabulary), tokenizer, rng, 600)
        if answer is not None:
            finished += 1
            # Numbers stay as they are written: by floats, 0.3 is no multiple of 0.1.
            schema, value = (json.loads(text, parse_float=Decimal) for text in (json.dumps(schema), answer))
            Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)
    assert finished >= 90, f"only {finished} of 100 answers ended"


@pytest.mark.slow
def test_any_object_is_an_object(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    answers = [sample(Constraint(any_object(), vocabulary), tokenizer, random.Random(seed), 400) for seed in range(30)]
    ended = [json.loads(answer) for answer in answers if answer is not None]
    assert len(ended) >= 15
    assert all(isinstance(value, dict) for value in ended)


def test_a_thought_is_free_and_the_answer_is_not(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    closing = tokenizer.added["</think>"]
    constraint = Constraint(grammar_of({"type": "boolean"}), vocabulary, opens_after=closing)
    thought = tokenizer.encode("I may say anything { here")
    assert constraint.allow(thought) == b"\xff" * (4 * vocabulary.words)
    answer = [*thought, closing, *tokenizer.encode("\n\ntrue")]
    mask = constraint.allow(answer)
    assert constraint.complete
    assert [id for id in range(VOCAB_USED) if mask[id >> 3] >> (id & 7) & 1] == [STOP]


def test_an_answer_that_has_begun_goes_on_within_its_form(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    grammar = grammar_of({"type": "array", "items": {"const": "größe"}})
    constraint = Constraint(grammar, vocabulary, begun='["grö')
    assert allowed(constraint, []) == fitting(grammar, '["grö'.encode(), tokenizer)
    constraint.allow(tokenizer.encode('ße"]'))
    assert constraint.complete
    assert allowed(Constraint(grammar, vocabulary, begun='["größe"]'), []) == {STOP}


@pytest.mark.parametrize(
    ("begun", "says"),
    [
        ("Sure: [", r"the answer begins with 'Sure: \[', which leaves its form at character 0, 'S': begin it as"),
        ("[1, x", "leaves its form at character 4, 'x'"),
        ("[]\n", r"leaves its form at character 2, '\\n'"),
        ("[\ud800", "leaves its form at character 1"),
        ("[" + "1, " * 1000 + "x", "which leaves its form at character 3001, 'x'"),
    ],
)
def test_a_beginning_that_leaves_the_form_is_refused(begun: str, says: str, vocabulary: Vocabulary) -> None:
    grammar = grammar_of({"type": "array", "items": {"type": "integer"}})
    with pytest.raises(RequestError, match=says) as caught:
        Constraint(grammar, vocabulary, begun=begun)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("number", [{"type": "number"}, {"type": "number", "minimum": 0}])
def test_a_number_that_is_full_has_no_point(number: Any, vocabulary: Vocabulary) -> None:
    """17 digits and a point would have no digit after them."""
    grammar, digits = grammar_of(number), "13967902302580073"
    assert not grammar.run(grammar.start, f"{digits}.".encode())
    assert allowed(Constraint(grammar, vocabulary, begun=digits), []) and accepts(grammar, digits)
    assert accepts(grammar, f"{digits[:-1]}.{digits[-1]}")


@pytest.mark.slow
def test_no_state_of_random_grammars_is_without_a_way_on() -> None:
    states, grammars = walked(vocabularies(), 1500, seed=9)
    assert states >= 1500 and grammars >= 5


def test_line_breaks_are_the_answers_own_unless_a_thought_precedes(
    tokenizer: Tokenizer, vocabulary: Vocabulary
) -> None:
    closing, breaks = tokenizer.added["</think>"], tokenizer.encode("\n\n")
    grammar = grammar_of_regex(r"(?:a\n)*")
    constraint = Constraint(grammar, vocabulary, opens_after=closing)
    constraint.allow([closing, *breaks])
    assert constraint.complete
    with pytest.raises(DeltapageError, match="left its form"):
        Constraint(grammar, vocabulary).allow(breaks)
    own = Constraint(grammar_of_regex(r"\n+a"), vocabulary, opens_after=closing)
    own.allow([closing, *breaks, *tokenizer.encode("a")])
    assert own.complete
    with pytest.raises(DeltapageError, match="left its form"):
        constraint.allow([closing, *breaks, *tokenizer.encode("a\n"), *breaks])


OBJECT = {
    "type": "object",
    "properties": {
        "s": {"type": "string"},
        "n": {"type": "number"},
        "t": {"type": "string", "minLength": 2, "maxLength": 5},
        "e": {"anyOf": [{"type": "string", "maxLength": 3}, {"const": "harbour"}, {"type": "integer"}]},
    },
    "required": ["s"],
}


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"s', '{"s": "', '{"s": "a\\', '{"s": "a\\u00', '{"s": "b"', '{"s": "", "n": -1', '{"s": "", "t": "', '{"s": "", "t": "abc',
     '{"s": "", "t": "abcde', '{"s": "", "e": "', '{"s": "", "e": "ha', '{"s": "é'],
)  # fmt: skip
def test_the_mask_is_every_token_that_fits(text: str, tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    """What is asked by kind and what is walked agree with trying each token by itself."""
    grammar = grammar_of(OBJECT)
    assert allowed(Constraint(grammar, vocabulary), tokenizer.encode(text)) == fitting(
        grammar, text.encode(), tokenizer
    )


def test_masks_are_kept_as_long_as_their_grammar(tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
    grammar = grammar_of({"type": "boolean"})
    mask = Constraint(grammar, vocabulary).allow([])
    assert Constraint(grammar, vocabulary).allow([]) is mask
    kept = len(vocabulary.masks)
    del grammar
    gc.collect()
    assert len(vocabulary.masks) == kept - 1


@pytest.mark.slow
def test_answers_of_the_whole_line_keep_to_the_schema() -> None:
    """Random weights, the real engine: every completed answer validates, with a thought before it, without, and begun by the request."""
    schema = {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}, "n": {"type": "integer", "minimum": 3, "maximum": 40}},
        "required": ["ok", "n"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    model = tiny("tiny-a")

    async def ask() -> list[dict[str, Any]]:
        made = await open_engine(NumpyGpu(model.shards), model, 64)
        api = Completions(made, text_tokenizer(), chat_format(), Generation((902, 900), 933, False, {}), "tiny-a")
        request: dict[str, Any] = {
            "messages": [{"role": "user", "content": "Answer."}],
            "response_format": form,
            "max_tokens": 60,
        }
        begun = [*request["messages"], {"role": "assistant", "content": BEGUN}]
        ways: tuple[dict[str, Any], ...] = (
            {},
            {"enable_thinking": True, "thinking_budget": 5},
            {"messages": begun, "continue_final_message": True},
        )
        return [await collect(api.chat(request | ways[seed % 3] | {"seed": seed})) for seed in range(6)]

    choices = [answer["choices"][0] for answer in asyncio.run(ask())]
    beginnings = ["", "", BEGUN] * 2
    ended = [begun + choice["message"]["content"] for begun, choice in zip(beginnings, choices, strict=True)
             if choice["finish_reason"] == "stop"]  # fmt: skip
    for content in ended:
        Draft202012Validator(schema).validate(json.loads(content))
    assert len(ended) >= 5
