"""Sums told as a story with things."""

from __future__ import annotations

from random import Random

from ..exchange import Exchange, Situation, Split, listed, phrases, vary

THINGS = listed("apples eggs books cups coins pens balls stones cards cakes stars boats")
GAIN = phrases(
    """[I have;I had;I own;I hold;Now I have] {a} {t} and [get;buy;find;receive;take;am given] {b} more. How many {t} [do I have;do I have now;have I got;is that;do I own now]?
    |[I have;I own;I had] {a} {t}. [Somebody gives;A friend gives;Ann gives;They give;Tom brings;My sister gives] me {b} more. How many {t} [do I have;do I have now;have I got;are there;is that]?
    |[There are;There were;We see;I see] {a} {t} in a [box;bag;room;house] and [I add;you add;Ann adds;we put in] {b}[; more]. How many {t} are there[; now; in all]?
    |[Tom has;Ann has;My friend has;She has;He has] {a} {t} and [Eva has;I have;you have;Bob has] {b} {t}. How many {t} [do they have;are there;is that;are there in all]?
    |[If;When] [I have;there are;Tom has] {a} {t} and [buy;get;find;there come] {b} more, how many [is that;are there;{t} are there]?|{a} {t} and {b} {t}: how many {t} [are there;is that]?
    |I [find;buy;see;count] {a} {t}, then {b} {t}. How many {t} [is that;did I find;are there]?|There are {a} {t}. Then {b} more [come;arrive;are added]. How many {t} are there now?
    |[Here are;On the left are;Over here are;There are] {a} {t}[ here;], [there are;on the right are;over there are] {b} {t}. How many [{t} is that;are there;{t} are there in all;is that in total]?
    |My friend has {a} {t} and [gets;finds;buys] {b} more. How many {t} does my friend have[; now]?|[Tom;Ann;A girl;A boy;The shop] [has;had] {a} {t} and [gets;buys;finds] {b} more. How many {t} [is that;are there;does that make]?""",
    """I own {a} {t}. My friend gives me {b} more. How many {t} do I have now?|There are {a} {t} here and {b} {t} there. How many in all?""",
)
LOSS = phrases(
    """[I have;I had;I own;Now I have] {a} {t} and [lose;sell;eat;give away;drop;break;throw away] {b}[; of them]. How many {t} [do I have;do I have now;are left;have I got;remain]?
    |[I have;I own;I had] {a} {t}. [I lose;I sell;My friend takes;Tom takes;I give away;I give my friend;I give;They take] {b} of them. How many [{t} are left;do I have;{t} do I have now;remain;are left]?
    |[There are;There were;We see] {a} {t} in a [box;bag;room;house] and [I take out;you take;Ann removes;somebody takes] {b}. How many {t} [are left;remain;are there now]?
    |[Tom;Ann;My friend;She;He] has {a} {t} and [gives away;sells;loses;eats] {b}. How many {t} [are left;does that leave;remain]?|[If;When] I have {a} {t} and [sell;lose;eat] {b}, how many [do I have;are left;remain]?
    |[From;Of] {a} {t} [I take;you take;we lose;I give a friend] {b}. How many {t} [remain;are left]?|[There were;There are;I had;We had] {a} {t}[;,] [and;but;then] {b} [were lost;are gone;were taken;broke;went away;were sold]. How many [are left;remain;{t} are left;{t} are there now]?
    |There were {a} {t}. [I took;Then I took;Tom ate;Ann sold] {b}. How many {t} are left?|Of {a} {t}, {b} are [gone;lost;sold]. How many {t} are left?|{a} {t} were there, then {b} were [taken;lost;sold]. How many are left?""",
    """I own {a} {t}. I give {b} of them to a friend. How many {t} are left?|There were {a} {t}, then {b} were gone. How many are left?""",
)
GROUPS = phrases(
    """[There are;I see;We have;Here are;I have;I own] {a} [boxes;bags;rows;packs;groups] [with;of] {b} {t}[; each]. How many {t} [are there;is that;are there in all;do I have;have we]?
    |{a} [children;people;friends;boys;girls] have {b} {t} each. How many {t} [do they have;is that;are there;is that in all]?|Each of {a} [boxes;bags;children;people;friends] [holds;has;gets;brings] {b} {t}. How many {t} [are there;is that;are there in all]?
    |[If;When] {a} [children;people;friends;girls;boys] [bring;have;get;buy] {b} {t} each, how many {t} [do they bring;do we have;is that;do they have;are there in all]?|I have {a} [boxes;bags;packs]. In each [box;bag;one] are {b} {t}. How many {t} [are there;is that;do I have]?
    |I [buy;bought;got;bring;need;found] {a} [boxes;bags;packs] with {b} {t} in each[; box; bag; of them]. How many {t} [is that;are there;do I have;did I buy;did I get]?|{a} times I [buy;get;find] {b} {t}. How many {t} is that?""",
    """I bought {a} boxes with {b} {t} in each. How many {t} did I buy?|If {a} people bring {b} {t} each, how many {t} are there?""",
)


PRICE = phrases(
    """[One;A] {o} costs {b} {m}. How much do {a} {t} cost?|{t} [are;cost] {b} {m} each. [How much;What] do I [pay;have to pay] for {a} [{t};of them]?|[What;How much] do {a} {t} cost [if;when] one costs {b} {m}?
    |I [want;need;buy] {a} {t}. [Each;One] costs {b} {m}. [What is the price;How much is that;What do I pay;How much do I need]?|{a} {t} [for;at] {b} {m} each[;: how much is that;: what is the price]?|The price of one {o} is {b} {m}. What is the price of {a} {t}?""",
    "How much must I pay for {a} {t} when each costs {b} {m}?|A {o} is {b} {m}. What will {a} {t} be?",
)
EACH = phrases(
    """[I share;We share;They share;Ann shares] {a} {t} among {b} [friends;children;people]. How many {t} does each [get;have]?|{a} {t} for {b} [children;people;friends]: how many [for each;does each get]?
    |[If;When] {b} [children;people;friends] share {a} {t}, how many [{t} does each get;does each get;does each of them have]?|I put {a} {t} into {b} [boxes;bags]. How many {t} are in each?""",
    "There are {a} {t} for {b} friends. How many does each friend get?|Divide {a} {t} fairly among {b} children: how many for one?",
)


def story(rng: Random, split: Split, situation: Situation) -> Exchange:
    """Gain, loss, equal groups, a price, or fair shares."""
    kind, things = rng.randrange(5), rng.choice(THINGS)
    if kind == 0:
        a, b = rng.randint(1, rng.choice((10, 30, 99))), rng.randint(1, rng.choice((10, 20, 99)))
        user, text, result = GAIN.draw(rng, split), f"{a} + {b}", a + b
    elif kind == 1:
        a = rng.randint(2, rng.choice((10, 30, 99)))
        b = rng.randint(1, a - 1)
        user, text, result = LOSS.draw(rng, split), f"{a} - {b}", a - b
    elif kind == 4:
        b, result = rng.randint(2, 10), rng.randint(1, 10)
        a = b * result
        user, text = EACH.draw(rng, split), f"{a} ÷ {b}"
    else:
        a, b = rng.randint(2, 12), rng.randint(2, 12)
        user, text, result = (GROUPS if kind == 2 else PRICE).draw(rng, split), f"{a} × {b}", a * b
    money = rng.choice(("dollars", "euros"))
    asked = user.format(a=a, b=b, t=things, o=things[:-1], m=money)
    verb = (
        "That is more: I add.", "That is less: I subtract.", "Equal groups: I multiply.", "The same price again and again: I multiply.",
        "Equal shares: I divide.",
    )[kind]  # fmt: skip
    unit = money if kind == 3 else things.removesuffix("s") if result == 1 else things
    answer = str(result) if situation.terse else f"{text} = {result}, so {result} {unit}."
    return Exchange("story", vary(rng, asked), f"{verb} {text} = {result}.", answer, number=result, reason=verb)
