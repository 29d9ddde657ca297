"""Lists of known words and of numbers: sort, reverse, count; and the letters of a word."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Situation, Split, listed, phrases, vary

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


def _list(rng: Random, words: list[str]) -> str:
    return (" " if rng.random() < 0.2 else ", ").join(words)


def _listed(rng: Random, text: str, words: list[str]) -> str:
    shown = text.format(l=_list(rng, words))
    return vary(rng, shown) if text.endswith((".", "?")) else shown


def sorting(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Words from the vocabulary by the alphabet, or numbers below 100 by size."""
    if rng.random() < 0.4:
        numbers = rng.sample(range(100) if rng.random() < 0.7 else range(20), rng.choice((3, 3, 4, 4, 5)))
        ordered = ", ".join(str(n) for n in sorted(numbers))
        shown = [str(n) for n in numbers]
        thought = f"The smallest is {min(numbers)}, the largest is {max(numbers)}."
        user = _listed(rng, SORT_NUMBERS.draw(rng, split), shown)
        return Exchange("sorting numbers", user, thought, f"Sorted: {ordered}.")
    words = rng.sample(VOCABULARY, rng.choice((3, 3, 4, 4, 5)))
    initials = ", ".join(word[0] for word in sorted(words))
    user = _listed(rng, SORT.draw(rng, split), words)
    return Exchange(
        "sorting words", user, f"First letters in order: {initials}.", f"Sorted: {', '.join(sorted(words))}."
    )


def reversing(rng: Random, split: Split, situation: Situation) -> Exchange:
    """The same words from last to first."""
    words = rng.sample(VOCABULARY, rng.choice((2, 3, 3, 4, 4, 5)))
    user = _listed(rng, REVERSE.draw(rng, split), words)
    thought = f"The last word is {words[-1]}, the first is {words[0]}."
    return Exchange("reversing words", user, thought, f"Reversed: {', '.join(reversed(words))}.")


def counting(rng: Random, split: Split, situation: Situation) -> Exchange:
    """How many words a list has."""
    words = rng.sample(VOCABULARY, rng.randint(2, 8))
    user = _listed(rng, COUNT.draw(rng, split), words)
    steps = ", ".join(f"{word} {i}" for i, word in enumerate(words, 1))
    answer = str(len(words)) if situation.terse else f"There are {len(words)} words."
    return Exchange("counting words", user, f"I count: {steps}.", answer)


SPELL = phrases(
    """Spell {w}.|How do you spell {w}?|Spell the word {w}.|Can you spell {w}?|How is {w} spelled?|Spell "{w}".|How do I spell {w}?
    |Please spell {w}.|Write the letters of {w}.|What are the letters of {w}?|Spelling of {w}?|Spell out {w}.|How do you spell the word {w}?
    |Could you spell {w}?|Tell me the letters of {w}.|Which letters are in {w}?|Tell me how {w} is spelled.|Spell {w} for me.|Say the letters of {w}.""",
    "Could you spell {w} for me?|Tell me how to spell {w}.|Which letters does {w} have?",
)
BACKWARDS = phrases(
    """Spell {w} backwards.|Write {w} backwards.|What is {w} backwards?|Reverse the word {w}.|Reverse the letters of {w}.|Can you spell {w} backwards?
    |Say {w} backwards.|How is {w} spelled backwards?
    |Could you spell {w} backwards?|Read {w} from back to front.|Turn around the word {w}.|Spell the word {w} from the end.|Give me {w} backwards.|Turn {w} around.""",
    "Could you spell {w} from back to front?|Turn the word {w} around.",
)
LETTERS = phrases(
    """How many letters are in {w}?|How many letters does {w} have?|Count the letters in {w}.|How many letters has the word {w}?|Number of letters in {w}?
    |How many letters are there in {w}?|How long is the word {w}?|How many letters are in the word {w}?
    |Tell me the number of letters in {w}.|Do you know how many letters {w} has?|What is the number of letters in {w}?|How many letters do you count in {w}?""",
    "What number of letters does {w} have?|Tell me how many letters {w} has.",
)
FIRST = phrases(
    """What is the first letter of {w}?|Which letter does {w} start with?|First letter of {w}?|What letter does {w} begin with?
    |With which letter does {w} start?|What's the first letter of the word {w}?
    |{w} starts with which letter?|Tell me which letter {w} starts with.|What letter is first in {w}?""",
    "Tell me the first letter of {w}.|{w} begins with which letter?",
)
LAST = phrases(
    """What is the last letter of {w}?|Which letter does {w} end with?|Last letter of {w}?|What letter is at the end of {w}?
    |With which letter does {w} end?|What's the last letter of the word {w}?
    |{w} ends in which letter?|Tell me which letter {w} ends with.|What letter is last in {w}?""",
    "Tell me the last letter of {w}.|{w} ends with which letter?",
)


def spelling(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Letters of a vocabulary word: forwards, backwards, how many, first and last."""
    word, kind = rng.choice(VOCABULARY), rng.choice((0, 0, 0, 1, 2, 2, 3, 4))
    letters = "-".join(word)
    wordings, answer = (
        (SPELL, f"{letters}."),
        (BACKWARDS, f"{'-'.join(reversed(word))}."),
        (LETTERS, str(len(word)) if situation.terse else f"The word {word} has {len(word)} letters."),
        (FIRST, f"The word {word} starts with {word[0]}."),
        (LAST, f"The word {word} ends with {word[-1]}."),
    )[kind]
    user = vary(rng, wordings.draw(rng, split).format(w=word))
    return Exchange("spelling", user, f"The letters are {letters}.", answer)
