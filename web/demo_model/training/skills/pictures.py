"""Questions about the picture that a conversation shows: what it is, colours, sizes, places, how many, what it says, charts."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..exchange import Exchange, Phrases, Situation, Split, phrases, vary
from ..lexicon import article
from ..pictures.palette import NAMES as COLOURS
from ..pictures.scenes import SHAPES, Scene, Thing

UNREADABLE = "I cannot make out this picture. I can see shapes, colors, numbers, short words and bar charts."
UNTOLD = "I cannot tell that from a picture. I can see shapes, colors, numbers, short words and bar charts."

DESCRIBE = phrases(
    """[What do you see;What can you see;What do you see here;What is this;What's this;What is that;What's that;Whats this][;; in the picture; in this picture; in the image; on the picture]?|[What is;What's;Whats] [in;on] [the;this] [picture;image;photo;drawing]?|[Describe;Please describe;Can you describe;Could you describe] [the picture;this picture;the image;this image;it;this;what you see][.;?]|What does the [picture;image] show?
    |[Tell me;Say] [what you see;what this is;what is in the picture;what it shows].|[Look at this;Here is a picture;See this;Look;Have a look][.; ?;:] [What is it;What is this;What do you see]?|What did I draw?|What have I drawn?|[Picture;Image;Description][; please]|Is there anything in the picture?|[Explain;Caption] this [picture;image].|What am I showing you?|Can you see this?|Do you see it?""",
    "What might this picture show?|Give me a description of the image.|Which thing do you see here?|Say in words what the drawing shows.",
)
SHAPE = phrases(
    """[What;Which] shape [is this;is that;is it;do you see;did I draw;is in the picture;is shown]?|[What;Which] [kind of shape;form;figure] is [this;it]?|[Name;Tell me] the shape.|[What is;What's] the shape[; in the picture; of it]?|The shape[;?]|Which geometric [shape;figure] is this?|[Recognize;Identify] the shape.|Do you know this shape?""",
    "What sort of shape is shown here?|Say which shape the picture has.",
)
COLOUR = phrases(
    """[What;Which] [color;colour] is [the {s};it;this {s}]?|[What is;What's] the [color;colour] of the {s}?|[Tell me;Name] the [color;colour] of the {s}.|The {s} is [what;which] [color;colour]?|[Color;Colour] of the {s}?|What [color;colour] does the {s} have?|[Which;What] [color;colour] did I [use;take] for the {s}?""",
    "In which color is the {s} painted?|Say what colour the {s} has.",
)
SIZE = phrases(
    """[How big;How large] is the {s}?|Is the {s} [big or small;small or large;large or small;large;small;big]?|[What is;What's] the size of the {s}?|What size [is;has] the {s}?|The size of the {s}?|Is it a [big;small;large] {s}?""",
    "Would you call the {s} large or small?|Say how large the {s} is.",
)
PLACE = phrases(
    """Where is the {s}[;; in the picture; placed]?|[In which;In what] [corner;part of the picture] is the {s}?|Where [do you see;can you see;did I draw] the {s}?|[Tell me;Say] where the {s} is.|On which side is the {s}?|[What is;What's] the [place;position] of the {s}?|Is the {s} [on the left or on the right;at the top or at the bottom;in the center]?""",
    "At what place of the picture is the {s}?|Could you say where the {s} stands?",
)
HOW_MANY = phrases(
    """How many {s} [are there;do you see;are in the picture;can you see;are here;did I draw]?|[Count;Please count;Can you count;Count all] the {s}[;.]|[Number;The number] of {s}?|How many {s}?|[Tell me;Say] how many {s} [there are;you see].|[What is;What's] the number of {s}?""",
    "What number of {s} does the picture have?|How many {s} would you count?",
)
EXISTS = phrases(
    """Is there {s}[;; in the picture; here; anywhere]?|Do you see {s}[;; in the picture; here]?|Can you see {s}?|Does the picture [have;show;contain] {s}?|Is [this;it] {s}?|Are there any {p}?|Did I draw {s}?|Do you see any {p}?|[Any;Are there] {p}[; here; in the picture]?""",
    "Could you find {s} in the picture?|Does {s} appear in the image?",
)
BESIDE = phrases(
    """[What is;What's;Which shape is;What do you see] [{r};directly {r}] the {s}?|[Tell me;Say] what is {r} the {s}.|[Which;What] [shape;thing] is {r} the {s}?|[What;Which one] stands {r} the {s}?""",
    "Name the thing {r} the {s}.|Could you say what is {r} the {s}?",
)
LARGER = phrases(
    """[Which;What] [is;one is;shape is] [larger;bigger][;; the {s} or the {t}; : the {s} or the {t}]?|[Which is;What is] the [larger;bigger] [one;shape]?|Is the {s} [larger;bigger] than the {t}?|[Compare;Look at] the {s} and the {t}: which is [larger;bigger]?""",
    "Of the {s} and the {t}, which one is bigger?|Which of the two shapes is the larger one?",
)
GROUND = phrases(
    """[What;Which] [color;colour] [is;has] the background[; have]?|[What is;What's] the [color;colour] of the background?|[Background color;The background][;?]|[Tell me;Name] the [color;colour] of the background.|On [what;which] [color;colour] is it [drawn;painted]?|Is the background [white;dark;black]?|[What is;What's] the background[; like; color]?""",
    "Which colour lies behind everything?|In what color is the background?",
)
READ = phrases(
    """[What does it say;What does this say;What does the picture say;What is written here;What is written;What's written;What does it read;What stands there;What do you read]?|[What;Which] [word;number;text;letter;digit] [is this;is it;is that;do you see;is written;is in the picture;did I write]?|[Read;Please read;Can you read;Could you read] [it;this;the text;the word;the number;what it says;the picture;me this][;.]|[Text;The text][;?]
    |[What is;What's] the [text;word;number;digit;letter][; in the picture; here]?|[Tell me;Say] [what it says;what is written;the word;the number;the text].|What did I write?|Which [number;digit;letter;word] did I [draw;write]?|[What text;Which text] is [there;in the picture;in this image]?|Recognize the [text;number;digit].""",
    "Could you tell me what is written there?|Which letters or digits do you see?|Say what the writing says.",
)
SUM = phrases(
    """[What is;What's] the [result;answer;sum]?|[Solve;Calculate;Work out;Compute] [it;this;the sum;what it says].|What [does it make;is it;comes out;does that make]?|[Can you;Please] solve [it;this][;?]|How much is [it;this;that]?|The [result;answer]?""",
    "Which number comes out of it?|Could you work out what is written?",
)
EXTREME = phrases(
    """[Which;What] bar is the {m}?|[Which;What] [is;one is] the {m}[; bar; one]?|[Tell me;Name] the {m} bar.|[What;Which] [color;bar;one] has the {v} [value;bar]?|The {m} bar[;?]|[Which;What] bar [is;has] the {v}[;; value; one]?|[What is;What's;Show me] the {m} bar?|[Where is;Find] the {m} bar[;.]|[Which;What] bar is {m}?""",
    "Of all bars, which one is the {m}?|Say which bar has the {v} value.",
)
TALLER = phrases(
    """Is [bar ;the ;]{a} [taller;higher;larger;bigger] than [bar ;the ;]{b}?|[Which;What] [is;bar is] [taller;higher;larger], {a} or {b}?|[Compare;Look at] {a} and {b}: which is [taller;higher]?|{a} or {b}[:;,] which is [taller;higher]?""",
    "Between {a} and {b}, which bar is taller?|Would you say {a} is higher than {b}?",
)
BAR_COLOUR = phrases(
    """[What;Which] [color;colour] [is;has] bar {a}[; have]?|[What is;What's] the [color;colour] of [bar ;]{a}?|[Color;Colour] of bar {a}?|Bar {a} is [what;which] [color;colour]?""",
    "In which color is bar {a} painted?|Name the colour of bar {a}.",
)
BEYOND = phrases(
    """Who [drew;made;painted;took] this[; picture]?|[When;Where] was [this;the picture;the photo] [taken;made;drawn]?|Is [this;it] [art;beautiful;a good picture;old;expensive;real]?|Do you like [it;this picture;my drawing;this]?|[What is;What's] the [artist;style;meaning;story;name] of [this;the picture]?|[Write;Make] [a poem;a story;a song] about [this;the picture;this picture].
    |[Who is;Who's] [that person;in the picture;the person]?|[Change;Edit;Rotate;Crop;Color] the picture.|[What;Which] [camera;pen;brush;font] [is this;was used]?|[Make;Paint;Draw] [it;the {s}] [blue;bigger;again;red].|What is behind the {s}?|[Why;What for] did I draw this?|How old is [this;it;the picture]?|What [material;brand;breed;country] is [this;it]?|[Can I buy;How much costs] this?|What is [he;she] [doing;thinking]?|Is [he;she] happy?""",
    "Could you tell me who painted it?|What feeling does the picture give you?|What will happen next in this picture?",
)
SIDES_OF = ("left of", "right of")


def plural(shape: str) -> str:
    """The plural of a shape's name."""
    return f"{shape}es" if shape == "cross" else f"{shape}s"


def picture(rng: Random, split: Split, situation: Situation) -> Exchange:
    """A question that fits the latest picture, and sometimes one that does not."""
    scene = situation.scene
    if scene is None:
        raise ValueError("a question about a picture needs one: put a scene into the situation")
    beyond = rng.random()
    if scene.kind == "photo":
        names = rng.choice((DESCRIBE, DESCRIBE, SHAPE, READ, EXISTS, HOW_MANY, BEYOND))
        shape = rng.choice(SHAPES)
        user = names.draw(rng, split).format(s=plural(shape) if names is HOW_MANY else article(shape), p=plural(shape))
        return _said("unreadable pictures", rng, user, "I see no shape that I know.", UNREADABLE)
    if beyond < 0.05:
        user = BEYOND.draw(rng, split).format(s="shape")
        return _said("beyond the picture", rng, user, "That cannot be seen.", UNTOLD)
    kinds: dict[str, tuple[Callable[[Random, Split, Scene], Exchange], ...]] = {
        "shapes": (_describe, _shapes, _shapes, _shapes, _ground, _other_kind),
        "text": (_describe, _text, _text, _text, _ground, _other_kind),
        "chart": (_describe, _chart, _chart, _chart, _chart, _other_kind),
        "empty": (_describe, _describe, _ground, _other_kind),
    }
    return rng.choice(kinds[scene.kind])(rng, split, scene)


def _said(skill: str, rng: Random, user: str, thought: str, answer: str, number: int | None = None) -> Exchange:
    return Exchange(skill, vary(rng, user), thought, answer, number=number, reason="That is what I see in the picture.")


def name(thing: Thing) -> str:
    """A thing with its colour: a red circle."""
    return f"{article(thing.colour)} {thing.shape}"


NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


def description(scene: Scene) -> str:
    """What is in the picture, in one sentence."""
    ground = f", on a {scene.background} background" if scene.background != "white" else ""
    ground = ground.replace("on a orange", "on an orange")
    things = scene.things
    if scene.kind == "empty":
        return f"The picture is empty, all {scene.background}."
    if scene.kind == "text":
        return f"It says {scene.text}, in {scene.ink[0]}{ground}."
    if scene.kind == "chart":
        return f"A bar chart with {len(scene.bars)} bars{ground}. {_tallest(scene)}"
    if len(things) == 1:
        size = "" if things[0].size == "medium" else f"{things[0].size} "
        thing = f"{size}{things[0].colour} {things[0].shape}"
        return f"{article(thing).capitalize()} {scene.place(things[0])}{ground}."
    shapes, colours = {t.shape for t in things}, {t.colour for t in things}
    many = NUMBERS[len(things)].capitalize()
    if len(shapes) == 1:
        colour = f"{things[0].colour} " if len(colours) == 1 else ""
        return f"{many} {colour}{plural(things[0].shape)}{ground}."
    if len(things) > 3:
        return f"{many} shapes{ground}."
    named = [name(t) for t in things]
    return f"{many} shapes: {', '.join(named[:-1])} and {named[-1]}{ground}."


def _describe(rng: Random, split: Split, scene: Scene) -> Exchange:
    seen = {"text": "I see writing.", "chart": "I see bars.", "empty": "I see nothing on it."}
    return _said(
        "describing", rng, DESCRIBE.draw(rng, split), seen.get(scene.kind, "I see shapes."), description(scene)
    )


def _ground(rng: Random, split: Split, scene: Scene) -> Exchange:
    answer = f"The background is {scene.background}."
    return _said("background", rng, GROUND.draw(rng, split), "I look behind everything.", answer)


def _other_kind(rng: Random, split: Split, scene: Scene) -> Exchange:
    """A question that supposes something else than what the picture holds, or asks whether a shape is there."""
    labels = ", ".join(bar.label for bar in scene.bars)
    told: list[tuple[Phrases, str]] = []
    if scene.kind != "text":
        read = f"The bars are labelled {labels}." if labels.strip(", ") else "There is no text in the picture."
        told.append((READ, read))
    if scene.kind != "shapes":
        bars = f"It is a bar chart with {len(scene.bars)} bars." if scene.bars else "There is no shape in the picture."
        told.append((SHAPE, bars))
    if scene.kind != "chart":
        told.append((EXTREME, "There is no bar chart in the picture."))
    if rng.random() < 0.3:
        return _exists(rng, split, scene)
    wordings, answer = rng.choice(told)
    user = wordings.draw(rng, split).format(m="tallest", v="highest")
    return _said("not in the picture", rng, user, "I look for it.", answer)


def _exists(rng: Random, split: Split, scene: Scene) -> Exchange:
    """Whether some shape, of some colour perhaps, is there."""
    here = [(t.shape, t.colour) for t in scene.things]
    shape, colour = rng.choice(here) if here and rng.random() < 0.5 else (rng.choice(SHAPES), rng.choice(COLOURS))
    coloured = rng.random() < 0.4
    found = any(s == shape and (not coloured or c == colour) for s, c in here)
    asked = f"{colour} {shape}" if coloured else shape
    user = EXISTS.draw(rng, split).format(s=article(asked), p=plural(asked))
    answer = f"{'Yes, there is' if found else 'No, there is no'} {article(asked) if found else asked}."
    return _said("whether it is there", rng, user, "I look for it.", answer)


def _shapes(rng: Random, split: Split, scene: Scene) -> Exchange:
    """About one shape, or about several: how many, which colour, what is beside which, which is larger."""
    things = scene.things
    alone = [t for t in things if sum(t.shape == u.shape for u in things) == 1]
    if len(things) == 1:
        kind = rng.choice(("shape", "shape", "colour", "colour", "size", "place", "place", "count"))
    else:
        kind = rng.choice(("count", "count", "some", "some", "tint", "colour", "beside", "larger", "exists"))
    if kind in ("colour", "beside", "larger") and not alone:
        kind = "count"
    thing = rng.choice(alone) if alone else things[0]
    shown = thing.shape if rng.random() < 0.75 or len(things) > 1 else "shape"
    if kind == "shape":
        return _said("shapes", rng, SHAPE.draw(rng, split), "I look at its corners.", f"It is {article(thing.shape)}.")
    if kind == "colour":
        user = COLOUR.draw(rng, split)
        if len(things) > 1:
            user = user.replace(" it?", f" the {shown}?")
        return _said(
            "colors", rng, user.format(s=shown), "I look at its color.", f"The {thing.shape} is {thing.colour}."
        )
    if kind == "size":
        user = SIZE.draw(rng, split).format(s=shown)
        return _said("sizes", rng, user, "I compare it with the picture.", f"The {thing.shape} is {thing.size}.")
    if kind == "place":
        user = PLACE.draw(rng, split).format(s=shown)
        return _said("places", rng, user, "I look where it is.", f"The {thing.shape} is {scene.place(thing)}.")
    if kind == "exists":
        return _exists(rng, split, scene)
    if kind == "beside":
        return _beside(rng, split, scene, thing)
    if kind == "larger" and len(things) == 2 and len(alone) == 2:
        a, b = rng.sample(alone, 2)
        if 0.8 < a.radius / b.radius < 1.25:
            return _count(rng, split, "shapes", len(things))
        best = a if a.radius > b.radius else b
        user = LARGER.draw(rng, split).format(s=a.shape, t=b.shape)
        return _said("sizes", rng, user, "I compare them.", f"The {best.shape} is larger.")
    if kind == "some":
        shape = rng.choice(things).shape if rng.random() < 0.85 else rng.choice(SHAPES)
        return _count(rng, split, plural(shape), sum(t.shape == shape for t in things), shape)
    if kind == "tint":
        colour = rng.choice(things).colour if rng.random() < 0.85 else rng.choice(COLOURS)
        number = sum(t.colour == colour for t in things)
        return _count(rng, split, f"{colour} shapes", number, f"{colour} shape")
    return _count(rng, split, rng.choice(("shapes", "shapes", "things", "objects")), len(things), "shape")


def _count(rng: Random, split: Split, asked: str, number: int, one: str = "") -> Exchange:
    user = HOW_MANY.draw(rng, split).format(s=asked)
    said = asked if asked not in ("things", "objects") else "shapes"
    answer = f"There are {number} {said}." if number != 1 else f"There is 1 {one or 'shape'}."
    return _said("counting shapes", rng, user, "I count them from left to right.", answer, number)


def _beside(rng: Random, split: Split, scene: Scene, thing: Thing) -> Exchange:
    """The neighbour to the left or to the right; things are ordered from left to right."""
    i, step = scene.things.index(thing), rng.choice((-1, 1))
    side = SIDES_OF[step > 0]
    user = BESIDE.draw(rng, split).format(s=thing.shape, r=side)
    if not 0 <= i + step < len(scene.things):
        return _said("places", rng, user, "I look beside it.", f"Nothing is {side} the {thing.shape}.")
    other = scene.things[i + step]
    near = min((abs(a.x - b.x) for a, b in zip(scene.things, scene.things[1:], strict=False)), default=1.0)
    if near < 0.1:  # which one is nearer to the side would be a guess
        return _count(rng, split, "shapes", len(scene.things))
    return _said("places", rng, user, "I look beside it.", f"{name(other).capitalize()} is {side} the {thing.shape}.")


def _text(rng: Random, split: Split, scene: Scene) -> Exchange:
    """What it says, its colour, or the result of the sum that is written there."""
    kind = rng.random()
    if kind < 0.15:
        user = COLOUR.draw(rng, split).format(s=rng.choice(("text", "writing", "text")))
        return _said("colors", rng, user, "I look at the ink.", f"The text is {scene.ink[0]}.")
    parts = scene.text.split()
    if len(parts) == 3 and kind < 0.5:
        a, b = int(parts[0]), int(parts[2])
        result = a + b if parts[1] == "+" else a - b
        answer = f"{scene.text} = {result}."
        return _said("sums in pictures", rng, SUM.draw(rng, split), f"It says {scene.text}.", answer, result)
    skill = "digits" if len(scene.text) == 1 and scene.text.isdigit() else "reading"
    number = int(scene.text) if scene.text.isdigit() else None
    return _said(skill, rng, READ.draw(rng, split), "I read what is written.", f"It says {scene.text}.", number)


def _tallest(scene: Scene) -> str:
    bar = max(scene.bars, key=lambda bar: bar.height)
    return f"Bar {bar.label} is the tallest." if bar.label else f"The {bar.colour} bar is the tallest."


def _chart(rng: Random, split: Split, scene: Scene) -> Exchange:
    """The tallest or the shortest bar, how many, which of two is taller, and the colour of a labelled one."""
    kind = rng.choice(("most", "most", "least", "count", "two", "colour"))
    labelled = bool(scene.bars[0].label)
    if kind == "most":
        most, value = rng.choice(
            (("tallest", "highest"), ("highest", "highest"), ("largest", "largest"), ("biggest", "highest"))
        )
        user = EXTREME.draw(rng, split).format(m=most, v=value)
        return _said("charts", rng, user, "I compare the heights.", _tallest(scene))
    if kind == "least":
        least, value = rng.choice((("shortest", "lowest"), ("smallest", "smallest"), ("lowest", "lowest")))
        user = EXTREME.draw(rng, split).format(m=least, v=value)
        bar = min(scene.bars, key=lambda bar: bar.height)
        answer = f"Bar {bar.label} is the shortest." if labelled else f"The {bar.colour} bar is the shortest."
        return _said("charts", rng, user, "I compare the heights.", answer)
    if kind == "two":
        a, b = rng.sample(scene.bars, 2)
        names = [bar.label if labelled else f"the {bar.colour} bar" for bar in (a, b)]
        user = (
            TALLER.draw(rng, split).format(a=names[0], b=names[1]).replace("bar the", "the").replace("the the", "the")
        )
        best = a if a.height > b.height else b
        answer = f"Bar {best.label} is taller." if labelled else f"The {best.colour} bar is taller."
        return _said("charts", rng, user, "I compare the two.", answer)
    if kind == "colour" and labelled:
        bar = rng.choice(scene.bars)
        user = BAR_COLOUR.draw(rng, split).format(a=bar.label)
        return _said("charts", rng, user, "I look at the bar.", f"Bar {bar.label} is {bar.colour}.")
    number = len(scene.bars)
    return _said(
        "charts", rng, HOW_MANY.draw(rng, split).format(s="bars"), "I count them.", f"There are {number} bars.", number
    )
