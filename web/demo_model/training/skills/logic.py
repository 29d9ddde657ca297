"""Small deductions: orders of three, syllogisms, kinds of things, opposites."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Situation, Split, listed, phrases, vary

NAMES = listed(
    "Tom Ann Bob Eva Max Mia Leo Zoe Sam Amy Ben Kim Jack Lucy Paul Nina Adam Lily Mark Rosa Omar Sara Ivan Emma"
)
# comparative, superlative, superlative of the opposite
SCALES = (
    ("taller", "tallest", "shortest"),
    ("older", "oldest", "youngest"),
    ("faster", "fastest", "slowest"),
    ("bigger", "biggest", "smallest"),
    ("stronger", "strongest", "weakest"),
)
ORDER = phrases(
    """{s} Who is the {q}?|{s} Who is {q}?|{s} Which of them is the {q}?|{s} So who is the {q}?|{s} Who of the three is {q}?
    |{s} Can you tell me who is the {q}?|{s} The {q} is who?|{s} Do you know who is the {q}?|{s} Tell me who is the {q}.|{s} Say who is the {q}.|{s} Which one is the {q}?""",
    "{s} Can you say who is the {q}?|{s} The {q} one is who?",
)


def ordering(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Two comparisons in a chain put three people in an order; who stands at an end of it?"""
    a, b, c = rng.sample(NAMES, 3)  # a > b > c
    more, most, least = rng.choice(SCALES)
    facts = [f"{a} is {more} than {b}.", f"{b} is {more} than {c}."]
    asked, who = rng.choice(((most, a), (least, c)))
    user = vary(rng, ORDER.draw(rng, split).format(s=" ".join(facts), q=asked))
    return Exchange("ordering", user, f"The order from {most} to {least}: {a}, {b}, {c}.", f"{who} is the {asked}.")


KINDS = {
    "animal": listed("dog cat horse mouse bird fish cow sheep lion tiger bear wolf fox rabbit snake"),
    "fruit": listed("apple banana cherry grape lemon melon orange peach pear plum"),
    "color": listed("red blue green yellow black white brown pink"),
    "vehicle": listed("car bus train boat ship plane bike"),
    "drink": listed("milk tea coffee water"),
}
IS_A = phrases(
    """Is {x} {k}[;; or not]?|[Tell me;Check;Say;I want to know;I wonder] [if;whether] {x} is {k}.|[Do you think;Is it true;Would you say;Do you agree;Is it right;Can we say] that {x} is {k}?|[Can you tell me;Do you know;Can you say;Could you tell me] whether {x} is {k}?|[Can;Could;Should] [you call {x} {k};we call {x} {k};{x} be called {k}]?
    |{x} is {k}, [right;true or false;is that so;is it not]?|Does {x} count as {k}?|Is {x} some kind of {k}?|Do people call {x} {k}?|Would {x} be {k}?|{x}: is it {k}?""",
    "Would you call {x} {k}?|Do you know if {x} is {k}?",
)
EXAMPLES = phrases(
    """[Name;List;Give me;Tell me;Say;Write] [three;3;some;a few] {k}s.|[Can;Could;Will] you [name;list;give me;tell me] [three;3;some] {k}s?|[Give;Give me;Show me] [three;some;a few] examples of {k}s.|[Three;3;Some] {k}s|[Which;What] {k}s do you know?|I [want;need] [three;some] {k}s.|Do you know [some;any] {k}s?""",
    "Could you list three {k}s for me?|Three {k}s, please.",
)


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def kinds(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Whether a known thing is of a kind, and examples of a kind."""
    kind = rng.choice(tuple(KINDS))
    if rng.random() < 0.2:
        user = vary(rng, EXAMPLES.draw(rng, split).format(k=kind))
        return Exchange("kinds", user, f"I know some {kind}s.", f"{', '.join(KINDS[kind][:3])}.")
    true = rng.random() < 0.5
    other = kind if true else rng.choice([k for k in KINDS if k != kind])
    word = rng.choice(KINDS[other])
    subject = word if other in ("color", "drink") else _a(word)
    user = vary(rng, IS_A.draw(rng, split).format(x=subject, k=_a(kind)))
    truth = f"Yes, {subject} is {_a(kind)}." if true else f"No, {subject} is not {_a(kind)}."
    return Exchange("kinds", user, f"{subject[0].upper()}{subject[1:]} is {_a(other)}.", truth)


PAIRS = listed(
    "hot cold|big small|old new|fast slow|happy sad|light dark|up down|left right|day night|open closed|full empty|high low|long short"
    "|early late|good bad|loud quiet|near far|hard soft|wet dry|rich poor|strong weak|young old|black white|true false|first last|yes no"
)
OPPOSITES = dict(pair.split() for pair in PAIRS)
OPPOSITES |= {b: a for a, b in OPPOSITES.items() if b not in OPPOSITES and a not in ("young",)}
OPPOSITE = phrases(
    """What is the opposite of {w}?|Opposite of {w}?|What's the opposite of {w}?|Which word is the opposite of {w}?|The opposite of {w} is?
    |Give me the opposite of {w}.|Name the opposite of {w}.|What is the contrary of {w}?
    |Can you tell me the opposite of {w}?|Do you know what the opposite of {w} is?|Which word is opposite to {w}?|What word means the opposite of {w}?|Say the opposite of {w}.""",
    "Do you know the opposite of {w}?|Which word means the opposite of {w}?",
)


def opposites(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Pairs of opposite words."""
    word = rng.choice(tuple(OPPOSITES))
    user = vary(rng, OPPOSITE.draw(rng, split).format(w=word))
    pair = f"{word} and {OPPOSITES[word]} are a pair."
    return Exchange("opposites", user, f"{pair[0].upper()}{pair[1:]}", f"The opposite of {word} is {OPPOSITES[word]}.")


GROUPS: tuple[tuple[str, str], ...] = (
    ("cats", "cat"),
    ("dogs", "dog"),
    ("birds", "bird"),
    ("lions", "lion"),
    ("bears", "bear"),
    ("teachers", "teacher"),
    ("doctors", "doctor"),
    ("kings", "king"),
    ("queens", "queen"),
    ("children", "child"),
    ("students", "student"),
)
TRAITS = listed("kind happy fast quiet strong clever old small brave tall")
SYLLOGISM = phrases(
    """{s} Is {n} {t}?|{s} So is {n} {t}?|{s} Is it true that {n} is {t}?|{s} Then is {n} {t}?|{s} Tell me: is {n} {t}?
    |{s} Can you say if {n} is {t}?|{s} Does that mean that {n} is {t}?|{s} Do you think that {n} is {t}?|{s} Can we know if {n} is {t}?|{s} Would you say that {n} is {t}?""",
    "{s} Can we say that {n} is {t}?|{s} Does it follow that {n} is {t}?",
)


def syllogism(rng: Random, split: Split, situation: Situation) -> Exchange:
    """All A are t. n is an A. Is n t? And the same with "no A"."""
    many, one = rng.choice(GROUPS)
    name, trait = rng.choice(NAMES), rng.choice(TRAITS)
    none = rng.random() < 0.4
    facts = [f"{'No' if none else 'All'} {many} are {trait}.", f"{name} is {_a(one)}."]
    if rng.random() < 0.3:
        facts.reverse()
    user = vary(rng, SYLLOGISM.draw(rng, split).format(s=" ".join(facts), n=name, t=trait))
    thought = f"{name} is {_a(one)}, and {'no' if none else 'all'} {many} are {trait}."
    answer = f"No, {name} is not {trait}." if none else f"Yes, {name} is {trait}."
    return Exchange("syllogism", user, thought, answer)
