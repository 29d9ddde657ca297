"""How much work a stranger's template may make: steps, sizes of values, and calls in calls, counted before they are done.

A clock would say something else on each machine; what is counted here is the same everywhere. One unit is about one node of
a template's syntax, or the copying of ``TEXT_PER_UNIT`` characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from typing import Any, TypeVar

UNITS = 4_000_000  # of one rendering; a conversation that fills the largest context window takes a quarter
WRITTEN_MAX = 4_000_000  # characters of what is rendered; 262,144 tokens of prose have 1,200,000
DEPTH_MAX = 64  # of calls in calls, and of values in values; a JSON Schema told by a recursive macro stays under 20
TEXT_PER_UNIT = 16  # characters
ITEMS_PER_UNIT = 2  # copied references
VISIT = 16  # units for an item that is looked into, or that a filter hands on
BITS_MAX = 4096  # of a whole number
WIDTH_MAX = 10_000  # characters to which one value may be padded

_T = TypeVar("_T")


class ExceededError(Exception):
    """Work that is not done, as it would be too much; says what."""


class Allowance:
    """What is left of a rendering's work.

    Errors: ExceededError from every method, when it would be more than is left.
    """

    def __init__(self, plain: tuple[type, ...] = ()) -> None:
        self._plain: tuple[type, ...] = (*_PLAIN, *plain)  # kinds of values that hold no others
        self.renew()

    def renew(self) -> None:
        """Begin another rendering."""
        self._left = UNITS
        self._depth = 0
        self._depths: dict[int, tuple[object, int]] = {}  # of what lies in values that are kept, by id()

    def spend(self, units: int) -> bool:
        """Take units off; true, so that conditions can hold it."""
        self._left -= units
        if self._left < 0:
            raise ExceededError(f"takes more than {UNITS:,} steps")
        return True

    def enter(self) -> None:
        """One call deeper."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ExceededError(f"calls itself more than {DEPTH_MAX} deep")

    def leave(self) -> None:
        """The call of the last ``enter`` is over."""
        self._depth -= 1

    def weighed(self, value: _T) -> _T:
        """A value that is about to be read as a whole: made text, compared, hashed, sorted."""
        if isinstance(value, str):
            self.spend(1 + len(value) // TEXT_PER_UNIT)
        elif isinstance(value, _LOOKED_INTO):
            self._look_into(value)
        return value

    def weighed_often(self, value: object, times: int) -> None:
        """A value that is about to be read as a whole so many times."""
        before = self._left
        self.weighed(value)
        self.spend((before - self._left) * (times - 1))

    def copied(self, value: _T) -> _T:
        """A value whose characters, or references to its items, are about to be copied."""
        if isinstance(value, Sized):
            self.spend(len(value) // (TEXT_PER_UNIT if isinstance(value, str) else ITEMS_PER_UNIT))
        return value

    def text(self, characters: int) -> None:
        """A text that is about to be made."""
        self.spend(characters // TEXT_PER_UNIT)

    def padding(self, width: object) -> None:
        """A width that a text is about to be padded to."""
        if isinstance(width, int) and width > WIDTH_MAX:
            raise ExceededError(f"pads to a width of more than {WIDTH_MAX:,}")
        self.text(len(width) if isinstance(width, str) else width if isinstance(width, int) and width > 0 else 0)

    def whole_number(self, bits: int) -> None:
        """A whole number that is about to be computed."""
        if bits > BITS_MAX:
            raise ExceededError(f"computes numbers of more than {BITS_MAX:,} bits")

    def kept(self, value: Any) -> Any:  # noqa: ANN401
        """A value that a namespace is about to keep from one round of a loop to the next, where it could grow into a deep one.

        Freeing a value some thousand deep is the end of Python in WebAssembly, so depth is bounded where it arises.
        """
        if isinstance(value, Iterator):  # which could hold another, and so on
            self.spend(4 * VISIT)
            value = list(self.counted(value))
        self._depth_of(value, 0)
        return value

    def counted(self, items: Iterable[_T]) -> Iterator[_T]:
        """The items, each paid for as it is taken."""
        for item in items:
            self.spend(VISIT)
            yield item

    def written(self, parts: Iterable[str]) -> Iterator[str]:
        """The parts of what is rendered, as they come."""
        characters = 0
        for part in parts:
            characters += len(part)
            if characters > WRITTEN_MAX:
                raise ExceededError(f"writes more than {WRITTEN_MAX:,} characters")
            yield part

    def _look_into(self, value: Any) -> None:  # noqa: ANN401
        """Pay for a value and all that it holds, for each time that it stands there."""
        levels: list[Iterator[Any]] = [iter((value,))]
        while levels:
            for item in levels[-1]:
                self.spend(VISIT)
                if isinstance(item, str):
                    self.text(len(item))
                elif isinstance(item, range):
                    self.spend(VISIT * len(item))
                elif isinstance(item, Mapping):
                    levels.append(part for pair in item.items() for part in pair)
                elif isinstance(item, _LOOKED_INTO):
                    levels.append(iter(item))
                else:
                    continue
                break
            else:
                levels.pop()
            if len(levels) > DEPTH_MAX:
                raise ExceededError(f"nests values more than {DEPTH_MAX} deep")

    def _depth_of(self, value: Any, above: int) -> int:  # noqa: ANN401
        if isinstance(value, self._plain):
            return 0
        if not isinstance(value, _LOOKED_INTO):
            raise ExceededError(
                f"keeps a {type(value).__name__} in a namespace, expected texts, numbers, lists and mappings"
            )
        deepest = 0
        self.spend(2 * len(value))
        for part in (each for pair in value.items() for each in pair) if isinstance(value, Mapping) else value:
            if isinstance(part, self._plain):
                continue
            known = self._depths.get(id(part))
            depth = known[1] if known else 0
            if above + depth > DEPTH_MAX:
                raise ExceededError(f"nests values more than {DEPTH_MAX} deep")
            if not known:
                self.spend(VISIT)
                depth = self._depth_of(part, above + 1)
                self._depths[id(part)] = part, depth  # which lives as long, so that the id stays its own
            deepest = max(deepest, depth)
        return deepest + 1


_PLAIN: tuple[type, ...] = (str, int, float, type(None), range)
_LOOKED_INTO: Any = (list, tuple, range, Mapping, type({}.keys()), type({}.values()), type({}.items()))
