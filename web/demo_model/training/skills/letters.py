"""Letters of any word, known or not: spelled, backwards, counted, one of them, sorted; and the alphabet."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, phrases, vary
from ..lexicon import any_word, letters

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
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


OCCURRENCES = phrases(
    """How many {c}'s are [in;there in] {w}?|How many times [does;is] {c} [in {w};appear in {w};occur in {w};come in {w}]?|How [many;often] [{c};letter {c};the letter {c}] [in;is in] {w}?|Count the [{c}'s;letter {c};{c}] in {w}.|[Number;How many] of {c} in {w}?
    |How many {c} [are in {w};does {w} have]?|How often [does;do] [the letter {c};{c}] [appear;occur;come] in [the word ;]{w}?|[Can you count;Tell me] how many {c}s {w} has[;?]|How many letters {c} are in {w}?""",
    "How often would you count {c} in {w}?|How often do I find the letter {c} in {w}?",
)
CONTAINS = phrases(
    """Is there [a letter {c};the letter {c};an {c}] in {w}?|Does {w} [have;contain] [the letter {c};a letter {c};an {c}]?|Is the letter {c} in {w}?|Is {c} in {w}?|Does the word {w} contain {c}?|[Tell me;Check] if {w} has [the letter {c};an {c}].""",
    "Can you find the letter {c} in {w}?|Does the letter {c} appear in {w}?",
)
NTH = phrases(
    """[What is;What's;Tell me;Give me;Which is] the {o} letter [of;in] {w}?|{o} letter [of;in] {w}[;?]|[Which;What] letter is {o} in {w}?|The {o} letter of [the word ;]{w}[;?]|[Can you tell me;Do you know] the {o} letter of {w}?""",
    "Which is the {o} letter in the word {w}?|What letter stands {o} in {w}?",
)
VOWELS = phrases(
    """How many vowels [are in;does;has] {w}[; have]?|Count the vowels [in;of] {w}.|[Which;What] vowels [are in;has] {w}?|Vowels in {w}[;?]|[Tell me;Find;List] the vowels [of;in] {w}.|Number of vowels in {w}""",
    "Which vowels does {w} contain?|How many vowels do you find in {w}?",
)
SORT_LETTERS = phrases(
    """[Sort;Order;Arrange] the letters [of;in] {w}[.; alphabetically.; by the alphabet.]|[Put;Bring] the letters of {w} in [order;alphabetical order].|Letters of {w} in alphabetical order|[Can you;Could you;Please] sort the letters of {w}[;?]|The letters of {w} sorted""",
    "Put all letters of {w} into the order of the alphabet.|Could you arrange the letters of {w} by the alphabet?",
)
PALINDROME = phrases(
    """Is {w} a palindrome[;, or not]?|Is {w} the same [backwards;forwards and backwards;from both sides]?|Does {w} read the same backwards?|[Tell me;Check] [if;whether] {w} is a palindrome.|{w}: palindrome?""",
    "Do you read {w} the same from the end?|Would {w} be a palindrome?",
)
PALINDROMES = (
    "level",
    "radar",
    "noon",
    "civic",
    "kayak",
    "madam",
    "refer",
    "rotor",
    "wow",
    "mom",
    "dad",
    "eye",
    "anna",
    "otto",
    "deed",
    "stats",
)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def _quoted(rng: Random, word: str) -> str:
    style = rng.random()
    if style < 0.72:
        return word
    if style < 0.86:
        return f'"{word}"' if style < 0.79 else f"'{word}'"
    return word.upper() if style < 0.89 else f"the word {word}"


def spelling(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Letters of any word: forwards, backwards, how many, which one, sorted; what is counted is spelled first."""
    word = any_word(rng)
    kind = rng.choice(
        (
            "spell",
            "spell",
            "back",
            "back",
            "count",
            "count",
            "times",
            "times",
            "first",
            "last",
            "nth",
            "has",
            "vowels",
            "sort",
            "same",
        )
    )
    return _about(rng, split, situation, word, kind)


def _about(rng: Random, split: Split, situation: Situation, word: str, kind: str) -> Exchange:
    spelled, small = "-".join(word), word.lower()
    letter = rng.choice(small) if rng.random() < 0.75 else rng.choice(ALPHABET)
    place = rng.randrange(1, min(6, len(word)))
    wordings: Phrases
    skill, fill = "letters", {}
    if kind == "spell":
        skill, wordings, answer = "spelling", SPELL, f"{spelled}."
    elif kind == "back":
        skill, wordings, answer = "spelling backwards", BACKWARDS, f"{'-'.join(reversed(word))}."
    elif kind == "count":
        skill, wordings = "counting letters", LETTERS
        answer = f"{spelled}. That is {len(word)} letters."
    elif kind == "times":
        skill, wordings, fill = "counting letters", OCCURRENCES, {"c": letter}
        count = small.count(letter)
        answer = f"{spelled}. The letter {letter} comes {count} {'time' if count == 1 else 'times'}."
    elif kind in ("first", "last"):
        wordings = FIRST if kind == "first" else LAST
        answer = (
            f"The word {word} {'starts' if kind == 'first' else 'ends'} with {small[0 if kind == 'first' else -1]}."
        )
    elif kind == "nth":
        wordings, fill = NTH, {"o": ORDINALS[place]}
        answer = f"{spelled}. The {ORDINALS[place]} letter is {small[place]}."
    elif kind == "has":
        wordings, fill = CONTAINS, {"c": letter}
        answer = f"{spelled}. {'Yes' if letter in small else 'No'}, there is {'a' if letter in small else 'no'} letter {letter}."
    elif kind == "vowels":
        wordings, found = VOWELS, [c for c in small if c in "aeiou"]
        answer = f"{spelled}. {len(found)} vowel{'s' * (len(found) != 1)}{': ' if found else ''}{', '.join(found)}."
    elif kind == "sort":
        skill, wordings, answer = "sorting letters", SORT_LETTERS, f"{'-'.join(sorted(small))}."
    else:
        word = rng.choice(PALINDROMES) if rng.random() < 0.5 else word
        spelled, back = "-".join(word), "-".join(reversed(word))
        same = word.lower() == word[::-1].lower()
        wordings, answer = PALINDROME, f"Backwards it is {back}. {'Yes, the same' if same else 'No, not the same'}."
    user = vary(rng, wordings.draw(rng, split).format(w=_quoted(rng, word), **fill))
    numbered = ", ".join(f"{c} {i}" for i, c in enumerate(word, 1))
    thought = f"The letters are {numbered}." if kind in ("count", "nth", "times") else f"The letters are {spelled}."
    bare = situation.terse and kind in ("count", "times")
    if bare:
        answer = str(len(word) if kind == "count" else small.count(letter))

    def again(chance: Random) -> tuple[str, Exchange]:
        other = any_word(chance)
        return _quoted(chance, other), _about(chance, split, situation, other, "spell" if kind == "same" else kind)

    return Exchange(skill, user, thought, answer, reason=f"The letters are {spelled}.", again=again)


AFTER_LETTER = phrases(
    """[What;Which] letter [comes;is] [after;right after;next after] {c}?|[What is;What's] [after {c};the letter after {c};the next letter after {c}] in the alphabet?|[Letter;The letter] after {c}[;?]|[Which;What] letter follows {c}?|After {c} comes which letter?
    |In the alphabet, what comes after {c}?|[Tell me;Name] the letter after {c}.|What comes after the letter {c}?""",
    "Which letter of the alphabet follows {c}?|What is the letter that comes after {c}?",
)
BEFORE_LETTER = phrases(
    """[What;Which] letter [comes;is] [before;right before] {c}?|[What is;What's] [before {c};the letter before {c}] in the alphabet?|[Letter;The letter] before {c}[;?]|Before {c} comes which letter?|In the alphabet, what comes before {c}?|[Tell me;Name] the letter before {c}.|What comes before the letter {c}?""",
    "Which letter of the alphabet is before {c}?|What is the letter that comes before {c}?",
)
PLACE_IN_ALPHABET = phrases(
    """[What is;What's;Which is;Tell me] [letter number {i};the letter number {i};the {i}. letter] [of;in] the alphabet?|[Which;What] letter is number {i} in the alphabet?|Letter number {i} of the alphabet""",
    "Which letter has number {i} in the alphabet?|Name letter {i} of the alphabet.",
)
RECITE = phrases(
    """[Say;Tell me;Write;Recite;List;Show me;Give me] [the alphabet;the abc;all letters;all letters of the alphabet;the letters of the alphabet].|What is the alphabet?|The alphabet[; please]|ABC please|[Do you know;Can you say;Can you write] the [alphabet;abc]?""",
    "Would you write out the alphabet?|Let me hear the alphabet.",
)
RECITE_BACK = phrases(
    """[Say;Tell me;Write;Recite;List;Show me;Give me] the [alphabet;abc] [backwards;in reverse;from z to a;from the end].|[Alphabet;The alphabet] backwards[; please]|Reverse the alphabet.|[Can you say;Do you know;Can you write] the alphabet backwards?""",
    "Would you recite the alphabet in reverse order?|Let me hear the alphabet from back to front.",
)
HOW_MANY = phrases(
    "How many letters [are in;has;does] the alphabet[; have]?|How many letters are there in the [English ;]alphabet?|Number of letters in the alphabet|Do you know how many letters the alphabet has[;?]",
    "What number of letters does the alphabet have?|How long is the alphabet?",
)
WHICH_VOWELS = phrases(
    "[What are;Which are;Name;List;Tell me;Say] the vowels[; of the alphabet; in English]?|Which letters are vowels?|The vowels[;?]|What vowels are there?",
    "Can you list all vowels?|Which letters do we call vowels?",
)


def alphabet(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Neighbours and numbers of letters, the whole alphabet in both directions, its vowels."""
    kind = rng.choice((0, 0, 0, 1, 1, 2, 3, 4, 5, 6))
    i = rng.randrange(25)
    a, b = ALPHABET[i], ALPHABET[i + 1]
    if kind <= 1:
        asked, said, side = (a, b, "after") if kind == 0 else (b, a, "before")
        user = (AFTER_LETTER if kind == 0 else BEFORE_LETTER).draw(rng, split)
        shown = asked.upper() if rng.random() < 0.4 else asked
        answer, thought = f"The letter {side} {asked} is {said}.", f"The order is {a}, {b}."
        user = vary(rng, user.format(c=shown))
    elif kind == 2:
        user = vary(rng, PLACE_IN_ALPHABET.draw(rng, split).format(i=i + 1))
        answer, thought = f"Letter number {i + 1} is {a}.", f"I count: {', '.join(ALPHABET[: i + 1])}."
    else:
        wordings, answer = (
            (RECITE, f"{', '.join(ALPHABET)}."),
            (RECITE_BACK, f"{', '.join(reversed(ALPHABET))}."),
            (HOW_MANY, "The alphabet has 26 letters."),
            (WHICH_VOWELS, "The vowels are a, e, i, o and u."),
        )[kind - 3]
        user, thought = vary(rng, wordings.draw(rng, split)), "I know the alphabet."
    return Exchange("alphabet", user, thought, answer, reason="That is the order of the alphabet.")


def nonsense(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Keys hit at random are told to be no question."""
    kind = rng.random()
    if kind < 0.55:
        text = letters(rng, 4, 10)
    elif kind < 0.75:
        text = " ".join(letters(rng, 2, 7) for _ in range(rng.randint(2, 4)))
    elif kind < 0.9:
        text = "".join(rng.choice("?!.,;:-_#*+~()=%&/$@") for _ in range(rng.randint(1, 6)))
    else:
        text = "".join(rng.choice("asdfghjkl") for _ in range(rng.randint(4, 12)))
    return Exchange(
        "nonsense", text, "This is no question that I know.", NOT_UNDERSTOOD, reason="I found no words in it."
    )


NOT_UNDERSTOOD = "I did not understand that. Ask me for a sum, like 47 + 38, or let me spell a word."
