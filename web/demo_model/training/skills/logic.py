"""Small deductions: orders of three, syllogisms, kinds of things, opposites."""

from __future__ import annotations

import itertools
from random import Random

from ..exchange import Exchange, Situation, Split, listed, phrases, vary
from ..lexicon import NAMES as MORE_NAMES
from ..lexicon import NOUNS, article, invented
from .decline import REASON, SORRY, THOUGHT

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
    ("richer", "richest", "poorest"),
    ("heavier", "heaviest", "lightest"),
    ("younger", "youngest", "oldest"),
    ("shorter", "shortest", "tallest"),
    ("smaller", "smallest", "biggest"),
    ("slower", "slowest", "fastest"),
    ("smarter", "smartest", "silliest"),
)
ORDER = phrases(
    """{s} [Who is;Who's;So who's;And who is;Then who is] [the ;]{q}?|{s} Who is the {q}?|{s} Who is {q}?|{s} Which of them is the {q}?|{s} So who is the {q}?|{s} Who of the three is {q}?
    |{s} Can you tell me who is the {q}?|{s} The {q} is who?|{s} Do you know who is the {q}?|{s} Tell me who is the {q}.|{s} Say who is the {q}.|{s} Which one is the {q}?""",
    "{s} Can you say who is the {q}?|{s} The {q} one is who?",
)


def _person(rng: Random) -> str:
    kind = rng.random()
    return rng.choice(NAMES if kind < 0.5 else MORE_NAMES) if kind < 0.85 else invented(rng).capitalize()


def ordering(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Comparisons in a chain put two or three people in an order; who stands at an end of it?"""
    people: list[str] = []
    while len(people) < rng.choice((2, 3, 3, 3)):
        people += [person for person in (_person(rng),) if person not in people]
    more, most, least = rng.choice(SCALES)
    facts = [f"{a} is {more} than {b}" for a, b in itertools.pairwise(people)]
    if rng.random() < 0.3:
        facts.reverse()
    joined = rng.choice((". ", ". ", " and ", ", ")).join(facts) + "."
    asked, who = rng.choice(((most, people[0]), (least, people[-1])))
    user = vary(rng, ORDER.draw(rng, split).format(s=joined, q=asked))
    thought = f"The order from {most} to {least}: {', '.join(people)}."
    return Exchange("ordering", user, thought, f"{who} is the {asked}.", reason=thought)


KINDS = {
    "animal": listed(
        "dog cat horse mouse cow sheep lion tiger bear wolf fox rabbit snake monkey elephant giraffe zebra camel pig goat deer frog whale"
    ),
    "fruit": listed("apple banana cherry grape lemon melon orange peach pear plum mango kiwi strawberry"),
    "color": listed("red blue green yellow black white brown pink purple gray"),
    "vehicle": listed("car bus train boat ship plane bike truck tractor taxi tram"),
    "drink": listed("milk tea coffee water juice wine beer lemonade"),
    "bird": listed("eagle owl parrot pigeon duck goose chicken swan penguin crow sparrow robin flamingo"),
    "vegetable": listed("carrot onion cabbage potato bean pea spinach lettuce broccoli leek"),
    "insect": listed("ant bee butterfly beetle fly wasp mosquito grasshopper"),
    "tool": listed("hammer saw drill screwdriver shovel axe wrench"),
    "instrument": listed("piano guitar violin drum trumpet flute harp"),
    "sport": listed("football tennis basketball swimming hockey golf rugby"),
    "flower": listed("rose tulip daisy lily sunflower violet"),
    "metal": listed("gold silver iron copper tin lead"),
}
BROADER = {"bird": "animal", "insect": "animal"}
UNCOUNTED = ("color", "drink", "sport", "metal")
IS_A = phrases(
    """Is {x} {k}[;; or not]?|[Tell me;Check;Say;I want to know;I wonder] [if;whether] {x} is {k}.|[Do you think;Is it true;Would you say;Do you agree;Is it right] that {x} is {k}?|[Can you tell me;Do you know;Can you say;Could you tell me] whether {x} is {k}?|[Can;Could;Should] [you call {x} {k};we call {x} {k};{x} be called {k}]?
    |{x} is {k}, [right;true or false;is that so;is it not]?|Does {x} count as {k}?|Is {x} some kind of {k}?|Do people call {x} {k}?|Would {x} be {k}?|{x}: is it {k}?""",
    "Would you call {x} {k}?|Do you know if {x} is {k}?",
)
EXAMPLES = phrases(
    """[Name;List;Give me;Tell me;Say;Write] [three;3;some;a few] {k}s.|[Can;Could;Will] you [name;list;give me;tell me] [three;3;some] {k}s?|[Give;Give me;Show me] [three;some;a few] examples of {k}s.|[Three;3;Some] {k}s|[Which;What] {k}s do you know?|I [want;need] [three;some] {k}s.|Do you know [some;any] {k}s?""",
    "Could you list three {k}s for me?|Three {k}s for me, please.",
)


def kinds(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Whether a known thing is of a kind, and examples of a kind."""
    kind = rng.choice(tuple(KINDS))
    if rng.random() < 0.2:
        return _examples(rng, vary(rng, EXAMPLES.draw(rng, split).format(k=kind)), kind, 0)
    true = rng.random() < 0.5
    other = kind if true else rng.choice([k for k in KINDS if k != kind and BROADER.get(k) != kind])
    if not true and BROADER.get(kind) == other:
        other = "fruit"
    word = rng.choice(KINDS[other])
    named = BROADER[kind] if true and kind in BROADER and rng.random() < 0.3 else kind
    subject = word if other in UNCOUNTED else article(word)
    user = vary(rng, IS_A.draw(rng, split).format(x=subject, k=article(named)))
    truth = f"Yes, {subject} is {article(named)}." if true else f"No, {subject} is not {article(named)}."
    thought = f"{subject[0].upper()}{subject[1:]} is {article(named if true else other)}."
    return Exchange("kinds", user, thought, truth, reason=thought)


def _examples(rng: Random, user: str, kind: str, first: int) -> Exchange:
    words = (KINDS[kind] * 2)[first : first + 3]

    def again(chance: Random) -> tuple[str, Exchange]:
        other = chance.choice([k for k in KINDS if k != kind])
        return f"{other}s", _examples(chance, "", other, 0)

    return Exchange(
        "kinds", user, f"I know some {kind}s.", f"{', '.join(words)}.", reason="I learned these.", again=again
    )


PAIRS = listed(
    "hot cold|big small|old new|fast slow|happy sad|light dark|up down|left right|day night|open closed|full empty|high low|long short"
    "|early late|good bad|loud quiet|near far|hard soft|wet dry|rich poor|strong weak|young old|black white|true false|first last|yes no"
)
OPPOSITES: dict[str, str] = {}
for _pair in PAIRS:
    _one, _other = _pair.split()
    OPPOSITES.setdefault(_one, _other)
    OPPOSITES.setdefault(_other, _one)
OPPOSITE = phrases(
    """What is the opposite of {w}?|Opposite of {w}?|What's the opposite of {w}?|Which word is the opposite of {w}?|The opposite of {w} is?
    |Give me the opposite of {w}.|Name the opposite of {w}.|What is the contrary of {w}?
    |Can you tell me the opposite of {w}?|Do you know what the opposite of {w} is?|Which word is opposite to {w}?|What word means the opposite of {w}?|Say the opposite of {w}.""",
    "Do you know the opposite of {w}?|Which word means the opposite of {w}?",
)


def opposites(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Pairs of opposite words; what has no opposite is declined."""
    if rng.random() < 0.2:
        word = rng.choice((rng.choice(NOUNS), invented(rng)))
        if word not in OPPOSITES:
            user = vary(rng, OPPOSITE.draw(rng, split).format(w=word))
            return Exchange("unknown facts", user, THOUGHT, SORRY, reason=REASON)
    return _opposite(rng, split, rng.choice(tuple(OPPOSITES)))


def _opposite(rng: Random, split: Split, word: str) -> Exchange:
    user = vary(rng, OPPOSITE.draw(rng, split).format(w=word))
    pair = f"{word} and {OPPOSITES[word]} are a pair."

    def again(chance: Random) -> tuple[str, Exchange]:
        other = chance.choice([w for w in OPPOSITES if w != word])
        return other, _opposite(chance, split, other)

    answer = f"The opposite of {word} is {OPPOSITES[word]}."
    return Exchange("opposites", user, f"{pair[0].upper()}{pair[1:]}", answer, reason="They are a pair.", again=again)


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
    name, trait = _person(rng), rng.choice(TRAITS)
    none = rng.random() < 0.4
    facts = [f"{'No' if none else 'All'} {many} are {trait}.", f"{name} is {article(one)}."]
    if rng.random() < 0.3:
        facts.reverse()
    user = vary(rng, SYLLOGISM.draw(rng, split).format(s=" ".join(facts), n=name, t=trait))
    thought = f"{name} is {article(one)}, and {'no' if none else 'all'} {many} are {trait}."
    answer = f"No, {name} is not {trait}." if none else f"Yes, {name} is {trait}."
    return Exchange("syllogism", user, thought, answer, reason=thought)
