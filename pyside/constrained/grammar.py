"""A byte-level automaton for JSON and regular expressions: which bytes may follow, given what is still expected.

What is expected is a stack of nodes. Choices make several stacks possible at once: a state is the set of them. Equal stacks
are one object and equal states are one set, so that moves, and masks over the vocabulary (``constraint.py``), can be
remembered by state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyside.constrained.grammar_nodes import (
    BLANK,
    BRACE,
    BRACKET,
    COMMA,
    EVERY,
    TAKING,
    Blank,
    Choice,
    Distinct,
    Items,
    Members,
    Node,
    Number,
    Reference,
    Repeat,
    Sequence,
    Text,
)
from pyside.text.utf8 import Letters

REMEMBERED = 1024  # states whose moves are kept; those of one take up to 10 kB


@dataclass(frozen=True, eq=False)
class Stack:
    """What is expected: a node, then the rest; None is the end."""

    node: Node
    rest: Stack | None


State = frozenset[Stack | None]
NOTHING: State = frozenset()


class Grammar:
    """Named nodes, one of them the start; moves states by bytes.

    ``remembered``: states whose moves are kept; states from before and after they are forgotten are not the same objects.
    """

    def __init__(self, start: Node, rules: Mapping[str, Node], remembered: int = REMEMBERED) -> None:
        self._rules, self._remembered = rules, remembered
        self._stacks: dict[tuple[Node, Stack | None], Stack] = {}
        self._states: dict[State, State] = {}
        self._moves: dict[State, dict[int, State]] = {}
        self._letters: dict[tuple[frozenset[State], Letters], tuple[frozenset[State], bool, bool]] = {}
        self.start = self._state(self._ready([self._stack(start, rest=None)]))

    def step(self, state: State, byte: int) -> State:
        """The state after one byte; empty when nothing takes it."""
        moves = self.moves(state)
        if byte not in moves:
            alike = EVERY.intersection(*(stack.node.alike(byte) for stack in state if stack))  # type: ignore[union-attr]
            moves |= dict.fromkeys(alike, self._state(self._after(state, byte)))
        return moves[byte]

    def moves(self, state: State) -> dict[int, State]:
        """The moves from a state that are known so far."""
        moves = self._moves.get(state)
        if moves is None:
            if len(self._moves) >= self._remembered:
                for table in (self._stacks, self._states, self._moves, self._letters):
                    table.clear()
            moves = self._moves[state] = {}
        return moves

    def run(self, state: State, text: bytes) -> State:
        """The state after several bytes."""
        for byte in text:
            if not state:
                break
            state = self.step(state, byte)
        return state

    def span(self, state: State, letters: Letters, longest: int) -> tuple[int, bool]:
        """How many letters any text of them may have, up to ``longest``; and whether certainly none may have more.

        The letters are characters that stand for themselves in a JSON string.
        """
        tops = [stack.node for stack in state if stack]
        if rooms := [
            longest if top.high is None else top.high for top in tops if isinstance(top, Text) and top.between
        ]:
            return min(max(rooms), longest), len(rooms) == len(state)
        level = frozenset((state,))
        known: set[frozenset[State]] = set()
        while level not in known and len(known) < longest:
            known.add(level)
            after, refused, begun = self._letter(level, letters)
            if refused:
                return len(known) - 1, not begun
            level = after
        return longest, True

    def bars(self, state: State, letters: Letters, barred: Letters, longest: int) -> bool:
        """Whether none of the barred letters may come after any text of up to ``longest`` letters."""
        level, known = frozenset((state,)), {NOTHING}
        for _ in range(longest):
            if any(any(self._after_any(each, sets[0])) for each in level for sets in barred):
                return False
            known |= level
            level = self._letter(level, letters)[0] - known
            if not level:
                return True
        return False

    def _letter(self, level: frozenset[State], letters: Letters) -> tuple[frozenset[State], bool, bool]:
        """The states after each letter from each state; whether one of them was refused, and whether one was begun."""
        key = (level, letters)
        if key not in self._letters:
            self._letters[key] = self._after_letter(level, letters)
        return self._letters[key]

    def _after_letter(self, level: frozenset[State], letters: Letters) -> tuple[frozenset[State], bool, bool]:
        after: set[State] = set()
        refused = begun = False
        for sets in letters:
            found = level
            for members in sets:
                found = frozenset().union(*(self._after_any(each, members) for each in found))
                refused |= NOTHING in found
                found -= {NOTHING}
                begun |= bool(found)
            after |= found
        return frozenset(after), refused, begun

    @staticmethod
    def complete(state: State) -> bool:
        """Whether the value may end here."""
        return None in state

    def _after_any(self, state: State, members: frozenset[int]) -> Iterator[State]:
        """The states after each of some bytes."""
        while missing := members - (moves := self.moves(state)).keys():
            self.step(state, next(iter(missing)))
        return map(moves.__getitem__, members)

    def _after(self, state: State, byte: int) -> Iterator[Stack | None]:
        waiting: list[Stack | None] = []
        for stack in state:
            if stack is not None:
                left = stack.node.step(byte)  # type: ignore[union-attr]  # what is ready takes bytes
                if left is not None:
                    waiting.append(self._stack(left[0], rest=stack.rest) if left else stack.rest)
        return self._ready(waiting)

    def _ready(self, waiting: list[Stack | None]) -> Iterator[Stack | None]:
        """The same expectations with a node that takes bytes, or nothing, on top of each."""
        seen: set[Stack | None] = set()
        while waiting:
            stack = waiting.pop()
            if stack in seen:
                continue
            seen.add(stack)
            if stack is None or isinstance(stack.node, TAKING):
                yield stack
            if stack is not None:
                waiting += self._opened(stack.node, stack.rest)

    def _opened(self, node: Node, rest: Stack | None) -> Iterator[Stack | None]:
        """What a node stands for, before ``rest``; nothing for a node that must take a byte."""
        match node:
            case Blank():
                yield rest
            case Number() if node.complete():
                yield rest
            case Sequence(nodes):
                yield self._stack(*nodes, rest=rest)
            case Choice(nodes):
                for part in nodes:
                    yield self._stack(part, rest=rest)
            case Repeat(body, low, high):
                if low == 0:
                    yield rest
                if high != 0:
                    left = Repeat(body, max(0, low - 1), None if high is None else high - 1)
                    yield self._stack(body, left, rest=rest)
            case Reference(name):
                yield self._stack(self._rules[name], rest=rest)
            case Items():
                yield from self._items(node, rest)
            case Distinct():
                yield from self._distinct(node, rest)
            case Members():
                yield from self._members(node, rest)

    def _items(self, node: Items, rest: Stack | None) -> Iterator[Stack | None]:
        if node.low == 0:
            yield self._stack(BLANK, BRACKET, rest=rest)
        if node.high is None or node.high > 0:
            left = Items(node.item, max(0, node.low - 1), None if node.high is None else node.high - 1, True)
            yield self._stack(*[COMMA][: node.begun], BLANK, node.item, left, rest=rest)

    def _distinct(self, node: Distinct, rest: Stack | None) -> Iterator[Stack | None]:
        pool, used = node.pool, node.used
        if len(used) >= pool.low:
            yield self._stack(BLANK, BRACKET, rest=rest)
        for value in pool.open(used):
            left = Distinct(pool, used | {value})
            yield self._stack(*[COMMA][: bool(used)], BLANK, pool.values[value], left, rest=rest)

    def _members(self, node: Members, rest: Stack | None) -> Iterator[Stack | None]:
        if node.closes:
            yield self._stack(BLANK, BRACE, rest=rest)
        for member, left in node.options():
            yield self._stack(*[COMMA][: node.begun], BLANK, member, left, rest=rest)

    def _stack(self, *nodes: Node, rest: Stack | None) -> Stack | None:
        """These nodes above ``rest``."""
        for node in reversed(nodes):
            key = (node, rest)
            rest = self._stacks.get(key) or self._stacks.setdefault(key, Stack(node, rest))
        return rest

    def _state(self, stacks: Iterator[Stack | None]) -> State:
        state = frozenset(stacks)
        return self._states.setdefault(state, state)
