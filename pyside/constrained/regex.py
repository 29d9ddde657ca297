r"""JavaScript regular expressions to grammars of the texts that they match from the first character to the last.

Supported: characters, ``.``, classes with ranges and negation, ``\d \D \w \W \s \S``, with flag u ``\p`` and ``\P`` of L, M, N
and White_Space, escaped characters, groups, alternatives,
``* + ? {m} {m,} {m,n}`` (lazy ones match the same texts), ``^`` and ``$`` at the ends, and the flags i, s and u; the flags d, g,
m and y concern a search, of which there is none. What is no finite automaton, or too large a one, is refused.

Whatever a grammar admits matches in JavaScript. Without flag u JavaScript counts a character beyond U+FFFF as two; then one
comes only as itself, or where any number of characters may stand, as in ``.*``.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from pyside.constrained.grammar import Grammar
from pyside.constrained.grammar_nodes import Choice, Node, Repeat, Sequence, branch
from pyside.errors import RequestError
from pyside.text import unicode_classes
from pyside.text.utf8 import LAST, SURROGATES, Ranges, complement, encoded, ordered

FLAGS = "dgimsuy"
SIZE_MAX = 2000  # characters of the pattern, repeated ones as often as they are counted
DEPTH_MAX = 100  # of groups in groups
SINGLE_LAST = 0xFFFF  # the last character that JavaScript counts as one without flag u
CASED_END = 0x1E944  # after the last character that has another case
CLASSES: Mapping[str, Ranges] = {
    "d": ((0x30, 0x39),),
    "w": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    "s": (
        (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F),
        (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
    ),
}  # fmt: skip
LINE_ENDS: Ranges = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
ESCAPED: Ranges = ((0x00, 0x1F), (0x22, 0x22), (0x5C, 0x5C))  # in a JSON string
CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}

PROPERTIES = {"L": "L", "Letter": "L", "M": "M", "Mark": "M", "N": "N", "Number": "N", "White_Space": "s"}

_QUANTIFIER = re.compile(r"(?:([*+?])|\{(\d+)(,?)(\d*)\})\??")
_GROUP = re.compile(r"\((?:\?:|\?<[^\W\d][\w$]*>|(?!\?))")
_HEX = re.compile(r"x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]+)\}")
_PROPERTY = re.compile(r"[pP]\{(?:(?:gc|General_Category)=)?(\w+)\}")
_LOW_HALF = re.compile(r"\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
_REFUSED = {
    "(": "look-around or another special group",
    "^": "an anchor that is not at the pattern's beginning",
    "$": "an anchor that is not at the pattern's end",
    "b": "a word boundary",
    "B": "a word boundary",
    "k": "a reference to a group",
    "p": "a property of characters beyond L, M, N and White_Space, or one without flag u",
    "P": "a property of characters beyond L, M, N and White_Space, or one without flag u",
}


def grammar_of_regex(source: str, flags: str = "") -> Grammar:
    """The grammar of the texts that ``/source/flags`` matches as a whole.

    Errors: RequestError naming the place and what is not supported or malformed.
    """
    if unknown := sorted(set(flags) - set(FLAGS)):
        raise RequestError(f"regex has flag {', '.join(unknown)}, expected none but {', '.join(FLAGS)}: leave it out")
    return Grammar(_Reader(source, flags, _character).pattern(), {})


def string_of_regex(source: str) -> Node:
    """The inside of a JSON string whose text ``/source/u`` matches as a whole.

    Errors: as ``grammar_of_regex``.
    """
    return _Reader(source, "u", quoted).pattern()


def pattern_of_regex(source: str, character: Callable[[Ranges], Node], anywhere: bool = False) -> Node:
    """The text itself that ``/source/u`` matches as a whole, or anywhere in it, with nodes of the caller's for its characters.

    Errors: as ``grammar_of_regex``.
    """
    return _Reader(source, "u", character, anywhere).pattern()


class _Reader:
    def __init__(self, source: str, flags: str, character: Callable[[Ranges], Node], anywhere: bool = False) -> None:
        self._source, self._at, self._character, self._anywhere = source, 0, character, anywhere
        self._fold, self._every, self._unicode = (flag in flags for flag in "isu")
        self._depth = 0  # of groups

    def pattern(self) -> Node:
        node, size = self._alternatives()
        if self._at < len(self._source):
            raise self._error("a closing parenthesis without an opening one, expected \\) for the character")
        if size > SIZE_MAX:
            raise RequestError(
                f"regex counts up to {size} characters, expected {SIZE_MAX} at most: use smaller counts, or *"
            )
        return node

    def _alternatives(self) -> tuple[Node, int]:
        parts = [self._terms()]
        while self._take("|"):
            parts.append(self._terms())
        nodes = tuple(node for node, _ in parts)
        return nodes[0] if len(nodes) == 1 else Choice(nodes), sum(size for _, size in parts)

    def _terms(self) -> tuple[Node, int]:
        """One alternative. At the ends of the pattern's own, where the whole text matches, anchors are nothing; where any
        part of it may match, any text stands where there is no anchor."""
        outer = not self._depth
        begun = outer and self._take("^")
        ended = False
        parts = []
        while self._at < len(self._source) and self._source[self._at] not in "|)":
            if outer and self._source[self._at : self._at + 2] in ("$", "$|"):
                self._at += 1
                ended = True
            else:
                parts.append(self._term())
        nodes = [node for node, _ in parts]
        if outer and self._anywhere:
            anything = Repeat(self._character(((0, LAST),)), 0, None)
            nodes = [*([] if begun else [anything]), *nodes, *([] if ended else [anything])]
        return nodes[0] if len(nodes) == 1 else Sequence(tuple(nodes)), sum(size for _, size in parts)

    def _term(self) -> tuple[Node, int]:
        start = self._at
        if self._source[start] == "(":
            node, size = self._group()
            low, high = self._quantifier()
        else:
            if _QUANTIFIER.match(self._source, start):
                raise self._error("a quantifier with nothing before it, expected \\ before the character")
            ranges = self._chars()
            low, high = self._quantifier()
            node, size = self._node(ranges, high, start), 1
        if (low, high) == (1, 1):
            return node, size
        return Repeat(node, low, high), max(size, 1) * max(low, high or 1)

    def _quantifier(self) -> tuple[int, int | None]:
        match = _QUANTIFIER.match(self._source, self._at)
        if match is None:
            return 1, 1
        sign, low, comma, high = match.groups()
        if sign is None and high and not comma:
            return 1, 1
        least = int(low) if low else int(sign == "+")
        most = 1 if sign == "?" else None if sign else int(high) if high else None if comma else least
        if most is not None and least > most:
            raise self._error(f"the count {match[0]}, expected the smaller number first")
        self._at = match.end()
        return least, most

    def _group(self) -> tuple[Node, int]:
        match = _GROUP.match(self._source, self._at)
        if match is None:
            raise self._unsupported("(")
        start, self._at = self._at, match.end()
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise self._error(f"more than {DEPTH_MAX} groups in each other, expected fewer")
        inside = self._alternatives()
        self._depth -= 1
        if not self._take(")"):
            self._at = start
            raise self._error("a parenthesis that is never closed, expected \\( for the character")
        return inside

    def _chars(self) -> Ranges:
        """The characters of which one stands here, surrogates among them."""
        char = self._source[self._at]
        if char in "^$":
            raise self._unsupported(char)
        self._at += 1
        match char:
            case ".":
                return ((0, LAST),) if self._every else complement(LINE_ENDS)
            case "[":
                return self._class()
            case "\\":
                return self._escape(inside=False)
            case _:
                return self._folded([(ord(char), ord(char))])

    def _class(self) -> Ranges:
        start = self._at - 1
        negated = self._take("^")
        found: list[tuple[int, int]] = []
        while not self._take("]"):
            first = self._member(start)
            mark = self._at
            if self._take("-") and self._source[self._at : self._at + 1] != "]":
                last = self._member(start)
                if _single(first) and _single(last):
                    if first[0][0] > last[0][0]:
                        raise self._error("a range in a class whose end comes before its beginning, expected it after")
                    first = ((first[0][0], last[0][0]),)
                else:
                    self._at = mark  # beside a set a hyphen is itself
            elif self._at != mark:
                self._at = mark
            found += first
        ranges = self._folded(found)
        return complement(ranges) if negated else ranges

    def _member(self, start: int) -> Ranges:
        """What stands in a class, not yet with its other cases."""
        if self._at >= len(self._source):
            self._at = start
            raise self._error("a class that is never closed, expected \\[ for the character")
        char = self._source[self._at]
        self._at += 1
        ranges = self._escape(inside=True) if char == "\\" else ((ord(char), ord(char)),)
        if not self._unicode and _single(ranges) and ranges[0][0] > SINGLE_LAST:
            raise self._error(f"the character {chr(ranges[0][0])} in a class, expected flag u with it")
        return ranges

    def _escape(self, inside: bool) -> Ranges:
        """What follows a backslash; sets with their other cases, characters inside a class without."""
        rest = self._source[self._at :]
        char = rest[:1]
        if char and char.lower() in CLASSES:
            self._at += 1
            ranges = self._folded(CLASSES[char.lower()])
            return complement(ranges) if char.isupper() else ranges
        if self._unicode and (found := _PROPERTY.match(rest)) and found[1] in PROPERTIES:
            self._at += found.end()
            ranges = self._folded(_category(PROPERTIES[found[1]]))
            return complement(ranges) if char == "P" else ranges
        if found := _HEX.match(rest):
            self._at += found.end()
            point = int(found[1] or found[2] or found[3], 16)
            low_half = _LOW_HALF.match(self._source, self._at)
            if found[3] and not self._unicode:
                raise self._error("\\u{...}, expected flag u with it")
            if 0xD800 <= point < 0xDC00 and low_half:
                self._at = low_half.end()
                point = 0x10000 + (point - 0xD800 << 10) + int(low_half[1], 16) - 0xDC00
        elif char in CONTROLS:
            self._at += 1
            point = CONTROLS[char]
        elif char == "b" and inside:
            self._at += 1
            point = 0x08
        elif char == "0" and not rest[1:2].isdecimal():
            self._at += 1
            point = 0
        elif char == "c" and re.match("[A-Za-z]", rest[1:]):
            self._at += 2
            point = ord(rest[1]) % 32
        elif char and not char.isalnum():
            self._at += 1
            point = ord(char)
        else:
            raise self._unsupported(char)
        if point > LAST:
            raise self._error(f"the character {point:x}, expected {LAST:x} at most")
        return ((point, point),) if inside else self._folded([(point, point)])

    def _folded(self, ranges: Iterable[tuple[int, int]]) -> Ranges:
        """Ranges in order, with flag i the other cases of their characters among them."""
        found = list(ranges)
        if self._fold:
            others = _other_cases(self._unicode)
            found += [(other, other) for low, high in found for point in range(low, min(high + 1, CASED_END))
                      for other in others.get(point, ())]  # fmt: skip
        return ordered(found)

    def _node(self, ranges: Ranges, high: int | None, start: int) -> Node:
        """The bytes of one character, which may come up to ``high`` times."""
        surrogates = any(low <= SURROGATES[0] and SURROGATES[1] <= top for low, top in ranges)
        if not self._unicode and not (high is None and surrogates):
            if _single(ranges) and ranges[0][0] > SINGLE_LAST and high != 1:
                self._at = start
                raise self._error(
                    f"{chr(ranges[0][0])} with a quantifier, expected flag u with it, or a group around it"
                )
            if not _single(ranges):
                ranges = tuple((low, min(top, SINGLE_LAST)) for low, top in ranges if low <= SINGLE_LAST)
        if not encoded(ranges):
            self._at = start
            raise self._error("a class that admits no character, expected at least one")
        return self._character(ranges)

    def _take(self, char: str) -> bool:
        taken = self._source.startswith(char, self._at)
        self._at += taken
        return taken

    def _error(self, what: str) -> RequestError:
        return RequestError(f"regex has at character {self._at} {what}")

    def _unsupported(self, char: str) -> RequestError:
        what = "a reference to a group" if char.isdecimal() else _REFUSED.get(char, f"the escape \\{char}")
        return self._error(
            f"{what}, expected what a finite automaton knows: leave it out, and check the answer yourself"
        )


def _single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


@cache
def _category(name: str) -> Ranges:
    """The characters of a general category, or the white space."""
    runs = (run.split("-") for run in unicode_classes.RANGES[name].split())
    return ordered((int(run[0], 16), int(run[-1], 16)) for run in runs)


@cache
def _other_cases(unicode: bool) -> Mapping[int, tuple[int, ...]]:
    """Characters that JavaScript's flag i takes for each other (ECMA-262, Canonicalize): by simple folding with flag u,
    else by upper case, where no character becomes one of ASCII."""
    groups: dict[str, list[int]] = defaultdict(list)
    for point in range(CASED_END if unicode else SINGLE_LAST + 1):
        char = chr(point)
        if unicode:
            same = next((text for text in (char.casefold(), char.lower()) if len(text) == 1), char)
        else:
            upper = char.upper()
            same = upper if len(upper) == 1 and not (point > 0x7F and upper < "\x80") else char
        if same != char:
            groups[same].append(point)
    others: dict[int, tuple[int, ...]] = {}
    for same, points in groups.items():
        members = (ord(same), *points)
        others |= {point: tuple(other for other in members if other != point) for point in members}
    return others


@cache
def _character(ranges: Ranges) -> Node:
    """The node of one character's bytes."""
    return branch(frozenset(encoded(ranges)))


@cache
def quoted(ranges: Ranges) -> Node:
    """The node of one character in a JSON string, escaped where it has to be."""
    plain = tuple((max(low, least), min(high, most)) for low, high in ranges for least, most in complement(ESCAPED)
                  if max(low, least) <= min(high, most))  # fmt: skip
    escaped = [chr(point) for low, high in ESCAPED for point in range(low, high + 1)
               if any(least <= point <= most for least, most in ranges)]  # fmt: skip
    spelled = [tuple(frozenset((byte,)) for byte in json.dumps(char)[1:-1].encode()) for char in escaped]
    return branch(frozenset((*encoded(plain), *spelled)))
