"""How people ask for sums: every name of an operation in every frame of a question, and the wordings that fit no frame."""

from __future__ import annotations

from ..exchange import Phrases, phrases

# {x} is a noun phrase such as "the sum of 3 and 4"
NAMED = """{x}|{x}?|{x} is?|{x} equals?|{x} makes?|{x} please|[What is;What's;What would be;What are] {x}?|[How much is;How much are;How many is;How much would be] {x}?
    |What [does;do;would] {x} [equal;make;give;come to;be]?|How much [does;do] {x} [make;give;come to]?
    |[Calculate;Compute;Work out;Solve;Find;Find out;Give me;Tell me;Show me;Figure out;Evaluate;Determine;Say] {x}.
    |[Can;Could;Would;Will] you [calculate;compute;work out;solve;find;give me;tell me;show me;figure out;say] {x}?
    |Please [calculate;compute;work out;solve;find;give me;tell me;figure out] {x}.|[I need;I want;I want to know;I would like;I'd like;I would like to know;I'd like to know] {x}.
    |[Tell me;Please tell me;I want to know;I wonder;I need to know;Do you know;Can you tell me;Could you tell me;Can you say;Please say] [what;how much] {x} is.
    |[The result of;The answer to;The value of;Result of;Answer to] {x}?|What is the [result of;answer to;value of;outcome of] {x}?|What [do I get;do you get;do we get;comes out;is the result] [for;of] {x}?
    |[Tell me;Give me;I need] the [result of;answer to;value of] {x}.|[Quick:;My question:;Next:;And;Then;And what is] {x}?|[Let us find;Let's work out;Help me with;My homework is;My task is;I have to solve;How do I solve] {x}."""
# {v} is what is done, such as "add 3 and 4"
DONE = """{v}.|{v}|Please {v}.|[Can;Could;Would;Will] you [;please ]{v}[; for me]?|[I have to;I need to;I want to;I must;I would like to;I'd like to;Help me;Let us;Let's;You should;Now] {v}.
    |What [do you;do I;do we;will I;would I] [get;have] [if;when] [I;you;we] {v}?|What [is;would be] the [result;answer] [if;when] [I;you;we] {v}?|How much [is it;do I get;do I have] [if;when] [I;you;we] {v}?
    |[If;When] [I;you;we] {v}, [what do I get;what do you get;what do we get;what is the result;what is the answer;what is it;how much is it;how much is that;how much do I have;what comes out]?
    |[Suppose;Say;Imagine] [I;you;we] {v}. [What do I get;How much is it;What is the result]?|What happens if I {v}?|[Can you tell me;Tell me;I wonder] what I get if I {v}."""


def asked(names: str, actions: str, more: str, held: str) -> Phrases:
    """The wordings of one operation, from its names and from what people say that they do; both ';'-separated."""
    frames = [*NAMED.replace("{x}", f"[{names}]").split("|"), *DONE.replace("{v}", f"[{actions}]").split("|")]
    return phrases("|".join([*frames, more]), held)


ADD = asked(
    "{a} + {b};{a}+{b};{a} plus {b};the sum of {a} and {b};sum of {a} and {b};the sum {a} + {b};the total of {a} and {b};total of {a} and {b};{a} and {b} together"
    ";{a} and {b} added together;{a} and {b} in total;{a} added to {b};{a} and {b} added up;the sum of the numbers {a} and {b};the addition of {a} and {b}",
    "add {a} and {b};add {a} to {b};add {a} plus {b};put {a} and {b} together;add up {a} and {b};add {a} and {b} together;sum {a} and {b};sum up {a} and {b}"
    ";take {a} and add {b};have {a} and add {b};start with {a} and add {b};start at {a} and go up by {b}",
    """{a} + {b} = ?|{a}+{b}=|{a} + {b} =|What do {a} and {b} [make;give]?|How many do {a} and {b} make?|How much is it if I put {a} and {b} together?|[What;How much] is {a} and {b}?
    |[What;How much] [is;do you get for] {b} more than {a}?|{a} and {b} together make?|{a} increased by {b}|{a} and {b} make [how much;what]?|{a}, and {b} more[;: how much is that]?""",
    """What does {a} + {b} equal?|Could you work out {a} plus {b}?|How much do {a} and {b} make together?|Total of {a} and {b}?|I need the sum {a} + {b}.
    |Please tell me what {a} + {b} is.|If you add {a} to {b}, what is the result?|Find {a} plus {b}.|Can you tell me {a} + {b}?""",
)
GONE = "{b} [are taken away;are gone;are lost;are removed;go away;get lost;are taken;are subtracted]"
TAKEN = (
    "[I take away;I remove;you take away;you take;we take away;somebody takes;I give away;I subtract;you remove] {b}"
)
SUBTRACT = asked(
    "{a} - {b};{a}-{b};{a} minus {b};the difference of {a} and {b};the difference between {a} and {b};difference of {a} and {b};{a} take away {b};{b} taken from {a};{b} taken away from {a}"
    ";{b} subtracted from {a};{a} less {b};the difference {a} - {b};{a} reduced by {b};{b} less than {a};the subtraction {a} - {b}",
    "subtract {b} from {a};take {b} from {a};take {b} away from {a};take away {b} from {a};remove {b} from {a};deduct {b} from {a};reduce {a} by {b}"
    ";start with {a} and take away {b};have {a} and lose {b};go down by {b} from {a}",
    f"""{{a}} - {{b}} = ?|{{a}}-{{b}}=|{{a}} - {{b}} =|[How much;What;How many] [is;are;remains;will be] left of {{a}} [if;when;after;once] {GONE}?|[How much;What;How many] [is;are] left of {{a}} [if;when;after;once] {TAKEN}?
    |[How much;What] remains of {{a}} [if;when;after] {GONE}?|[How much;What] remains of {{a}} [if;when;after] {TAKEN}?|[If;When;After] {{b}} are [taken away from;taken from;removed from] {{a}}, [how much;what;how many] [is left;remains;are left]?
    |[Of;From] {{a}} I take [away ;]{{b}}. [What;How much] [is left;remains]?|{{b}} [are taken away from;are taken from;of] {{a}} are gone. [What;How much] is left?|[How much;What] [is left;remains] [if;when] I [take;subtract;remove] {{b}} from {{a}}?
    |[What;How much] [remains;is left] of {{a}} [- {{b}};less {{b}};without {{b}};after taking {{b}};take away {{b}}]?|{{a}} without {{b}}[;?]|How much more is {{a}} than {{b}}?|By how much is {{a}} more than {{b}}?""",
    """What does {a} - {b} equal?|Could you work out {a} minus {b}?|How much is left of {a} when {b} are taken away?|I need {a} - {b}.|What remains of {a} minus {b}?
    |Please tell me what {a} - {b} is.|If you take {b} from {a}, what is the result?|Find {a} minus {b}.|Can you tell me {a} - {b}?""",
)
MULTIPLY = asked(
    "{a} * {b};{a}*{b};{a} x {b};{a}x{b};{a} × {b};{a} times {b};{a} multiplied by {b};the product of {a} and {b};product of {a} and {b};the product {a} x {b};{a} lots of {b}"
    ";the multiplication {a} * {b};the product of the numbers {a} and {b};{a} times the number {b}",
    "multiply {a} by {b};multiply {a} and {b};multiply {a} with {b};multiply {a} times {b};take {a} times {b};add up {a} lots of {b}",
    """{a} * {b} = ?|{a} x {b} = ?|{a}x{b}=|{a} * {b} =|Product: {a} and {b}|[What;How much] is the product if I multiply {a} [by;and] {b}?|Which number is {a} times {b}?|Which number is the product of {a} and {b}?
    |{a} groups of {b}[;?]|{a} rows of {b}[; are how many;: how many is that]?|In the times table, what is {a} times {b}?|From the table of {b}: {a} times {b}?""",
    """What does {a} * {b} equal?|Could you work out {a} times {b}?|What does {a} times {b} make?|Product of {a} and {b}?|I need {a} x {b}.
    |Please tell me what {a} x {b} is.|If you multiply {a} by {b}, what is the result?|Find {a} times {b}.|Can you tell me {a} * {b}?""",
)
DIVIDE = asked(
    "{a} / {b};{a}/{b};{a} ÷ {b};{a} divided by {b};{a} over {b};the quotient of {a} and {b};quotient of {a} and {b};the quotient {a} / {b};the division {a} ÷ {b};one part of {a} split by {b}",
    "divide {a} by {b};share {a} among {b};split {a} among {b};split {a} into {b} parts;share {a} between {b};divide {a} into {b} parts",
    """{a} / {b} = ?|{a}/{b}=|{a} ÷ {b} =|How [often;many times] [does;can;will] {b} [go into;fit into;fit in]  {a}?|How [often;many times] is {b} [in;contained in] {a}?|{b} goes into {a} how [often;many times]?
    |How [often;many times] can I take {b} from {a}?|How many {b}s are in {a}?|[If;When] {a} is divided by {b}, what [is it;do I get]?""",
    """What does {a} / {b} equal?|Could you work out {a} divided by {b}?|How many times does {b} fit into {a}?|I need {a} / {b}.
    |Please tell me what {a} / {b} is.|If you divide {a} by {b}, what is the result?|Can you tell me {a} ÷ {b}?""",
)
