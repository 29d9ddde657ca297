"""Several conditions on one text as one deterministic automaton: intersections, complements, counts of characters.

Nodes of a grammar cannot say that a text matches two patterns, or one of them and not the other. Here the conditions are
walked side by side (the product construction), states from which no end can be reached are left out, and what is left
becomes rules of a grammar again, one for each state.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol, TypeVar

from pyside.constrained.grammar import Grammar
from pyside.constrained.grammar_nodes import BLANK, EVERY, Bytes, Choice, Node, Reference
from pyside.constrained.grammar_nodes import Sequence as InOrder
from pyside.constrained.regex import pattern_of_regex, quoted
from pyside.errors import RequestError
from pyside.text.utf8 import LAST, SURROGATES, Ranges, ordered

STEPS_MAX = 30_000  # moves that are looked at for one automaton: a second or two in the page

Label = TypeVar("Label")


class Condition(Protocol):
    """A condition on a text, walked character by character."""

    @property
    def start(self) -> Any:  # noqa: ANN401 - its own kind of state
        """The state before the text."""
        ...

    @property
    def ranges(self) -> Iterable[Ranges]:
        """Sets of characters; those that lie in the same ones are not told apart."""
        ...

    def step(self, state: Any, char: str) -> Any:  # noqa: ANN401 - its own kind of state
        """The state after a character."""
        ...

    def holds(self, state: Any) -> bool:  # noqa: ANN401 - as above
        """Whether the text may end here."""
        ...


class Matches:
    """A text that ``/source/u`` matches: as a whole, or with ``anywhere`` a part of it."""

    def __init__(self, source: str, anywhere: bool = False) -> None:
        named: dict[Ranges, Node] = {}
        pattern_of_regex(source, lambda ranges: named.setdefault(ranges, BLANK), anywhere)
        self.ranges = tuple(named)
        # Its grammar is over sets of characters, as many as it tells apart, instead of over bytes.
        sets = _told_apart(self.ranges)
        if len(sets) > len(EVERY):
            raise RequestError(
                f"it tells {len(sets)} sets of characters apart, expected {len(EVERY)} at most: use fewer"
            )
        self._edges = sorted((low, number) for number, ranges in enumerate(sets) for low, _ in ranges)
        for ranges in named:
            named[ranges] = Bytes(frozenset(number for number, each in enumerate(sets) if _within(ranges, each[0][0])))
        self._grammar = Grammar(pattern_of_regex(source, named.__getitem__, anywhere), {}, remembered=STEPS_MAX)
        self.start = self._grammar.start

    def step(self, state: Any, char: str) -> Any:  # noqa: ANN401 - as the protocol has it
        """As ``Condition.step``."""
        _, number = self._edges[bisect_right(self._edges, (ord(char), len(EVERY))) - 1]
        return self._grammar.step(state, number)

    def holds(self, state: Any) -> bool:  # noqa: ANN401 - as above
        """As ``Condition.holds``."""
        return self._grammar.complete(state)


@lru_cache(64)
def matches(source: str, anywhere: bool = False) -> Matches:
    """The condition of a pattern, the same one each time, as it remembers its moves.

    Errors: RequestError when the pattern is not supported.
    """
    return Matches(source, anywhere)


class Counted:
    """A text of ``low`` to ``high`` characters."""

    ranges: Iterable[Ranges] = ()
    start = 0

    def __init__(self, low: int, high: int | None) -> None:
        self._low, self._high = low, high
        self._enough = low if high is None else high + 1  # from here on, more changes nothing

    def step(self, state: int, char: str) -> int:
        """As ``Condition.step``."""
        return min(state + 1, self._enough)

    def holds(self, state: int) -> bool:
        """As ``Condition.holds``."""
        return state >= self._low and (self._high is None or state <= self._high)


class Listed:
    """One of some texts."""

    start = ""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = frozenset(texts)
        self._beginnings = {text[:size] for text in self._texts for size in range(len(text) + 1)}
        self.ranges = [((ord(char), ord(char)),) for char in sorted(set("".join(self._texts)))]

    def step(self, state: str | None, char: str) -> str | None:
        """As ``Condition.step``."""
        longer = None if state is None else state + char
        return longer if longer in self._beginnings else None

    def holds(self, state: str | None) -> bool:
        """As ``Condition.holds``."""
        return state in self._texts


def recognises(condition: Condition, text: str) -> bool:
    """Whether the condition holds for a whole text."""
    state = condition.start
    for char in text:
        state = condition.step(state, "\ufffd" if SURROGATES[0] <= ord(char) <= SURROGATES[1] else char)
    return condition.holds(state)


def rules_of(
    conditions: Sequence[Condition],
    label: Callable[[tuple[bool, ...]], Label | None],
    ending: Callable[[Label], Node],
    name: str,
) -> dict[str, Node]:
    """Rules for the inside of a JSON string and what comes after it; the first one is where it starts, none when no text fits.

    ``label``: from which conditions hold, what sort of text it is, None when it is not admitted. ``ending``: what comes after
    a text of a sort, its closing quote among it. ``name``: what the names of the rules begin with.
    Errors: RequestError when the automaton grows too large.
    """
    start = tuple(condition.start for condition in conditions)
    sets = _told_apart([ranges for condition in conditions for ranges in condition.ranges])
    numbers, states, moves = {start: 0}, [start], list[dict[int, list[Ranges]]]()
    for state in states:
        if len(moves) * len(sets) > STEPS_MAX:
            raise RequestError("patterns, lengths and names together make too large an automaton: use simpler ones")
        found: dict[int, list[Ranges]] = defaultdict(list)
        for ranges in sets:
            char = chr(ranges[0][0])
            after = tuple(each.step(before, char) for each, before in zip(conditions, state, strict=True))
            if after not in numbers:
                numbers[after] = len(states)
                states.append(after)
            found[numbers[after]].append(ranges)
        moves.append(found)
    labels = [label(tuple(map(_holds, conditions, state))) for state in states]
    live = _live(moves, [place for place, found in enumerate(labels) if found is not None])
    if 0 not in live:
        return {}
    rules: dict[str, Node] = {}
    for place in sorted(live):
        ends = [] if labels[place] is None else [ending(labels[place])]  # type: ignore[arg-type]
        steps = [InOrder((quoted(ordered(each for ranges in sets for each in ranges)), Reference(f"{name}{after}")))
                 for after, sets in moves[place].items() if after in live]  # fmt: skip
        rules[f"{name}{place}"] = Choice((*ends, *steps))
    return rules


def _holds(condition: Condition, state: Any) -> bool:  # noqa: ANN401 - a condition's own kind of state
    return condition.holds(state)


def _live(moves: Sequence[Mapping[int, object]], ends: Iterable[int]) -> set[int]:
    """The states from which an end can be reached."""
    before: dict[int, list[int]] = defaultdict(list)
    for place, found in enumerate(moves):
        for after in found:
            before[after].append(place)
    waiting = list(ends)
    live = set(waiting)
    while waiting:
        fresh = [place for place in before[waiting.pop()] if place not in live]
        live.update(fresh)
        waiting += fresh
    return live


def _told_apart(sets: Sequence[Ranges]) -> list[Ranges]:
    """All characters, in the coarsest sets that lie wholly inside or outside of each given one; surrogates are in none."""
    cuts = {0, SURROGATES[0], SURROGATES[1] + 1, LAST + 1}
    cuts.update(edge for ranges in sets for low, high in ranges for edge in (low, high + 1))
    edges = sorted(cuts)
    alike: dict[tuple[bool, ...], list[tuple[int, int]]] = defaultdict(list)
    for low, end in pairwise(edges):
        if not SURROGATES[0] <= low <= SURROGATES[1]:
            alike[tuple(_within(ranges, low) for ranges in sets)].append((low, end - 1))
    return [tuple(ranges) for ranges in alike.values()]


def _within(ranges: Ranges, point: int) -> bool:
    place = bisect_right(ranges, (point, LAST)) - 1
    return place >= 0 and point <= ranges[place][1]
