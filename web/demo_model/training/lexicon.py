"""Plain English words that the skills put into their wordings: to spell, to sort, to ask about, to show in a picture.

Standard library only.
"""

from __future__ import annotations

from random import Random

from .exchange import listed

NOUNS = listed(
    """apple banana cherry grape lemon melon orange peach pear plum mango kiwi coconut strawberry blueberry raspberry tomato potato onion carrot
    cabbage pepper pumpkin bean pea corn rice wheat bread cake cookie pie pizza pasta soup salad sandwich burger sausage bacon egg cheese butter
    milk cream yogurt honey sugar salt jam chocolate candy coffee tea juice water wine beer lunch dinner breakfast kitchen oven stove fridge
    spoon fork knife plate bowl cup glass bottle pan pot dog cat horse mouse rat bird fish cow pig sheep goat lion tiger bear wolf fox rabbit
    snake monkey elephant giraffe zebra camel kangaroo penguin eagle owl parrot pigeon duck goose chicken turkey swan whale shark dolphin
    octopus crab lobster frog turtle lizard crocodile spider ant bee butterfly beetle worm snail squirrel hamster deer donkey hedgehog otter
    panda koala leopard cheetah hippo rhino gorilla flamingo peacock car bus train boat ship plane bike truck tractor taxi rocket scooter
    helicopter tram canoe wagon wheel engine brake seat road street bridge tunnel station airport harbor ticket map suitcase backpack
    house door window wall roof floor ceiling stairs garden garage fence table chair bed sofa lamp desk shelf mirror carpet curtain pillow
    blanket clock candle vase basket box bag key lock phone camera radio television computer laptop keyboard screen printer cable battery
    robot internet website email password button printer robot machine hammer saw nail screw drill ladder rope paint brush bucket tool
    sun moon star planet sky cloud rain snow wind storm thunder lightning rainbow fog ice fire smoke ash stone rock sand mud river lake sea
    ocean beach island mountain hill valley forest tree leaf branch root flower rose tulip grass seed desert jungle cave volcano earthquake
    field farm barn village town city country park square church castle tower school library museum hospital hotel shop market bank office
    factory theater cinema stadium prison zoo circus king queen prince knight soldier doctor nurse teacher student farmer baker butcher
    cook waiter driver pilot sailor painter singer dancer actor writer judge lawyer engineer scientist artist hunter thief ghost witch
    dragon giant angel monster child baby boy girl man woman friend neighbor uncle aunt cousin brother sister mother father parent
    grandmother grandfather husband wife family hand foot head eye ear nose mouth tooth tongue hair neck shoulder arm elbow finger thumb
    chest back stomach knee leg toe skin bone blood heart brain shirt trousers dress skirt coat jacket sweater hat cap scarf glove sock
    shoe boot belt button pocket ring necklace watch glasses umbrella book page letter pen pencil paper notebook ruler eraser scissors glue
    story poem song music piano guitar violin drum trumpet flute game ball toy doll puzzle kite card dice chess football tennis swim
    race medal prize gift party birthday wedding holiday picture photo film movie news money coin price bill job work boss meeting plan
    idea dream problem question answer word sentence language number sum line circle triangle corner color shape size weight height
    speed time hour minute second day week month year morning evening night spring summer autumn winter history future science nature
    health medicine pill fever cold cough pain headache accident danger war peace law rule vote crime secret luck love anger fear joy
    sorrow hope trust truth lie memory mind soul voice noise silence light shadow smell taste energy power metal gold silver iron copper
    wood plastic rubber leather cotton wool silk diamond pearl crystal magnet mountain wagon saddle whistle lantern compass anchor
    refrigerator onomatopoeia encyclopedia mathematics temperature environment restaurant vegetable university government adventure
    hippopotamus rhinoceros chocolate chimpanzee grasshopper caterpillar dictionary electricity helicopter photograph"""
)
VERBS = listed(
    """make build fix repair clean wash cook bake fry boil eat drink buy sell find lose keep hide open close lock break cut paint draw write
    read learn teach study remember forget explain describe invent discover design plan start stop finish win play sing dance run walk jump
    swim climb fly drive ride travel visit move carry lift push pull throw catch hold drop kick hit touch feel smell taste hear see watch
    look show send receive bring take give lend borrow pay save spend earn steal grow plant water feed train pet ride love hate like miss
    meet call help ask answer tell talk whisper shout laugh cry smile sleep dream wake rest work hire fire choose change improve measure
    weigh count check test use install download delete print scan record share copy fold tie sew knit wear iron freeze melt burn heat
    cool mix stir peel slice chop pour fill empty pack wrap decorate celebrate invite marry hunt fish breathe cough heal cure treat
    remove replace charge connect compile debug deploy hack translate publish edit review summarize"""
)
ADJECTIVES = listed(
    """big small large tiny huge long short tall high low wide narrow thick thin deep shallow heavy light fast slow quick early late old new
    young modern ancient hot cold warm cool wet dry clean dirty rich poor cheap expensive free good bad great terrible nice kind mean brave
    shy clever stupid smart lazy busy tired sleepy hungry thirsty happy sad angry calm quiet loud noisy strong weak hard soft rough smooth
    sharp blunt sweet sour bitter salty spicy fresh rotten ripe empty full open safe dangerous easy difficult simple strange funny boring
    famous secret beautiful ugly pretty healthy sick red green blue yellow purple pink brown black white gray bright dark round flat
    square straight crooked common rare true false right wrong perfect broken lucky real magic royal public private local foreign"""
)
NAMES = listed(
    """Tom Ann Bob Eva Max Mia Leo Zoe Sam Amy Ben Kim Jack Lucy Paul Nina Adam Lily Mark Rosa Omar Sara Ivan Emma Carl Anna Fred Dora Greg Ruth
    Gregory Victoria Alexander Elizabeth Jonathan Samantha Benjamin Catherine Nicholas Margaret Theodore Penelope Sebastian Josephine"""
)
SHORT_WORDS = listed(
    """cat dog sun car bus hat map pen red blue tea egg fox cow ant bee owl pig hen bat rat sea sky ice fire tree fish bird star moon ship boat
    book door lamp milk cake corn rice ball game king rose lion bear wolf frog duck rain snow wind leaf rock sand road home bed box cup jar
    yes no go stop exit open help hello hi love cold hot big new old one two six ten six zero east west north south left right up down sale
    free taxi hotel bank shop park push pull wait start end menu cafe pizza apple lemon train plane music dance happy world green black"""
)

INITIALS = "bcdfghjklmnpqrstvwxyz"


def invented(rng: Random, shortest: int = 2, longest: int = 3) -> str:
    """A made-up word of a few syllables, so that copying is learned and not a list of words."""
    syllables = rng.randint(shortest, longest)
    body = "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(syllables))
    return body + rng.choice(("", "n", "r", "s", "l"))


def letters(rng: Random, shortest: int = 2, longest: int = 8) -> str:
    """Letters without sense, as somebody types them to try."""
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(shortest, longest)))


def any_word(rng: Random) -> str:
    """A word to spell, sort, reverse or count: a real one mostly, else a name, an invention or plain letters."""
    kind = rng.random()
    if kind < 0.56:
        return rng.choice(rng.choice((NOUNS, NOUNS, VERBS, ADJECTIVES)))
    if kind < 0.64:
        return plural(rng.choice(NOUNS))
    if kind < 0.72:
        return rng.choice(NAMES)
    return invented(rng) if kind < 0.86 else letters(rng)


IRREGULAR = dict(
    pair.split()
    for pair in listed(
        """mouse mice|foot feet|tooth teeth|child children|man men|woman women|goose geese|sheep sheep|fish fish|leaf leaves|knife knives
        |wife wives|wolf wolves|shelf shelves|thief thieves|potato potatoes|tomato tomatoes|deer deer|ox oxen|person people|life lives|hero heroes"""
    )
)


def plural(noun: str) -> str:
    """The plural of an English noun."""
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in tuple("aeiou"):
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def article(noun: str) -> str:
    """The noun with "a" or "an"."""
    return f"{'an' if (noun[0].lower() in 'aeiou' and not noun.startswith(('uni', 'eu'))) or noun == 'hour' else 'a'} {noun}"
