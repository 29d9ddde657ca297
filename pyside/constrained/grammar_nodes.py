"""What a grammar may expect (``grammar.py``): nodes that take bytes, and nodes that stand for others.

Nodes are immutable; those that change as bytes come are compared by value, so that equal expectations are found equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Union

EVERY = frozenset(range(256))
HEX = frozenset(b"0123456789abcdefABCDEF")
DIGITS = frozenset(b"0123456789")
INDENT_MAX = 16  # spaces after a line break; models indent, but must not fill their answer with blanks
DIGITS_MAX = 17  # digits of a number without bounds; more would not survive a double


@dataclass(frozen=True)
class Literal:
    """Exactly these bytes."""

    text: bytes
    at: int = 0

    def step(self, byte: int) -> tuple[Node, ...] | None:
        """What this node still expects after ``byte``; None when it does not take it."""
        if self.text[self.at] != byte:
            return None
        return (Literal(self.text, self.at + 1),) if self.at + 1 < len(self.text) else ()

    def alike(self, byte: int) -> frozenset[int]:
        """Bytes, this one among them, after all of which the node expects the same."""
        own = frozenset((self.text[self.at],))
        return own if byte in own else EVERY - own


@dataclass(frozen=True)
class Blank:
    """Optional white space: one space, or a line break and an indent."""

    spaces: int = 1
    breakable: bool = True

    def step(self, byte: int) -> tuple[Node, ...] | None:
        """As ``Literal.step``."""
        if byte == 0x0A and self.breakable:
            return (Blank(INDENT_MAX, False),)
        if byte == 0x20 and self.spaces:
            return (Blank(self.spaces - 1, False),)
        return None

    def alike(self, byte: int) -> frozenset[int]:
        """As ``Literal.alike``."""
        return frozenset((byte,)) if byte in b" \n" else EVERY - set(b" \n")


@dataclass(frozen=True)
class Text:
    """The inside of a string and its closing quote; ``low`` and ``high`` bound the characters still to come."""

    low: int = 0
    high: int | None = None
    pending: int = 0  # continuation bytes that the character begun still needs
    first: tuple[int, int] = (0x80, 0xBF)  # the range of its next continuation byte
    escape: int = -1  # hexadecimal digits seen of \\uXXXX; 4: just after the backslash
    surrogate: bool = False  # the escape began with d: the next digit must keep it out of the surrogates

    @property
    def between(self) -> bool:
        """Whether a character may begin here."""
        return self.pending == 0 and self.escape < 0

    def step(self, byte: int) -> tuple[Node, ...] | None:
        """As ``Literal.step``."""
        if self.pending:
            low, high = self.first
            return (replace(self, pending=self.pending - 1, first=(0x80, 0xBF)),) if low <= byte <= high else None
        if self.escape >= 0:
            return self._escaped(byte)
        if byte == 0x22:
            return () if self.low == 0 else None
        if self.high == 0 or byte < 0x20:
            return None
        after = self._counted()
        if byte == 0x5C:
            return (replace(after, escape=4),)
        if byte < 0x80:
            return (after,)
        lead = _LEADS.get(byte)
        return None if lead is None else (replace(after, pending=lead[0], first=lead[1]),)

    def alike(self, byte: int) -> frozenset[int]:
        """As ``Literal.alike``."""
        if self.pending:
            following = frozenset(range(self.first[0], self.first[1] + 1))
            return following if byte in following else EVERY - following
        return _ALIKE[byte] if self.between else frozenset((byte,))

    def _counted(self) -> Text:
        return replace(self, low=max(0, self.low - 1), high=None if self.high is None else self.high - 1)

    def _escaped(self, byte: int) -> tuple[Node, ...] | None:
        if self.escape == 4:
            if byte == 0x75:
                return (replace(self, escape=0),)
            return (replace(self, escape=-1),) if byte in b'"\\/bfnrt' else None
        if byte not in HEX or (self.surrogate and byte not in b"01234567"):
            return None
        done = self.escape == 3
        return (replace(self, escape=-1 if done else self.escape + 1, surrogate=self.escape == 0 and byte in b"dD"),)


# Lead byte of a UTF-8 character -> continuation bytes and the range of the first (Unicode 16, table 3-7).
_LEADS: Mapping[int, tuple[int, tuple[int, int]]] = {
    **dict.fromkeys(range(194, 224), (1, (128, 191))),
    **dict.fromkeys(range(225, 240), (2, (128, 191))),
    **dict.fromkeys(range(241, 244), (3, (128, 191))),
    0xE0: (2, (0xA0, 0xBF)), 0xED: (2, (0x80, 0x9F)), 0xF0: (3, (0x90, 0xBF)), 0xF4: (3, (0x80, 0x8F)),
}  # fmt: skip

# What a byte is between the characters of a string: plain (0), a quote or a backslash, or what its lead says.
_ROLES = [byte if byte in b'"\\' else 0 if 0x20 <= byte < 0x80 else _LEADS.get(byte) for byte in range(256)]
_ALIKE = [frozenset(other for other in range(256) if _ROLES[other] == role) for role in _ROLES]


@dataclass(frozen=True)
class Number:
    """A number, so far ``text``, a multiple of ``multiple``; bounds are inclusive unless ``open_low`` or ``open_high``."""

    integer: bool
    low: Fraction | None = None
    high: Fraction | None = None
    open_low: bool = False
    open_high: bool = False
    multiple: Fraction | None = None
    text: bytes = b""

    @property
    def bounded(self) -> bool:
        """Whether a bound or a step has to be kept; such numbers are written without exponent."""
        return self.low is not None or self.high is not None or self.multiple is not None

    @property
    def possible(self) -> bool:
        """Whether any number is as it should be."""
        return not self.bounded or any(self.step(byte) for byte in b"-0123456789")

    def complete(self) -> bool:
        """Whether the number may end here."""
        if not self.text or self.text[-1] not in DIGITS:
            return False
        if not self.bounded:
            return True
        value = Fraction(self.text.decode())
        if self.multiple is not None and value % self.multiple:
            return False
        above = self.low is None or value > self.low or (value == self.low and not self.open_low)
        return above and (self.high is None or value < self.high or (value == self.high and not self.open_high))

    def step(self, byte: int) -> tuple[Node, ...] | None:
        """As ``Literal.step``."""
        text = self.text + bytes([byte])
        if not _number_prefix(text, self.integer, self.bounded):
            return None
        longer = replace(self, text=text)
        return (longer,) if not self.bounded or longer._reachable() else None

    def alike(self, byte: int) -> frozenset[int]:
        """As ``Literal.alike``."""
        return frozenset((byte,)) if byte in b"+-.0123456789Ee" else EVERY - set(b"+-.0123456789Ee")

    def _reachable(self) -> bool:
        """Whether some continuation of the text lies within the bounds."""
        if self.complete():
            return True
        sign = -1 if self.text.startswith(b"-") else 1
        whole, point, decimals = self.text.removeprefix(b"-").partition(b".")
        room = DIGITS_MAX - len(whole) - len(decimals)
        if point or whole == b"0":
            unit = Fraction(1, 10 ** len(decimals))
            start = int(whole + decimals) * unit
            return self._meets(start, start + unit, sign, len(decimals) + room)
        head = int(whole or b"0")  # more digits may follow, then decimals
        width = 1 if whole else 10
        return any(
            self._meets(head * Fraction(10**more), (head + width) * Fraction(10**more), sign, room - more)
            for more in range(room + 1)
        )

    def _meets(self, start: Fraction, end: Fraction, sign: int, decimals: int) -> bool:
        """Whether sign * [start, end) holds an admissible multiple of 10**-decimals."""
        unit = Fraction(1) if self.integer else Fraction(1, 10**decimals)
        if self.multiple is not None:  # the least common multiple of both
            whole = lcm(unit.denominator, self.multiple.denominator)
            unit = Fraction(lcm(int(unit * whole), int(self.multiple * whole)), whole)
        begin, stop = (start, end) if sign > 0 else (-end, -start)
        low = begin if self.low is None else max(begin, self.low)
        high = stop if self.high is None else min(stop, self.high)
        least, most = -(-low // unit), high // unit
        # Open ends: an exclusive bound, and the end of the span that is farther from zero.
        least += least * unit == low and ((low == self.low and self.open_low) or (sign < 0 and low == begin))
        most -= most * unit == high and ((high == self.high and self.open_high) or (sign > 0 and high == stop))
        return least <= most


def _number_prefix(text: bytes, integer: bool, bounded: bool) -> bool:
    """Whether text begins a JSON number of at most DIGITS_MAX digits."""
    body = text.removeprefix(b"-")
    mantissa, mark, exponent = body.replace(b"E", b"e").partition(b"e")
    whole, point, decimals = mantissa.partition(b".")
    if mark:
        digits = exponent[1:] if exponent[:1] in (b"+", b"-") else exponent
        good = not integer and not bounded and whole and (not point or decimals) and len(digits) <= 2
        if not good or not set(digits) <= DIGITS:
            return False
    if point and (integer or not whole or (not decimals and len(whole) == DIGITS_MAX)):
        return False
    if len(whole) + len(decimals) > DIGITS_MAX or not set(whole) <= DIGITS or not set(decimals) <= DIGITS:
        return False
    return len(whole) < 2 or whole[:1] != b"0"


@dataclass(frozen=True, eq=False)
class Bytes:
    """One byte of a set."""

    members: frozenset[int]

    def step(self, byte: int) -> tuple[Node, ...] | None:
        """As ``Literal.step``."""
        return () if byte in self.members else None

    def alike(self, byte: int) -> frozenset[int]:
        """As ``Literal.alike``."""
        return self.members if byte in self.members else EVERY - self.members


@dataclass(frozen=True, eq=False)
class Branch:
    """What is expected after each byte: of many texts, none of which begins another, the one that the bytes lead to."""

    after: Mapping[int, tuple[Node, ...]]
    same: Mapping[int, frozenset[int]]  # bytes after which the same is expected

    def step(self, byte: int) -> tuple[Node, ...] | None:
        """As ``Literal.step``."""
        return self.after.get(byte)

    def alike(self, byte: int) -> frozenset[int]:
        """As ``Literal.alike``."""
        return self.same[byte]


@cache
def branch(texts: frozenset[tuple[frozenset[int], ...]]) -> Branch:
    """The node of texts given as products of sets of bytes; those with equal endings are one object."""
    endings: dict[int, set[tuple[frozenset[int], ...]]] = defaultdict(set)
    for first, *rest in texts:
        for byte in first:
            endings[byte].add(tuple(rest))
    groups: dict[frozenset[tuple[frozenset[int], ...]], set[int]] = defaultdict(set)
    for byte in EVERY:
        groups[frozenset(endings.get(byte, ()))].add(byte)
    after: dict[int, tuple[Node, ...]] = {}
    same: dict[int, frozenset[int]] = {}
    for left, members in groups.items():
        same |= dict.fromkeys(members, frozenset(members))
        if left:
            after |= dict.fromkeys(members, () if () in left else (branch(left),))
    return Branch(after, same)


@dataclass(frozen=True, eq=False)
class Sequence:
    """These nodes, one after the other."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Choice:
    """Any one of these nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Repeat:
    """A node between ``low`` and ``high`` times."""

    node: Node
    low: int
    high: int | None


@dataclass(frozen=True)
class Reference:
    """A node by name, so that schemas may contain themselves."""

    name: str


@dataclass(frozen=True)
class Items:
    """Array elements: ``item`` between ``low`` and ``high`` times with commas, up to the closing bracket."""

    item: Node
    low: int
    high: int | None
    begun: bool = False  # whether an element precedes


@dataclass(frozen=True, eq=False)
class Pool:
    """Values of which an array has each at most once: all of them, and which of them each place may have, the last one for all
    places after it."""

    values: tuple[Node, ...]
    places: tuple[frozenset[int], ...]
    low: int
    high: int | None

    def open(self, used: frozenset[int]) -> list[int]:
        """The values that may come next, so that enough of them may follow."""
        place = len(used)
        if place == self.high or not self.places:
            return []
        return [value for value in sorted(self._at(place) - used) if self._enough(used | {value})]

    def _at(self, place: int) -> frozenset[int]:
        return self.places[min(place, len(self.places) - 1)]

    def _enough(self, used: frozenset[int]) -> bool:
        """Whether each place up to the least count can have a value of its own (matching by augmenting paths)."""
        if len(self.places) == 1:
            return len(self.places[0] - used) >= self.low - len(used)
        taken: dict[int, int] = {}

        def placed(place: int, tried: set[int]) -> bool:
            for value in self._at(place) - used - tried:
                tried.add(value)
                if value not in taken or placed(taken[value], tried):
                    taken[value] = place
                    return True
            return False

        return all(placed(place, set()) for place in range(len(used), self.low))


@dataclass(frozen=True)
class Distinct:
    """Array elements, all different, up to the closing bracket."""

    pool: Pool
    used: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Members:
    """Object members in order: (key and value, required), up to the closing brace; ``rest`` may repeat after them.

    ``low`` and ``high`` bound the members still to come; of ``rest`` one counts, as its names may be the same.
    """

    members: tuple[tuple[Node, bool], ...]
    rest: Node | None = None
    begun: bool = False
    low: int = 0
    high: int | None = None

    @property
    def closes(self) -> bool:
        """Whether no member has to come."""
        return self.low <= 0 and not any(required for _, required in self.members)

    def options(self) -> list[tuple[Node, Members]]:
        """Each member that may come next, and what may come after it."""
        if self.high == 0:
            return []
        low, high = max(0, self.low - 1), None if self.high is None else self.high - 1
        found = []
        for place, (member, required) in enumerate(self.members):
            left = Members(self.members[place + 1 :], self.rest, True, low, high)
            if left.possible:
                found.append((member, left))
            if required:
                return found
        if self.rest is not None and self.low <= 1:
            found.append((self.rest, Members((), self.rest, True, 0, high)))
        return found

    @property
    def possible(self) -> bool:
        """Whether the counts can be kept."""
        required = sum(required for _, required in self.members)
        most = len(self.members) + (self.rest is not None)
        return self.low <= most and (self.high is None or max(required, self.low) <= self.high)


Node = Union[Literal, Blank, Text, Number, Bytes, Branch, Sequence, Choice, Repeat, Reference, Items, Distinct, Members]  # noqa: UP007 - recursive
TAKING = (Literal, Blank, Text, Number, Bytes, Branch)  # nodes that take a byte themselves
NEVER = Choice(())  # which nothing is
BLANK = Blank()
COMMA, BRACKET, BRACE = Literal(b","), Literal(b"]"), Literal(b"}")
