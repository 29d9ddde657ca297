"""Regular expressions as constraints, against Python's ``re`` over expressions made by hypothesis."""

from __future__ import annotations

import contextlib
import json
import random
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyside.constrained.constraint import Constraint
from pyside.constrained.grammar import Grammar
from pyside.constrained.regex import grammar_of_regex
from pyside.constrained.vocabulary import Vocabulary
from pyside.errors import RequestError
from tests.support.grammars.sampling import STOP, allowed, fitting, sample
from tests.support.scripted_engine import tokenizer

LETTERS = "abcxyzABZ019_ -ßéш中😀\n"
SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
ATOMS = [  # as JavaScript writes them, and Python, and characters that they match
    (".", r"[^\n\r\u2028\u2029]", "aé中😀"),
    (r"\d", "[0-9]", "059"),
    (r"\W", "[^0-9A-Z_a-z]", " -é😀"),
    (r"\s", f"[{SPACE}]", " \n\u3000"),
    (r"[^\s]", f"[^{SPACE}]", "a😀"),
    (r"[\w-]", "[0-9A-Z_a-z-]", "a_-"),
    ("[a-cé-ш]", "[a-cé-ш]", "béш"),
    ("[^a-z]", "[^a-z]", "A中\n"),
    (r"[\u{1F600}-\u{1F64F}b]", "[\U0001f600-\U0001f64fb]", "😀b"),
    (r"\u4e2d", "中", "中"),
    (r"\x41", "A", "A"),
    (r"\n", r"\n", "\n"),
    (r"\.", r"\.", "."),
    (r"\/", "/", "/"),
    *((char, char, char) for char in "abxZ1_é中"),
]
SIGNS = [
    ("", 1, 1),
    ("*", 0, 3),
    ("+", 1, 3),
    ("?", 0, 1),
    ("*?", 0, 2),
    ("{2}", 2, 2),
    ("{0,3}", 0, 3),
    ("{1,}", 1, 4),
    ("{1,2}?", 1, 2),
]


@dataclass(frozen=True)
class Expression:
    """A regular expression in both languages, and how to draw a text that it matches."""

    ours: str
    theirs: str
    draw: Callable[[random.Random], str]


def _atom(atom: tuple[str, str, str]) -> Expression:
    return Expression(atom[0], atom[1], lambda rng: rng.choice(atom[2]))


def _quantified(inside: Expression, sign: tuple[str, int, int]) -> Expression:
    text, low, high = sign
    return Expression(
        inside.ours + text,
        inside.theirs + text,
        lambda rng: "".join(inside.draw(rng) for _ in range(rng.randint(low, high))),
    )


def _group(inside: Expression, opening: str) -> Expression:
    return Expression(f"{opening}{inside.ours})", f"{opening}{inside.theirs})", inside.draw)


def _joined(parts: list[Expression]) -> Expression:
    ours, theirs = "".join(part.ours for part in parts), "".join(part.theirs for part in parts)
    return Expression(ours, theirs, lambda rng: "".join(part.draw(rng) for part in parts))


def _either(parts: list[Expression]) -> Expression:
    ours, theirs = "|".join(part.ours for part in parts), "|".join(part.theirs for part in parts)
    return _group(Expression(ours, theirs, lambda rng: rng.choice(parts).draw(rng)), "(?:")


def _larger(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Expressions made of smaller ones."""
    groups = st.builds(_quantified, st.builds(_group, parts, st.sampled_from(["(", "(?:"])), st.sampled_from(SIGNS))
    return st.one_of(
        st.lists(st.one_of(parts, groups), max_size=4).map(_joined),
        st.lists(parts, min_size=2, max_size=3).map(_either),
    )


EXPRESSIONS = st.recursive(
    st.builds(_quantified, st.sampled_from(ATOMS).map(_atom), st.sampled_from(SIGNS)), _larger, max_leaves=5
)


def matches(source: str, text: str, flags: str = "u") -> bool:
    grammar = grammar_of_regex(source, flags)
    return grammar.complete(grammar.run(grammar.start, text.encode()))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS, st.lists(st.text(LETTERS, max_size=5), max_size=8), st.integers(0, 2**32))
def test_it_admits_what_python_matches(expression: Expression, texts: list[str], seed: int) -> None:
    assert matches(expression.ours, expression.draw(random.Random(seed)))
    for text in texts:  # short ones: Python's time grows with the power of nested quantifiers
        assert matches(expression.ours, text) == bool(re.fullmatch(expression.theirs, text))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS, st.integers(0, 2**32))
def test_a_random_answer_matches(vocabulary: Vocabulary, expression: Expression, seed: int) -> None:
    grammar = grammar_of_regex(expression.ours, "u")
    answer = sample(Constraint(grammar, vocabulary), tokenizer(), random.Random(seed), 6)
    assert answer is None or re.fullmatch(expression.theirs, answer)


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS, st.integers(0, 2**32))
def test_the_mask_is_every_token_that_fits(vocabulary: Vocabulary, expression: Expression, seed: int) -> None:
    grammar, rng, ids = grammar_of_regex(expression.ours, "u"), random.Random(seed), list[int]()
    constraint = Constraint(grammar, vocabulary)
    for _ in range(5):
        fit = fitting(grammar, b"".join(map(tokenizer().token_bytes, ids)), tokenizer())
        assert allowed(constraint, ids) == fit
        if not (fit := fit - {STOP}):
            break
        ids.append(rng.choice(sorted(fit)))


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(tokenizer(), (STOP,))


CASES = [
    (r"^\d{3}-\d{2,4}$", "", ["123-45", "123-4567"], ["123-4", "123-45678", "x123-45"]),
    ("^a$|^b", "", ["a", "b"], ["ab", ""]),
    ("", "", [""], ["a"]),
    ("(a*)*b", "", ["b", "aab"], ["a", "aba"]),
    ("(?:(a?){3}){2}", "", ["", "aaaaaa"], ["aaaaaaa"]),
    (r"(?<year>\d{4})-(?<month>0[1-9]|1[0-2])", "", ["2026-11"], ["2026-13", "26-11"]),
    (r'{"a": \d+}', "", ['{"a": 12}'], ['{"a": }']),
    ("a{,3}x{", "", ["a{,3}x{"], ["ax{"]),
    ("[^]", "", ["a", "\n", "中"], ["", "ab"]),
    (r"[\b\-\]\\]+", "", ["\b-]\\"], ["b"]),
    (r"[\d-x]*", "", ["1-x"], ["y"]),
    (r"\cJ\0", "", ["\n\0"], ["J0"]),
    ("straße", "i", ["STRAßE"], ["STRASSE"]),
    ("[^k]", "i", ["\u212a", "x"], ["k", "K"]),
    ("[^k]", "iu", ["x"], ["k", "K", "\u212a"]),
    (r"\W", "iu", ["-"], ["\u017f", "s"]),
    (".", "s", ["\n"], [""]),
    (".{2}", "", ["ab", "中中"], ["😀", "😀😀"]),
    ("x.*", "", ["x😀"], ["x\n"]),
    ("😀", "", ["😀"], ["😀😀"]),
    ("(?:😀)+", "", ["😀😀"], [""]),
    (r"\ud83d\ude00", "", ["😀"], ["\U0001f601"]),
    ("[😀-😃]", "u", ["\U0001f601"], ["😄"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "flags", "good", "bad"), CASES)
def test_javascripts_own_ways(source: str, flags: str, good: list[str], bad: list[str]) -> None:
    for text in good:
        assert matches(source, text, flags), text
    for text in bad:
        assert not matches(source, text, flags), text


def random_text(grammar: Grammar, rng: random.Random) -> str | None:
    """A text of the grammar, drawn byte by byte; None when it gets long."""
    state, text = grammar.start, bytearray()
    while len(text) < 60:
        if grammar.complete(state) and rng.random() < 0.3:
            return text.decode()
        byte = rng.choice([byte for byte in range(256) if grammar.step(state, byte)] or [-1])
        if byte < 0:
            return text.decode()
        text.append(byte)
        state = grammar.step(state, byte)
    return None


@pytest.mark.slow
def test_javascript_agrees() -> None:
    """What the grammars admit matches in JavaScript, flag by flag."""
    rng = random.Random(1)
    sources = [source for source, *_ in CASES] + [atom for atom, *_ in ATOMS if "{" not in atom]
    asked = [(source, flags, text) for source, flags, good, _ in CASES for text in good]
    for source in [
        *sources,
        *(f"(?:{source}){{1,3}}" for source in sources),
        *(f"{source}*" for source in sources if source),
    ]:
        for flags in ("", "i", "s", "u", "iu"):
            with contextlib.suppress(RequestError):
                grammar = grammar_of_regex(source, flags)
                asked += [(source, flags, text) for _ in range(4) if (text := random_text(grammar, rng)) is not None]
    assert len(asked) > 1000
    command = ["node", str(Path(__file__).with_name("match_regexps.mjs"))]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("source", "flags", "says"),
    [
        ("a(?=b)", "", "at character 1 look-around"),
        ("(?<!b)a", "", "at character 0 look-around"),
        (r"(a)\1", "", "a reference to a group"),
        (r"(?<n>a)\k<n>", "", "a reference to a group"),
        (r"\bword", "", "a word boundary"),
        (r"\p{Script=Greek}", "u", "a property of characters"),
        (r"\p{L}", "", "a property of characters"),
        ("a(^b)", "", "an anchor that is not at the pattern's beginning"),
        ("a$b", "", "an anchor that is not at the pattern's end"),
        ("(a", "", "at character 0 a parenthesis that is never closed"),
        ("a)", "", "at character 1 a closing parenthesis"),
        ("[a", "", "at character 0 a class that is never closed"),
        ("[b-a]", "", "whose end comes before its beginning"),
        (r"[^\s\S]", "", "at character 0 a class that admits no character"),
        (r"a\ud800", "", "at character 1 a class that admits no character"),
        ("a{3,2}", "", "the count {3,2}, expected the smaller number first"),
        ("(" * 300 + ")" * 300, "", "more than 100 groups in each other"),
        ("a|*", "", "at character 2 a quantifier with nothing before it"),
        ("a++", "", "a quantifier with nothing before it"),
        ("(a{100}){100}", "", "counts up to 10000 characters, expected 2000 at most"),
        ("😀+", "", "with a quantifier, expected flag u"),
        ("[😀]", "", "in a class, expected flag u"),
        (r"\u{61}", "", "expected flag u"),
        (r"\u{110000}", "u", "expected 10ffff at most"),
        (r"\q", "", r"the escape \q"),
        ("\\", "", "the escape"),
        ("a", "v", "flag v, expected none but d, g, i, m, s, u, y"),
    ],
)  # fmt: skip
def test_what_is_no_automaton_is_refused(source: str, flags: str, says: str) -> None:
    with pytest.raises(RequestError, match=re.escape(says)):
        grammar_of_regex(source, flags)
