"""Lists of words and of numbers: sort, reverse, count, pick one; any words, not only known ones."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, listed, phrases, vary
from ..lexicon import any_word

VOCABULARY = listed(
    """apple banana cherry grape lemon melon orange peach pear plum dog cat horse mouse bird fish cow sheep lion tiger
    bear wolf fox rabbit snake red blue green yellow black white brown pink milk tea coffee water car bus train boat
    ship plane bike house door window table chair bed room sun moon star rain snow river tree flower stone fire bread
    cheese egg sugar book pen paper letter king queen child friend hand foot head eye big small old new hot cold fast
    slow happy run jump"""
)

SORT = phrases(
    """Sort these words: {l}|Sort the words {l}|Sort {l}|Sort alphabetically: {l}|Put these words in order: {l}|Sort these words alphabetically: {l}
    |Put {l} in alphabetical order.|Order these words: {l}|Can you sort these words: {l}|Alphabetical order: {l}|Please sort: {l}
    |Sort this list: {l}|Order alphabetically: {l}
    |Bring these words into alphabetical order: {l}|Arrange these words: {l}|Could you sort these words: {l}|Sort the next words by the alphabet: {l}|Put the following words in order: {l}|Arrange these words alphabetically: {l}""",
    """Could you put these words in alphabetical order: {l}|Arrange alphabetically: {l}|Bring these words into order: {l}|Sort the following words: {l}""",
)
SORT_NUMBERS = phrases(
    """Sort {l}|Sort these numbers: {l}|Sort the numbers {l}|Put these numbers in order: {l}|Order these numbers: {l}|Sort from small to large: {l}
    |Put {l} in order.|Can you sort {l}?|Sort this list: {l}|Please sort the numbers {l}
    |Arrange these numbers: {l}|Could you sort these numbers: {l}|Bring {l} into order.|Put the following numbers in order: {l}|Arrange from smallest to largest: {l}|Order from small to large: {l}""",
    """Could you put these numbers in order: {l}|Arrange from small to large: {l}|Sort the following numbers: {l}|Bring these numbers into order: {l}""",
)
REVERSE = phrases(
    """Reverse these words: {l}|Reverse the words {l}|Reverse the order of these words: {l}|Reverse this list: {l}|Say these words backwards: {l}
    |Put these words in reverse order: {l}|Can you reverse these words: {l}|List these words backwards: {l}|Reverse: {l}|Reverse the list {l}
    |Backwards: {l}|Turn these words around: {l}|Could you reverse these words: {l}|Give me these words backwards: {l}|In reverse order: {l}|Reverse the next words: {l}|Put the following words backwards: {l}""",
    """Could you turn this list around: {l}|Give me these words in reverse order: {l}|Reverse the following words: {l}|Backwards please: {l}""",
)
COUNT = phrases(
    """How many words are in this list: {l}|How many words are here: {l}|Count these words: {l}|Count the words: {l}|How many words: {l}
    |Count the words in this list: {l}|Can you count these words: {l}|How many words do you see: {l}|What is the number of words: {l}
    |Could you count these words: {l}|Number of words: {l}|How many words are there: {l}|How many words did you read: {l}|How many words do I write: {l}|Count the next words: {l}|Tell me how many words these are: {l}""",
    """How many words did I write: {l}|Could you count the following words: {l}|Number of words in: {l}""",
)


DESCENDING = phrases(
    """[Sort;Order;Arrange] [these numbers;the numbers;this list] from [largest to smallest;large to small;high to low;the largest down]: {l}|Sort descending: {l}|Sort in descending order: {l}|[Sort;Order] {l} from [largest to smallest;high to low;big to small].
    |Largest first: {l}|Put the largest first: {l}|[Sort;Order] these numbers backwards: {l}""",
    "Could you sort these from the largest to the smallest: {l}|Bring these numbers into falling order: {l}",
)
ITEM = phrases(
    """[What is;What's;Which is;Tell me;Give me] the {o} word [in;of] [this list;the list;here]: {l}|[Which;What] word is {o}: {l}|{o} word: {l}|The {o} word of {l}|[What is;Name;Say] the {o} word: {l}|[In the list;Of the words;Among] {l}, [which;what] word is {o}?""",
    "Which word stands {o} here: {l}|Tell me the {o} one of these words: {l}",
)
EXTREME = phrases(
    """[Which;What] [word ;]is the {o}[; word][: {l}; of these: {l}; of these words: {l}; in this list: {l}]|[Find;Tell me;Give me;Name] the {o} word: {l}|[What is;What's;Which is] the {o} [word;number;one] [here;in this list;of these]: {l}|The {o} of {l}|[Of;Among] {l}, which is the {o}?|{o} of {l}?""",
    "Which of these is the {o}: {l}|Pick out the {o} one: {l}",
)


def _list(rng: Random, words: list[str]) -> str:
    style = rng.random()
    if style < 0.2:
        return " ".join(words)
    if style < 0.3:
        return ",".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}" if style < 0.42 and len(words) > 1 else ", ".join(words)


def _listed(rng: Random, text: str, words: list[str]) -> str:
    shown = text.replace("{l}", _list(rng, words))
    return vary(rng, shown) if text.endswith((".", "?")) else shown


def _words(rng: Random, count: int) -> list[str]:
    """Different words in any mixture: familiar ones, any ones, or several that begin alike."""
    kind = rng.random()
    out: list[str] = []
    first = rng.choice("abcdefghilmnoprstw") if 0.8 < kind < 0.9 else ""
    for _ in range(200):
        word = rng.choice(VOCABULARY) if kind < 0.3 else any_word(rng)
        if word.lower() not in map(str.lower, out) and (word.startswith(first) or rng.random() < 0.02):
            out.append(word)
        if len(out) == count:
            break
    return out


def _again(
    rng: Random, skill: str, wordings: Phrases, words: list[str], thought: str, answer: str, split: Split
) -> Exchange:
    user = _listed(rng, wordings.draw(rng, split), words)
    return Exchange(skill, user, thought, answer, reason=thought)


def sorting(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Words by the alphabet, or numbers by size."""
    if rng.random() < 0.35:
        pool = range(rng.choice((20, 100, 100, 1000)))
        numbers = rng.sample(pool, rng.choice((3, 3, 4, 4, 5, 6)))
        down = rng.random() < 0.25
        ordered = ", ".join(str(n) for n in sorted(numbers, reverse=down))
        thought = f"The smallest is {min(numbers)}, the largest is {max(numbers)}."
        wordings = DESCENDING if down else SORT_NUMBERS
        return _again(rng, "sorting numbers", wordings, list(map(str, numbers)), thought, f"Sorted: {ordered}.", split)
    words = _words(rng, rng.choice((2, 3, 3, 4, 4, 5, 6)))
    ordered_words = sorted(words, key=str.lower)
    thought = f"First letters in order: {', '.join(word[0] for word in ordered_words)}."
    return _again(rng, "sorting words", SORT, words, thought, f"Sorted: {', '.join(ordered_words)}.", split)


def reversing(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The same words from last to first."""
    words = _words(rng, rng.choice((2, 3, 3, 4, 4, 5)))
    if rng.random() < 0.15:
        words = [str(rng.randrange(100)) for _ in words]
    thought = f"The last word is {words[-1]}, the first is {words[0]}."
    return _again(rng, "reversing words", REVERSE, words, thought, f"Reversed: {', '.join(reversed(words))}.", split)


def counting(rng: Random, split: Split, situation: Situation) -> Exchange:
    """How many words a list has."""
    words = _words(rng, rng.randint(2, 8))
    steps = ", ".join(f"{word} {i}" for i, word in enumerate(words, 1))
    answer = str(len(words)) if situation.terse else f"There are {len(words)} words."
    return _again(rng, "counting words", COUNT, words, f"I count: {steps}.", answer, split)


ORDINALS = ("first", "second", "third", "fourth", "fifth")


def picking(rng: Random, split: Split, situation: Situation) -> Exchange:
    """One word of a list by its place, its length or the alphabet; the largest or the smallest number."""
    kind = rng.random()
    if kind < 0.35:
        numbers = [str(n) for n in rng.sample(range(rng.choice((20, 100, 1000))), rng.randint(3, 6))]
        name, best = rng.choice(
            (("largest", max), ("biggest", max), ("highest", max), ("smallest", min), ("lowest", min))
        )
        chosen = best(numbers, key=int)
        text = EXTREME.draw(rng, split).replace(" word", " number").replace("{o}", name)
        user, thought = _listed(rng, text, numbers), f"I compare: {', '.join(sorted(numbers, key=int))}."
        answer = chosen if situation.terse else f"The {name} is {chosen}."
        return Exchange("picking", user, thought, answer, number=int(chosen), reason=thought)
    words = _words(rng, rng.randint(3, 5))
    if kind < 0.6:
        lengths = sorted(map(len, words))
        longest = rng.random() < 0.5
        if lengths[-1] == lengths[-2] or lengths[0] == lengths[1]:
            words = ["cat", "elephant", rng.choice(("table", "house", "river"))]
            rng.shuffle(words)
        name = "longest" if longest else "shortest"
        chosen = (max if longest else min)(words, key=len)
        user = _listed(rng, EXTREME.draw(rng, split).replace("{o}", name), words)
        thought = f"{', '.join(f'{word} has {len(word)}' for word in words)}."
        return Exchange("picking", user, thought, f"The {name} word is {chosen}.", reason=thought)
    place = rng.choice([*range(min(5, len(words))), -1])
    name = "last" if place < 0 else ORDINALS[place]
    user = _listed(rng, ITEM.draw(rng, split).replace("{o}", name), words)
    thought = f"I count to the {name} word."
    return Exchange("picking", user, thought, f"The {name} word is {words[place]}.", reason=thought)
