"""A few facts that everybody knows, in tables: what is in them is answered, and what looks alike but is not is declined."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, any_case, listed, phrases, vary
from ..lexicon import IRREGULAR, NOUNS, invented, plural
from .decline import REASON, SORRY, THOUGHT


@dataclass(frozen=True)
class Table:
    """Facts of one kind: how they are asked for, the answer's form, and what they are."""

    wordings: Phrases
    answer: str
    facts: dict[str, str]
    unknown: tuple[str, ...] = ()  # what is asked for alike and declined
    names: bool = False  # its keys are names, often typed without a capital


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in listed(text))


CAPITALS = Table(
    phrases(
        """[What is;What's;Whats;Tell me;Do you know;Name;Give me] the capital [of;city of] {x}?|Capital of {x}[;?]|The capital of {x}[; is;?]|[What;Which] city is the capital of {x}?|{x} capital[;?]|[What;Which] is {x}'s capital[; city]?|[Can you tell me;I want to know] the capital of {x}[;.]
        |[Do you know;Can you tell me] what the capital of {x} is?|{x} has which capital?""",
        "Which town is the capital of {x}?|What capital does {x} have?",
    ),
    "The capital of {x} is {y}.",
    _pairs(
        """France=Paris|Germany=Berlin|Spain=Madrid|Italy=Rome|England=London|the United Kingdom=London|Portugal=Lisbon|Austria=Vienna|Poland=Warsaw|Russia=Moscow
        |Greece=Athens|Sweden=Stockholm|Norway=Oslo|Denmark=Copenhagen|Finland=Helsinki|Ireland=Dublin|Belgium=Brussels|Hungary=Budapest|Switzerland=Bern|Turkey=Ankara
        |Ukraine=Kyiv|Japan=Tokyo|China=Beijing|India=New Delhi|South Korea=Seoul|Australia=Canberra|Canada=Ottawa|Mexico=Mexico City|Brazil=Brasilia|Argentina=Buenos Aires
        |Egypt=Cairo|Kenya=Nairobi|Cuba=Havana|Peru=Lima|Chile=Santiago|the United States=Washington|the USA=Washington|America=Washington|Iran=Tehran|Thailand=Bangkok|the Netherlands=Amsterdam"""
    ),
    listed(
        """Mongolia|Bolivia|Ghana|Laos|Chad|Mali|Fiji|Malta|Oman|Nepal|Estonia|Latvia|Somalia|Zambia|Uganda|Senegal|Paraguay|Kazakhstan|Albania|Georgia|Texas|California|Bavaria|Africa
        |Europe|Asia|Atlantis|Mars|the moon|Paris|Berlin|my country|your country|Florida|Scotland|Iceland|Vietnam|Nigeria|Indonesia|Pakistan|Venezuela|Morocco|Croatia|Serbia|Bulgaria|Romania"""
    ),
    names=True,
)
COLOURS = Table(
    phrases(
        """[What;Which] [color;colour] [is;has;does] {x}[;; have]?|[What;Which] is the [color;colour] of {x}?|{x} [is what color;has what colour;color]?|[Tell me;Do you know] the [color;colour] of {x}[;.]|[Color;Colour] of {x}[;?]|[Can you tell me;Do you know] what [color;colour] {x} [is;has]?""",
        "Which color would you say {x} has?|Do you know the colour that {x} has?",
    ),
    "{X} is {y}.",
    _pairs(
        """the sky=blue|grass=green|snow=white|blood=red|a banana=yellow|a lemon=yellow|a tomato=red|an orange=orange|a carrot=orange|milk=white|coal=black|the sun=yellow|chocolate=brown
        |a strawberry=red|a cucumber=green|a frog=green|the sea=blue|the ocean=blue|a leaf=green|a crow=black|a polar bear=white|a flamingo=pink|a pig=pink|a cherry=red|coffee=brown|a pumpkin=orange|an elephant=gray|wood=brown|cheese=yellow|a fire truck=red|a swan=white|salt=white|the night=black|a lime=green|an eggplant=purple"""
    ),
    listed(
        "my shirt|my car|your hair|my eyes|my house|the president's tie|a dragon|a unicorn|my dog|the wind|love|happiness|a planet|the door|the wall|my phone"
    ),
)
LEGS = Table(
    phrases(
        """How many legs does {x} have?|How many legs has {x}?|{x} has how many legs?|[Tell me;Do you know] how many legs {x} has[;.]|[Number of legs;How many legs] of {x}[;?]|How many legs are on {x}?""",
        "What number of legs does {x} have?|On how many legs does {x} walk?",
    ),
    "{X} has {y} legs.",
    _pairs(
        """a dog=4|a cat=4|a horse=4|a cow=4|a spider=8|an ant=6|a bee=6|an insect=6|a fly=6|a bird=2|a chicken=2|a human=2|a person=2|a snake=0|a fish=0|a crab=10|an elephant=4|a pig=4|a duck=2|a table=4|a chair=4|a lion=4|a butterfly=6|a kangaroo=2|a penguin=2"""
    ),
    listed("a dragon|a centipede|a robot|a monster|a sofa|an alien|a company|a triathlon|a ghost"),
)
SOUNDS = Table(
    phrases(
        """[What;Which] [sound;noise] does {x} make?|What does {x} say?|How does {x} [sound;go]?|{x} makes which sound?|[Tell me;Do you know] [the sound of {x};what {x} says][;.]|The sound of {x}[;?]""",
        "Which noise comes from {x}?|How would {x} sound?",
    ),
    "{X} says {y}.",
    _pairs(
        "a dog=woof|a cat=meow|a cow=moo|a sheep=baa|a duck=quack|a pig=oink|a horse=neigh|a bee=buzz|a rooster=cock-a-doodle-doo|a lion=roar|a snake=hiss|a frog=ribbit|a mouse=squeak|an owl=hoot|a bird=tweet|a chicken=cluck|a clock=tick-tock"
    ),
    listed("a fox|a giraffe|a fish|a rabbit|a worm|a stone|a dinosaur|a unicorn|a whale|a kangaroo"),
)
YOUNG = Table(
    phrases(
        """What is [a baby;a young;the young of a] {x} called?|[Baby;Young] {x}[;?]|How do you call a [baby;young] {x}?|What do you call a [baby;young] {x}?|[What;Which] is the name of a [baby;young] {x}?|A baby {x} is called?""",
        "Which word means a young {x}?|What is the word for a {x} baby?",
    ),
    "A young {x} is called {y}.",
    _pairs(
        "dog=a puppy|cat=a kitten|cow=a calf|horse=a foal|sheep=a lamb|goat=a kid|pig=a piglet|duck=a duckling|chicken=a chick|bear=a cub|lion=a cub|deer=a fawn|frog=a tadpole|goose=a gosling|kangaroo=a joey|swan=a cygnet|elephant=a calf"
    ),
    listed("hedgehog|octopus|giraffe|hamster|snail|platypus|crocodile|zebra|ant|unicorn|dragon|shark|camel"),
)
SIDES = Table(
    phrases(
        """How many [sides;corners] [does;has] {x}[; have]?|{x} has how many [sides;corners]?|How many [sides;corners] are [there ;]in {x}?|[Tell me;Do you know] how many sides {x} has[;.]|Sides of {x}?""",
        "What number of sides does {x} have?|With how many corners do we draw {x}?",
    ),
    "{X} has {y} sides.",
    _pairs(
        "a triangle=3|a square=4|a rectangle=4|a pentagon=5|a hexagon=6|an octagon=8|a heptagon=7|a diamond=4|a decagon=10"
    ),
    listed("a story|a coin|a ball|a house|a heart|a cloud|an icosagon|a country"),
)
WORDS = Table(
    phrases(
        """[How do you say;How do I say;What is;What's;Translate] {x}?|{x}[;?]|[Can you say;Please say;Say] {x}[;.]|[Do you know;Tell me] {x}[;.]|What does one say for {x}?""",
        "Could you tell me {x}?|What would be {x}?",
    ),
    "{y}.",
    {
        f"{word} in {language}": said
        for language, entries in {
            "Spanish": "hello=Hola|goodbye=Adiós|thank you=Gracias|please=Por favor|yes=Sí|no=No|good morning=Buenos días|good night=Buenas noches|cat=Gato|dog=Perro|water=Agua|house=Casa|friend=Amigo|one=Uno|two=Dos|three=Tres",
            "French": "hello=Bonjour|goodbye=Au revoir|thank you=Merci|please=S'il vous plaît|yes=Oui|no=Non|good morning=Bonjour|good night=Bonne nuit|cat=Chat|dog=Chien|water=Eau|house=Maison|friend=Ami|one=Un|two=Deux|three=Trois",
            "German": "hello=Hallo|goodbye=Auf Wiedersehen|thank you=Danke|please=Bitte|yes=Ja|no=Nein|good morning=Guten Morgen|good night=Gute Nacht|cat=Katze|dog=Hund|water=Wasser|house=Haus|friend=Freund|one=Eins|two=Zwei|three=Drei",
            "Italian": "hello=Ciao|goodbye=Arrivederci|thank you=Grazie|please=Per favore|yes=Sì|no=No|good morning=Buongiorno|good night=Buonanotte|cat=Gatto|dog=Cane|water=Acqua|house=Casa|friend=Amico|one=Uno|two=Due|three=Tre",
        }.items()
        for word, said in _pairs(entries).items()
    },
    tuple(
        f"{word} in {language}"
        for word in ("hello", "thank you", "cat", "good morning", "yes")
        for language in ("Polish", "Russian", "Latin", "Dutch", "Japanese", "Greek", "Turkish", "Arabic")
    )
    + tuple(
        f"{word} in {language}"
        for word in (
            "butterfly",
            "I am hungry",
            "the weather is nice",
            "my sister",
            "airport",
            "where is the station",
            "computer",
            "I love you",
        )
        for language in ("Spanish", "French", "German", "Italian")
    ),
)
PLURALS = Table(
    phrases(
        """[What is;What's;Tell me;Give me;Do you know] the plural [of;form of] {x}?|Plural of {x}[;?]|The plural of {x}[; is;?]|One {x}, two [what;...]?|[What;How] is {x} in plural?|More than one {x} [is;are] called?|Make {x} plural.""",
        "How do you form the plural of {x}?|What do you call more than one {x}?",
    ),
    "The plural of {x} is {y}.",
    {noun: plural(noun) for noun in dict.fromkeys((*NOUNS, *IRREGULAR))},
)
PASTS = Table(
    phrases(
        """[What is;What's;Tell me;Give me;Do you know] the past [tense;form] of {x}?|Past [tense;form] of {x}[;?]|The past of {x}[; is;?]|How is {x} in the past?|Today I {x}, yesterday I [what;...]?|Put {x} into the past.""",
        "How do you form the past tense of {x}?|What is {x} in past tense?",
    ),
    "The past tense of {x} is {y}.",
    _pairs(
        "go=went|see=saw|eat=ate|run=ran|write=wrote|read=read|take=took|give=gave|come=came|say=said|make=made|know=knew|think=thought|buy=bought|bring=brought|teach=taught|catch=caught|find=found|tell=told|speak=spoke|sing=sang|swim=swam|drink=drank|begin=began|fly=flew|grow=grew|drive=drove|ride=rode|break=broke|sleep=slept|keep=kept|leave=left|lose=lost|meet=met|win=won|sit=sat|stand=stood|fall=fell|feel=felt|hold=held|send=sent|build=built|have=had|do=did|be=was|get=got|forget=forgot|walk=walked|play=played|work=worked|talk=talked|jump=jumped|look=looked|ask=asked|call=called|open=opened|start=started|like=liked|love=loved|use=used|stop=stopped|try=tried|cry=cried|study=studied"
    ),
)
TABLES = (CAPITALS, CAPITALS, COLOURS, LEGS, SOUNDS, YOUNG, SIDES, WORDS, PLURALS, PASTS)


def knowledge(rng: Random, split: Split, situation: Situation) -> Exchange:
    """A fact of one of the tables; or one that looks like it and is not there."""
    table = rng.choice(TABLES)
    if table.unknown and rng.random() < 0.3:
        name = rng.choice(table.unknown)
        if table.names and rng.random() < 0.3:
            name = invented(rng).capitalize()
        user = vary(rng, table.wordings.draw(rng, split).format(x=name))
        return Exchange("unknown facts", user, THOUGHT, SORRY, reason=REASON)
    return _fact(rng, split, table, rng.choice(tuple(table.facts)))


def _fact(rng: Random, split: Split, table: Table, key: str) -> Exchange:
    user = table.wordings.draw(rng, split).format(x=any_case(rng, key) if table.names else key)
    value = table.facts[key]
    answer = table.answer.format(x=key, X=key[0].upper() + key[1:], y=value)

    def again(chance: Random) -> tuple[str, Exchange]:
        other = chance.choice([k for k in table.facts if k != key])
        return other, _fact(chance, split, table, other)

    return Exchange(
        "knowledge", vary(rng, user), f"I know: {value}.", answer, reason="That is what I learned.", again=again
    )
